package baedal.payment;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import baedal.events.Fulfilment;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Digest;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import baedal.runtime.SignedStatements;
import baedal.testkit.BrokerClient;
import baedal.testkit.ServiceFixture;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The payment service over HTTP, with a database, a broker and a stub of the order service. */
class PaymentServiceTest {

  private static final String DECLINED_CARD = "4000000000000002";
  private static final String SLOW_CARD = "4000000000000259";

  /** The order service does not respond about an order whose id begins with this. */
  private static final String SILENT = "silent-";

  /** The order service responds with 503 about an order whose id begins with this. */
  private static final String FAILING = "failing-";

  private static final ServiceFixture service = new ServiceFixture(TopologyDeclaration::declare);
  private static final Map<String, JsonObject> orders = new ConcurrentHashMap<>();
  private static Pool pool;

  @BeforeAll
  static void start() {
    String postgres = TestServers.postgres();
    PaymentConfig config =
        PaymentConfig.from(
            service.config(
                Map.of(
                    "POSTGRES_URI",
                    postgres,
                    "ORDER_URL",
                    service.serve(PaymentServiceTest::due))));
    service.start(new PaymentVerticle(config), PaymentVerticle::port);
    pool =
        PgBuilder.pool()
            .connectingTo(PgConnectOptions.fromUri(postgres))
            .using(service.vertx())
            .build();
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static void due(HttpServerRequest request) {
    String[] path = request.path().split("/", -1);
    JsonObject order = orders.get(path[3]);
    if (path[3].startsWith(SILENT)) {
      return;
    }
    if (path[3].startsWith(FAILING)) {
      request.response().setStatusCode(503).end();
    } else if (order == null) {
      request
          .response()
          .setStatusCode(404)
          .end(
              new JsonObject()
                  .put("type", "/problems/not-found")
                  .put("detail", "no order")
                  .encode());
    } else {
      request.response().end(order.encode());
    }
  }

  private static String order(long due) {
    String id = Ids.next();
    orders.put(
        id,
        new JsonObject()
            .put("orderId", id)
            .put("customerId", "c-1")
            .put("due", due)
            .put("version", 1)
            .put("status", "PLACED"));
    return id;
  }

  private static Future<HttpResponse<Buffer>> pay(String sub, JsonObject body) {
    return service.send(HttpMethod.POST, "/payments", service.token(sub, "customer"), body);
  }

  private static Future<HttpResponse<Buffer>> pay(String key, String sub, JsonObject body) {
    return service.post(key, "/payments", service.token(sub, "customer"), body);
  }

  private static JsonObject body(PaymentApi.Pay request) {
    JsonObject body = Json.fromObject(request);
    if (request.card() == null) {
      body.remove("card");
    }
    return body;
  }

  private static JsonObject card(String orderId) {
    return new JsonObject()
        .put("orderId", orderId)
        .put("method", "CARD")
        .put("card", "4242424242424242");
  }

  private static <E extends PaymentEvent> long published(Class<E> type, String orderId) {
    return service.broker().recorded(type).filter(e -> e.subject().equals(orderId)).count();
  }

  private static long charges(String orderId) {
    return pool.query(
            "SELECT count(*) FROM simulator_charge s JOIN payments p ON p.id = s.payment_id WHERE p.order_id = '"
                + orderId
                + "'")
        .execute()
        .await()
        .iterator()
        .next()
        .getLong(0);
  }

  @Test
  void the_server_decides_the_amount_and_stores_four_digits_of_the_card() {
    String orderId = order(40_000);
    HttpResponse<Buffer> paid = pay("c-1", card(orderId)).await();
    assertThat(paid.statusCode()).isEqualTo(201);
    assertThat(paid.bodyAsJsonObject().getLong("amount")).isEqualTo(40_000);
    assertThat(paid.bodyAsString()).contains("4242").doesNotContain("42424242");
    await().until(() -> published(PaymentEvent.Paid.class, orderId) == 1);
    assertThat(
            pool.query("SELECT count(*) FROM payments WHERE body::text LIKE '%42424242%'")
                .execute()
                .await()
                .iterator()
                .next()
                .getLong(0))
        .isZero();
  }

  @Test
  void concurrent_equal_requests_charge_once() {
    for (int round = 0; round < 10; round++) {
      String orderId = order(10_000);
      List<Future<HttpResponse<Buffer>>> sent = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        sent.add(pay("c-1", card(orderId)));
      }
      List<HttpResponse<Buffer>> answers = sent.stream().map(one -> one.await()).toList();
      assertThat(answers).allMatch(answer -> answer.statusCode() == 201);
      assertThat(answers.stream().map(a -> a.bodyAsJsonObject().getString("paymentId")).distinct())
          .hasSize(1);
      assertThat(charges(orderId)).isEqualTo(1);
      await().until(() -> published(PaymentEvent.Paid.class, orderId) == 1);
    }
  }

