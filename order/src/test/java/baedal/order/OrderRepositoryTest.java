package baedal.order;

import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.COMPLETED;
import static baedal.order.OrderStatus.EXPIRED;
import static baedal.order.OrderStatus.PAID;
import static baedal.order.OrderStatus.PLACED;
import static baedal.order.Samples.NOON;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Fulfilment;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.StoreEvent.MenuOption;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Orders in a real database, by themselves and many at once. */
class OrderRepositoryTest {

  private static final int AT_ONCE = 40;

  private final Vertx vertx = Boot.vertx();
  private final Database db = new Database(vertx);
  private final OrderRepository orders = db.orders;
  private final Set<String> standing = ConcurrentHashMap.newKeySet();
  private boolean paymentAway;
  private Instant time = NOON;
  private final List<OrderTimers> replicas =
      IntStream.range(0, 3)
          .mapToObj(i -> new OrderTimers(vertx, orders, this::ask, new Now(), Samples.PATIENCE))
          .toList();

  private Future<Set<String>> ask(List<String> orderIds) {
    return paymentAway
        ? Future.failedFuture(Refusal.unavailable("away", "away", Duration.ZERO))
        : Future.succeededFuture(Set.copyOf(standing));
  }

  /** The time that a test says it is. */
  private final class Now extends Clock {

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
  void an_order_is_found_as_it_was_placed_and_its_event_waits_beside_it() {
    Order order = place().state();
    assertThat(orders.find(order.id()).await()).isEqualTo(order);
    assertThat(db.outbox()).containsExactly("order.placed");
    assertThat(db.sequences()).containsExactly(1L);
  }

  @Test
  void a_change_and_its_events_are_written_together_and_numbered_on() {
    Order order = place().state();
    orders.change(order.id(), o -> Samples.pay(o, "p-1", PaymentMethod.ON_DELIVERY)).await();
    Order delivered =
        orders
            .change(order.id(), o -> FulfilmentProgress.delivered(o, "r-7", 40_000, NOON))
            .await();
    assertThat(orders.find(order.id()).await()).isEqualTo(delivered);
    assertThat(db.outbox())
        .containsExactly("order.placed", "order.paid", "order.collected", "order.delivered");
    assertThat(db.sequences()).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void an_unknown_order_is_not_found() {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> orders.find("nowhere").await());
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
  }

  @Test
  void of_many_cancels_at_once_one_is_done_and_all_get_its_order() {
    String id = place().state().id();
    List<Future<Order>> cancels =
        IntStream.range(0, AT_ONCE)
            .mapToObj(i -> orders.change(id, o -> Cancellation.request(o, "n " + i, NOON)))
            .toList();
    Future.all(cancels).await();
    assertThat(cancels.stream().map(Future::result).distinct()).hasSize(1);
    assertThat(db.outbox()).containsExactly("order.placed", "order.canceled");
  }

  @Test
  void pay_cancel_expire_and_change_at_once_end_in_one_story() {
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
      List<String> story = story(order.id());
      String why = "round " + round + ": " + end.status() + " " + story;
      long paid = story.stream().filter("order.paid"::equals).count();
      long given = story.stream().filter("order.payment-refused"::equals).count();
      assertThat(paid + given).as(why).isEqualTo(4);
      assertThat(paid).as(why).isEqualTo(end.paymentId() == null ? 0 : 1);
      assertThat(story.stream().filter(t -> t.equals("order.canceled")).count())
          .as(why)
          .isEqualTo(end.status() == CANCELED ? 1 : 0);
      assertThat(story.stream().filter(t -> t.equals("order.expired")).count())
          .as(why)
          .isEqualTo(end.status() == EXPIRED ? 1 : 0);
      assertThat(end.status()).as(why).isNotEqualTo(PLACED);
      assertThat(sequencesOf(order.id()))
          .as(why)
          .isEqualTo(IntStream.rangeClosed(1, story.size()).mapToObj(i -> (long) i).toList());
    }
  }

