package baedal.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import baedal.coupon.CouponStatus;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.events.Subscriptions;
import baedal.mongodb.MongoDatabase;
import baedal.order.OrderStatus;
import baedal.payment.PaymentStatus;
import baedal.postgres.PgDatabase;
import baedal.rabbitmq.Topology;
import baedal.redis.RedisOutbox;
import baedal.rider.DeliveryStatus;
import baedal.store.Menu;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.UpdateOptions;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Disagreements planted in real stores, and found by an audit of all of them. */
class AuditorTest {

  private static final Duration GRACE = Duration.ofMinutes(1);

  /** More than two pages. */
  private static final int MANY = 1_001;

  private static Stores stores;
  private static Auditor auditor;

  @BeforeAll
  static void start() {
    stores = new Stores();
    auditor = new Auditor(stores.vertx, stores.sources, Tolerances.ofGrace(GRACE));
  }

  @AfterAll
  static void stop() {
    auditor.close();
    stores.close();
  }

  @BeforeEach
  void clearStores() {
    stores.clear();
  }

  private static Instant earlier() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS).minus(Duration.ofMinutes(5));
  }

  private static OrderStates states(String id, OrderStatus status) {
    return OrderStates.of(id, status, earlier());
  }

  private static List<String> audit() {
    return auditor.audit().stream().map(Finding::toString).toList();
  }

  private static void menu(Map<String, Integer> taken, long sold) {
    stores.write(
        new Menu(
            "store-1", "fried", "후라이드", 18_000, 9, List.of(), false, 1, taken, List.of(), sold));
  }

  @Test
  void stores_that_agree_give_no_finding() {
    for (OrderStatus status : OrderStatus.values()) {
      if (status != OrderStatus.CANCEL_REQUESTED) {
        stores.write(states(status.name(), status));
      }
    }
    menu(Map.of("PAID", 2, "ACCEPTED", 2, "COOKING", 2), 8);
    assertThat(audit()).isEmpty();
    assertThat(auditor.orders()).isEqualTo(OrderStatus.values().length - 1);
  }

  @Test
  void each_store_is_read() {
    OrderStates money = states("a-money", OrderStatus.CANCELED);
    money.charge().put("refunded", false);
    OrderStates ticket = states("b-ticket", OrderStatus.PAID);
    ticket.ticket.put("status", "ACCEPTED");
    OrderStates delivery = states("c-delivery", OrderStatus.ACCEPTED);
    delivery.delivery = delivery.delivery(DeliveryStatus.OPEN);
    OrderStates coupon = states("d-coupon", OrderStatus.PLACED);
    coupon.coupon = null;
    OrderStates earned = states("e-earned", OrderStatus.CANCELED);
    earned.earned = earned.coupon("earned-e-earned", CouponStatus.ISSUED);
    OrderStates page = states("f-page", OrderStatus.PLACED);
    page.page.put("shown", "EXPIRED");
    OrderStates note = states("g-note", OrderStatus.PLACED);
    note.pendingNotifications = 1;
    List.of(money, ticket, delivery, coupon, earned, page, note).forEach(stores::write);
    menu(Map.of("b-ticket", 2, "c-delivery", 2), 1);
    assertThat(audit())
        .containsExactly(
            "provider  a-money  payment payment-of-a-money is REFUNDED, but the provider holds the money",
            "ticket  b-ticket  is PAID, but its ticket is ACCEPTED",
            "delivery  c-delivery  is ACCEPTED, but its delivery is OPEN",
            "coupon  d-coupon  is PLACED with the coupon coupon-1-of-d-coupon, which is lost",
            "coupon-earned  e-earned  is CANCELED, but earned a coupon",
            "mypage  f-page  is PLACED, but MyPage shows EXPIRED",
            "notification  g-note  1 notifications were not sent",
            "stock  store-1/fried  says that 1 are sold, but cooked were 0");
  }

  @Test
  void a_payment_without_a_charge_and_a_charge_without_a_payment_are_found() {
    OrderStates never = states("never-taken", OrderStatus.PAID);
    never.payments.get(0).remove("charge");
    stores.write(never);
    OrderStates lost = states("lost", OrderStatus.PLACED);
    lost.pay("p-lost", PaymentStatus.PAID);
    stores.write(lost);
    stores.payments.pool().query("DELETE FROM payments WHERE id = 'p-lost'").execute().await();
    menu(Map.of("never-taken", 2), 0);
    assertThat(audit())
        .containsExactlyInAnyOrder(
            "provider  never-taken  payment payment-of-never-taken is PAID, but the provider never heard of it",
            "provider  p-lost  the provider holds money for a payment that is lost");
  }

  @Test
  void an_unreadable_state_is_a_finding_and_hides_no_other() {
    List.of("a", "b", "c", "d", "e").forEach(id -> stores.write(states(id, OrderStatus.PAID)));
    OrderStates wrong = states("z", OrderStatus.PAID);
    wrong.ticket.put("status", "ACCEPTED");
    stores.write(wrong);
    menu(Map.of("a", 2, "b", 2, "c", 2, "d", 2, "e", 2, "z", 2), 0);
    stores.garble(stores.stores, "foodCookings", "a", "state", "nonsense");
    stores.garble(stores.stores, "foodCookings", "b", "state.changedAt", "nonsense");
    stores.garble(stores.pages, "mypages", "c", "state.facts.paid", "nonsense");
    stores.garbleCoupon("coupon-1-of-d", "{");
    stores.garbleCoupon("coupon-1-of-e", "{\"orderId\":\"e\",\"changedAt\":\"nonsense\"}");
    assertThat(audit())
        .containsOnly(
            "unreadable  a  what is kept of its ticket is no JSON",
            "unreadable  a  what is kept of it is no JSON",
            "unreadable  b  Text 'nonsense' could not be parsed at index 0",
            "unreadable  c  Text 'nonsense' could not be parsed at index 0",
            "unreadable  d  what is kept of its coupon is no JSON",
            "unreadable  coupon-1-of-d  what is kept of it is no JSON",
            "unreadable  e  Text 'nonsense' could not be parsed at index 0",
            "unreadable  coupon-1-of-e  Text 'nonsense' could not be parsed at index 0",
            "ticket  z  is PAID, but its ticket is ACCEPTED");
    stores.garble(stores.stores, "menus", "store-1/fried", "state", "nonsense");
    assertThat(audit())
        .contains("unreadable  store-1/fried  what is kept of it is no JSON")
        .noneMatch(finding -> finding.startsWith("stock"));
  }

  @Test
  void what_changed_within_the_grace_period_is_left_alone() {
    OrderStates young = OrderStates.of("young", OrderStatus.PAID, Instant.now());
    young.payments.clear();
    young.ticket = null;
    young.delivery = young.delivery(DeliveryStatus.OPEN);
    young.coupon = young.coupon("coupon-2", CouponStatus.CLAIMED);
    young.page = null;
    stores.write(young);
    OrderStates unknown = OrderStates.of("unknown", OrderStatus.CANCELED, Instant.now());
    unknown.order = null;
    stores.write(unknown);
    menu(Map.of("young", 2), 0);
    assertThat(audit()).isEmpty();
  }

  @Test
  void a_lost_order_is_reported_once() {
    OrderStates states = states("lost", OrderStatus.COMPLETED);
    states.order = null;
    states.coupon = null;
    stores.write(states);
    menu(Map.of(), 2);
    assertThat(audit())
        .containsExactly(
            "order-known  lost  other services know of an order that the order service lost");
    assertThat(auditor.orders()).isZero();
  }

  @Test
  void a_lost_order_is_found_through_each_other_service() {
    OrderStates payment = states("payment", OrderStatus.PLACED);
    payment.pay("p-1", PaymentStatus.DECLINED);
    OrderStates ticket = states("ticket", OrderStatus.CANCELED);
    ticket.payments.clear();
    OrderStates delivery = states("delivery", OrderStatus.PLACED);
    delivery.delivery = delivery.delivery(DeliveryStatus.CANCELED);
    OrderStates page = states("page", OrderStatus.PLACED);
    List.of(payment, ticket, delivery, page)
        .forEach(
            states -> {
              states.order = null;
              states.coupon = null;
              if (states != page) {
                states.page = null;
              }
              if (states != delivery) {
                states.delivery = null;
              }
              stores.write(states);
            });
    menu(Map.of(), 0);
    assertThat(auditor.audit())
        .extracting(Finding::rule, Finding::subject)
        .containsExactly(
            tuple("order-known", "payment"),
            tuple("order-known", "ticket"),
            tuple("order-known", "delivery"),
            tuple("order-known", "page"));
  }

  @Test
  void stock_taken_for_an_unknown_order_is_found() {
    menu(Map.of("nobody's", 1), 0);
    assertThat(audit())
        .containsExactly(
            "stock  store-1/fried  says that {nobody's=1} is taken, but open tickets took {}");
  }

  @Test
  void an_order_must_know_each_of_two_coupons_that_it_holds() {
    OrderStates states = states("order", OrderStatus.PLACED);
    stores.write(states);
    stores.write(states.coupon("coupon-0", CouponStatus.CLAIMED));
    stores.write(states.coupon("coupon-2", CouponStatus.USED));
    stores.write(states.coupon("coupon-3", CouponStatus.ISSUED));
    assertThat(audit())
        .containsExactlyInAnyOrder(
            "claim  order  does not know of its coupon coupon-0",
            "claim  order  does not know of its coupon coupon-2");
  }

  @Test
  void pages_are_read_from_the_current_collection_of_mypage() {
    stores
        .pages
        .client()
        .insert("generations", new JsonObject().put("_id", "mypages").put("current", "mypages_2"))
        .await();
    OrderStates states = states("order", OrderStatus.PLACED);
    stores.write(states);
    assertThat(audit()).containsExactly("mypage  order  is PLACED, but MyPage shows nothing");
    stores.writePage("mypages_2", states);
    assertThat(audit()).isEmpty();
  }

  @Test
  void events_that_were_not_sent_are_counted_by_service() {
    unsent(earlier());
    assertThat(audit())
        .containsExactly(
            "outbox  coupon  at least 1 events were not sent",
            "outbox  order  at least 1 events were not sent",
            "outbox  payment  at least 1 events were not sent",
            "outbox  rider  at least 1 events were not sent",
            "outbox  store  at least 3 events were not sent");
  }

  @Test
  void events_within_the_grace_period_are_not_counted() {
    unsent(Instant.now());
    assertThat(audit()).isEmpty();
  }

  /** Puts one event into each outbox of each service. */
  private static void unsent(Instant since) {
    stores.write(states("order", OrderStatus.COOKED));
    menu(Map.of(), 2);
    unsent(stores.orders, since);
    unsent(stores.payments, since);
    unsent(stores.stores, "foodCookings", since);
    unsent(stores.stores, "menus", since);
    unsent(stores.stores, "stores", since);
    unsent(stores.riders, "deliveries", since);
    unsentByCoupon(since.toEpochMilli() + "-0");
  }

  private static void unsent(PgDatabase store, Instant since) {
    OrderEvent event = new OrderEvent.Expired("order", "customer-1", "store-1", null, since);
    String body = EventMessages.encode(EventMessages.wrap(List.of(event), 1, since).get(0));
    store
        .pool()
        .preparedQuery("INSERT INTO outbox (shard, body) VALUES (0, $1)")
        .execute(Tuple.of(body))
        .await();
  }

  private static void unsent(MongoDatabase store, String collection, Instant since) {
    JsonObject pending = new JsonObject().put("pendingSince", since.toEpochMilli());
    store
        .client()
        .updateCollectionWithOptions(
            collection,
            new JsonObject(),
            new JsonObject().put("$set", pending),
            new UpdateOptions().setUpsert(true))
        .await();
  }

  private static void unsentByCoupon(String entry) {
    String stream = RedisOutbox.key("coupon", "order");
    stores.coupons.api().xadd(List.of(stream, entry, "body", "{}")).await();
  }

  @Test
  void dead_letters_and_unrouted_messages_are_counted_by_queue() {
    Subscriptions.CONSUMERS.forEach(consumer -> stores.publish("", Topology.deadQueue(consumer)));
    stores.publish("", Topology.deadQueue("store"));
    stores.publish("order", "order.nobody-wants-this");
    assertThat(audit())
        .containsExactly(
            "dead-letter  order.dead  1 messages",
            "dead-letter  payment.dead  1 messages",
            "dead-letter  store.dead  2 messages",
            "dead-letter  rider.dead  1 messages",
            "dead-letter  coupon.dead  1 messages",
            "dead-letter  mypage.dead  1 messages",
            "unrouted  unrouted  1 messages");
  }

  @Test
  void more_than_two_pages_are_read_to_the_end() {
    OrderStates order = states("order", OrderStatus.CANCELED);
    order.details().putNull("couponId");
    order.order.putNull("paymentId");
    stores
        .orders
        .pool()
        .preparedQuery(
            """
            INSERT INTO orders (id, customer_id, store_id, status, revision, sequence, expires_at, changed_at, body)
            SELECT 'order-' || n, 'customer-1', 'store-1', 'CANCELED', 1, 1, now(), now(), $1::text::jsonb
              FROM generate_series(1, $2::int) n
            """)
        .execute(Tuple.of(order.order.toString(), MANY))
        .await();
    List<BulkOperation> tickets = new ArrayList<>();
    List<Future<?>> coupons = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      OrderStates lost = states("lost-" + i, OrderStatus.CANCELED);
      lost.ticket.putObject("taken");
      tickets.add(
          BulkOperation.createInsert(
              new JsonObject()
                  .put("_id", lost.id)
                  .put("state", new JsonObject(lost.ticket.toString()))));
      ObjectNode coupon = lost.coupon("coupon-" + i, CouponStatus.CLAIMED);
      coupons.add(
          stores
              .coupons
              .api()
              .hset(List.of("coupon:aggregate:coupon-" + i, "state", coupon.toString())));
      unsentByCoupon("1-" + (i + 1));
    }
    stores.stores.client().bulkWrite("foodCookings", tickets).await();
    Future.all(coupons).await();
    List<Finding> findings = auditor.audit();
    assertThat(auditor.orders()).isEqualTo(MANY);
    assertThat(findings)
        .contains(new Finding("outbox", "coupon", "at least " + MANY + " events were not sent"));
    for (String rule : List.of("mypage", "order-known", "claim")) {
      assertThat(findings).filteredOn(f -> f.rule().equals(rule)).as(rule).hasSize(MANY);
    }
    assertThat(findings).hasSize(3 * MANY + 1);
  }
}
