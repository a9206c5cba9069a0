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
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * Streams of server-sent events (WHATWG HTML, 9.2) to customers who watch their order. A stream
 * sends each change of a page. A page that is given to {@link #push} may be older than the page
 * that was sent before, or the same. It is merged with that page, so that a stream never returns to
 * an older state. Every few seconds all watched pages are read again, to find changes that were not
 * pushed.
 */
final class LiveStreams {

  private static final long HEARTBEAT_MILLIS = 5_000;
  private static final int REFRESH_BATCH = 100;
  private static final int ID_CHARS = 16;

  /** Minimum and maximum time after which a client reconnects, in milliseconds. */
  private static final int FIRST_RECONNECT = 500;

  private static final int LAST_RECONNECT = 3_000;

  private final Vertx vertx;
  private final RiderPositions positions;
  private final Function<List<String>, Future<List<MyPage>>> pages;
  private final Map<String, Set<Watcher>> watchers = new HashMap<>();
  private long heartbeatTimer = -1;
  private boolean stopped;

  /** {@code pages} reads the pages of the given order ids. It omits orders without a page. */
  LiveStreams(
      Vertx vertx, RiderPositions positions, Function<List<String>, Future<List<MyPage>>> pages) {
    this.vertx = vertx;
    this.positions = positions;
    this.pages = pages;
  }

  void start() {
    heartbeatTimer = vertx.setPeriodic(HEARTBEAT_MILLIS, id -> heartbeat());
  }

  /** Ends every stream. A stream that begins after this call ends after its first page. */
  void stop() {
    stopped = true;
    vertx.cancelTimer(heartbeatTimer);
    allWatchers().forEach(Watcher::end);
  }

  /**
   * Begins a stream. Its first event is {@code page}, unless the page has no details yet or the
   * client has seen it already ({@code Last-Event-ID}). A client that has seen a {@linkplain
   * MyPage#closed closed} page gets status 204, so that it does not reconnect. The page is read
   * again at once: it may have changed since the caller read it.
   */
  void watch(RoutingContext ctx, MyPage page) {
    HttpServerResponse response = ctx.response();
    String lastId = ctx.request().getHeader("Last-Event-ID");
    if (page.closed() && eventId(page).equals(lastId)) {
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
    response.write("retry: " + reconnectMillis() + "\n\n");
    watcher.show(page);
    if (stopped) {
      watcher.end();
    }
    refresh(List.of(page.orderId()));
  }

  /** A random time, because all streams of a replica end at once when the replica stops. */
  private static int reconnectMillis() {
    return ThreadLocalRandom.current().nextInt(FIRST_RECONNECT, LAST_RECONNECT);
  }

  boolean isWatched(String orderId) {
    return watchers.containsKey(orderId);
  }

  /** Sends a page to the clients that watch it, if they have not seen it in this state yet. */
  void push(MyPage page) {
    watchersOf(page.orderId()).forEach(watcher -> watcher.show(page));
  }

  /** Stores the position of an order's rider and sends it to the clients that watch the order. */
  void pushPosition(String orderId, RiderPositions.Position position) {
    positions.put(orderId, position);
    watchersOf(orderId).forEach(watcher -> watcher.sendPosition(position));
  }

  /**
   * Reads the pages of the given orders, if they are watched, and sends them to the clients that
   * watch them.
   */
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
    allWatchers().forEach(Watcher::heartbeat);
    refresh(watchers.keySet());
  }

  private List<Watcher> watchersOf(String orderId) {
    return new ArrayList<>(watchers.getOrDefault(orderId, Set.of()));
  }

  private List<Watcher> allWatchers() {
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

  /** The id of the event that sends a page: a hash of the page without the rider's position. */
  private static String eventId(MyPage page) {
    return Digest.sha256(Json.encode(MyPageView.of(page, null))).substring(0, ID_CHARS);
  }

  /** One client's stream. */
  private final class Watcher {

    private final HttpServerResponse response;
    private MyPage page;
    private String lastId;

    /** Whether the write queue was full at the last heartbeat and has not drained since. */
    private boolean stalled;

    Watcher(MyPage page, HttpServerResponse response, String lastId) {
      this.page = page;
      this.response = response;
      this.lastId = lastId;
    }

    /**
     * Merges {@code pushed} into the page and sends the result, unless it was sent already. A
     * client that reads slowly gets only the newest page, after it has read the pages that were
     * sent before. A closed page ends the stream.
     */
    void show(MyPage pushed) {
      page = page.mergedWith(pushed);
      if (!page.hasDetails() || response.ended() || response.writeQueueFull()) {
        return;
      }
      String id = eventId(page);
      if (!id.equals(lastId)) {
        lastId = id;
        String json = Json.encode(MyPageView.of(page, positions.of(page.orderId())));
        response.write("id: " + id + "\nevent: status\ndata: " + json + "\n\n");
      }
      if (page.closed()) {
        end();
      }
    }

    void sendPosition(RiderPositions.Position position) {
      if (!response.ended() && !response.writeQueueFull()) {
        response.write("event: location\ndata: " + Json.encode(position) + "\n\n");
      }
    }

    void drained() {
      stalled = false;
      show(page);
    }

    /** Disconnects a client whose write queue was full at the last heartbeat, and still is. */
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