  @Test
  void a_message_has_its_effect_once_however_often_and_however_close_it_comes() {
    Order order = place().state();
    EventMessage stale = paidMessage(order, "p-stale");
    List<Future<Order>> copies =
        IntStream.range(0, AT_ONCE)
            .mapToObj(
                i ->
                    orders.change(
                        stale,
                        o ->
                            PaymentAcceptance.decide(o, "p-stale", PaymentMethod.CARD, 1, 1, NOON)))
            .toList();
    Future.all(copies).await();
    assertThat(db.outbox()).containsExactly("order.placed", "order.payment-refused");
    assertThat(db.count("inbox")).isEqualTo(1);
    assertThat(orders.find(order.id()).await().details().version()).isEqualTo(1);
  }

  @Test
  void a_message_without_effect_is_remembered_too() {
    Order order = place().state();
    orders.change(paidMessage(order, "p-1"), Change::none).await();
    orders.change(paidMessage(order, "p-1"), Change::none).await();
    assertThat(db.count("inbox")).isEqualTo(2);
    assertThat(db.outbox()).containsExactly("order.placed");
  }

  @Test
  void the_same_key_places_one_order_also_while_the_first_is_still_running() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k", "hash");
    List<Future<Order>> same =
        IntStream.range(0, AT_ONCE).mapToObj(i -> orders.placeOnce(fresh(), key)).toList();
    Future.all(same).await();
    assertThat(same.stream().map(f -> f.result().id()).distinct()).hasSize(1);
    assertThat(db.count("orders")).isEqualTo(1);
    assertThat(db.outbox()).containsExactly("order.placed");
  }

  @Test
  void a_key_keeps_its_first_answer_whatever_becomes_of_the_order() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k", "hash");
    Order first = orders.placeOnce(fresh(), key).await();
    orders.change(first.id(), o -> Cancellation.request(o, "", NOON)).await();
    assertThat(orders.findByKey(key).await()).contains(first);
    assertThat(orders.placeOnce(fresh(), key).await()).isEqualTo(first);
  }

  @Test
  void a_key_is_its_callers_own_and_takes_no_other_body() {
    orders.placeOnce(fresh(), new IdempotencyKey("c-1", "k", "hash")).await();
    assertThat(orders.findByKey(new IdempotencyKey("c-2", "k", "hash")).await()).isEmpty();
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class,
            () -> orders.placeOnce(fresh(), new IdempotencyKey("c-1", "k", "other")).await());
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNPROCESSABLE);
    assertThat(refusal.type()).isEqualTo("idempotency-key-reused");
    assertThat(db.count("orders")).isEqualTo(1);
  }

  @Test
  void however_many_replicas_look_an_unpaid_order_expires_once() {
    List<String> ids = IntStream.range(0, 20).mapToObj(i -> place().state().id()).toList();
    String paid = place().state().id();
    orders.change(paid, o -> Samples.pay(o, "p-1", PaymentMethod.CARD)).await();
    look(NOON.plus(Samples.PAY_WITHIN).minusMillis(1));
    assertThat(db.outbox()).doesNotContain("order.expired");
    look(NOON.plus(Samples.PAY_WITHIN));
    assertThat(Collections.frequency(db.outbox(), "order.expired")).isEqualTo(ids.size());
    assertThat(orders.find(ids.get(0)).await().status()).isEqualTo(EXPIRED);
    assertThat(orders.find(paid).await().status()).isEqualTo(PAID);
  }

  @Test
  void an_order_whose_payment_we_have_not_heard_of_does_not_expire_and_holds_up_no_other() {
    List<String> ids =
        IntStream.range(0, 3 * OrderRepository.TIMER_BATCH)
            .mapToObj(i -> place().state().id())
            .toList();
    String unpaid = ids.get(ids.size() - 1);
    standing.addAll(ids.subList(0, ids.size() - 1));
    Instant late = NOON.plus(Duration.ofDays(1));
    await()
        .until(
            () -> {
              look(late);
              return orders.find(unpaid).await().status() == EXPIRED;
            });
    assertThat(Collections.frequency(db.outbox(), "order.expired")).isEqualTo(1);
    String paid = ids.get(0);
    orders.change(paid, o -> Samples.pay(o, "p-1", PaymentMethod.CARD)).await();
    assertThat(orders.find(paid).await().status()).isEqualTo(PAID);
  }

  @Test
  void while_payment_is_away_nothing_expires_and_silence_is_heard_all_the_same() {
    paymentAway = true;
    String unpaid = place().state().id();
    String delivered = place().state().id();
    orders.change(delivered, o -> Samples.pay(o, "p-1", PaymentMethod.CARD)).await();
    orders.change(delivered, o -> FulfilmentProgress.delivered(o, "r-7", 0, NOON)).await();
    look(NOON.plus(Samples.PATIENCE));
    assertThat(orders.find(unpaid).await().status()).isEqualTo(PLACED);
    assertThat(orders.find(delivered).await().status()).isEqualTo(COMPLETED);
    paymentAway = false;
    look(NOON.plus(Samples.PATIENCE));
    assertThat(orders.find(unpaid).await().status()).isEqualTo(EXPIRED);
  }

  @Test
  void a_day_of_silence_completes_deliveries_and_visits_once() {
    String delivered = place().state().id();
    orders.change(delivered, o -> Samples.pay(o, "p-1", PaymentMethod.CARD)).await();
    orders.change(delivered, o -> FulfilmentProgress.delivered(o, "r-7", 0, NOON)).await();
    String visit = placed(Samples.placed(Fulfilment.VISIT));
    orders.change(visit, o -> Samples.pay(o, "p-2", PaymentMethod.CARD)).await();
    orders.change(visit, o -> FulfilmentProgress.reached(o, OrderStatus.COOKED, NOON)).await();
    look(NOON.plus(Samples.PATIENCE).minusMillis(1));
    assertThat(db.outbox()).doesNotContain("order.completed");
    look(NOON.plus(Samples.PATIENCE));
    look(NOON.plus(Samples.PATIENCE).plusSeconds(60));
    assertThat(Collections.frequency(db.outbox(), "order.completed")).isEqualTo(2);
    assertThat(orders.find(delivered).await().status()).isEqualTo(COMPLETED);
    assertThat(orders.find(visit).await().status()).isEqualTo(COMPLETED);
  }

  @Test
  void old_keys_are_forgotten_and_young_ones_kept() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k", "hash");
    orders.placeOnce(fresh(), key).await();
    Instant now = Instant.now();
    look(now.plus(Duration.ofHours(23)));
    assertThat(db.count("idempotency")).isEqualTo(1);
    look(now.plus(Duration.ofHours(25)));
    assertThat(db.count("idempotency")).isZero();
  }

  @Test
  void the_newest_word_about_a_store_and_a_menu_wins_in_whatever_order_they_come() {
    for (int seed = 0; seed < 20; seed++) {
      db.pool.query("TRUNCATE store_copy, menu_copy").execute().await();
      List<Runnable> events =
          new ArrayList<>(
              List.of(
                  () -> db.store(true, 1),
                  () -> db.store(false, 2),
                  () -> db.store(true, 3),
                  () -> db.menu("fried", 18_000, 1),
                  () -> db.menu("fried", 19_000, 2, new MenuOption("무", 500)),
                  () -> db.catalogs.menuChanged(Database.changed("cola", 1, 2, true)).await(),
                  () -> db.menu("cola", 2_000, 1)));
      events.addAll(List.copyOf(events));
      Collections.shuffle(events, new Random(seed));
      events.forEach(Runnable::run);
      Catalog catalog = db.catalogs.find("s-1", List.of("fried", "cola")).await().orElseThrow();
      assertThat(catalog.open()).as("seed " + seed).isTrue();
      assertThat(catalog.menus().keySet()).as("seed " + seed).containsExactly("fried");
      assertThat(catalog.menus().get("fried").price()).as("seed " + seed).isEqualTo(19_000);
    }
    assertThat(db.catalogs.find("s-9", List.of()).await()).isEqualTo(Optional.empty());
  }

  /** Three replicas look at once. */
  private void look(Instant now) {
    time = now;
    Future.all(replicas.stream().map(OrderTimers::runOnce).toList()).await();
  }

  private Change<Order> place() {
    Change<Order> placed = fresh();
    orders.place(placed).await();
    return placed;
  }

  private String placed(Order order) {
    String id = Ids.next();
    orders.place(Order.place(id, order.details())).await();
    return id;
  }

  private static Change<Order> fresh() {
    return Order.place(Ids.next(), Samples.placed().details());
  }

  private static EventMessage paidMessage(Order order, String payment) {
    PaymentEvent.Paid paid =
        new PaymentEvent.Paid(order.id(), payment, 40_000, PaymentMethod.CARD, 1, NOON);
    return EventMessages.wrap(List.of(paid), 1, NOON).get(0);
  }

  private List<String> story(String id) {
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
