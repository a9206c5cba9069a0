package baedal.coupon;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Ports;
import baedal.backing.Redis;
import baedal.events.CouponEvent;
import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.redis.RedisDatabase;
import baedal.testkit.BrokerClient;
import baedal.testkit.ServiceFixture;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.redis.client.RedisAPI;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The coupon service when Redis has lost its last confirmed writes, as after a disk failure. Each
 * test has a Redis of its own and replaces the append-only file with an earlier copy.
 */
class RedisRecoveryTest {

  private final ServiceFixture service = new ServiceFixture(TopologyDeclaration::declare);

  /** The orders of the simulated order service, by id. */
  private final Map<String, JsonObject> orders = new ConcurrentHashMap<>();

  /** Orders that are canceled after the next request. */
  private final Set<String> canceledAfterRequest = ConcurrentHashMap.newKeySet();

  /** Orders about which the simulated order service sends no response. */
  private final Set<String> withoutResponse = ConcurrentHashMap.newKeySet();

  @TempDir private Path home;
  private Redis redis;
  private int redisPort;

  @BeforeEach
  void start() throws IOException {
    redisPort = Ports.free();
    redis = Redis.start(home, redisPort);
    CouponConfig config =
        CouponConfig.from(
            service.config(
                Map.of("REDIS_URI", redis.uri() + "/0", "ORDER_URL", service.serve(this::order))));
    service.start(new CouponVerticle(config), CouponVerticle::port);
  }

  private void order(HttpServerRequest request) {
    String orderId = request.path().split("/", -1)[3];
    if (withoutResponse.contains(orderId)) {
      return;
    }
    JsonObject order = orders.get(orderId);
    if (canceledAfterRequest.contains(orderId)) {
      orders.put(orderId, order.copy().put("status", "CANCELED"));
    }
    JsonObject none = new JsonObject().put("type", "/problems/not-found").put("detail", "none");
    request
        .response()
        .setStatusCode(order == null ? 404 : 200)
        .end((order == null ? none : order).encode());
  }

  @AfterEach
  void stop() {
    service.close();
    redis.stop();
  }

  @Test
  void lost_claims_taken_coupons_and_earned_coupons_are_restored() throws IOException {
    String take = "/coupons/campaigns/" + campaign() + "/take";
    String used = take(take, "c-1");
    String claimed = take(take, "c-2");
    Path earlier = Files.copy(appendOnlyFile(), home.resolve("earlier"));

    String taken = take(take, "c-3");
    use(used, "c-1", "o-1");
    use(claimed, "c-2", "o-2");
    orders.put("o-1", order("o-1", used, "PAID"));
    service
        .broker()
        .publish(
            new OrderEvent.Paid(
                "o-1", details("c-1", used), "p-1", PaymentMethod.CARD, 0, Instant.now()),
            new OrderEvent.Delivered("o-3", "c-1", "s-1", "r-1", 20_000, Instant.now()));
    await()
        .until(() -> status("c-1", used).equals("USED") && coupons("c-1").contains("earned-o-3"));
    await().until(() -> published(CouponEvent.Issued.class) == 4);

    restartRedisWith(earlier);

    assertThat(status("c-1", used)).isEqualTo("USED");
    assertThat(status("c-2", claimed)).isEqualTo("CLAIMED");
    assertThat(coupons("c-1")).contains("earned-o-3");
    assertThat(take(take, "c-3")).isEqualTo(taken);
    orders.put("o-4", order("o-4", null, "PLACED"));
    assertThat(send(HttpMethod.POST, "/coupons/" + claimed + "/use", "c-2", "customer", on("o-4")))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(409);
    assertThat(send(HttpMethod.POST, take, "c-4", "customer", null).statusCode()).isEqualTo(409);
  }

  @Test
  void an_empty_redis_is_restored_from_a_long_log_with_a_faulty_event() throws IOException {
    String take = "/coupons/campaigns/" + campaign() + "/take";
    String revoked = take(take, "c-1");
    revoke(revoked);
    String claimed = take(take, "c-2");
    use(claimed, "c-2", "o-1");
    revoke(claimed);
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      OrderDetails details = details("c-3", "coupon-" + i);
      many.add(
          BrokerClient.encode(new OrderEvent.Updated("gone-" + i, details, false, Instant.now())));
    }
    many.add(BrokerClient.encode(new OrderEvent.Updated("o-strange", null, false, Instant.now())));
    service.broker().publish(many);
    await()
        .until(
            () ->
                service.broker().recorded().stream()
                    .anyMatch(m -> m.subject().equals("o-strange")));
    await().until(() -> published(CouponEvent.Revoked.class) >= 2);

