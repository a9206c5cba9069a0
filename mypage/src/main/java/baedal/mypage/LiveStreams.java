package baedal.mypage;

import baedal.runtime.Digest;
import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Customers who watch their order: server-sent events (WHATWG HTML, 9.2), each page pushed when it
 * changes. What it is told may be old, or told twice; a stream never goes back. What it is not told
 * it sees at the next beat, when it reads all watched pages once more.
 */
final class LiveStreams {

  private static final long BEAT_MILLIS = 5_000;
  private static final int PAGES_A_LOOK = 100;
  private static final int ID_CHARS = 16;

  private final Vertx vertx;
  private final RiderPositions positions;
  private final Function<List<String>, Future<List<MyPage>>> pages;
  private final Map<String, Set<Watcher>> watchers = new HashMap<>();
  private long heartbeat = -1;
  private boolean stopped;

  /** {@code pages} finds those that there are of some orders. */
  LiveStreams(
      Vertx vertx, RiderPositions positions, Function<List<String>, Future<List<MyPage>>> pages) {
    this.vertx = vertx;
    this.positions = positions;
    this.pages = pages;
  }

  void start() {
    heartbeat = vertx.setPeriodic(BEAT_MILLIS, id -> beat());
  }

  /** Ends every stream; one that begins from now on ends after the page as it is. */
  void stop() {
    stopped = true;
    vertx.cancelTimer(heartbeat);
    all().forEach(Watcher::end);
  }

  /**
   * Begins a stream. It starts with the page, unless its order is not known yet, or the client has
   * seen this very page ({@code Last-Event-ID}). A client that has seen a closed page gets 204, so
   * that it does not reconnect. Changes since {@code page} was read are looked up; later ones
   * arrive as events.
   */
  void watch(RoutingContext ctx, MyPage page) {
    HttpServerResponse response = ctx.response();
    String lastId = ctx.request().getHeader("Last-Event-ID");
    if (page.closed() && id(page).equals(lastId)) {
      response.setStatusCode(204).end();
      return;
    }
    if (response.closed()) {
      return;
    }
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no");
    if (ctx.request().method().equals(HttpMethod.HEAD)) {
      response.end();
      return;
    }
    Watcher watcher = new Watcher(page, response, lastId);
    watchers.computeIfAbsent(page.orderId(), id -> new LinkedHashSet<>()).add(watcher);
    response.closeHandler(v -> forget(watcher));
    response.exceptionHandler(e -> forget(watcher));
    response.drainHandler(v -> watcher.drained());
    response.write(":\n\n");
    watcher.show(page);
    if (stopped) {
      watcher.end();
    }
    look(List.of(page.orderId()));
  }

  boolean isWatched(String orderId) {
    return watchers.containsKey(orderId);
  }

  void changed(MyPage page) {
    of(page.orderId()).forEach(watcher -> watcher.show(page));
  }

  void moved(String orderId, RiderPositions.Place place) {
    positions.put(orderId, place);
    of(orderId).forEach(watcher -> watcher.move(place));
  }

  /** Reads these orders' pages, as far as somebody watches them, and shows what is new. */
  Future<Void> look(Collection<String> orderIds) {
    List<String> watched = orderIds.stream().filter(this::isWatched).toList();
    Future<Void> done = Future.succeededFuture();
    for (int from = 0; from < watched.size(); from += PAGES_A_LOOK) {
      List<String> some = watched.subList(from, Math.min(from + PAGES_A_LOOK, watched.size()));
      done =
          done.compose(v -> pages.apply(some))
              .onSuccess(found -> found.forEach(this::changed))
              .mapEmpty();
    }
    return done;
  }

  private void beat() {
    all().forEach(Watcher::beat);
    look(watchers.keySet());
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
        watcher.page.orderId(),
        (id, set) -> {
          set.remove(watcher);
          return set.isEmpty() ? null : set;
        });
  }

  /** The page's fingerprint, without the rider's place. */
  private static String id(MyPage page) {
    return Digest.sha256(Json.encode(MyPageView.of(page, null))).substring(0, ID_CHARS);
  }

  /** One client's stream. */
  private final class Watcher {

    private final HttpServerResponse response;
    private MyPage page;
    private String lastId;
    private boolean stuck;

    Watcher(MyPage page, HttpServerResponse response, String lastId) {
      this.page = page;
      this.response = response;
      this.lastId = lastId;
    }

    /**
     * The same page is not sent twice, and a slow client is sent the newest only, once it has read
     * what came before. A closed page ends the stream.
     */
    void show(MyPage news) {
      page = page.and(news);
      if (!page.isKnown() || response.ended() || response.writeQueueFull()) {
        return;
      }
      String id = id(page);
      if (!id.equals(lastId)) {
        lastId = id;
        String json = Json.encode(MyPageView.of(page, positions.of(page.orderId())));
        response.write("id: " + id + "\nevent: status\ndata: " + json + "\n\n");
      }
      if (page.closed()) {
        end();
      }
    }

    void move(RiderPositions.Place place) {
      if (!response.ended() && !response.writeQueueFull()) {
        response.write("event: location\ndata: " + Json.encode(place) + "\n\n");
      }
    }

    void drained() {
      stuck = false;
      show(page);
    }

    /** A client that has read nothing from one beat to the next is let go. */
    void beat() {
      if (stuck) {
        forget(this);
        response.reset();
      } else if (response.writeQueueFull()) {
        stuck = true;
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
