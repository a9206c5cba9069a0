package baedal.order;

import static baedal.order.Clients.delivery;
import static baedal.order.Clients.line;
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
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.rabbitmq.EventPublisher;
import baedal.rabbitmq.Subscription;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Boot;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
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
 * The whole service between a real database and a real broker. Every event is delivered twice and
 * out of order; what the order tells is read from the exchange.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderConsumerTest {

  private static final String NO_PAYMENT = "http://127.0.0.1:1";

  private final Vertx vertx = Boot.vertx();
  private final Random random = new Random(7);
  private final Map<String, List<String>> told = new ConcurrentHashMap<>();
  private final Map<String, List<Long>> sequences = new ConcurrentHashMap<>();
  private final String amqp = TestServers.amqp();
  private EventPublisher others;
  private Database db;
  private Clients http;
  private String me;

  @BeforeAll
  void start() {
    TopologyDeclaration.declare(vertx, amqp).await();
    listen();
    db = new Database(vertx);
    OrderVerticle service =
        new OrderVerticle(
            new OrderConfig(
                "127.0.0.1",
                0,
                HttpApi.DEFAULT_MAX_HEADER_BYTES,
                db.uri,
                amqp,
                NO_PAYMENT,
                new Identity.OneMachine(Clients.SECRET),
                Duration.ofMinutes(15),
                Duration.ofHours(24)));
    vertx.deployVerticle(service).await();
    others = new EventPublisher(vertx, amqp, "others");
    others.start();
    http = new Clients(vertx, service.port());
    me = http.customer("c-1");
    await().until(() -> others.connected() && http.get("/health/ready", null).statusCode() == 200);
  }

  @AfterAll
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_good_life_from_placed_to_delivered() {
    String id = place();
    tell(new PaymentEvent.Deferred(id, "p-" + id, 40_000, PaymentMethod.ON_DELIVERY, 1, now()));
    status(id, "PAID");
    tell(
        new StoreEvent.OrderAccepted(id, job(), now()),
        new StoreEvent.CookStarted(id, "s-1", now()),
        new StoreEvent.CookFinished(id, job(), now()),
        new RiderEvent.Picked(id, "r-7", now()),
        new RiderEvent.Delivered(id, "r-7", 40_000, now()));
    status(id, "DELIVERED");
    tell(new PaymentEvent.Paid(id, "p-" + id, 40_000, PaymentMethod.ON_DELIVERY, 1, now()));
    http.post("/orders/" + id + "/confirm", me, null);
    story(
        id, "order.placed", "order.paid", "order.collected", "order.delivered", "order.completed");
  }

  @Test
  void a_paid_order_that_is_canceled_in_time_is_canceled_after_the_refund() {
    String id = paid();
    http.post("/orders/" + id + "/cancel", me, null);
    tell(
        new StoreEvent.OrderAccepted(id, job(), now()),
        new StoreEvent.CancelAccepted(id, "s-1", now()));
    await().until(() -> told(id).contains("order.refund-requested"));
    status(id, "CANCEL_REQUESTED");
    tell(new PaymentEvent.Refunded(id, "p-" + id, 40_000, "canceled", false, now()));
    status(id, "CANCELED");
    story(
        id,
        "order.placed",
        "order.paid",
        "order.cancel-requested",
        "order.refund-requested",
        "order.canceled");
  }

  @Test
  void a_cancel_that_comes_too_late_leaves_the_order_where_the_kitchen_is() {
    String id = paid();
    http.post("/orders/" + id + "/cancel", me, null);
    tell(
        new StoreEvent.CookStarted(id, "s-1", now()),
        new StoreEvent.CookFinished(id, job(), now()),
        new StoreEvent.CancelRefused(id, "s-1", "COOKING", now()));
    status(id, "COOKED");
    story(id, "order.placed", "order.paid", "order.cancel-requested");
  }

  @Test
  void a_rejected_order_is_rejected_for_good_after_the_refund() {
    String id = paid();
    tell(new StoreEvent.OrderRejected(id, "s-1", "OUT_OF_STOCK", now()));
    await().until(() -> told(id).contains("order.refund-requested"));
    tell(new PaymentEvent.Refunded(id, "p-" + id, 40_000, "rejected", false, now()));
    status(id, "REJECTED");
    story(id, "order.placed", "order.paid", "order.refund-requested", "order.rejected");
  }

  @Test
  void a_settlement_that_cannot_be_accepted_is_given_back_and_the_order_stays_payable() {
    String id = place();
    tell(new PaymentEvent.Declined(id, "p-0", 40_000, PaymentMethod.CARD, "no", now()));
    tell(new PaymentEvent.Paid(id, "p-1", 39_000, PaymentMethod.CARD, 1, now()));
    await().until(() -> told(id).contains("order.payment-refused"));
    tell(new PaymentEvent.Refunded(id, "p-1", 39_000, "refused", false, now()));
    tell(new PaymentEvent.Paid(id, "p-2", 40_000, PaymentMethod.CARD, 1, now()));
    status(id, "PAID");
    story(id, "order.placed", "order.payment-refused", "order.paid");
  }

  @Test
  void a_change_that_the_store_refused_is_undone() {
    String id = paid();
    long kept = order(id).getLong("version");
    JsonObject changed =
        http.patch("/orders/" + id, me, new JsonObject().put("memo", "안에")).bodyAsJsonObject();
    tell(
        new StoreEvent.CookStarted(id, "s-1", now()),
        new StoreEvent.UpdateRefused(
            id, "s-1", changed.getLong("version"), kept, "COOKING", now()));
    await()
        .until(
            () ->
                order(id).getString("memo").equals("문 앞에")
                    && order(id).getString("status").equals("COOKING"));
    story(id, "order.placed", "order.paid", "order.updated", "order.updated");
  }

  @Test
  void a_coupon_that_is_taken_back_costs_an_unpaid_order_its_discount() {
    String id = place();
    JsonObject coupon =
        new JsonObject().put("couponId", "k-1").put("customerId", "c-1").put("discount", 1_000);
    http.put("/internal/orders/" + id + "/coupon", http.service(), coupon);
    tell(new CouponEvent.Revoked("k-1", id, "c-1", "campaign stopped", now()));
    tell(new CouponEvent.Revoked("k-9", null, "c-9", "of no order", now()));
    await().until(() -> order(id).getLong("due") == 40_000);
    story(id, "order.placed", "order.updated", "order.updated");
  }

  @Test
  void a_coupon_that_comes_back_from_an_order_that_never_was_is_no_dead_letter() {
    CouponEvent restored = new CouponEvent.Restored("k-1", "o-never", "c-1", now());
    new OrderConsumer(db.orders, db.catalogs)
        .subscription()
        .handle(EventMessages.wrap(List.of(restored), 1, now()).get(0))
        .await();
    assertThat(http.get("/internal/orders/o-never/due", http.service()).statusCode())
        .isEqualTo(404);
  }

  @Test
  void orders_are_priced_by_the_newest_word_about_a_menu() {
    StoreEvent.MenuChanged dear = Database.changed("tteok", 9_000, 2, false);
    StoreEvent.MenuChanged cheap = Database.changed("tteok", 7_000, 1, false);
    tell(dear, cheap);
    await().until(() -> http.post("/orders", me, delivery(line("tteok", 1))).statusCode() == 201);
    tell(cheap);
    assertThat(
            http.post("/orders", me, delivery(line("tteok", 1))).bodyAsJsonObject().getLong("due"))
        .isEqualTo(9_000);
  }

  /** What others say of an order at once, after all that was said before. */
  private interface Words {
    List<Event> of(String orderId);
  }

  private List<Event> accepted(String id, Event then) {
    return List.of(new StoreEvent.OrderAccepted(id, job(), now()), then);
  }

  private List<Event> carried(String id, long collected) {
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
        new PaymentEvent.Refunded(id, "p-" + amount + "-" + id, amount, "", false, now()));
  }

  private Map<String, List<Words>> lives() {
    Words pays = id -> paid(id, PaymentMethod.CARD, 40_000);
    Words hasItBack = id -> refunded(id, 40_000);
    return Map.of(
        "carried",
        List.of(pays, id -> carried(id, 0)),
        "paid at the door",
        List.of(
            id ->
                List.of(
                    new PaymentEvent.Deferred(
                        id, "p-40000-" + id, 40_000, PaymentMethod.ON_DELIVERY, 1, now())),
            id -> carried(id, 40_000),
            id -> paid(id, PaymentMethod.ON_DELIVERY, 40_000)),
        "paid too little at first",
        List.of(id -> paid(id, PaymentMethod.CARD, 39_000), id -> refunded(id, 39_000), pays),
        "rejected",
        List.of(
            pays,
            id -> accepted(id, new StoreEvent.OrderRejected(id, "s-1", "", now())),
            hasItBack),
        "canceled",
        List.of(
            pays,
            id -> {
              http.post("/orders/" + id + "/cancel", me, null);
              return accepted(id, new StoreEvent.CancelAccepted(id, "s-1", now()));
            },
            hasItBack));
  }

  @Test
  void whole_lives_in_any_order_and_again_end_as_the_straight_ones() {
    lives()
        .forEach(
            (name, life) -> {
              String straight = lived(life, words -> words);
              for (int seed = 0; seed < 10; seed++) {
                Random luck = new Random(seed);
                String strayed = lived(life, words -> strayed(words, luck));
                assertThat(strayed).as("%s, seed %d", name, seed).isEqualTo(straight);
              }
            });
  }

  private static List<EventMessage> strayed(List<EventMessage> words, Random luck) {
    List<EventMessage> strayed = new ArrayList<>(words);
    strayed.addAll(words);
    Collections.shuffle(strayed, luck);
    return strayed;
  }

  /** Where it ends, and how much it told on the way; what was said once may be said again later. */
  private String lived(List<Words> life, UnaryOperator<List<EventMessage>> mail) {
    String id = place();
    Subscription service = new OrderConsumer(db.orders, db.catalogs).subscription();
    List<EventMessage> said = new ArrayList<>();
    for (Words words : life) {
      said.addAll(EventMessages.wrap(words.of(id), 1, now()));
      mail.apply(said).forEach(message -> service.handle(message).await());
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
    return http.post("/orders", me, delivery(line("fried", 2, "순살")))
        .bodyAsJsonObject()
        .getString("orderId");
  }

  private String paid() {
    String id = place();
    tell(new PaymentEvent.Paid(id, "p-" + id, 40_000, PaymentMethod.CARD, 1, now()));
    status(id, "PAID");
    return id;
  }

  /** Each twice, in any order. */
  private void tell(Event... events) {
    List<String> messages = new ArrayList<>();
    EventMessages.wrap(List.of(events), 1, now())
        .forEach(m -> messages.addAll(Collections.nCopies(2, EventMessages.encode(m))));
    Collections.shuffle(messages, random);
    others.publish(messages).await();
  }

  private JsonObject order(String id) {
    return http.get("/orders/" + id, me).bodyAsJsonObject();
  }

  private void status(String id, String status) {
    await().until(() -> order(id).getString("status").equals(status));
  }

  private List<String> told(String id) {
    return told.getOrDefault(id, List.of());
  }

  /** What the order told, once each, in order, and numbered from one. */
  private void story(String id, String... events) {
    await().until(() -> told(id).size() >= events.length);
    assertThat(told(id)).containsExactly(events);
    List<Long> counted = new ArrayList<>();
    for (long i = 1; i <= events.length; i++) {
      counted.add(i);
    }
    assertThat(sequences.get(id)).isEqualTo(counted);
  }

  private void listen() {
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
              told.computeIfAbsent(id, k -> new CopyOnWriteArrayList<>())
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
        Samples.STORE,
        Samples.HOME,
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
