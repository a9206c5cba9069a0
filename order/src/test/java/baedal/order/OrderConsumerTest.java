package baedal.order;

import static baedal.order.OrderHttpClient.delivery;
import static baedal.order.OrderHttpClient.line;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.CouponEvent;
import baedal.events.DeliveryJob;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Fulfilment;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.RefundTerm;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.rabbitmq.EventPublisher;
import baedal.rabbitmq.Subscription;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Boot;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.Ids;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The whole service with a database and a broker. The tests publish every event twice and out of
 * order. They read the events of the service from its exchange.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderConsumerTest {

  private static final String NO_PAYMENT = "http://127.0.0.1:1";

  private final Vertx vertx = Boot.vertx();
  private final Random random = new Random(7);
  private final Map<String, List<String>> eventTypes = new ConcurrentHashMap<>();
  private final Map<String, List<Long>> sequences = new ConcurrentHashMap<>();
  private final Map<String, Long> refundAmounts = new ConcurrentHashMap<>();
  private final String amqp = TestServers.amqp();
  private EventPublisher publisher;
  private OrderDatabase db;
  private OrderHttpClient http;
  private String customerToken;

  @BeforeAll
  void start() {
    TopologyDeclaration.declare(vertx, amqp).await();
    recordEvents();
    db = new OrderDatabase(vertx);
    OrderVerticle service =
        new OrderVerticle(
            new OrderConfig(
                "127.0.0.1",
                0,
                HttpApi.DEFAULT_MAX_HEADER_BYTES,
                db.uri,
                amqp,
                NO_PAYMENT,
                new Identity.OneMachine(OrderHttpClient.SECRET),
                Duration.ofMinutes(15),
                Duration.ofHours(24),
                Duration.ZERO,
                Duration.ZERO,
                true));
    vertx.deployVerticle(service).await();
    publisher = new EventPublisher(vertx, amqp, "others");
    publisher.start();
    http = new OrderHttpClient(vertx, service.port());
    customerToken = http.customer("c-1");
    await()
        .until(() -> publisher.connected() && http.get("/health/ready", null).statusCode() == 200);
  }

  @AfterAll
  void stop() {
    vertx.close().await();
  }

  @Test
  void an_order_goes_from_placed_to_delivered() {
    String id = place();
    publishShuffled(
        new PaymentEvent.Deferred(id, "p-" + id, 40_000, PaymentMethod.ON_DELIVERY, 1, now()));
    awaitStatus(id, "PAID");
    publishShuffled(
        new StoreEvent.OrderAccepted(id, job(), now()),
        new StoreEvent.CookStarted(id, "s-1", now()),
        new StoreEvent.CookFinished(id, job(), now()),
        new RiderEvent.Picked(id, "r-7", now()),
        new RiderEvent.Delivered(id, "r-7", 40_000, now()));
    awaitStatus(id, "DELIVERED");
    publishShuffled(
        new PaymentEvent.Paid(id, "p-" + id, 40_000, PaymentMethod.ON_DELIVERY, 1, now()));
    http.post("/orders/" + id + "/confirm", customerToken, null);
    assertEvents(
        id, "order.placed", "order.paid", "order.collected", "order.delivered", "order.completed");
  }

  @Test
  void a_paid_order_is_canceled_after_the_refund() {
    String id = paid();
    http.post("/orders/" + id + "/cancel", customerToken, null);
    publishShuffled(
        new StoreEvent.OrderAccepted(id, job(), now()),
        new StoreEvent.CancelAccepted(id, "s-1", now()));
    await().until(() -> eventTypes(id).contains("order.refund-requested"));
    awaitStatus(id, "CANCEL_REQUESTED");
    publishShuffled(new PaymentEvent.Refunded(id, "p-" + id, 40_000, 0, "canceled", false, now()));
    awaitStatus(id, "CANCELED");
    assertEvents(
        id,
        "order.placed",
        "order.paid",
        "order.cancel-requested",
        "order.refund-requested",
        "order.canceled");
  }

  @Test
  void a_cancellation_after_cooking_began_leaves_the_order_in_its_latest_status() {
    String id = paid();
    http.post("/orders/" + id + "/cancel", customerToken, null);
    publishShuffled(
        new StoreEvent.CookStarted(id, "s-1", now()),
        new StoreEvent.CookFinished(id, job(), now()),
        new StoreEvent.CancelRefused(id, "s-1", "COOKING", now()));
    awaitStatus(id, "COOKED");
    assertEvents(id, "order.placed", "order.paid", "order.cancel-requested");
  }

  @Test
  void a_rejection_is_published_after_the_refund() {
    String id = paid();
    publishShuffled(new StoreEvent.OrderRejected(id, "s-1", "OUT_OF_STOCK", now()));
    await().until(() -> eventTypes(id).contains("order.refund-requested"));
    publishShuffled(new PaymentEvent.Refunded(id, "p-" + id, 40_000, 0, "rejected", false, now()));
    awaitStatus(id, "REJECTED");
    assertEvents(id, "order.placed", "order.paid", "order.refund-requested", "order.rejected");
  }

  @Test
  void an_order_can_be_paid_after_a_refused_payment() {
    String id = place();
    publishShuffled(new PaymentEvent.Declined(id, "p-0", 40_000, PaymentMethod.CARD, "no", now()));
    publishShuffled(new PaymentEvent.Paid(id, "p-1", 39_000, PaymentMethod.CARD, 1, now()));
    await().until(() -> eventTypes(id).contains("order.payment-refused"));
    publishShuffled(new PaymentEvent.Refunded(id, "p-1", 39_000, 0, "refused", false, now()));
    publishShuffled(new PaymentEvent.Paid(id, "p-2", 40_000, PaymentMethod.CARD, 1, now()));
    awaitStatus(id, "PAID");
    assertEvents(id, "order.placed", "order.payment-refused", "order.paid");
  }

  @Test
  void a_change_that_the_store_refused_is_undone() {
    String id = paid();
    long kept = order(id).getLong("version");
    JsonObject changed =
        http.patch("/orders/" + id, customerToken, new JsonObject().put("memo", "안에"))
            .bodyAsJsonObject();
    publishShuffled(
        new StoreEvent.CookStarted(id, "s-1", now()),
        new StoreEvent.UpdateRefused(
            id, "s-1", changed.getLong("version"), kept, "COOKING", now()));
    await()
        .until(
            () ->
                order(id).getString("memo").equals("문 앞에")
                    && order(id).getString("status").equals("COOKING"));
    assertEvents(id, "order.placed", "order.paid", "order.updated", "order.updated");
  }

  @Test
  void an_unpaid_order_loses_the_discount_of_a_revoked_coupon() {
    String id = place();
    JsonObject coupon =
        new JsonObject().put("couponId", "k-1").put("customerId", "c-1").put("discount", 1_000);
    http.put("/internal/orders/" + id + "/coupon", http.service(), coupon);
    publishShuffled(new CouponEvent.Revoked("k-1", id, "c-1", "campaign stopped", now()));
    publishShuffled(new CouponEvent.Revoked("k-9", null, "c-9", "of no order", now()));
    await().until(() -> order(id).getLong("due") == 40_000);
    assertEvents(id, "order.placed", "order.updated", "order.updated");
  }

  @Test
  void a_restored_coupon_of_an_unknown_order_is_ignored() {
    CouponEvent restored = new CouponEvent.Restored("k-1", "o-never", "c-1", now());
    new OrderConsumer(db.orders, db.catalogs)
        .subscription()
        .handle(EventMessages.wrap(List.of(restored), 1, now()).get(0))
        .await();
    assertThat(http.get("/internal/orders/o-never/due", http.service()).statusCode())
        .isEqualTo(404);
  }

  @Test
  void orders_are_priced_by_the_newest_event_of_a_menu() {
    StoreEvent.MenuChanged newest = OrderDatabase.menuChanged("tteok", 9_000, 2, false);
    StoreEvent.MenuChanged older = OrderDatabase.menuChanged("tteok", 7_000, 1, false);
    publishShuffled(newest, older);
    await()
        .until(
            () ->
                http.post("/orders", customerToken, delivery(line("tteok", 1))).statusCode()
                    == 201);
    publishShuffled(older);
    assertThat(
            http.post("/orders", customerToken, delivery(line("tteok", 1)))
                .bodyAsJsonObject()
                .getLong("due"))
        .isEqualTo(9_000);
  }

  /** The events of one step of a saga, for one order. */
  private interface Step {
    List<Event> of(String orderId);
  }

  private List<Event> accepted(String id, Event then) {
    return List.of(new StoreEvent.OrderAccepted(id, job(), now()), then);
  }

  private List<Event> deliveryEvents(String id, long collected) {
    return List.of(
        new StoreEvent.OrderAccepted(id, job(), now()),
        new StoreEvent.CookStarted(id, "s-1", now()),
        new StoreEvent.CookFinished(id, job(), now()),
        new RiderEvent.Picked(id, "r-7", now()),
        new RiderEvent.Delivered(id, "r-7", collected, now()));
  }

  private static List<Event> paid(String id, PaymentMethod method, long amount) {
    String paymentId = "p-" + amount + "-" + id;
    return List.of(new PaymentEvent.Paid(id, paymentId, amount, method, 1, now()));
  }

  private static List<Event> refunded(String id, long amount) {
    return List.of(
        new PaymentEvent.Refunded(id, "p-" + amount + "-" + id, amount, 0, "", false, now()));
  }

  private Map<String, List<Step>> sagas() {
    Step payment = id -> paid(id, PaymentMethod.CARD, 40_000);
    Step refund = id -> refunded(id, 40_000);
    return Map.of(
        "delivered",
        List.of(payment, id -> deliveryEvents(id, 0)),
        "paid on delivery",
        List.of(
            id ->
                List.of(
                    new PaymentEvent.Deferred(
                        id, "p-40000-" + id, 40_000, PaymentMethod.ON_DELIVERY, 1, now())),
            id -> deliveryEvents(id, 40_000),
            id -> paid(id, PaymentMethod.ON_DELIVERY, 40_000)),
        "paid too little at first",
        List.of(id -> paid(id, PaymentMethod.CARD, 39_000), id -> refunded(id, 39_000), payment),
        "rejected",
        List.of(
            payment,
            id -> accepted(id, new StoreEvent.OrderRejected(id, "s-1", "", now())),
            refund),
        "canceled",
        List.of(
            payment,
            id -> {
              http.post("/orders/" + id + "/cancel", customerToken, null);
              return accepted(id, new StoreEvent.CancelAccepted(id, "s-1", now()));
            },
            refund));
  }

  @Test
  void shuffled_and_repeated_events_have_the_same_result_as_events_in_order() {
    sagas()
        .forEach(
            (name, saga) -> {
              String inOrder = outcome(saga, messages -> messages);
              for (int seed = 0; seed < 10; seed++) {
                Random seeded = new Random(seed);
                String shuffled = outcome(saga, messages -> shuffledTwice(messages, seeded));
                assertThat(shuffled).as("%s, seed %d", name, seed).isEqualTo(inOrder);
              }
            });
  }

  /** A stay that is canceled while the hotel prepares it, at half of its price. */
  @Test
  void shuffled_and_repeated_events_of_a_canceled_stay_refund_the_same_part() {
    for (int seed = 0; seed < 10; seed++) {
      Random seeded = new Random(seed);
      String id = Ids.next();
      Instant checkIn = Instant.parse("2026-12-24T06:00:00Z");
      db.orders
          .place(
              Order.place(
                  id,
                  RoomFixtures.placed(
                          RoomFixtures.hotel("Asia/Seoul", new RefundTerm(24, 50)),
                          "2026-12-24",
                          "2026-12-26",
                          checkIn.minus(Duration.ofDays(3)))
                      .details()))
          .await();
      Subscription service = new OrderConsumer(db.orders, db.catalogs).subscription();
      List<EventMessage> messages = new ArrayList<>();
      for (Step step :
          List.<Step>of(
              order -> paid(order, PaymentMethod.CARD, 200_000),
              order -> accepted(order, new StoreEvent.CookStarted(order, "h-1", now())),
              order -> {
                db.orders
                    .change(
                        order,
                        o -> Cancellation.request(o, "", checkIn.minus(Duration.ofHours(30))))
                    .await();
                return List.of(new StoreEvent.CancelAccepted(order, "h-1", now()));
              },
              order -> refunded(order, 200_000))) {
        messages.addAll(EventMessages.wrap(step.of(id), 1, now()));
        shuffledTwice(messages, seeded).forEach(message -> service.handle(message).await());
      }
      assertEvents(
          id,
          "order.placed",
          "order.paid",
          "order.cancel-requested",
          "order.refund-requested",
          "order.canceled");
      assertThat(refundAmounts.get(id)).isEqualTo(100_000);
      assertThat(db.orders.find(id).await().status()).isEqualTo(OrderStatus.CANCELED);
    }
  }

  private static List<EventMessage> shuffledTwice(List<EventMessage> messages, Random seeded) {
    List<EventMessage> shuffled = new ArrayList<>(messages);
    shuffled.addAll(messages);
    Collections.shuffle(shuffled, seeded);
    return shuffled;
  }

  /**
   * Runs a saga. Returns the final status and the number of events. Each step also repeats the
   * messages of the earlier steps.
   */
  private String outcome(List<Step> saga, UnaryOperator<List<EventMessage>> arrival) {
    String id = place();
    Subscription service = new OrderConsumer(db.orders, db.catalogs).subscription();
    List<EventMessage> messages = new ArrayList<>();
    for (Step step : saga) {
      messages.addAll(EventMessages.wrap(step.of(id), 1, now()));
      arrival.apply(messages).forEach(message -> service.handle(message).await());
    }
    return db.pool
        .preparedQuery(
            "SELECT status || ' after ' || sequence || ' events' FROM orders WHERE id = $1")
        .execute(Tuple.of(id))
        .await()
        .iterator()
        .next()
        .getString(0);
  }

  private String place() {
    return http.post("/orders", customerToken, delivery(line("fried", 2, "순살")))
        .bodyAsJsonObject()
        .getString("orderId");
  }

  private String paid() {
    String id = place();
    publishShuffled(new PaymentEvent.Paid(id, "p-" + id, 40_000, PaymentMethod.CARD, 1, now()));
    awaitStatus(id, "PAID");
    return id;
  }

  /** Publishes each event twice, in random order. */
  private void publishShuffled(Event... events) {
    List<String> messages = new ArrayList<>();
    EventMessages.wrap(List.of(events), 1, now())
        .forEach(m -> messages.addAll(Collections.nCopies(2, EventMessages.encode(m))));
    Collections.shuffle(messages, random);
    publisher.publish(messages).await();
  }

  private JsonObject order(String id) {
    return http.get("/orders/" + id, customerToken).bodyAsJsonObject();
  }

  private void awaitStatus(String id, String status) {
    await().until(() -> order(id).getString("status").equals(status));
  }

  private List<String> eventTypes(String id) {
    return eventTypes.getOrDefault(id, List.of());
  }

  /** Asserts that the order published these events, in this order, and numbered from one. */
  private void assertEvents(String id, String... events) {
    await().until(() -> eventTypes(id).size() >= events.length);
    assertThat(eventTypes(id)).containsExactly(events);
    List<Long> counted = new ArrayList<>();
    for (long i = 1; i <= events.length; i++) {
      counted.add(i);
    }
    assertThat(sequences.get(id)).isEqualTo(counted);
  }

  private void recordEvents() {
    RabbitMQClient client = RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(amqp));
    client.start().await();
    String queue = client.queueDeclare("", false, true, true).await().getQueue();
    client.queueBind(queue, "order", "order.#").await();
    client
        .basicConsumer(queue)
        .await()
        .handler(
            message -> {
              JsonObject event = message.body().toJsonObject();
              String id = event.getString("subject");
              Long refund = event.getJsonObject("data").getLong("amount");
              if (event.getString("type").equals("order.refund-requested") && refund != null) {
                refundAmounts.put(id, refund);
              }
              eventTypes
                  .computeIfAbsent(id, k -> new CopyOnWriteArrayList<>())
                  .add(event.getString("type"));
              sequences
                  .computeIfAbsent(id, k -> new CopyOnWriteArrayList<>())
                  .add(Long.parseLong(event.getString("sequence")));
            });
  }

  private static DeliveryJob job() {
    return new DeliveryJob(
        "s-1",
        "통닭천국",
        "c-1",
        Fulfilment.DELIVERY,
        OrderFixtures.STORE,
        OrderFixtures.HOME,
        null,
        null,
        0,
        null,
        "owner-1");
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }
}
