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
 * Streams of server-sent events (WHATWG HTML, 9.2) to customers who watch their order: each page is
 * pushed when it changes. A page given to it may be old or repeated; a stream never goes back. Each
 * heartbeat reads all watched pages once more, and so finds changes that it missed.
 */
final class LiveStreams {

  private static final long HEARTBEAT_MILLIS = 5_000;
  private static final int REFRESH_BATCH = 100;
  private static final int ID_CHARS = 16;

  private final Vertx vertx;
  private final RiderPositions positions;
  private final Function<List<String>, Future<List<MyPage>>> pages;
  private final Map<String, Set<Watcher>> watchers = new HashMap<>();
  private long heartbeatTimer = -1;
  private boolean stopped;

  /** {@code pages} reads the pages of the given orders, as far as they exist. */
  LiveStreams(
      Vertx vertx, RiderPositions positions, Function<List<String>, Future<List<MyPage>>> pages) {
    this.vertx = vertx;
    this.positions = positions;
    this.pages = pages;
  }

  void start() {
    heartbeatTimer = vertx.setPeriodic(HEARTBEAT_MILLIS, id -> heartbeat());
  }

  /** Ends every stream. A stream that begins later ends after its first page. */
  void stop() {
    stopped = true;
    vertx.cancelTimer(heartbeatTimer);
    all().forEach(Watcher::end);
  }

  /**
   * Begins a stream with {@code page}, unless the order is not known yet or the client has seen
   * this very page ({@code Last-Event-ID}). A client that has seen a closed page gets 204, so that
   * it does not reconnect. The page is read once more, for changes since it was read; later changes
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
    response.closeHandler(v -> remove(watcher));
    response.exceptionHandler(e -> remove(watcher));
    response.drainHandler(v -> watcher.drained());
    response.write(":\n\n");
    watcher.show(page);
    if (stopped) {
      watcher.end();
    }
    refresh(List.of(page.orderId()));
  }

  boolean isWatched(String orderId) {
    return watchers.containsKey(orderId);
  }

  /** Pushes a page that may have changed to those who watch it. */
  void push(MyPage page) {
    of(page.orderId()).forEach(watcher -> watcher.show(page));
  }

  /** Pushes where the rider of an order is. */
  void pushPosition(String orderId, RiderPositions.Place place) {
    positions.put(orderId, place);
    of(orderId).forEach(watcher -> watcher.sendPosition(place));
  }

  /** Reads the pages of those of these orders that are watched, and pushes what has changed. */
  Future<Void> refresh(Collection<String> orderIds) {
    List<String> watched = orderIds.stream().filter(this::isWatched).toList();
    Future<Void> done = Future.succeededFuture();
    for (int from = 0; from < watched.size(); from += REFRESH_BATCH) {
      List<String> batch = watched.subList(from, Math.min(from + REFRESH_BATCH, watched.size()));
      done =
          done.compose(v -> pages.apply(batch))
              .onSuccess(found -> found.forEach(this::push))
              .mapEmpty();
    }
    return done;
  }

  private void heartbeat() {
    all().forEach(Watcher::heartbeat);
    refresh(watchers.keySet());
  }

  private List<Watcher> of(String orderId) {
    return new ArrayList<>(watchers.getOrDefault(orderId, Set.of()));
  }

  private List<Watcher> all() {
    List<Watcher> all = new ArrayList<>();
    watchers.values().forEach(all::addAll);
    return all;
  }

  private void remove(Watcher watcher) {
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
    private boolean stalled;

    Watcher(MyPage page, HttpServerResponse response, String lastId) {
      this.page = page;
      this.response = response;
      this.lastId = lastId;
    }

    /**
     * Sends the page unless it was sent already. A slow client gets only the newest page, when it
     * has read the one before. A closed page ends the stream.
     */
    void show(MyPage newer) {
      page = page.and(newer);
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

    void sendPosition(RiderPositions.Place place) {
      if (!response.ended() && !response.writeQueueFull()) {
        response.write("event: location\ndata: " + Json.encode(place) + "\n\n");
      }
    }

    void drained() {
      stalled = false;
      show(page);
    }

    /** Disconnects a client that has read nothing since the last heartbeat. */
    void heartbeat() {
      if (stalled) {
        remove(this);
        response.reset();
      } else if (response.writeQueueFull()) {
        stalled = true;
      } else {
        response.write(":\n\n");
      }
    }

    void end() {
      remove(this);
      if (!response.ended()) {
        response.end();
      }
    }
  }
}
