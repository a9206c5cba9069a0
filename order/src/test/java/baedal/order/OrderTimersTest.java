package baedal.order;

import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderStatus.COMPLETED;
import static baedal.order.OrderStatus.EXPIRED;
import static baedal.order.OrderStatus.PAID;
import static baedal.order.OrderStatus.PLACED;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.PaymentMethod;
import baedal.runtime.Boot;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three replicas of the timers with one database. */
class OrderTimersTest {

  private final Vertx vertx = Boot.vertx();
  private final OrderDatabase db = new OrderDatabase(vertx);
  private final OrderRepository orders = db.orders;
  private final Set<String> ordersWithPayment = ConcurrentHashMap.newKeySet();
  private boolean paymentDown;
  private Instant time = NOON;
  private final List<OrderTimers> replicas =
      IntStream.range(0, 3)
          .mapToObj(
              i ->
                  new OrderTimers(
                      vertx,
                      orders,
                      db.catalogs,
                      this::withActivePayment,
                      new TestClock(),
                      OrderFixtures.CONFIRMS_AFTER))
          .toList();

  private Future<Set<String>> withActivePayment(List<String> orderIds) {
    return paymentDown
        ? Future.failedFuture(Refusal.unavailable("unavailable", "a test", Duration.ZERO))
        : Future.succeededFuture(Set.copyOf(ordersWithPayment));
  }

  /** A clock that shows {@code time}. */
  private final class TestClock extends Clock {

    @Override
    public Instant instant() {
      return time;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void an_unpaid_order_expires_once_with_several_replicas() {
    List<String> ids = IntStream.range(0, 20).mapToObj(i -> place().state().id()).toList();
    String paid = place().state().id();
    orders.change(paid, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD)).await();
    runTimers(NOON.plus(OrderFixtures.PAY_WITHIN).minusMillis(1));
    assertThat(db.outboxTypes()).doesNotContain("order.expired");
    runTimers(NOON.plus(OrderFixtures.PAY_WITHIN));
    assertThat(Collections.frequency(db.outboxTypes(), "order.expired")).isEqualTo(ids.size());
    assertThat(orders.find(ids.get(0)).await().status()).isEqualTo(EXPIRED);
    assertThat(orders.find(paid).await().status()).isEqualTo(PAID);
  }

  @Test
  void an_order_with_an_active_payment_neither_expires_nor_blocks_others() {
    List<String> ids =
        IntStream.range(0, 3 * OrderRepository.TIMER_BATCH)
            .mapToObj(i -> place().state().id())
            .toList();
    String unpaid = ids.get(ids.size() - 1);
    ordersWithPayment.addAll(ids.subList(0, ids.size() - 1));
    Instant late = NOON.plus(Duration.ofDays(1));
    await()
        .until(
            () -> {
              runTimers(late);
              return orders.find(unpaid).await().status() == EXPIRED;
            });
    assertThat(Collections.frequency(db.outboxTypes(), "order.expired")).isEqualTo(1);
    String paid = ids.get(0);
    orders.change(paid, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD)).await();
    assertThat(orders.find(paid).await().status()).isEqualTo(PAID);
  }

  @Test
  void while_payment_is_down_orders_are_completed_but_none_expires() {
    paymentDown = true;
    String unpaid = place().state().id();
    String delivered = place().state().id();
    orders.change(delivered, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD)).await();
    orders.change(delivered, o -> FulfilmentProgress.delivered(o, "r-7", 0, NOON)).await();
    runTimers(NOON.plus(OrderFixtures.CONFIRMS_AFTER));
    assertThat(orders.find(unpaid).await().status()).isEqualTo(PLACED);
    assertThat(orders.find(delivered).await().status()).isEqualTo(COMPLETED);
    paymentDown = false;
    runTimers(NOON.plus(OrderFixtures.CONFIRMS_AFTER));
    assertThat(orders.find(unpaid).await().status()).isEqualTo(EXPIRED);
  }

  @Test
  void deliveries_and_visits_are_completed_once_after_a_day() {
    String delivered = place().state().id();
    orders.change(delivered, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD)).await();
    orders.change(delivered, o -> FulfilmentProgress.delivered(o, "r-7", 0, NOON)).await();
    String visit = placed(OrderFixtures.placed(Fulfilment.VISIT));
    orders.change(visit, o -> OrderFixtures.pay(o, "p-2", PaymentMethod.CARD)).await();
    orders.change(visit, o -> FulfilmentProgress.reached(o, OrderStatus.COOKED, NOON)).await();
    runTimers(NOON.plus(OrderFixtures.CONFIRMS_AFTER).minusMillis(1));
    assertThat(db.outboxTypes()).doesNotContain("order.completed");
    runTimers(NOON.plus(OrderFixtures.CONFIRMS_AFTER));
    runTimers(NOON.plus(OrderFixtures.CONFIRMS_AFTER).plusSeconds(60));
    assertThat(Collections.frequency(db.outboxTypes(), "order.completed")).isEqualTo(2);
    assertThat(orders.find(delivered).await().status()).isEqualTo(COMPLETED);
    assertThat(orders.find(visit).await().status()).isEqualTo(COMPLETED);
  }

  /** Its check-in time is 2026-12-24 06:00 UTC, and its check-out time 2026-12-26 02:00 UTC. */
  @Test
  void a_stay_is_completed_a_day_after_its_check_out_time() {
    String stay =
        placed(
            RoomFixtures.placed(
                RoomFixtures.hotel("Asia/Seoul"), "2026-12-24", "2026-12-26", NOON));
    orders.change(stay, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD)).await();
    Instant checkIn = Instant.parse("2026-12-24T06:00:00Z");
    orders.change(stay, o -> FulfilmentProgress.reached(o, OrderStatus.COOKED, checkIn)).await();
    Instant checkOut = Instant.parse("2026-12-26T02:00:00Z");
    runTimers(checkOut.plus(OrderFixtures.CONFIRMS_AFTER).minusMillis(1));
    assertThat(orders.find(stay).await().status()).isEqualTo(OrderStatus.COOKED);
    runTimers(checkOut.plus(OrderFixtures.CONFIRMS_AFTER));
    assertThat(orders.find(stay).await().status()).isEqualTo(COMPLETED);
  }

  @Test
  void past_nights_are_deleted() {
    db.pool
        .query(
            "INSERT INTO night_copy VALUES ('s-1', 'double', '2026-11-19', 1, NULL, 1),"
                + " ('s-1', 'double', '2026-11-20', 1, NULL, 1)")
        .execute()
        .await();
    runTimers(NOON);
    assertThat(db.count("night_copy")).isEqualTo(1);
  }

  @Test
  void idempotency_keys_are_deleted_after_a_day() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k", "hash");
    orders.placeOnce(newOrder(), key).await();
    Instant now = Instant.now();
    runTimers(now.plus(Duration.ofHours(23)));
    assertThat(db.count("idempotency")).isEqualTo(1);
    runTimers(now.plus(Duration.ofHours(25)));
    assertThat(db.count("idempotency")).isZero();
  }

  /** Runs the timers of all replicas concurrently. */
  private void runTimers(Instant now) {
    time = now;
    Future.all(replicas.stream().map(OrderTimers::runOnce).toList()).await();
  }

  private Change<Order> place() {
    Change<Order> placed = newOrder();
    orders.place(placed).await();
    return placed;
  }

  private String placed(Order order) {
    String id = Ids.next();
    orders.place(Order.place(id, order.details())).await();
    return id;
  }

  private static Change<Order> newOrder() {
    return Order.place(Ids.next(), OrderFixtures.placed().details());
  }
}