    redis.kill();
    Files.delete(appendOnlyFile());
    redis = Redis.start(home, redisPort);
    await().until(service::isReady);

    assertThat(status("c-1", revoked)).isEqualTo("REVOKED");
    assertThat(status("c-2", claimed)).isEqualTo("REVOKED");
  }

  @Test
  void a_coupon_that_several_orders_claimed_is_restored_to_the_last_one() throws IOException {
    String coupon = take("/coupons/campaigns/" + campaign() + "/take", "c-1");
    Path earlier = Files.copy(appendOnlyFile(), home.resolve("earlier"));
    use(coupon, "c-1", "o-1");
    List<String> updates = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      updates.add(
          BrokerClient.encode(
              new OrderEvent.Updated("o-1", details("c-1", coupon), false, Instant.now())));
    }
    service.broker().publish(updates);
    orders.put("o-1", order("o-1", coupon, "CANCELED"));
    service
        .broker()
        .publish(new OrderEvent.Canceled("o-1", "c-1", "s-1", coupon, "a mistake", Instant.now()));
    await().until(() -> status("c-1", coupon).equals("ISSUED"));
    use(coupon, "c-1", "o-2");
    await().until(() -> published(CouponEvent.Claimed.class) == 2);

    restartRedisWith(earlier);

    assertThat(status("c-1", coupon)).isEqualTo("CLAIMED");
  }

  @Test
  void a_coupon_is_not_claimed_if_its_order_is_canceled_during_the_recovery() throws IOException {
    String coupon = take("/coupons/campaigns/" + campaign() + "/take", "c-1");
    Path earlier = Files.copy(appendOnlyFile(), home.resolve("earlier"));
    use(coupon, "c-1", "o-1");
    await().until(() -> published(CouponEvent.Claimed.class) > 0);

    canceledAfterRequest.add("o-1");
    restartRedisWith(earlier);

    assertThat(orders.get("o-1").getString("status")).isEqualTo("CANCELED");
    assertThat(status("c-1", coupon)).isEqualTo("ISSUED");
  }

  @Test
  void a_lost_claim_is_restored_by_an_order_event_after_the_recovery() throws IOException {
    String coupon = take("/coupons/campaigns/" + campaign() + "/take", "c-1");
    Path earlier = Files.copy(appendOnlyFile(), home.resolve("earlier"));
    orders.put("o-1", order("o-1", coupon, "PLACED"));
    call(HttpMethod.POST, "/coupons/" + coupon + "/use", "c-1", "customer", on("o-1"));

    restartRedisWith(earlier);
    assertThat(status("c-1", coupon)).isEqualTo("ISSUED");
    service
        .broker()
        .publish(new OrderEvent.Updated("o-1", details("c-1", coupon), false, Instant.now()));
    await().until(() -> status("c-1", coupon).equals("CLAIMED"));
  }

  /** The recovery cannot finish: the order service does not respond about another order. */
  @Test
  void no_coupon_is_used_or_taken_until_all_coupons_are_restored() throws IOException {
    String take = "/coupons/campaigns/" + campaign() + "/take";
    use(take(take, "c-1"), "c-1", "o-1");
    String free = take(take, "c-2");
    String use = "/coupons/" + free + "/use";
    orders.put("o-2", order("o-2", null, "PLACED"));

    redis.kill();
    withoutResponse.add("o-1");
    redis = Redis.start(home, redisPort);
    String unavailable = "503 /problems/coupons-unavailable";
    await().until(() -> answer(use, "c-2", on("o-2")).equals(unavailable));
    await().until(() -> answer(take, "c-3", null).equals(unavailable));
    assertThat(status("c-2", free)).isEqualTo("ISSUED");
    assertThat(call(HttpMethod.GET, "/coupons", "c-3", "customer", null).getJsonArray("items"))
        .isEmpty();

    withoutResponse.clear();
    await().until(service::isReady);
    call(HttpMethod.POST, use, "c-2", "customer", on("o-2"));
    assertThat(status("c-3", take(take, "c-3"))).isEqualTo("ISSUED");
  }

  @Test
  void an_event_is_handled_after_a_full_redis_has_memory_again() {
    RedisAPI commands = new RedisDatabase(service.vertx(), redis.uri() + "/0").api();
    String take = "/coupons/campaigns/" + campaign() + "/take";
    commands.config(List.of("SET", "maxmemory", "1")).await();
    service
        .broker()
        .publish(new OrderEvent.Delivered("o-1", "c-1", "s-1", "r-1", 20_000, Instant.now()));
    assertThat(send(HttpMethod.POST, take, "c-1", "customer", null).statusCode()).isEqualTo(503);
    commands.config(List.of("SET", "maxmemory", "0")).await();
    await().until(() -> coupons("c-1").contains("earned-o-1"));
    assertThat(status("c-1", take(take, "c-1"))).isEqualTo("ISSUED");
  }

  /** The status code and the type of the problem. */
  private String answer(String path, String customer, JsonObject body) {
    HttpResponse<Buffer> response = send(HttpMethod.POST, path, customer, "customer", body);
    return response.statusCode() + " " + response.bodyAsJsonObject().getString("type");
  }

  /** The append-only file of Redis. */
  private Path appendOnlyFile() {
    return home.resolve("data/appendonly.aof");
  }

  /** Kills Redis and starts it with an earlier copy of its append-only file. */
  private void restartRedisWith(Path earlier) throws IOException {
    redis.kill();
    Files.copy(earlier, appendOnlyFile(), StandardCopyOption.REPLACE_EXISTING);
    redis = Redis.start(home, redisPort);
    await().until(service::isReady);
  }

  private void revoke(String couponId) {
    JsonObject reason = new JsonObject().put("reason", "a mistake");
    call(HttpMethod.POST, "/coupons/" + couponId + "/revoke", "m-1", "marketing", reason);
  }

  private String take(String path, String customer) {
    return call(HttpMethod.POST, path, customer, "customer", null).getString("couponId");
  }

  /** Uses a coupon as the order service does: applies it, and publishes the change. */
  private void use(String couponId, String customer, String orderId) {
    orders.put(orderId, order(orderId, couponId, "PLACED"));
    call(HttpMethod.POST, "/coupons/" + couponId + "/use", customer, "customer", on(orderId));
    service
        .broker()
        .publish(
            new OrderEvent.Updated(orderId, details(customer, couponId), false, Instant.now()));
  }

  private static JsonObject on(String orderId) {
    return new JsonObject().put("orderId", orderId);
  }

  private static JsonObject order(String orderId, String couponId, String status) {
    return new JsonObject()
        .put("orderId", orderId)
        .put("due", 17_000)
        .put("version", 2)
        .put("status", status)
        .put("couponId", couponId);
  }

  private static OrderDetails details(String customer, String couponId) {
    Instant now = Instant.now();
    return new OrderDetails(
        customer,
        "s-1",
        "통닭천국",
        null,
        List.of(),
        Fulfilment.VISIT,
        null,
        null,
        null,
        null,
        null,
        null,
        List.of(),
        null,
        couponId,
        20_000,
        3_000,
        17_000,
        2,
        now,
        now);
  }

  private String campaign() {
    JsonObject request =
        new JsonObject()
            .put("name", "첫 주문")
            .put("discount", 3_000)
            .put("quantity", 3)
            .put("expiresAt", "2099-01-01T00:00:00Z");
    return call(HttpMethod.POST, "/coupons", "m-1", "marketing", request).getString("campaignId");
  }

  private long published(Class<? extends CouponEvent> type) {
    return service.broker().recorded(type).count();
  }

  private String coupons(String customer) {
    return call(HttpMethod.GET, "/coupons", customer, "customer", null).encode();
  }

  private String status(String customer, String couponId) {
    return call(HttpMethod.GET, "/coupons", customer, "customer", null)
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .filter(coupon -> coupon.getString("couponId").equals(couponId))
        .map(coupon -> coupon.getString("status"))
        .findFirst()
        .orElse("none");
  }

  private JsonObject call(
      HttpMethod method, String path, String sub, String role, JsonObject body) {
    HttpResponse<Buffer> response = send(method, path, sub, role, body);
    assertThat(response.statusCode()).as(response.bodyAsString()).isBetween(200, 299);
    return response.bodyAsJsonObject();
  }

  private HttpResponse<Buffer> send(
      HttpMethod method, String path, String sub, String role, JsonObject body) {
    return service.call(method, path, service.token(sub, role), body);
  }
}
