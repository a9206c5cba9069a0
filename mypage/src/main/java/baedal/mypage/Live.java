package baedal.mypage;

import baedal.runtime.Digest;
import baedal.runtime.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Customers who watch their order: server-sent events (WHATWG HTML, 9.2), each page pushed when it
 * changes.
 */
final class Live {

  private static final long HEARTBEAT_MILLIS = 15_000;
  private static final int ID_CHARS = 16;

  private final Vertx vertx;
  private final Positions positions;
  private final Map<String, Set<Watcher>> watchers = new HashMap<>();
  private long heartbeat = -1;

  Live(Vertx vertx, Positions positions) {
    this.vertx = vertx;
    this.positions = positions;
  }

  void start() {
    heartbeat = vertx.setPeriodic(HEARTBEAT_MILLIS, id -> all().forEach(Watcher::beat));
  }

  void stop() {
    vertx.cancelTimer(heartbeat);
    all().forEach(Watcher::end);
  }

  /**
   * Begins a stream with the page as it is, unless the client has seen just that ({@code
   * Last-Event-ID}).
   */
  void watch(RoutingContext ctx, MyPage page) {
    HttpServerResponse response = ctx.response();
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no");
    Watcher watcher =
        new Watcher(page.orderId(), response, ctx.request().getHeader("Last-Event-ID"));
    watchers.computeIfAbsent(page.orderId(), id -> new LinkedHashSet<>()).add(watcher);
    response.closeHandler(v -> forget(watcher));
    response.exceptionHandler(e -> forget(watcher));
    response.write(":\n\n");
    watcher.show(page);
  }

  boolean isWatched(String orderId) {
    return watchers.containsKey(orderId);
  }

  void changed(MyPage page) {
    if (page != null) {
      of(page.orderId()).forEach(watcher -> watcher.show(page));
    }
  }

  void moved(String orderId, Positions.Place place) {
    positions.put(orderId, place);
    of(orderId).forEach(watcher -> watcher.move(place));
  }

  private List<Watcher> of(String orderId) {
    return new ArrayList<>(watchers.getOrDefault(orderId, Set.of()));
  }

  private List<Watcher> all() {
    List<Watcher> all = new ArrayList<>();
    watchers.values().forEach(all::addAll);
    return all;
  }

  private void forget(Watcher watcher) {
    watchers.computeIfPresent(
        watcher.orderId,
        (id, set) -> {
          set.remove(watcher);
          return set.isEmpty() ? null : set;
        });
  }

  /** One client's stream. */
  private final class Watcher {

    private final String orderId;
    private final HttpServerResponse response;
    private String lastId;

    Watcher(String orderId, HttpServerResponse response, String lastId) {
      this.orderId = orderId;
      this.response = response;
      this.lastId = lastId;
    }

    /**
     * The id is the page's fingerprint: the same page is not sent twice. The last page of an order
     * ends the stream.
     */
    void show(MyPage page) {
      if (response.ended()) {
        return;
      }
      String json = Json.encode(MyPageView.of(page, positions.of(orderId)));
      String id = Digest.sha256(Json.encode(MyPageView.of(page, null))).substring(0, ID_CHARS);
      if (!id.equals(lastId)) {
        lastId = id;
        response.write("id: " + id + "\nevent: status\ndata: " + json + "\n\n");
      }
      if (page.status() != null && page.status().isLast()) {
        end();
      }
    }

    void move(Positions.Place place) {
      if (!response.ended() && !response.writeQueueFull()) {
        response.write("event: location\ndata: " + Json.encode(place) + "\n\n");
      }
    }

    /** A client that has read nothing since the last beat is let go. */
    void beat() {
      if (response.ended() || response.writeQueueFull()) {
        response.reset();
        forget(this);
      } else {
        response.write(":\n\n");
      }
    }

    void end() {
      forget(this);
      if (!response.ended()) {
        response.end();
      }
    }
  }
}
