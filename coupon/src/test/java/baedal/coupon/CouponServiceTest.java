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

/**
 * The coupon service over HTTP, with the real Redis and broker, and a stand-in for the order
 * service.
 */
class CouponServiceTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  /** What the stand-in does with a coupon for an order. */
  private enum Habit {
    APPLIES,
    REFUSES,
    APPLIES_AND_HANGS_UP_ONCE,
    IS_AWAY_ONCE,
    IS_AWAY
  }

  private static final String redis = TestServers.redis();
  private static final ServiceFixture service = new ServiceFixture(TopologyDeclaration::declare);
  private static final String MARKETER = service.token("m-9", "marketing");
  private static final Map<String, Habit> habits = new ConcurrentHashMap<>();
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
    Habit habit = habits.getOrDefault(orderId, Habit.APPLIES);
    JsonObject fine = new JsonObject().put("orderId", orderId).put("due", 7_000).put("version", 2);
    switch (habit) {
      case APPLIES -> {
        applied.merge(orderId, 1, Integer::sum);
        request.response().end(fine.encode());
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
      case APPLIES_AND_HANGS_UP_ONCE -> {
        applied.merge(orderId, 1, Integer::sum);
        habits.put(orderId, Habit.APPLIES);
        request.connection().close();
      }
      case IS_AWAY_ONCE -> {
        habits.put(orderId, Habit.APPLIES);
        request.response().setStatusCode(503).end();
      }
      case IS_AWAY -> request.response().setStatusCode(503).end();
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
    JsonObject asked =
        new JsonObject()
            .put("name", "첫 주문")
            .put("discount", 3_000)
            .put("quantity", quantity)
            .put("expiresAt", "2099-01-01T00:00:00Z");
    return call(HttpMethod.POST, "/coupons", "m-1", "marketing", asked)
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
  void a_campaign_of_a_hundred_serves_a_hundred_and_nobody_twice() {
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
        call(HttpMethod.POST, "/coupons/campaigns/" + other + "/take", "greedy", "customer", null)
            .bodyAsJsonObject()
            .getString("couponId");
    assertThat(
            call(
                    HttpMethod.POST,
                    "/coupons/campaigns/" + other + "/take",
                    "greedy",
                    "customer",
                    null)
                .bodyAsJsonObject()
                .getString("couponId"))
        .isEqualTo(first);
  }

  @Test
  void a_coupon_goes_to_one_of_two_orders_at_once() {
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
  void an_order_that_refuses_gives_the_coupon_back_at_once() {
    String coupon = coupon("c-refused");
    String orderId = Ids.next();
    habits.put(orderId, Habit.REFUSES);
    assertThat(use(coupon, "c-refused", orderId).await().statusCode()).isEqualTo(409);
    assertThat(held("c-refused").getString("status")).isEqualTo("ISSUED");
    await().until(() -> published(CouponEvent.Restored.class, coupon) == 1);
  }

  @Test
  void a_claim_whose_answer_was_lost_is_settled_later_by_asking_again() {
    for (Habit habit : List.of(Habit.APPLIES_AND_HANGS_UP_ONCE, Habit.IS_AWAY_ONCE)) {
      String customer = "c-" + habit;
      String coupon = coupon(customer);
      String orderId = Ids.next();
      habits.put(orderId, habit);
      HttpResponse<Buffer> lost = use(coupon, customer, orderId).await();
      assertThat(lost.statusCode()).isEqualTo(503);
      assertThat(lost.getHeader("Retry-After")).isNotNull();
      assertThat(held(customer).getString("status")).isEqualTo("CLAIMED");
      await().until(() -> published(CouponEvent.Claimed.class, coupon) == 1);
    }
  }

  @Test
  void claims_that_nobody_can_settle_hold_up_no_other() {
    List<String> stuck = new ArrayList<>();
    for (int i = 0; i < 101; i++) {
      String orderId = Ids.next();
      stuck.add(orderId);
      habits.put(orderId, Habit.IS_AWAY);
      assertThat(use(coupon("c-stuck-" + i), "c-stuck-" + i, orderId).await().statusCode())
          .isEqualTo(503);
    }
    String coupon = coupon("c-behind");
    String orderId = Ids.next();
    habits.put(orderId, Habit.IS_AWAY_ONCE);
    assertThat(use(coupon, "c-behind", orderId).await().statusCode()).isEqualTo(503);
    await().until(() -> published(CouponEvent.Claimed.class, coupon) == 1);
    stuck.forEach(habits::remove);
  }

  /** What may become of an order that holds a coupon, and of the coupon. */
  private enum End {
    PAID("USED"),
    CANCELED("ISSUED"),
    REJECTED("ISSUED"),
    EXPIRED("ISSUED");

    private final String coupon;

    End(String coupon) {
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
  @EnumSource(End.class)
  void in_any_order_and_twice_a_paid_order_uses_its_coupon_and_one_that_is_none_gives_it_back(
      End end) {
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
          .until(() -> published(CouponEvent.Restored.class, coupon) == (end == End.PAID ? 0 : 1));
    }
  }

  @Test
  void an_order_earns_one_coupon_however_often_it_arrives() {
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
  void strange_ids_and_foreign_coupons_are_refused_without_harm() {
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
  void a_coupon_that_comes_between_two_pages_shows_none_of_them_twice() {
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
  void fifty_at_once_under_one_key_announce_one_campaign() {
    for (int round = 0; round < 20; round++) {
      String key = "k-announce-" + round;
      JsonObject asked = announcement("2099-01-01T00:00:00Z");
      HttpResponse<Buffer> first = one(fifty(() -> service.post(key, "/coupons", MARKETER, asked)));
      assertThat(first.statusCode()).isEqualTo(201);
      assertThat(first.getHeader("Location"))
          .endsWith(first.bodyAsJsonObject().getString("campaignId"));
      refused(service.post(key, "/coupons", MARKETER, asked.copy().put("discount", 2)));
      String other = service.token("m-10", "marketing");
      assertThat(campaignId(service.post(key, "/coupons", other, asked).await()))
          .as("a key is its caller's own")
          .isNotEqualTo(campaignId(first));
    }
  }

  @Test
  void fifty_at_once_under_one_key_take_one_coupon_and_hear_the_same_when_it_is_claimed() {
    for (int round = 0; round < 20; round++) {
      String key = "k-take-" + round;
      String customer = "c-take-" + round;
      String token = customer(customer);
      String path = "/coupons/campaigns/" + campaign(100) + "/take";
      HttpResponse<Buffer> first = one(fifty(() -> service.post(key, path, token, null)));
      assertThat(first.statusCode()).isEqualTo(201);
      String coupon = first.bodyAsJsonObject().getString("couponId");
      use(coupon, customer, Ids.next()).await();
      assertThat(service.post(key, path, token, null).await().body()).isEqualTo(first.body());
      JsonObject present = service.post(key + "-new", path, token, null).await().bodyAsJsonObject();
      assertThat(present.getString("couponId")).isEqualTo(coupon);
      assertThat(present.getString("status")).as("as it is now").isEqualTo("CLAIMED");
      refused(service.post(key, "/coupons/campaigns/" + campaign(1) + "/take", token, null));
    }
  }

  @Test
  void a_key_of_one_operation_is_none_of_another() {
    String both = service.tokens().issue("c-both", List.of("marketing", "customer"), List.of());
    HttpResponse<Buffer> announced =
        service.post("k-both", "/coupons", both, announcement("2099-01-01T00:00:00Z")).await();
    String path = announced.getHeader("Location") + "/take";
    assertThat(service.post("k-both", path, both, null).await().statusCode()).isEqualTo(201);
  }

  @Test
  void a_campaign_that_ended_since_changes_no_answer() {
    String token = customer("c-late");
    JsonObject asked = announcement(Instant.now().plusSeconds(10).toString());
    HttpResponse<Buffer> announced = service.post("k-late", "/coupons", MARKETER, asked).await();
    String path = announced.getHeader("Location") + "/take";
    HttpResponse<Buffer> taken = service.post("k-late", path, token, null).await();
    assertThat(taken.statusCode()).isEqualTo(201);
    await()
        .until(
            () -> call(HttpMethod.POST, "/coupons", "m-9", "marketing", asked).statusCode() == 400);
    assertThat(service.post("k-late", "/coupons", MARKETER, asked).await().body())
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
  void a_key_is_a_hundred_visible_characters_at_most() {
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

  /** The one answer that all of them got. */
  private static HttpResponse<Buffer> one(List<HttpResponse<Buffer>> answers) {
    assertThat(answers.stream().map(a -> a.statusCode() + a.bodyAsString()).distinct()).hasSize(1);
    return answers.get(0);
  }

  private static void refused(Future<HttpResponse<Buffer>> answer) {
    assertThat(answer.await().statusCode()).isEqualTo(422);
    assertThat(answer.await().bodyAsJsonObject().getString("type"))
        .isEqualTo("/problems/idempotency-key-reused");
  }

  @Test
  void a_campaign_and_a_revocation_say_all_that_is_wrong_at_once() {
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
  void a_day_that_does_not_exist_is_refused_by_its_name() {
    for (String day :
        List.of("2099-02-30T00:00:00Z", "2099-13-01T00:00:00Z", "2099-01-01T25:00:00Z")) {
      JsonObject asked =
          new JsonObject()
              .put("name", "x")
              .put("discount", 1)
              .put("quantity", 1)
              .put("expiresAt", day);
      HttpResponse<Buffer> answer = call(HttpMethod.POST, "/coupons", "m-1", "marketing", asked);
      assertThat(answer.statusCode()).as(day).isEqualTo(400);
      assertThat(answer.bodyAsString()).contains("/expiresAt");
    }
  }

  private static OrderDetails details(String customer, String coupon) {
    return new OrderDetails(
        customer,
        "s",
        "가게",
        List.of(),
        Fulfilment.DELIVERY,
        null,
        null,
        null,
        null,
        null,
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
