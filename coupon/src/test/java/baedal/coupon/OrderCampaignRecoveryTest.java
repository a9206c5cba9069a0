package baedal.coupon;

import static baedal.coupon.OrderCampaignFixture.canceled;
import static baedal.coupon.OrderCampaignFixture.couponOf;
import static baedal.coupon.OrderCampaignFixture.paid;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Ports;
import baedal.backing.Redis;
import baedal.events.CouponEvent;
import baedal.events.Event;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.testkit.BrokerClient;
import baedal.testkit.ServiceFixture;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Coupons that came with paid orders, when Redis has lost its last confirmed writes. Each test has
 * a Redis of its own and replaces the append-only file with an earlier copy.
 */
class OrderCampaignRecoveryTest {

  private static final String STAY = "stay-1";
  private static final String MEAL = "meal-1";

  private final ServiceFixture service = new ServiceFixture(TopologyDeclaration::declare);
  private final OrderCampaignFixture campaigns = new OrderCampaignFixture(service);

  /** The orders of the simulated order service, by id. It does not respond about other orders. */
  private final Map<String, JsonObject> orders = new ConcurrentHashMap<>();

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
    JsonObject order = orders.get(request.path().split("/", -1)[3]);
    if (order != null) {
      request.response().end(order.encode());
    }
  }

  @AfterEach
  void stop() {
    service.close();
    redis.stop();
  }

  @Test
  void the_order_that_got_the_last_coupon_has_it_again() throws IOException {
    String campaign = campaigns.campaign(1, "ROOM");
    Path earlier = copyOfRedis();
    List<String> stays = IntStream.range(0, 20).mapToObj(i -> "stay-" + i).toList();
    publish(stays.stream().map(id -> paid(id, "ROOM")).toArray(Event[]::new));
    await().until(() -> service.broker().recorded(CouponEvent.Issued.class).count() == 1);
    String winner =
        service.broker().recorded(CouponEvent.Issued.class).findFirst().orElseThrow().orderId();

    restartRedisWith(earlier);

    assertThat(campaigns.status(campaign, winner)).isEqualTo("ISSUED");
    assertThat(campaigns.report(campaign)).isEqualTo("1 0 0 0");
    publish(paid(winner, "ROOM"));
    publish(OrderCampaignFixture.last(winner));
    await().until(() -> campaigns.handledAll(winner));
    assertThat(campaigns.published(CouponEvent.Issued.class, couponOf(campaign, winner)))
        .isEqualTo(1);
  }

  /** The coupon is lost before its event is published: only order.paid is in the log. */
  @Test
  void a_coupon_whose_event_is_not_in_the_log_is_issued_again() throws IOException {
    String campaign = campaigns.campaign(1, "ROOM");
    Path earlier = copyOfRedis();
    redis.kill();
    publish(paid(STAY, "ROOM"));
    Files.copy(earlier, appendOnlyFile(), StandardCopyOption.REPLACE_EXISTING);
    redis = Redis.start(home, redisPort);
    await()
        .until(() -> campaigns.published(CouponEvent.Issued.class, couponOf(campaign, STAY)) > 0);
    await().until(service::isReady);
    assertThat(campaigns.report(campaign)).isEqualTo("1 0 0 0");
  }

  @Test
  void a_lost_revocation_of_a_withdrawn_order_is_restored() throws IOException {
    String campaign = campaigns.campaign(10, "ROOM");
    publish(paid(STAY, "ROOM"));
    await().until(() -> campaigns.status(campaign, STAY).equals("ISSUED"));
    Path earlier = copyOfRedis();
    publish(canceled(STAY, null));
    await().until(() -> campaigns.status(campaign, STAY).equals("REVOKED"));

    restartRedisWith(earlier);

    assertThat(campaigns.status(campaign, STAY)).isEqualTo("REVOKED");
    assertThat(campaigns.report(campaign)).isEqualTo("1 0 1 0");
  }

  @Test
  void a_cancellation_that_came_before_the_payment_is_still_known_after_a_loss()
      throws IOException {
    String campaign = campaigns.campaign(10, "ROOM");
    Path earlier = copyOfRedis();
    publish(canceled(STAY, null), OrderCampaignFixture.last(STAY));
    await().until(() -> campaigns.handledAll(STAY));

    restartRedisWith(earlier);

    publish(paid(STAY, "ROOM"));
    String another = "stay-2";
    publish(paid(another, "ROOM"));
    await().until(() -> campaigns.status(campaign, another).equals("ISSUED"));
    assertThat(campaigns.status(campaign, STAY)).isEqualTo("none");
  }

  @Test
  void a_coupon_used_before_its_order_was_withdrawn_is_used_again_after_a_loss()
      throws IOException {
    String campaign = campaigns.campaign(10, "ROOM");
    Path earlier = copyOfRedis();
    publish(paid(STAY, "ROOM"));
    await().until(() -> campaigns.status(campaign, STAY).equals("ISSUED"));
    String coupon = couponOf(campaign, STAY);
    orders.put(MEAL, order(MEAL, coupon, "PLACED"));
    campaigns.use(coupon, STAY, MEAL);
    orders.put(MEAL, order(MEAL, coupon, "PAID"));
    publish(paid(MEAL, "FOOD", coupon, STAY, Instant.now()));
    await().until(() -> campaigns.status(campaign, STAY).equals("USED"));
    publish(canceled(STAY, null));
    await().until(() -> campaigns.report(campaign).equals("1 1 0 1"));

    restartRedisWith(earlier);

    assertThat(campaigns.status(campaign, STAY)).isEqualTo("USED");
    assertThat(campaigns.report(campaign)).isEqualTo("1 1 0 1");
  }

  /** The coupon is lost before its event is published, but the event of its use is in the log. */
  @Test
  void a_used_coupon_whose_event_is_not_in_the_log_is_issued_and_used_again() throws IOException {
    String campaign = campaigns.campaign(1, "ROOM");
    String coupon = couponOf(campaign, STAY);
    Path earlier = copyOfRedis();
    redis.kill();
    orders.put(MEAL, order(MEAL, coupon, "PAID"));
    publish(
        paid("stay-2", "ROOM"),
        paid(STAY, "ROOM"),
        paid(MEAL, "FOOD", coupon, STAY, Instant.now()),
        canceled(STAY, null));
    Files.copy(earlier, appendOnlyFile(), StandardCopyOption.REPLACE_EXISTING);
    redis = Redis.start(home, redisPort);
    await().until(service::isReady);
    assertThat(campaigns.status(campaign, STAY)).isEqualTo("USED");
    assertThat(campaigns.status(campaign, "stay-2")).isEqualTo("none");
    await().until(() -> campaigns.report(campaign).equals("1 1 0 1"));
  }

  /** The recovery cannot finish: the order service does not respond about another order. */
  @Test
  void no_coupon_is_issued_or_revoked_until_all_coupons_are_restored() throws IOException {
    String campaign = campaigns.campaign(10, "ROOM");
    publish(paid(STAY, "ROOM"));
    await().until(() -> campaigns.status(campaign, STAY).equals("ISSUED"));
    redis.kill();
    publish(paid("silent", "FOOD", "a-coupon", "silent", Instant.now()));
    redis = Redis.start(home, redisPort);
    publish(canceled(STAY, null), paid("stay-2", "ROOM"));
    publish(OrderCampaignFixture.last("other"));
    await().until(() -> campaigns.handledAll("other"));
    assertThat(campaigns.status(campaign, STAY)).isEqualTo("ISSUED");
    assertThat(campaigns.status(campaign, "stay-2")).isEqualTo("none");

    orders.put("silent", order("silent", null, "PAID"));
    await().until(() -> campaigns.status(campaign, "stay-2").equals("ISSUED"));
    await().until(() -> campaigns.status(campaign, STAY).equals("REVOKED"));
  }

  private void publish(Event... events) {
    for (Event event : events) {
      service.broker().publish(List.of(BrokerClient.encode(event)));
    }
  }

  private static JsonObject order(String orderId, String couponId, String status) {
    return new JsonObject()
        .put("orderId", orderId)
        .put("due", 17_000)
        .put("version", 2)
        .put("status", status)
        .put("couponId", couponId);
  }

  private Path copyOfRedis() throws IOException {
    return Files.copy(appendOnlyFile(), home.resolve("earlier"));
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
}
