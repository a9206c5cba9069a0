package baedal.mypage;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.PaymentMethod;
import baedal.mypage.MyPage.PaymentStatus;
import baedal.runtime.Boot;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.web.Router;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Live streams to real HTTP clients. The pages are in a map instead of the database. */
class LiveStreamsTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final String ORDER = "o-1";

  private final Vertx vertx = Boot.vertx();
  private final HttpClient client = EventStream.client(vertx);
  private final Map<String, MyPage> stored = new ConcurrentHashMap<>();
  private Context context;
  private LiveStreams live;
  private int port;
  private boolean closed;

  /** Runs after a page was read and before its stream begins. */
  private Supplier<Future<Void>> beforeStream = Future::succeededFuture;

  @BeforeEach
  void start() {
    vertx
        .deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return serve(Vertx.currentContext());
              }
            })
        .await();
  }

  private Future<?> serve(Context of) {
    context = of;
    live =
        new LiveStreams(
            vertx,
            new RiderPositions(),
            ids ->
                Future.succeededFuture(
                    ids.stream().map(stored::get).filter(Objects::nonNull).toList()));
    Router router = Router.router(vertx);
    router
        .get("/:orderId")
        .handler(
            ctx -> {
              ctx.request().connection().closeHandler(v -> closed = true);
              MyPage page = stored.get(ctx.pathParam("orderId"));
              beforeStream.get().onSuccess(v -> live.watch(ctx, page));
            });
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(0, "127.0.0.1")
        .onSuccess(server -> port = server.actualPort());
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private static MyPage placed() {
    return placed(ORDER, 1, "통닭천국");
  }

  private static MyPage placed(String orderId, long version, String storeName) {
    return MyPage.blank(orderId)
        .details(Details.of("c-1", storeName, 20_000, version, NOW, NOW), version);
  }

  private static MyPage rejected(MyPage page) {
    return page.payment("p-1", PaymentMethod.CARD, PaymentStatus.PAID, NOW)
        .reached(Status.PAID, NOW)
        .reached(Status.REJECTED, NOW);
  }

  private static MyPage refunded(MyPage page) {
    return page.payment("p-1", null, PaymentStatus.REFUNDED, NOW);
  }

  private EventStream open(String... lastEventId) {
    return EventStream.open(
        client,
        port,
        "/" + ORDER,
        lastEventId.length == 0 ? Map.of() : Map.of("Last-Event-ID", lastEventId[0]));
  }

  private <T> T onEventLoop(Supplier<T> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(v -> done.complete(work.get()));
    return done.future().await();
  }

  private void push(MyPage page) {
    onEventLoop(
        () -> {
          live.push(page);
          return page;
        });
  }

  private void startHeartbeats() {
    onEventLoop(
        () -> {
          live.start();
          return live;
        });
  }

  private boolean isWatched() {
    return onEventLoop(() -> live.isWatched(ORDER));
  }

  @Test
  void a_stream_sends_the_present_page_and_then_each_change() {
    stored.put(ORDER, placed());
    EventStream stream = open();
    push(placed().reached(Status.PAID, NOW));
    push(placed().reached(Status.PAID, NOW));
    push(placed().reached(Status.ACCEPTED, NOW));
    await().until(() -> stream.statuses().size() >= 3);
    assertThat(stream.statuses()).containsExactly("PLACED", "PAID", "ACCEPTED");
  }

  @Test
  void an_older_page_that_is_pushed_later_does_not_set_the_status_back() {
    stored.put(ORDER, placed());
    EventStream stream = open();
    push(placed().reached(Status.COOKED, NOW));
    push(placed().reached(Status.COOKING, NOW));
    await().until(() -> stream.statuses().size() >= 3);
    assertThat(stream.statuses()).containsExactly("PLACED", "COOKED", "COOKED");
    assertThat(stream.events("status").get(2).data().getJsonArray("timeline")).hasSize(3);
  }

  @Test
  void a_change_between_reading_the_page_and_beginning_the_stream_is_sent() {
    stored.put(ORDER, placed());
    beforeStream =
        () -> {
          stored.put(ORDER, placed().reached(Status.PAID, NOW));
          live.push(stored.get(ORDER));
          return Future.succeededFuture();
        };
    EventStream stream = open();
    await().until(() -> stream.statuses().contains("PAID"));
  }

  @Test
  void a_change_that_was_not_pushed_is_sent_at_the_next_heartbeat() {
    startHeartbeats();
    stored.put(ORDER, placed());
    EventStream stream = open();
    await().until(() -> stream.statuses().contains("PLACED"));
    stored.put(ORDER, placed().reached(Status.PAID, NOW));
    await().until(() -> stream.statuses().contains("PAID"));
  }

  @Test
  void the_stream_of_a_rejected_order_ends_after_its_refund() {
    stored.put(ORDER, placed());
    EventStream stream = open();
    push(rejected(placed()));
    await().until(() -> stream.statuses().contains("REJECTED"));
    assertThat(isWatched()).isTrue();
    stored.put(ORDER, refunded(rejected(placed())));
    push(stored.get(ORDER));
    await().until(stream::ended);
    List<EventStream.Event> events = stream.events("status");
    assertThat(events.get(events.size() - 1).data().getJsonObject("payment").getString("status"))
        .isEqualTo("REFUNDED");
    assertThat(isWatched()).isFalse();
  }

  @Test
  void a_client_that_reconnects_gets_missed_changes_or_204_if_none_will_follow() {
    stored.put(ORDER, placed());
    EventStream first = open();
    await().until(() -> first.statuses().contains("PLACED"));
    first.disconnect();

    EventStream unchanged = open(first.lastId());
    push(placed().reached(Status.PAID, NOW));
    await().until(() -> unchanged.statuses().contains("PAID"));
    assertThat(unchanged.statuses()).containsExactly("PAID");
    unchanged.disconnect();

    stored.put(ORDER, refunded(rejected(placed())));
    EventStream missed = open(unchanged.lastId());
    await().until(missed::ended);
    assertThat(missed.statuses()).containsExactly("REJECTED");
    assertThat(open(missed.lastId()).status()).isEqualTo(204);
  }

  @Test
  void a_client_that_disconnects_is_no_longer_watching() {
    stored.put(ORDER, placed());
    EventStream stream = open();
    await().until(this::isWatched);
    stream.disconnect();
    await().until(() -> !isWatched());
  }

  @Test
  void a_client_that_disconnects_before_its_stream_begins_is_not_watching() {
    stored.put(ORDER, placed());
    Promise<Void> asked = Promise.promise();
    Promise<Void> gone = Promise.promise();
    beforeStream =
        () -> {
          asked.complete();
          return gone.future();
        };
    NetSocket socket = vertx.createNetClient().connect(port, "127.0.0.1").await();
    socket.write("GET /" + ORDER + " HTTP/1.1\r\nHost: mypage\r\n\r\n").await();
    asked.future().await();
    socket.close().await();
    await().until(() -> onEventLoop(() -> closed));
    gone.complete();
    push(placed());
    assertThat(isWatched()).isFalse();
  }

  @Test
  void a_slow_client_gets_the_newest_page_once_it_reads_again() {
    stored.put(ORDER, placed());
    EventStream stream = open();
    await().until(() -> stream.statuses().contains("PLACED"));
    stream.stopReading();
    int changes = 20_000;
    for (int version = 2; version <= changes; version += 100) {
      int from = version;
      onEventLoop(
          () -> {
            for (int i = from; i < from + 100; i++) {
              live.push(placed(ORDER, i, i + " ".repeat(1_000)));
            }
            return from;
          });
    }
    stream.resumeReading();
    await()
        .until(
            () -> {
              List<EventStream.Event> events = stream.events("status");
              return events
                  .get(events.size() - 1)
                  .data()
                  .getString("storeName")
                  .startsWith((changes + 1) + " ");
            });
    assertThat(stream.events("status").size()).isLessThan(changes);
  }

  @Test
  void a_client_that_stops_reading_is_disconnected() {
    startHeartbeats();
    stored.put(ORDER, placed());
    EventStream stream = open();
    await().until(() -> stream.statuses().contains("PLACED"));
    stream.stopReading();
    long[] version = {2};
    await()
        .until(
            () -> {
              onEventLoop(
                  () -> {
                    for (int i = 0; i < 100; i++) {
                      live.push(placed(ORDER, version[0]++, version[0] + " ".repeat(10_000)));
                    }
                    return null;
                  });
              return !isWatched();
            });
  }

  @Test
  void all_streams_end_when_the_service_stops_and_name_the_time_to_reconnect() {
    stored.put(ORDER, placed());
    EventStream before = open();
    await().until(this::isWatched);
    onEventLoop(
        () -> {
          live.stop();
          return null;
        });
    await().until(before::ended);
    assertThat(before.reconnectMillis()).isBetween(500, 3_000);
    EventStream after = open();
    await().until(after::ended);
    assertThat(after.statuses()).containsExactly("PLACED");
    assertThat(isWatched()).isFalse();
  }
}