  @Test
  void an_order_can_be_paid_with_another_card_after_a_decline() {
    String orderId = order(10_000);
    HttpResponse<Buffer> declined = pay("c-1", declining(orderId)).await();
    assertThat(declined.statusCode()).isEqualTo(402);
    assertThat(declined.bodyAsJsonObject().getString("type"))
        .isEqualTo("/problems/payment-declined");
    assertThat(pay("c-1", card(orderId)).await().statusCode()).isEqualTo(201);
    await()
        .until(
            () ->
                published(PaymentEvent.Declined.class, orderId) == 1
                    && published(PaymentEvent.Paid.class, orderId) == 1);
  }

  @Test
  void a_retry_of_a_declined_card_gets_the_same_response_without_a_charge() {
    String orderId = order(10_000);
    JsonObject empty = declining(orderId);
    HttpResponse<Buffer> first = pay("k-declined", "c-1", empty).await();
    assertThat(first.statusCode()).isEqualTo(402);
    HttpResponse<Buffer> again = pay("k-declined", "c-1", empty).await();
    assertThat(again.statusCode()).isEqualTo(402);
    assertThat(again.bodyAsJsonObject().getString("detail"))
        .isEqualTo(first.bodyAsJsonObject().getString("detail"));
    assertThat(charges(orderId)).isEqualTo(1);
    assertThat(pay("k-declined", "c-1", card(orderId)).await().statusCode()).isEqualTo(422);
    assertThat(pay("k-other", "c-1", card(orderId)).await().statusCode()).isEqualTo(201);
  }

  @Test
  void a_retry_after_the_refund_gets_the_first_response() {
    String orderId = order(10_000);
    JsonObject first = pay("k-back", "c-1", card(orderId)).await().bodyAsJsonObject();
    String paymentId = first.getString("paymentId");
    service
        .broker()
        .publish(new OrderEvent.RefundRequested(orderId, paymentId, null, "", Instant.EPOCH));
    await().until(() -> published(PaymentEvent.Refunded.class, orderId) == 1);
    HttpResponse<Buffer> again = pay("k-back", "c-1", card(orderId)).await();
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(again.bodyAsJsonObject()).isEqualTo(first);
    assertThat(charges(orderId)).isEqualTo(1);
  }

