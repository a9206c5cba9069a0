package baedal.coupon;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.CouponEvent;
import baedal.events.Event;
import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.redis.RedisDatabase;
import baedal.runtime.Ids;
import baedal.runtime.Paging;
import baedal.testkit.BrokerClient;
import baedal.testkit.ServiceFixture;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The coupon service over HTTP, with a real Redis and broker, and a simulated order service. */
class CouponServiceTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  /** How the simulated order service responds to a request to apply a coupon. */
  private enum Behavior {
    APPLIES,
    REFUSES,
    APPLIES_AND_DISCONNECTS_ONCE,
    UNAVAILABLE_ONCE,
    UNAVAILABLE
  }

  private static final String redis = TestServers.redis();
  private static final ServiceFixture service = new ServiceFixture(TopologyDeclaration::declare);
  private static final String MARKETER = service.token("m-9", "marketing");
  private static final Map<String, Behavior> behaviors = new ConcurrentHashMap<>();
  private static final Map<String, Integer> applied = new ConcurrentHashMap<>();

  @BeforeAll
  static void start() {
    CouponConfig config =
        CouponConfig.from(
            service.config(
                Map.of(
                    "REDIS_URI", redis, "ORDER_URL", service.serve(CouponServiceTest::useCoupon))));
    service.start(new CouponVerticle(config), CouponVerticle::port);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static void useCoupon(HttpServerRequest request) {
    String orderId = request.path().split("/", -1)[3];
    Behavior behavior = behaviors.getOrDefault(orderId, Behavior.APPLIES);
    JsonObject order = new JsonObject().put("orderId", orderId).put("due", 7_000).put("version", 2);
    switch (behavior) {
      case APPLIES -> {
        applied.merge(orderId, 1, Integer::sum);
        request.response().end(order.encode());
      }
      case REFUSES ->
          request
              .response()
              .setStatusCode(409)
              .end(
                  new JsonObject()
                      .put("type", "/problems/order-state")
                      .put("detail", "paid")
                      .encode());
      case APPLIES_AND_DISCONNECTS_ONCE -> {
        applied.merge(orderId, 1, Integer::sum);
        behaviors.put(orderId, Behavior.APPLIES);
        request.connection().close();
      }
      case UNAVAILABLE_ONCE -> {
        behaviors.put(orderId, Behavior.APPLIES);
        request.response().setStatusCode(503).end();
      }
      case UNAVAILABLE -> request.response().setStatusCode(503).end();
    }
  }

  private static Future<HttpResponse<Buffer>> send(
      HttpMethod method, String path, String sub, String role, JsonObject body) {
    return service.send(method, path, service.token(sub, role), body);
  }

  private static HttpResponse<Buffer> call(
      HttpMethod method, String path, String sub, String role, JsonObject body) {
    return send(method, path, sub, role, body).await();
  }

  private static String campaign(int quantity) {
    JsonObject requested =
        new JsonObject()
            .put("name", "첫 주문")
            .put("discount", 3_000)
            .put("quantity", quantity)
            .put("expiresAt", "2099-01-01T00:00:00Z");
    return call(HttpMethod.POST, "/coupons", "m-1", "marketing", requested)
        .bodyAsJsonObject()
        .getString("campaignId");
  }

  private static String coupon(String customer) {
    return call(
            HttpMethod.POST,
            "/coupons/campaigns/" + campaign(1) + "/take",
            customer,
            "customer",
            null)
        .bodyAsJsonObject()
        .getString("couponId");
  }

  private static Future<HttpResponse<Buffer>> use(String coupon, String customer, String orderId) {
    return send(
        HttpMethod.POST,
        "/coupons/" + coupon + "/use",
        customer,
        "customer",
        new JsonObject().put("orderId", orderId));
  }

  private static JsonObject held(String customer) {
    return call(HttpMethod.GET, "/coupons", customer, "customer", null)
        .bodyAsJsonObject()
        .getJsonArray("items")
        .getJsonObject(0);
  }

  private static <E extends CouponEvent> long published(Class<E> type, String couponId) {
    return service.broker().recorded(type).filter(e -> e.couponId().equals(couponId)).count();
  }

  @Test
  void a_campaign_of_100_coupons_gives_100_customers_one_each() {
    String campaign = campaign(100);
    List<Future<HttpResponse<Buffer>>> taken = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      taken.add(
          send(
              HttpMethod.POST,
              "/coupons/campaigns/" + campaign + "/take",
              "taker-" + i,
              "customer",
              null));
    }
    List<Integer> answers = taken.stream().map(one -> one.await().statusCode()).toList();
    assertThat(Collections.frequency(answers, 201)).isEqualTo(100);
    assertThat(Collections.frequency(answers, 409)).isEqualTo(100);
    String other = campaign(2);
    String first =
        call(HttpMethod.POST, "/coupons/campaigns/" + other + "/take", "c-twice", "customer", null)
            .bodyAsJsonObject()
            .getString("couponId");
    assertThat(
            call(
                    HttpMethod.POST,
                    "/coupons/campaigns/" + other + "/take",
                    "c-twice",
                    "customer",
                    null)
                .bodyAsJsonObject()
                .getString("couponId"))
        .isEqualTo(first);
  }

  @Test
  void only_one_of_two_concurrent_orders_claims_a_coupon() {
    for (int round = 0; round < 50; round++) {
      String customer = "c-two-" + round;
      String coupon = coupon(customer);
      String a = Ids.next();
      String b = Ids.next();
      Future<HttpResponse<Buffer>> first = use(coupon, customer, a);
      Future<HttpResponse<Buffer>> second = use(coupon, customer, b);
      assertThat(List.of(first.await().statusCode(), second.await().statusCode()))
          .containsExactlyInAnyOrder(200, 409);
      assertThat(applied.getOrDefault(a, 0) + applied.getOrDefault(b, 0)).isEqualTo(1);
    }
  }

  @Test
  void a_coupon_is_restored_at_once_when_the_order_refuses_it() {
    String coupon = coupon("c-refused");
    String orderId = Ids.next();
    behaviors.put(orderId, Behavior.REFUSES);
    assertThat(use(coupon, "c-refused", orderId).await().statusCode()).isEqualTo(409);
    assertThat(held("c-refused").getString("status")).isEqualTo("ISSUED");
    await().until(() -> published(CouponEvent.Restored.class, coupon) == 1);
  }

  @Test
  void a_claim_without_response_is_confirmed_by_repeating_the_request() {
    for (Behavior behavior :
        List.of(Behavior.APPLIES_AND_DISCONNECTS_ONCE, Behavior.UNAVAILABLE_ONCE)) {
      String customer = "c-" + behavior;
      String coupon = coupon(customer);
      String orderId = Ids.next();
      behaviors.put(orderId, behavior);
      HttpResponse<Buffer> lost = use(coupon, customer, orderId).await();
      assertThat(lost.statusCode()).isEqualTo(503);
      assertThat(lost.getHeader("Retry-After")).isNotNull();
      assertThat(held(customer).getString("status")).isEqualTo("CLAIMED");
      await().until(() -> published(CouponEvent.Claimed.class, coupon) == 1);
    }
  }

  @Test
  void claims_that_stay_unconfirmed_do_not_block_other_claims() {
    List<String> stuck = new ArrayList<>();
    for (int i = 0; i < 101; i++) {
      String orderId = Ids.next();
      stuck.add(orderId);
      behaviors.put(orderId, Behavior.UNAVAILABLE);
      assertThat(use(coupon("c-stuck-" + i), "c-stuck-" + i, orderId).await().statusCode())
          .isEqualTo(503);
    }
    String coupon = coupon("c-behind");
    String orderId = Ids.next();
    behaviors.put(orderId, Behavior.UNAVAILABLE_ONCE);
    assertThat(use(coupon, "c-behind", orderId).await().statusCode()).isEqualTo(503);
    await().until(() -> published(CouponEvent.Claimed.class, coupon) == 1);
    stuck.forEach(behaviors::remove);
  }

  /** How an order with a coupon may end, and the status of its coupon then. */
  private enum OrderEnd {
    PAID("USED"),
    CANCELED("ISSUED"),
    REJECTED("ISSUED"),
    EXPIRED("ISSUED");

    private final String coupon;

    OrderEnd(String coupon) {
      this.coupon = coupon;
    }

    List<Event> events(String orderId, String customer, String coupon) {
      OrderDetails details = details(customer, coupon);
      Event paid = new OrderEvent.Paid(orderId, details, "p", PaymentMethod.CARD, 0, NOW);
      return switch (this) {
        case PAID -> List.of(paid);
        case CANCELED ->
            List.of(paid, new OrderEvent.Canceled(orderId, customer, "s", coupon, "", NOW));
        case REJECTED ->
            List.of(paid, new OrderEvent.Rejected(orderId, customer, "s", coupon, "", NOW));
        case EXPIRED -> List.of(new OrderEvent.Expired(orderId, customer, "s", coupon, NOW));
      };
    }
  }

  @ParameterizedTest
  @EnumSource(OrderEnd.class)
  void the_end_of_an_order_decides_its_coupon_in_any_sequence_of_events(OrderEnd end) {
    for (long seed = 1; seed <= 5; seed++) {
      String customer = "c-" + end + "-" + seed;
      String coupon = coupon(customer);
      String orderId = Ids.next();
      use(coupon, customer, orderId).await();
      List<String> bodies = new ArrayList<>();
      bodies.add(
          BrokerClient.encode(
              new OrderEvent.Updated(orderId, details(customer, coupon), false, NOW)));
      end.events(orderId, customer, coupon)
          .forEach(event -> bodies.add(BrokerClient.encode(event)));
      bodies.addAll(List.copyOf(bodies));
      Collections.shuffle(bodies, new Random(seed));
      bodies.add(
          BrokerClient.encode(new OrderEvent.Delivered(orderId, "c-last", "s", "r", 1, NOW)));
      service.broker().publish(bodies);
      await().until(() -> published(CouponEvent.Issued.class, "earned-" + orderId) == 1);
      assertThat(held(customer).getString("status")).as("seed %d", seed).isEqualTo(end.coupon);
      await()
          .until(
              () ->
                  published(CouponEvent.Restored.class, coupon) == (end == OrderEnd.PAID ? 0 : 1));
    }
  }

  @Test
  void an_order_earns_one_coupon_even_if_its_arrival_is_reported_again() {
    String orderId = Ids.next();
    String delivered =
        BrokerClient.encode(new OrderEvent.Delivered(orderId, "c-earner", "s", "r", 1, NOW));
    service
        .broker()
        .publish(
            List.of(
                delivered,
                delivered,
                BrokerClient.encode(
                    new OrderEvent.Completed(orderId, "c-earner", "s", 1, true, NOW))));
    await().until(() -> published(CouponEvent.Issued.class, "earned-" + orderId) == 1);
    String second = Ids.next();
    service.broker().publish(new OrderEvent.Delivered(second, "c-earner", "s", "r", 1, NOW));
    await().until(() -> published(CouponEvent.Issued.class, "earned-" + second) == 1);
    assertThat(published(CouponEvent.Issued.class, "earned-" + orderId)).isEqualTo(1);
  }

  @Test
  void ids_that_resemble_redis_keys_and_coupons_of_others_are_refused() {
    for (String id :
        List.of(
            "unsettled",
            "coupon:unsettled",
            "of:c-1",
            "..",
            "%",
            "쿠폰",
            "x".repeat(150),
            "outbox:0")) {
      String encoded = URLEncoder.encode(id, StandardCharsets.UTF_8);
      assertThat(use(encoded, "c-1", Ids.next()).await().statusCode()).as(id).isBetween(400, 409);
      assertThat(
              call(
                      HttpMethod.POST,
                      "/coupons/campaigns/" + encoded + "/take",
                      "c-1",
                      "customer",
                      null)
                  .statusCode())
          .as(id)
          .isBetween(400, 409);
    }
    String coupon = coupon("c-owner");
    assertThat(use(coupon, "c-thief", Ids.next()).await().statusCode()).isEqualTo(404);
    assertThat(call(HttpMethod.POST, "/coupons", "c-1", "customer", new JsonObject()).statusCode())
        .isEqualTo(403);
    for (String cursor : List.of("x", Paging.encode("0"), Paging.encode(coupon))) {
      assertThat(
              call(HttpMethod.GET, "/coupons?cursor=" + cursor, "c-1", "customer", null)
                  .statusCode())
          .as(cursor)
          .isEqualTo(400);
    }
  }

  @Test
  void a_coupon_taken_between_two_pages_does_not_repeat_others_in_the_list() {
    String customer = "c-" + Ids.next();
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      taken.add(0, coupon(customer));
    }
    List<String> seen = new ArrayList<>();
    String next = "";
    do {
      JsonObject page =
          call(HttpMethod.GET, "/coupons?limit=2" + next, customer, "customer", null)
              .bodyAsJsonObject();
      page.getJsonArray("items")
          .forEach(item -> seen.add(((JsonObject) item).getString("couponId")));
      next = page.getString("next") == null ? null : "&cursor=" + page.getString("next");
      coupon(customer);
    } while (next != null);
    assertThat(seen).isEqualTo(taken);
  }

  @Test
  void fifty_concurrent_requests_with_one_key_announce_one_campaign() {
    for (int round = 0; round < 20; round++) {
      String key = "k-announce-" + round;
      JsonObject requested = announcement("2099-01-01T00:00:00Z");
      HttpResponse<Buffer> first =
          theSame(fifty(() -> service.post(key, "/coupons", MARKETER, requested)));
      assertThat(first.statusCode()).isEqualTo(201);
      assertThat(first.getHeader("Location"))
          .endsWith(first.bodyAsJsonObject().getString("campaignId"));
      assertKeyReused(service.post(key, "/coupons", MARKETER, requested.copy().put("discount", 2)));
      String other = service.token("m-10", "marketing");
      assertThat(campaignId(service.post(key, "/coupons", other, requested).await()))
          .as("another caller with the same key")
          .isNotEqualTo(campaignId(first));
    }
  }

  @Test
  void one_key_takes_one_coupon_and_its_answer_stays_the_same_after_a_claim() {
    for (int round = 0; round < 20; round++) {
      String key = "k-take-" + round;
      String customer = "c-take-" + round;
      String token = customer(customer);
      String path = "/coupons/campaigns/" + campaign(100) + "/take";
      HttpResponse<Buffer> first = theSame(fifty(() -> service.post(key, path, token, null)));
      assertThat(first.statusCode()).isEqualTo(201);
      String coupon = first.bodyAsJsonObject().getString("couponId");
      use(coupon, customer, Ids.next()).await();
      assertThat(service.post(key, path, token, null).await().body()).isEqualTo(first.body());
      JsonObject present = service.post(key + "-new", path, token, null).await().bodyAsJsonObject();
      assertThat(present.getString("couponId")).isEqualTo(coupon);
      assertThat(present.getString("status"))
          .as("without a stored answer, the present status")
          .isEqualTo("CLAIMED");
      assertKeyReused(
          service.post(key, "/coupons/campaigns/" + campaign(1) + "/take", token, null));
    }
  }

  @Test
  void the_same_key_can_be_used_once_for_each_operation() {
    String both = service.tokens().issue("c-both", List.of("marketing", "customer"), List.of());
    HttpResponse<Buffer> announced =
        service.post("k-both", "/coupons", both, announcement("2099-01-01T00:00:00Z")).await();
    String path = announced.getHeader("Location") + "/take";
    assertThat(service.post("k-both", path, both, null).await().statusCode()).isEqualTo(201);
  }

  @Test
  void a_stored_answer_is_returned_after_the_campaign_has_ended() {
    String token = customer("c-late");
    JsonObject requested = announcement(Instant.now().plusSeconds(10).toString());
    HttpResponse<Buffer> announced =
        service.post("k-late", "/coupons", MARKETER, requested).await();
    String path = announced.getHeader("Location") + "/take";
    HttpResponse<Buffer> taken = service.post("k-late", path, token, null).await();
    assertThat(taken.statusCode()).isEqualTo(201);
    await()
        .until(
            () ->
                call(HttpMethod.POST, "/coupons", "m-9", "marketing", requested).statusCode()
                    == 400);
    assertThat(service.post("k-late", "/coupons", MARKETER, requested).await().body())
        .isEqualTo(announced.body());
    assertThat(service.post("k-late", path, token, null).await().body()).isEqualTo(taken.body());
    assertThat(service.post("k-later", path, token, null).await().statusCode()).isEqualTo(409);
  }

  @Test
  void every_key_expires_after_a_day() {
    String path = "/coupons/campaigns/" + campaign(1) + "/take";
    service.post("k-day", path, customer("c-day"), null).await();
    service.post("k-day", "/coupons", MARKETER, announcement("2099-01-01T00:00:00Z")).await();
    RedisDatabase store = new RedisDatabase(service.vertx(), redis);
    List<String> kept =
        store.api().keys("coupon:key:*").await().stream().map(Object::toString).toList();
    assertThat(kept.stream().map(key -> key.split(":", -1)[2]).distinct())
        .containsExactlyInAnyOrder("announced", "taken");
    for (String key : kept) {
      assertThat(store.api().ttl(key).await().toLong()).isBetween(86_000L, 86_400L);
    }
    store.close().await();
  }

  @Test
  void a_key_that_is_empty_too_long_or_has_spaces_is_refused() {
    String path = "/coupons/campaigns/" + campaign(1) + "/take";
    for (String key : List.of("", "k".repeat(101), "two words")) {
      HttpResponse<Buffer> wrong = service.post(key, path, customer("c-1"), null).await();
      assertThat(wrong.statusCode()).as(key).isEqualTo(400);
      assertThat(wrong.bodyAsString()).contains("/Idempotency-Key");
    }
  }

  @Test
  void using_a_coupon_on_the_same_order_again_changes_nothing() {
    String coupon = coupon("c-again");
    String orderId = Ids.next();
    HttpResponse<Buffer> first = use(coupon, "c-again", orderId).await();
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(use(coupon, "c-again", orderId).await().body()).isEqualTo(first.body());
  }

  private static JsonObject announcement(String expiresAt) {
    return new JsonObject()
        .put("name", "x")
        .put("discount", 1)
        .put("quantity", 1)
        .put("expiresAt", expiresAt);
  }

  private static String campaignId(HttpResponse<Buffer> announced) {
    return announced.bodyAsJsonObject().getString("campaignId");
  }

  private static String customer(String sub) {
    return service.token(sub, "customer");
  }

  private static List<HttpResponse<Buffer>> fifty(Supplier<Future<HttpResponse<Buffer>>> request) {
    List<Future<HttpResponse<Buffer>>> sent =
        IntStream.range(0, 50).mapToObj(i -> request.get()).toList();
    return sent.stream().map(one -> one.await()).toList();
  }

  /** Asserts that all responses are the same, and returns one of them. */
  private static HttpResponse<Buffer> theSame(List<HttpResponse<Buffer>> answers) {
    assertThat(answers.stream().map(a -> a.statusCode() + a.bodyAsString()).distinct()).hasSize(1);
    return answers.get(0);
  }

  private static void assertKeyReused(Future<HttpResponse<Buffer>> answer) {
    assertThat(answer.await().statusCode()).isEqualTo(422);
    assertThat(answer.await().bodyAsJsonObject().getString("type"))
        .isEqualTo("/problems/idempotency-key-reused");
  }

  @Test
  void a_refused_campaign_or_revocation_lists_all_invalid_fields() {
    JsonObject nothing = new JsonObject();
    JsonObject empty =
        call(HttpMethod.POST, "/coupons/k/revoke", "m-1", "marketing", null).bodyAsJsonObject();
    assertThat(pointers(empty)).containsExactly("", "/reason");
    assertThat(empty.encode()).contains("잘못 발급됨");
    assertThat(
            pointers(
                call(HttpMethod.POST, "/coupons", "m-1", "marketing", nothing).bodyAsJsonObject()))
        .containsExactlyInAnyOrder("/name", "/discount", "/quantity", "/expiresAt");
    for (String blank : List.of(" ", "\u3000", "\u200b", "\n")) {
      JsonObject campaign =
          new JsonObject()
              .put("name", blank)
              .put("discount", 1)
              .put("quantity", 1)
              .put("expiresAt", "2099-01-01T00:00Z")
              .put("budget", 1);
      JsonObject refused =
          call(HttpMethod.POST, "/coupons", "m-1", "marketing", campaign).bodyAsJsonObject();
      assertThat(pointers(refused)).containsExactlyInAnyOrder("/name", "/expiresAt", "/budget");
      assertThat(refused.encode()).contains("must not be blank", "such as 2026-12-24T15:00:00Z");
      JsonObject reason = new JsonObject().put("reason", blank);
      assertThat(
              pointers(
                  call(HttpMethod.POST, "/coupons/k/revoke", "m-1", "marketing", reason)
                      .bodyAsJsonObject()))
          .containsExactly("/reason");
    }
  }

  private static List<String> pointers(JsonObject problem) {
    return problem.getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer"))
        .toList();
  }

  @Test
  void an_expiry_time_that_does_not_exist_is_refused() {
    for (String day :
        List.of("2099-02-30T00:00:00Z", "2099-13-01T00:00:00Z", "2099-01-01T25:00:00Z")) {
      JsonObject requested =
          new JsonObject()
              .put("name", "x")
              .put("discount", 1)
              .put("quantity", 1)
              .put("expiresAt", day);
      HttpResponse<Buffer> answer =
          call(HttpMethod.POST, "/coupons", "m-1", "marketing", requested);
      assertThat(answer.statusCode()).as(day).isEqualTo(400);
      assertThat(answer.bodyAsString()).contains("/expiresAt");
    }
  }

  private static OrderDetails details(String customer, String coupon) {
    return new OrderDetails(
        customer,
        "s",
        "가게",
        null,
        List.of(),
        Fulfilment.DELIVERY,
        null,
        null,
        null,
        null,
        null,
        null,
        List.of(),
        null,
        coupon,
        10_000,
        3_000,
        7_000,
        2,
        NOW,
        NOW);
  }
}
