package baedal.order;

import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.EXPIRED;
import static baedal.order.OrderStatus.PLACED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.runtime.Boot;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Orders in a database: single changes, and concurrent ones. */
class OrderRepositoryTest {

  private static final int CONCURRENT_CALLS = 40;

  private final Vertx vertx = Boot.vertx();
  private final OrderDatabase db = new OrderDatabase(vertx);
  private final OrderRepository orders = db.orders;

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void an_order_and_its_event_are_stored_together() {
    Order order = place().state();
    assertThat(orders.find(order.id()).await()).isEqualTo(order);
    assertThat(db.outboxTypes()).containsExactly("order.placed");
    assertThat(db.outboxSequences()).containsExactly(1L);
  }

  @Test
  void a_change_and_its_events_are_stored_and_numbered_together() {
    Order order = place().state();
    orders.change(order.id(), o -> OrderFixtures.pay(o, "p-1", PaymentMethod.ON_DELIVERY)).await();
    Order delivered =
        orders
            .change(order.id(), o -> FulfilmentProgress.delivered(o, "r-7", 40_000, NOON))
            .await();
    assertThat(orders.find(order.id()).await()).isEqualTo(delivered);
    assertThat(db.outboxTypes())
        .containsExactly("order.placed", "order.paid", "order.collected", "order.delivered");
    assertThat(db.outboxSequences()).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void an_unknown_order_is_not_found() {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> orders.find("nowhere").await());
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
  }

  @Test
  void concurrent_cancellations_cancel_once_and_get_the_same_result() {
    String id = place().state().id();
    List<Future<Order>> cancels =
        IntStream.range(0, CONCURRENT_CALLS)
            .mapToObj(i -> orders.change(id, o -> Cancellation.request(o, "n " + i, NOON)))
            .toList();
    Future.all(cancels).await();
    assertThat(cancels.stream().map(Future::result).distinct()).hasSize(1);
    assertThat(db.outboxTypes()).containsExactly("order.placed", "order.canceled");
  }

  @Test
  void concurrent_payments_cancellations_expirations_and_changes_are_consistent() {
    for (int round = 0; round < 25; round++) {
      Order order = place().state();
      Instant expiry = order.details().expiresAt();
      List<Future<Order>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String payment = "p-" + i;
        all.add(
            orders.change(
                paidMessage(order, payment),
                o -> PaymentAcceptance.decide(o, payment, PaymentMethod.CARD, 40_000, 1, NOON)));
        all.add(orders.change(order.id(), o -> Cancellation.request(o, "", NOON)));
        all.add(orders.change(order.id(), o -> Expiration.expire(o, expiry)));
        all.add(orders.change(order.id(), o -> OrderUpdate.change(o, null, null, payment, NOON)));
      }
      Future.join(all).otherwiseEmpty().await();
      Order end = orders.find(order.id()).await();
      List<String> types = typesOf(order.id());
      String why = "round " + round + ": " + end.status() + " " + types;
      long paid = types.stream().filter("order.paid"::equals).count();
      long refused = types.stream().filter("order.payment-refused"::equals).count();
      assertThat(paid + refused).as(why).isEqualTo(4);
      assertThat(paid).as(why).isEqualTo(end.paymentId() == null ? 0 : 1);
      assertThat(types.stream().filter(t -> t.equals("order.canceled")).count())
          .as(why)
          .isEqualTo(end.status() == CANCELED ? 1 : 0);
      assertThat(types.stream().filter(t -> t.equals("order.expired")).count())
          .as(why)
          .isEqualTo(end.status() == EXPIRED ? 1 : 0);
      assertThat(end.status()).as(why).isNotEqualTo(PLACED);
      assertThat(sequencesOf(order.id()))
          .as(why)
          .isEqualTo(IntStream.rangeClosed(1, types.size()).mapToObj(i -> (long) i).toList());
    }
  }

  @Test
  void a_message_that_is_delivered_concurrently_has_one_effect() {
    Order order = place().state();
    EventMessage stale = paidMessage(order, "p-stale");
    List<Future<Order>> copies =
        IntStream.range(0, CONCURRENT_CALLS)
            .mapToObj(
                i ->
                    orders.change(
                        stale,
                        o ->
                            PaymentAcceptance.decide(o, "p-stale", PaymentMethod.CARD, 1, 1, NOON)))
            .toList();
    Future.all(copies).await();
    assertThat(db.outboxTypes()).containsExactly("order.placed", "order.payment-refused");
    assertThat(db.count("inbox")).isEqualTo(1);
    assertThat(orders.find(order.id()).await().details().version()).isEqualTo(1);
  }

  @Test
  void a_message_without_effect_is_stored_in_the_inbox() {
    Order order = place().state();
    orders.change(paidMessage(order, "p-1"), Change::none).await();
    orders.change(paidMessage(order, "p-1"), Change::none).await();
    assertThat(db.count("inbox")).isEqualTo(2);
    assertThat(db.outboxTypes()).containsExactly("order.placed");
  }

  @Test
  void concurrent_requests_with_one_key_place_one_order() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k", "hash");
    List<Future<Order>> same =
        IntStream.range(0, CONCURRENT_CALLS)
            .mapToObj(i -> orders.placeOnce(newOrder(), key))
            .toList();
    Future.all(same).await();
    assertThat(same.stream().map(f -> f.result().id()).distinct()).hasSize(1);
    assertThat(db.count("orders")).isEqualTo(1);
    assertThat(db.outboxTypes()).containsExactly("order.placed");
  }

  @Test
  void a_key_returns_the_order_as_first_placed_after_a_change() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k", "hash");
    Order first = orders.placeOnce(newOrder(), key).await();
    orders.change(first.id(), o -> Cancellation.request(o, "", NOON)).await();
    assertThat(orders.findByKey(key).await()).contains(first);
    assertThat(orders.placeOnce(newOrder(), key).await()).isEqualTo(first);
  }

  @Test
  void a_key_belongs_to_one_caller_and_refuses_another_body() {
    orders.placeOnce(newOrder(), new IdempotencyKey("c-1", "k", "hash")).await();
    assertThat(orders.findByKey(new IdempotencyKey("c-2", "k", "hash")).await()).isEmpty();
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class,
            () -> orders.placeOnce(newOrder(), new IdempotencyKey("c-1", "k", "other")).await());
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNPROCESSABLE);
    assertThat(refusal.type()).isEqualTo("idempotency-key-reused");
    assertThat(db.count("orders")).isEqualTo(1);
  }

  private Change<Order> place() {
    Change<Order> placed = newOrder();
    orders.place(placed).await();
    return placed;
  }

  private static Change<Order> newOrder() {
    return Order.place(Ids.next(), OrderFixtures.placed().details());
  }

  private static EventMessage paidMessage(Order order, String payment) {
    PaymentEvent.Paid paid =
        new PaymentEvent.Paid(order.id(), payment, 40_000, PaymentMethod.CARD, 1, NOON);
    return EventMessages.wrap(List.of(paid), 1, NOON).get(0);
  }

  private List<String> typesOf(String id) {
    return messages(id).stream().map(EventMessage::type).toList();
  }

  private List<Long> sequencesOf(String id) {
    return messages(id).stream().map(EventMessage::sequence).toList();
  }

  private List<EventMessage> messages(String id) {
    List<EventMessage> messages = new ArrayList<>();
    db.pool
        .query("SELECT body FROM outbox ORDER BY id")
        .execute()
        .await()
        .forEach(row -> messages.add(EventMessages.decode(row.getString(0))));
    return messages.stream().filter(m -> m.subject().equals(id)).toList();
  }
}
