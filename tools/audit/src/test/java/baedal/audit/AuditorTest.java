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

/** The {@link Auditor} finds disagreements that a test wrote into real stores. */
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
            "store-1", "fried", "후라이드", 18_000, 9, List.of(), false, 1, taken, List.of(), sold,
            null));
  }

  @Test
  void an_audit_of_stores_that_agree_has_no_finding() {
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
  void an_audit_finds_a_disagreement_in_each_store() {
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
    OrderStates notification = states("g-notification", OrderStatus.PLACED);
    notification.pendingNotifications = 1;
    List.of(money, ticket, delivery, coupon, earned, page, notification).forEach(stores::write);
    menu(Map.of("b-ticket", 2, "c-delivery", 2), 1);
    assertThat(audit())
        .containsExactly(
            "provider  a-money  payment payment-of-a-money is REFUNDED, but the provider has charged it and not refunded it",
            "ticket  b-ticket  order is PAID; status of its ticket: ACCEPTED, expected: RECEIVED",
            "delivery  c-delivery  order is ACCEPTED; status of its delivery: OPEN, expected: WAITING",
            "coupon  d-coupon  order is PLACED; its coupon coupon-1-of-d-coupon is missing, expected: CLAIMED and held by this order",
            "coupon-earned  e-earned  order is CANCELED, but it has already earned a coupon",
            "mypage  f-page  order is PLACED, but MyPage shows EXPIRED",
            "notification  g-notification  notifications about this order that mypage has not sent: 1",
            "stock  store-1/fried  quantity sold: 1 in the menu, but 0 in cooked tickets");
  }

  @Test
  void a_payment_without_a_charge_and_a_charge_without_a_payment_are_findings() {
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
            "provider  never-taken  payment payment-of-never-taken is PAID, but the provider has no such charge",
            "provider  p-lost  the provider holds money for this payment, but the payment service has no such payment");
  }

  @Test
  void a_refund_of_another_part_than_requested_is_a_finding() {
    stores.write(states("agrees", OrderStatus.CANCELED).refundPart(50));
    stores.write(states("nothing", OrderStatus.CANCELED).refundPart(0));
    OrderStates all = states("refunded-all", OrderStatus.CANCELED).refundPart(50);
    all.charge().put("refundedAmount", OrderStates.DUE);
    stores.write(all);
    stores.write(states("old", OrderStatus.CANCELED));
    stores
        .payments
        .pool()
        .query(
            "UPDATE simulator_charge SET refunded_amount = NULL WHERE payment_id = 'payment-of-old'")
        .execute()
        .await();
    assertThat(audit())
        .containsExactly(
            "provider  refunded-all  payment payment-of-refunded-all had 17000 won refunded, but the provider refunded 34000 won");
  }

  @Test
  void money_that_was_kept_without_a_payment_is_a_finding() {
    for (String id : List.of("part", "all")) {
      OrderStates lost = states(id, OrderStatus.CANCELED);
      lost.page.putObject("payments");
      stores.write(id.equals("part") ? lost.refundPart(50) : lost);
    }
    stores.payments.pool().query("DELETE FROM payments").execute().await();
    assertThat(audit())
        .containsExactly(
            "provider  payment-of-part  the provider holds money for this payment, but the payment service has no such payment");
  }

  @Test
  void an_unreadable_state_is_a_finding_and_hides_no_other_finding() {
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
    String notATime = "Text 'nonsense' could not be parsed at index 0";
    assertThat(audit())
        .containsOnly(
            "unreadable  a  the stored ticket is not a JSON object",
            "unreadable  b  a time in a stored state of this order is not readable: " + notATime,
            "unreadable  b  a time in a stored ticket is not readable: " + notATime,
            "unreadable  c  a time in a stored state of this order is not readable: " + notATime,
            "unreadable  d  the stored coupon is not a JSON object",
            "unreadable  coupon-1-of-d  the stored coupon is not a JSON object",
            "unreadable  e  a time in a stored state of this order is not readable: " + notATime,
            "unreadable  coupon-1-of-e  a time in a stored coupon is not readable: " + notATime,
            "ticket  z  order is PAID; status of its ticket: ACCEPTED, expected: RECEIVED");
    stores.garble(stores.stores, "menus", "store-1/fried", "state", "nonsense");
    assertThat(audit())
        .contains("unreadable  store-1/fried  the stored menu is not a JSON object")
        .noneMatch(finding -> finding.startsWith("stock"));
  }

  @Test
  void an_order_that_changed_within_the_grace_period_is_not_checked() {
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
  void an_order_that_the_order_service_lost_is_reported_once() {
    OrderStates states = states("lost", OrderStatus.COMPLETED);
    states.order = null;
    states.coupon = null;
    stores.write(states);
    menu(Map.of(), 2);
    assertThat(audit())
        .containsExactly(
            "order-known  lost  the order service has no such order, but these services have data of it: payment, store, rider, coupon, mypage");
    assertThat(auditor.orders()).isZero();
  }

  @Test
  void the_data_of_any_other_service_is_enough_to_report_a_lost_order() {
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
  void stock_taken_for_an_unknown_order_is_a_finding() {
    menu(Map.of("unknown", 1), 0);
    assertThat(audit())
        .containsExactly(
            "stock  store-1/fried  quantity taken by order id: {unknown=1} in the menu, but {} in open tickets");
  }

  @Test
  void each_coupon_that_an_order_holds_but_does_not_use_is_a_finding() {
    OrderStates states = states("order", OrderStatus.PLACED);
    stores.write(states);
    stores.write(states.coupon("coupon-0", CouponStatus.CLAIMED));
    stores.write(states.coupon("coupon-2", CouponStatus.USED));
    stores.write(states.coupon("coupon-3", CouponStatus.ISSUED));
    assertThat(audit())
        .containsExactlyInAnyOrder(
            "claim  order  coupon coupon-0 is CLAIMED and held by this order, but the order uses coupon coupon-1-of-order",
            "claim  order  coupon coupon-2 is USED and held by this order, but the order uses coupon coupon-1-of-order");
  }

  @Test
  void a_usable_coupon_that_a_canceled_order_brought_is_a_finding() {
    OrderStates states = states("order", OrderStatus.CANCELED);
    stores.write(states);
    ObjectNode brought =
        states
            .coupon("coupon-2", CouponStatus.ISSUED)
            .put("campaignId", "campaign-1")
            .put("issuedWith", "order");
    stores.write(brought);
    assertThat(audit())
        .containsExactly(
            "coupon-brought  order  order is CANCELED, but coupon coupon-2 that it brought is ISSUED, expected: USED or REVOKED");
  }

  @Test
  void after_a_rebuild_the_audit_reads_the_pages_from_the_new_collection() {
    stores
        .pages
        .client()
        .insert("generations", new JsonObject().put("_id", "mypages").put("current", "mypages_2"))
        .await();
    OrderStates states = states("order", OrderStatus.PLACED);
    stores.write(states);
    assertThat(audit())
        .containsExactly("mypage  order  order is PLACED, but MyPage has no page of it");
    stores.writePage("mypages_2", states);
    assertThat(audit()).isEmpty();
  }

  @Test
  void unpublished_events_are_counted_by_service() {
    addUnpublished(earlier());
    assertThat(audit())
        .containsExactly(
            "outbox  coupon  events in the outbox that are older than the grace period of 60 s: at least 1",
            "outbox  order  events in the outbox that are older than the grace period of 60 s: at least 1",
            "outbox  payment  events in the outbox that are older than the grace period of 60 s: at least 1",
            "outbox  rider  events in the outbox that are older than the grace period of 60 s: at least 1",
            "outbox  store  events in the outbox that are older than the grace period of 60 s: at least 3");
  }

  @Test
  void unpublished_events_within_the_grace_period_are_not_counted() {
    addUnpublished(Instant.now());
    assertThat(audit()).isEmpty();
  }

  /** Puts one event into every outbox of all services. */
  private static void addUnpublished(Instant since) {
    stores.write(states("order", OrderStatus.COOKED));
    menu(Map.of(), 2);
    addUnpublished(stores.orders, since);
    addUnpublished(stores.payments, since);
    addUnpublished(stores.stores, "foodCookings", since);
    addUnpublished(stores.stores, "menus", since);
    addUnpublished(stores.stores, "stores", since);
    addUnpublished(stores.riders, "deliveries", since);
    addUnpublishedToCoupon(since.toEpochMilli() + "-0");
  }

  private static void addUnpublished(PgDatabase store, Instant since) {
    OrderEvent event = new OrderEvent.Expired("order", "customer-1", "store-1", null, since);
    String body = EventMessages.encode(EventMessages.wrap(List.of(event), 1, since).get(0));
    store
        .pool()
        .preparedQuery("INSERT INTO outbox (shard, body) VALUES (0, $1)")
        .execute(Tuple.of(body))
        .await();
  }

  private static void addUnpublished(MongoDatabase store, String collection, Instant since) {
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

  private static void addUnpublishedToCoupon(String entry) {
    String stream = RedisOutbox.key("coupon", "order");
    stores.coupons.api().xadd(List.of(stream, entry, "body", "{}")).await();
  }

  @Test
  void dead_letters_and_unrouted_messages_are_counted_by_queue() {
    Subscriptions.CONSUMERS.forEach(consumer -> stores.publish("", Topology.deadQueue(consumer)));
    stores.publish("", Topology.deadQueue("store"));
    stores.publish("order", "order.unknown-event");
    assertThat(audit())
        .containsExactly(
            "dead-letter  order.dead  messages in the dead-letter queue: 1",
            "dead-letter  payment.dead  messages in the dead-letter queue: 1",
            "dead-letter  store.dead  messages in the dead-letter queue: 2",
            "dead-letter  rider.dead  messages in the dead-letter queue: 1",
            "dead-letter  coupon.dead  messages in the dead-letter queue: 1",
            "dead-letter  mypage.dead  messages in the dead-letter queue: 1",
            "unrouted  unrouted  events that RabbitMQ could not route to any queue: 1");
  }

  @Test
  void an_audit_reads_more_than_two_pages_of_each_store() {
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
      addUnpublishedToCoupon("1-" + (i + 1));
    }
    stores.stores.client().bulkWrite("foodCookings", tickets).await();
    Future.all(coupons).await();
    List<Finding> findings = auditor.audit();
    assertThat(auditor.orders()).isEqualTo(MANY);
    assertThat(findings)
        .contains(
            new Finding(
                "outbox",
                "coupon",
                "events in the outbox that are older than the grace period of 60 s: at least "
                    + MANY));
    for (String rule : List.of("mypage", "order-known", "claim")) {
      assertThat(findings).filteredOn(f -> f.rule().equals(rule)).as(rule).hasSize(MANY);
    }
    assertThat(findings).hasSize(3 * MANY + 1);
  }
}