  @Test
  void fifty_concurrent_requests_with_one_key_are_one_attempt() {
    for (int round = 0; round < 20; round++) {
      String key = "k-fifty-" + round;
      String orderId = order(10_000);
      boolean declined = round % 2 == 0;
      JsonObject body = declined ? declining(orderId) : card(orderId);
      List<Future<HttpResponse<Buffer>>> sent = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        sent.add(pay(key, "c-1", body));
      }
      List<HttpResponse<Buffer>> answers = sent.stream().map(one -> one.await()).toList();
      assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(declined ? 402 : 201);
      assertThat(answers.stream().map(PaymentServiceTest::answer).distinct()).hasSize(1);
      assertThat(charges(orderId)).isEqualTo(1);
    }
  }

  private static JsonObject declining(String orderId) {
    return card(orderId).put("card", DECLINED_CARD);
  }

  /** The response without its trace id, which differs between equal requests. */
  private static JsonObject answer(HttpResponse<Buffer> response) {
    JsonObject body = response.bodyAsJsonObject();
    body.remove("traceId");
    return body.put("statusCode", response.statusCode());
  }

  @Test
  void one_key_for_two_orders_pays_one_of_them_and_refuses_the_other() {
    for (int round = 0; round < 20; round++) {
      String key = "k-" + round;
      List<Future<HttpResponse<Buffer>>> equal = new ArrayList<>();
      String orderId = order(10_000);
      String other = order(10_000);
      for (int i = 0; i < 25; i++) {
        equal.add(pay(key, "c-1", card(orderId)));
        equal.add(pay(key, "c-1", card(other)));
      }
      List<JsonObject> answers = equal.stream().map(one -> answer(one.await())).distinct().toList();
      assertThat(answers)
          .extracting(answer -> answer.getInteger("statusCode"))
          .containsExactlyInAnyOrder(201, 422);
      assertThat(answers)
          .extracting(answer -> answer.getString("type"))
          .contains("/problems/idempotency-key-reused");
      assertThat(charges(orderId) + charges(other)).isEqualTo(1);
    }
  }

  @Test
  void a_card_is_not_declined_because_a_concurrent_request_was() {
    for (int round = 0; round < 20; round++) {
      String orderId = order(10_000);
      String key = "k-good-" + round;
      Future<HttpResponse<Buffer>> bad = pay("k-bad-" + round, "c-1", declining(orderId));
      Future<HttpResponse<Buffer>> good = pay(key, "c-1", card(orderId));
      assertThat(good.await().statusCode()).isIn(201, 503);
      bad.await();
      assertThat(pay(key, "c-1", card(orderId)).await().statusCode()).isEqualTo(201);
    }
  }

  @Test
  void a_retry_charges_a_payment_whose_replica_died_before_the_charge() {
    for (PaymentMethod method : List.of(PaymentMethod.CARD, PaymentMethod.KAKAO_PAY)) {
      String card = method == PaymentMethod.CARD ? "4242424242424242" : null;
      PaymentApi.Pay request = request(order(10_000), method, card);
      IdempotencyKey key = key("k-died-" + method, request);
      Payment payment = interrupted(request, key);
      HttpResponse<Buffer> again = pay(key.key(), "c-1", body(request)).await();
      assertThat(again.statusCode()).isEqualTo(201);
      assertThat(again.bodyAsJsonObject().getString("paymentId")).isEqualTo(payment.id());
      assertThat(charges(request.orderId())).isEqualTo(1);
    }
  }

  @Test
  void a_retry_gets_the_result_of_a_replica_that_died_before_its_response() {
    PaymentApi.Pay good = request(order(10_000), PaymentMethod.CARD, "4242424242424242");
    IdempotencyKey paid = key("k-kept-paid", good);
    String id = interrupted(good, paid).id();
    repository().changeAsAnswer(id, p -> p.charged(Instant.now())).await();
    repository().change(id, p -> p.giveBack(null, "canceled since", Instant.now())).await();
    repository().change(id, p -> p.refunded(Instant.now())).await();
    HttpResponse<Buffer> again = pay(paid.key(), "c-1", Json.fromObject(good)).await();
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(again.bodyAsJsonObject().getString("status")).isEqualTo("PAID");

    PaymentApi.Pay bad = request(order(10_000), PaymentMethod.CARD, DECLINED_CARD);
    IdempotencyKey declined = key("k-kept-declined", bad);
    repository()
        .change(interrupted(bad, declined).id(), p -> p.declined("no", Instant.now()))
        .await();
    assertThat(pay(declined.key(), "c-1", Json.fromObject(bad)).await().statusCode())
        .isEqualTo(402);
    assertThat(charges(bad.orderId())).as("the provider received no charge").isZero();
  }

  @Test
  void an_unanswered_payment_on_delivery_does_not_pay_a_changed_order() {
    PaymentApi.Pay request = request(order(10_000), PaymentMethod.ON_DELIVERY, null);
    IdempotencyKey key = key("k-deferred", request);
    interrupted(request, key);
    JsonObject order = orders.get(request.orderId());
    orders.put(request.orderId(), order.copy().put("due", 12_000).put("version", 2));
    assertThat(pay(key.key(), "c-1", body(request)).await().statusCode()).isEqualTo(503);
    orders.put(request.orderId(), order);
    HttpResponse<Buffer> repeated = pay(key.key(), "c-1", body(request)).await();
    assertThat(repeated.bodyAsJsonObject().getString("status")).isEqualTo("DEFERRED");
  }

  @Test
  void a_request_with_another_body_stores_no_answer_for_the_key() {
    PaymentApi.Pay mine = request(order(10_000), PaymentMethod.CARD, "4242424242424242");
    IdempotencyKey key = key("k-crossed", mine);
    Payment paying = interrupted(mine, key);
    PaymentApi.Pay other = request(order(20_000), PaymentMethod.CARD, "4242424242424242");
    Payment otherPayment = interrupted(other, null);
    assertThatThrownBy(() -> repository().keepAnswer(key("k-crossed", other), otherPayment).await())
        .isInstanceOf(Refusal.class);
    assertThat(repository().keepAnswer(key, paying).await()).isEqualTo(paying);
  }

  @Test
  void only_services_can_read_which_orders_have_a_payment() {
    PaymentApi.Pay interrupted = request(order(10_000), PaymentMethod.CARD, "4242424242424242");
    interrupted(interrupted, null);
    String paid = order(10_000);
    String deferred = order(10_000);
    String declined = order(10_000);
    pay("c-1", card(paid)).await();
    pay("c-1", new JsonObject().put("orderId", deferred).put("method", "ON_DELIVERY")).await();
    pay("c-1", declining(declined)).await();
    String refunding = order(10_000);
    interrupted(request(refunding, PaymentMethod.CARD, "4242424242424242"), null);
    repository().change(paymentOf(refunding), p -> p.charged(Instant.now())).await();
    repository()
        .change(paymentOf(refunding), p -> p.giveBack(null, "changed", Instant.now()))
        .await();
    JsonArray all =
        new JsonArray(
            List.of(interrupted.orderId(), paid, deferred, declined, refunding, order(10_000)));
    JsonObject body = new JsonObject().put("orderIds", all);
    assertThat(
            ordersWithPayment(body, "order", "service").bodyAsJsonObject().getJsonArray("orderIds"))
        .containsExactlyInAnyOrder(interrupted.orderId(), paid, deferred);
    assertThat(ordersWithPayment(body, "c-1", "customer").statusCode()).isEqualTo(403);
  }

  private static HttpResponse<Buffer> ordersWithPayment(JsonObject body, String sub, String role) {
    return service.call(
        HttpMethod.POST, "/internal/payments/standing", service.token(sub, role), body);
  }

  @Test
  void attempts_are_listed_oldest_first_page_by_page() {
    String orderId = order(10_000);
    pay("c-1", declining(orderId)).await();
    pay("c-1", card(orderId)).await();
    JsonObject first = list(orderId, "");
    JsonObject second = list(orderId, "&cursor=" + first.getString("next"));
    assertThat(first.getJsonArray("items").getJsonObject(0).getString("status"))
        .isEqualTo("DECLINED");
    assertThat(second.getJsonArray("items").getJsonObject(0).getString("status")).isEqualTo("PAID");
    assertThat(second.getString("next")).isNull();
  }

  private static JsonObject list(String orderId, String cursor) {
    return service
        .call(
            HttpMethod.GET,
            "/payments?limit=1&orderId=" + orderId + cursor,
            service.token("c-1", "customer"),
            null)
        .bodyAsJsonObject();
  }

  private static PaymentRepository repository() {
    return new PaymentRepository(pool, () -> {});
  }

  private static PaymentApi.Pay request(String orderId, PaymentMethod method, String card) {
    return new PaymentApi.Pay(orderId, method, card);
  }

  private static IdempotencyKey key(String key, PaymentApi.Pay request) {
    return new IdempotencyKey(
        "c-1", key, Digest.hmacSha256(ServiceFixture.SECRET, Json.encode(request)));
  }

  /** Stores a payment as a replica does before it calls the provider. */
  private static Payment interrupted(PaymentApi.Pay request, IdempotencyKey key) {
    Payment.Due due =
        new Payment.Due(request.orderId(), "c-1", 10_000, 1, 1, "PLACED", Fulfilment.DELIVERY);
    String lastFour =
        request.method() == PaymentMethod.CARD ? Payment.lastFour(request.card()) : null;
    var opened = Payment.open(Ids.next(), due, request.method(), lastFour, Instant.now());
    assertThat(repository().insert(opened, key).await()).isTrue();
    return opened.state();
  }

  @Test
  void a_key_is_deleted_after_a_day() {
    String orderId = order(10_000);
    pay("k-day", "c-1", declining(orderId)).await();
    Instant now = Instant.now();
    repository().deleteOldKeys(now.plus(IdempotencyKey.KEPT).minusSeconds(60)).await();
    assertThat(pay("k-day", "c-1", declining(orderId)).await().statusCode()).isEqualTo(402);
    assertThat(charges(orderId)).isEqualTo(1);
    repository().deleteOldKeys(now.plus(IdempotencyKey.KEPT).plusSeconds(60)).await();
    assertThat(pay("k-day", "c-1", card(orderId)).await().statusCode()).isEqualTo(201);
  }

  @Test
  void the_stored_hash_of_a_request_is_keyed() {
    PaymentApi.Pay request = request(order(10_000), PaymentMethod.CARD, "4242424242424242");
    pay("k-guess", "c-1", body(request)).await();
    String kept =
        pool.query("SELECT body_hash FROM idempotency WHERE key = 'k-guess'")
            .execute()
            .await()
            .iterator()
            .next()
            .getString(0);
    assertThat(kept).isNotEqualTo(Digest.sha256(Json.encode(request)));
  }

  @Test
  void a_key_has_at_most_a_hundred_visible_characters() {
    JsonObject body = card(order(10_000));
    for (String key : List.of("", "k".repeat(101), "two words", "clé")) {
      HttpResponse<Buffer> refused = pay(key, "c-1", body).await();
      assertThat(refused.statusCode()).as(key).isEqualTo(400);
      assertThat(refused.bodyAsString()).contains("/Idempotency-Key");
    }
    assertThat(pay("!\"~".repeat(33), "c-1", body).await().statusCode()).isEqualTo(201);
  }

  @Test
  void repeated_refund_requests_refund_a_payment_once() {
    String orderId = order(10_000);
    String paymentId = pay("c-1", card(orderId)).await().bodyAsJsonObject().getString("paymentId");
    String first =
        BrokerClient.encode(
            new OrderEvent.RefundRequested(orderId, paymentId, null, "canceled", Instant.EPOCH));
    String second =
        BrokerClient.encode(
            new OrderEvent.PaymentRefused(orderId, paymentId, "changed", Instant.EPOCH));
    service.broker().publish(List.of(second, first, first, second));
    await().until(() -> published(PaymentEvent.Refunded.class, orderId) > 0);
    HttpResponse<Buffer> again = pay("c-1", card(orderId)).await();
    assertThat(again.statusCode()).as("payable again").isEqualTo(201);
    String other = again.bodyAsJsonObject().getString("paymentId");
    String last =
        BrokerClient.encode(
            new OrderEvent.RefundRequested(orderId, other, null, "x", Instant.EPOCH));
    service.broker().publish(List.of(first, second, last));
    await().until(() -> refunds(orderId).contains(other));
    assertThat(refunds(orderId)).containsExactly(paymentId, other);
  }

  @Test
  void a_refund_of_a_part_is_shown_and_stored_with_its_amount() {
    String orderId = order(10_000);
    pay("c-1", card(orderId)).await();
    assertThat(attempt(orderId)).contains(entry("refunded", null), entry("kept", null));
    String paymentId = paymentOf(orderId);
    service
        .broker()
        .publish(
            new OrderEvent.RefundRequested(orderId, paymentId, 5_001L, "late", Instant.EPOCH),
            new OrderEvent.RefundRequested(orderId, paymentId, null, "again", Instant.EPOCH));
    await().until(() -> attempt(orderId).getString("status").equals("REFUNDED"));
    assertThat(attempt(orderId))
        .contains(entry("amount", 10_000), entry("refunded", 5_001), entry("kept", 4_999));
    assertThat(
            pool.preparedQuery("SELECT refunded_amount FROM simulator_charge WHERE payment_id = $1")
                .execute(Tuple.of(paymentId))
                .await()
                .iterator()
                .next()
                .getLong(0))
        .isEqualTo(5_001);
    await().until(() -> published(PaymentEvent.Refunded.class, orderId) == 1);
    assertThat(
            service
                .broker()
                .recorded(PaymentEvent.Refunded.class)
                .filter(e -> e.orderId().equals(orderId)))
        .allMatch(e -> e.amount() == 5_001 && e.kept() == 4_999 && !e.voided());
  }

  private static List<String> refunds(String orderId) {
    return service
        .broker()
        .recorded(PaymentEvent.Refunded.class)
        .filter(refunded -> refunded.orderId().equals(orderId))
        .map(PaymentEvent.Refunded::paymentId)
        .toList();
  }

  @Test
  void a_payment_on_delivery_is_paid_when_collected_and_voided_when_canceled() {
    String kept = order(12_000);
    String voided = order(12_000);
    for (String orderId : List.of(kept, voided)) {
      HttpResponse<Buffer> deferred =
          pay("c-1", new JsonObject().put("orderId", orderId).put("method", "ON_DELIVERY")).await();
      assertThat(deferred.bodyAsJsonObject().getString("status")).isEqualTo("DEFERRED");
    }
    String collected =
        BrokerClient.encode(
            new OrderEvent.Collected(kept, paymentOf(kept), "r-1", 12_000, Instant.EPOCH));
    service
        .broker()
        .publish(
            List.of(
                collected,
                collected,
                BrokerClient.encode(
                    new OrderEvent.RefundRequested(
                        voided, paymentOf(voided), null, "x", Instant.EPOCH))));
    await()
        .until(
            () ->
                published(PaymentEvent.Paid.class, kept) == 1
                    && published(PaymentEvent.Refunded.class, voided) == 1);
  }

  @Test
  void a_card_is_refused_for_an_order_with_a_payment_on_delivery() {
    for (String state : List.of("PLACED", "PAID", "COOKED")) {
      String orderId = order(12_000);
      JsonObject deferred = pay("c-1", onDelivery(orderId)).await().bodyAsJsonObject();
      orders.get(orderId).put("status", state);
      for (JsonObject request : List.of(card(orderId), kakaoPay(orderId))) {
        for (String key : List.of("k-deferred-1", "k-deferred-2")) {
          refusedAsDeferred(
              pay(key + orderId + request.getString("method"), "c-1", request).await());
        }
        refusedAsDeferred(pay("c-1", request).await());
      }
      assertThat(charges(orderId)).isZero();
      HttpResponse<Buffer> again = pay("c-1", onDelivery(orderId)).await();
      assertThat(again.statusCode()).as(state).isEqualTo(201);
      assertThat(again.bodyAsJsonObject()).isEqualTo(deferred);
    }
  }

  private static void refusedAsDeferred(HttpResponse<Buffer> answer) {
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.bodyAsJsonObject().getString("type")).isEqualTo("/problems/payment-promised");
    assertThat(answer.bodyAsJsonObject().getString("detail"))
        .contains("pay the rider", "cancel", "order again");
    assertThat(answer.getHeader("Payment-Provider")).isNull();
  }

  @Test
  void a_payment_on_delivery_of_an_order_paid_by_card_returns_the_card_payment() {
    String orderId = order(12_000);
    JsonObject paid = pay("c-1", card(orderId)).await().bodyAsJsonObject();
    HttpResponse<Buffer> deferred = pay("c-1", onDelivery(orderId)).await();
    assertThat(deferred.statusCode()).isEqualTo(201);
    assertThat(deferred.bodyAsJsonObject()).isEqualTo(paid);
    assertThat(paid).contains(Map.entry("status", "PAID"), Map.entry("method", "CARD"));
  }

  @Test
  void a_card_is_refused_until_the_payment_on_delivery_of_the_old_price_ends() {
    String orderId = order(12_000);
    pay("c-1", onDelivery(orderId)).await();
    JsonObject order = orders.get(orderId);
    orders.put(orderId, order.copy().put("due", 15_000).put("version", 2).put("pricedVersion", 2));
    HttpResponse<Buffer> pending = pay("c-1", card(orderId)).await();
    assertThat(pending.statusCode()).isEqualTo(503);
    assertThat(pending.bodyAsJsonObject().getString("type")).isEqualTo("/problems/payment-pending");
  }

  @Test
  void a_refund_keeps_paid_at_and_a_canceled_payment_on_delivery_is_voided() {
    String paid = order(12_000);
    JsonObject first = pay("c-1", card(paid)).await().bodyAsJsonObject();
    String deferred = order(12_000);
    pay("c-1", onDelivery(deferred)).await();
    service
        .broker()
        .publish(
            new OrderEvent.RefundRequested(paid, paymentOf(paid), null, "x", Instant.EPOCH),
            new OrderEvent.RefundRequested(
                deferred, paymentOf(deferred), null, "x", Instant.EPOCH));
    await().until(() -> attempt(paid).getString("status").equals("REFUNDED"));
    assertThat(first.getString("paidAt")).isNotNull();
    assertThat(attempt(paid).getString("paidAt")).isEqualTo(first.getString("paidAt"));
    await().until(() -> attempt(deferred).getString("status").equals("VOIDED"));
    assertThat(attempt(deferred).getLong("amount")).isEqualTo(12_000);
    assertThat(attempt(deferred).getString("paidAt")).isNull();
  }

  @Test
  void payments_stored_before_paid_at_existed_are_shown() {
    assertThat(attempt(stored(PaymentMethod.ON_DELIVERY, PaymentStatus.REFUNDED)))
        .contains(entry("status", "VOIDED"), entry("amount", 10_000), entry("refunded", 0));
    JsonObject refunded = attempt(stored(PaymentMethod.CARD, PaymentStatus.REFUNDED));
    assertThat(refunded)
        .contains(entry("status", "REFUNDED"), entry("refunded", 10_000), entry("kept", 0));
    assertThat(refunded.getString("paidAt")).isNull();
    String orderId = stored(PaymentMethod.CARD, PaymentStatus.PAID);
    assertThat(attempt(orderId).getString("paidAt")).isEqualTo("2026-01-01T12:00:00Z");
    repository().change(paymentOf(orderId), p -> p.giveBack(null, "x", Instant.now())).await();
    assertThat(attempt(orderId).getString("paidAt")).isEqualTo("2026-01-01T12:00:00Z");
  }

  /** Stores a payment as the version before paidAt did. Returns the id of its order. */
  private static String stored(PaymentMethod method, PaymentStatus status) {
    String orderId = order(10_000);
    JsonObject body =
        new JsonObject()
            .put("id", Ids.next())
            .put("orderId", orderId)
            .put("customerId", "c-1")
            .put("amount", 10_000)
            .put("method", method.name())
            .putNull("cardLastFour")
            .put("orderVersion", 1)
            .put("status", status.name())
            .putNull("reason")
            .put("openedAt", "2026-01-01T11:00:00Z")
            .put("changedAt", "2026-01-01T12:00:00Z");
    pool.query(
            "INSERT INTO payments (id, order_id, customer_id, status, revision, sequence, changed_at, body) VALUES ('%s', '%s', 'c-1', '%s', 1, 0, now(), '%s')"
                .formatted(body.getString("id"), orderId, status, body.encode()))
        .execute()
        .await();
    return orderId;
  }

  private static JsonObject attempt(String orderId) {
    return list(orderId, "").getJsonArray("items").getJsonObject(0);
  }

  private static JsonObject kakaoPay(String orderId) {
    return new JsonObject().put("orderId", orderId).put("method", "KAKAO_PAY");
  }

  private static JsonObject onDelivery(String orderId) {
    return new JsonObject().put("orderId", orderId).put("method", "ON_DELIVERY");
  }

  private static String paymentOf(String orderId) {
    return pool.query("SELECT id FROM payments WHERE order_id = '" + orderId + "'")
        .execute()
        .await()
        .iterator()
        .next()
        .getString(0);
  }

  /**
   * Stores a payment that a crash interrupted {@code seconds} ago, before the provider received it.
   * Returns its id.
   */
  private static String charging(String orderId, int seconds) {
    String paymentId = Ids.next();
    Payment.Due due = new Payment.Due(orderId, "c-1", 10_000, 1, 1, "PLACED", Fulfilment.DELIVERY);
    Payment charging =
        Payment.open(
                paymentId, due, PaymentMethod.CARD, "4242", Instant.now().minusSeconds(seconds))
            .state();
    pool.query(
            "INSERT INTO payments (id, order_id, customer_id, status, revision, sequence, changed_at, body) VALUES ('%s', '%s', 'c-1', 'CHARGING', 1, 0, now() - interval '%d seconds', '%s')"
                .formatted(paymentId, orderId, seconds, Json.encode(charging)))
        .execute()
        .await();
    return paymentId;
  }

  @Test
  void a_retry_makes_the_charge_that_a_crash_prevented() {
    String orderId = order(10_000);
    String paymentId = charging(orderId, 1);
    HttpResponse<Buffer> other = pay("c-1", card(orderId).put("card", "5555555555554444")).await();
    assertThat(other.statusCode()).isEqualTo(503);
    assertThat(other.bodyAsJsonObject().getString("type")).isEqualTo("/problems/payment-pending");
    assertThat(other.getHeader("Payment-Provider")).isEqualTo("not-asked");
    HttpResponse<Buffer> again = pay("c-1", card(orderId)).await();
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(again.bodyAsJsonObject().getString("paymentId")).isEqualTo(paymentId);
    assertThat(charges(orderId)).isEqualTo(1);
  }

  @Test
  void the_sweep_looks_up_a_charge_whose_response_was_lost_in_a_crash() {
    String orderId = order(10_000);
    String paymentId = charging(orderId, 30);
    pool.query(
            "INSERT INTO simulator_charge (payment_id, amount, approved) VALUES ('%s', 10000, true)"
                .formatted(paymentId))
        .execute()
        .await();
    await().until(() -> published(PaymentEvent.Paid.class, orderId) == 1);
    HttpResponse<Buffer> again = pay("c-1", card(orderId)).await();
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(again.bodyAsJsonObject().getString("paymentId")).isEqualTo(paymentId);
    assertThat(charges(orderId)).isEqualTo(1);
  }

  @Test
  void foreign_unknown_canceled_and_invalid_orders_are_refused() {
    String orderId = order(10_000);
    assertThat(pay("c-2", card(orderId)).await().statusCode()).isEqualTo(404);
    assertThat(pay("c-1", card(Ids.next())).await().statusCode()).isEqualTo(404);
    assertThat(pay("c-1", card("../x")).await().statusCode()).isEqualTo(400);
    assertThat(
            pay("c-1", new JsonObject().put("orderId", orderId).put("method", "CARD"))
                .await()
                .bodyAsString())
        .contains("/card");
    orders.get(orderId).put("status", "CANCELED");
    assertThat(pay("c-1", card(orderId)).await().statusCode()).isEqualTo(409);
    assertThat(
            service
                .request(HttpMethod.GET, "/payments?orderId=" + orderId)
                .send()
                .await()
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void a_card_with_another_method_and_an_unknown_field_are_refused() {
    String orderId = order(10_000);
    for (String method : List.of("KAKAO_PAY", "ON_DELIVERY")) {
      HttpResponse<Buffer> refused = pay("c-1", card(orderId).put("method", method)).await();
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.bodyAsJsonObject().getJsonArray("errors"))
          .containsExactly(
              new JsonObject()
                  .put("pointer", "/card")
                  .put("detail", "is not allowed unless method is CARD"));
    }
    HttpResponse<Buffer> unknown = pay("c-1", card(orderId).put("amount", 1)).await();
    assertThat(unknown.bodyAsJsonObject().getJsonArray("errors").encode())
        .contains("\"/amount\"", "known fields are orderId, method, card");
    assertThat(charges(orderId)).isZero();
  }

  @Test
  void a_response_header_shows_whether_the_provider_answered() {
    String orderId = order(10_000);
    for (String method : List.of("CARD declined", "CARD", "again", "free", "ON_DELIVERY")) {
      HttpResponse<Buffer> answer =
          switch (method) {
            case "CARD declined" -> pay("c-1", declining(orderId)).await();
            case "free" -> pay("c-1", card(order(0))).await();
            case "ON_DELIVERY" -> pay("c-1", onDelivery(order(10_000))).await();
            default -> pay("c-1", card(orderId)).await();
          };
      assertThat(answer.getHeader("Payment-Provider"))
          .as(method)
          .isEqualTo(method.startsWith("CARD") ? "answered" : null);
    }
  }

  private static HttpResponse<Buffer> pay(JsonObject body, int callerMillis, int providerMillis) {
    return service
        .request(HttpMethod.POST, "/payments")
        .bearerTokenAuthentication(service.token("c-1", "customer"))
        .putHeader("Request-Timeout", Integer.toString(callerMillis))
        .putHeader("Provider-Timeout", Integer.toString(providerMillis))
        .sendJsonObject(body)
        .await();
  }

  @Test
  void a_provider_that_takes_longer_than_its_time_is_late_and_the_charge_continues() {
    String orderId = order(10_000);
    HttpResponse<Buffer> late = pay(card(orderId).put("card", SLOW_CARD), 9_000, 200);
    assertThat(late.statusCode()).isEqualTo(503);
    assertThat(late.getHeader("Retry-After")).isEqualTo("2");
    assertThat(late.getHeader("Payment-Provider")).isEqualTo("late");
    await().until(() -> published(PaymentEvent.Paid.class, orderId) == 1);
    assertThat(pay("c-1", card(orderId)).await().statusCode()).isEqualTo(201);
    assertThat(charges(orderId)).isOne();
  }

  @Test
  void a_payment_without_time_for_the_provider_stores_and_charges_nothing() {
    String orderId = order(10_000);
    HttpResponse<Buffer> busy = pay(card(orderId), 5_000, 5_000);
    assertThat(busy.statusCode()).isEqualTo(503);
    assertThat(busy.getHeader("Payment-Provider")).isEqualTo("no-time");
    assertThat(busy.bodyAsJsonObject().getString("type"))
        .isEqualTo("/problems/payment-unavailable");
    assertThat(list(orderId, "").getJsonArray("items")).isEmpty();
    assertThat(pay("c-1", card(orderId)).await().statusCode()).isEqualTo(201);
  }

  @Test
  void a_payment_that_needs_no_provider_does_not_need_its_time() {
    assertThat(pay(card(order(0)), 5_000, 5_000).statusCode()).isEqualTo(201);
    assertThat(pay(onDelivery(order(10_000)), 5_000, 5_000).statusCode()).isEqualTo(201);
  }

  @Test
  void a_payment_does_not_wait_longer_for_the_order_service_than_its_caller() {
    String orderId = SILENT + Ids.next();
    HttpResponse<Buffer> busy = pay(card(orderId), 400, 200);
    assertThat(busy.statusCode()).isEqualTo(503);
    assertThat(busy.getHeader("Payment-Provider")).isEqualTo("no-time");
  }

  @Test
  void a_503_of_the_order_service_says_nothing_about_the_provider() {
    String orderId = FAILING + Ids.next();
    HttpResponse<Buffer> unavailable = pay("c-1", card(orderId)).await();
    assertThat(unavailable.statusCode()).isEqualTo(503);
    assertThat(unavailable.getHeader("Payment-Provider")).isEqualTo("not-asked");
  }

  /** Signs the amount due as the order service does, with this secret and validity. */
  private static String stated(JsonObject due, String secret, Duration validFor) {
    return new SignedStatements(secret, "amount due of an order", Clock.systemUTC())
        .sign(due, validFor);
  }

  private static String stated(JsonObject due) {
    return stated(due, ServiceFixture.SECRET, Duration.ofSeconds(30));
  }

  private static JsonObject due(String orderId, long won) {
    return new JsonObject()
        .put("orderId", orderId)
        .put("customerId", "c-1")
        .put("due", won)
        .put("version", 1)
        .put("pricedVersion", 1)
        .put("status", "PLACED");
  }

  private static HttpResponse<Buffer> payStated(JsonObject body, String statement) {
    return service
        .request(HttpMethod.POST, "/payments")
        .bearerTokenAuthentication(service.token("c-1", "customer"))
        .putHeader(DueStatement.HEADER, statement)
        .sendJsonObject(body)
        .await();
  }

  @Test
  void a_signed_amount_due_is_paid_without_asking_the_order_service() {
    String orderId = FAILING + Ids.next();
    HttpResponse<Buffer> paid = payStated(card(orderId), stated(due(orderId, 12_000)));
    assertThat(paid.statusCode()).isEqualTo(201);
    assertThat(paid.bodyAsJsonObject().getLong("amount")).isEqualTo(12_000);
  }

  @Test
  void a_forged_expired_or_foreign_amount_due_is_ignored() {
    Duration valid = Duration.ofSeconds(30);
    for (int i = 0; i < 5; i++) {
      String orderId = order(40_000);
      JsonObject due = due(orderId, 1);
      String statement =
          switch (i) {
            case 0 -> stated(due, ServiceFixture.SECRET + "2", valid);
            case 1 -> stated(due, ServiceFixture.SECRET, Duration.ofSeconds(-1));
            case 2 -> stated(due.put("customerId", "c-2"));
            case 3 -> stated(due.put("orderId", Ids.next()));
            default -> service.tokens().forService("order");
          };
      HttpResponse<Buffer> paid = payStated(card(orderId), statement);
      assertThat(paid.statusCode()).as("case " + i).isEqualTo(201);
      assertThat(paid.bodyAsJsonObject().getLong("amount")).as("case " + i).isEqualTo(40_000);
    }
  }

  @Test
  void a_customer_cannot_use_the_amount_due_of_another_customer() {
    String orderId = order(10_000);
    HttpResponse<Buffer> refused =
        service
            .request(HttpMethod.POST, "/payments")
            .bearerTokenAuthentication(service.token("c-2", "customer"))
            .putHeader(DueStatement.HEADER, stated(due(orderId, 10_000)))
            .sendJsonObject(card(orderId))
            .await();
    assertThat(refused.statusCode()).isEqualTo(404);
  }

  @Test
  void a_payment_of_an_order_that_changed_since_the_statement_is_refunded() {
    String orderId = order(15_000);
    orders.get(orderId).put("version", 2).put("pricedVersion", 2);
    JsonObject paid = payStated(card(orderId), stated(due(orderId, 12_000))).bodyAsJsonObject();
    assertThat(paid.getLong("amount")).isEqualTo(12_000);
    service
        .broker()
        .publish(
            new OrderEvent.PaymentRefused(
                orderId, paid.getString("paymentId"), "changed", Instant.EPOCH));
    await().until(() -> published(PaymentEvent.Refunded.class, orderId) == 1);
    JsonObject again = pay("c-1", card(orderId)).await().bodyAsJsonObject();
    assertThat(again.getLong("amount")).isEqualTo(15_000);
  }

  @Test
  void only_services_configure_the_simulator_and_its_failure_is_a_503() {
    JsonObject failing = new JsonObject().put("failureRate", 1.0);
    assertThat(
            service
                .request(HttpMethod.PUT, "/dev/payment-provider")
                .sendJsonObject(failing)
                .await()
                .statusCode())
        .isEqualTo(401);
    configure(failing);
    try {
      String orderId = order(10_000);
      HttpResponse<Buffer> later = pay("c-1", card(orderId)).await();
      assertThat(later.statusCode()).isEqualTo(503);
      assertThat(later.getHeader("Retry-After")).isNotNull();
      assertThat(later.getHeader("Payment-Provider")).isEqualTo("failed");
    } finally {
      configure(new JsonObject().put("failureRate", 0.0));
    }
  }

  private static void configure(JsonObject settings) {
    assertThat(
            service
                .call(
                    HttpMethod.PUT,
                    "/dev/payment-provider",
                    service.tokens().forService("gateway"),
                    settings)
                .statusCode())
        .isEqualTo(204);
  }
}
