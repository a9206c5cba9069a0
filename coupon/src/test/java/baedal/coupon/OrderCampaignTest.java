package baedal.coupon;

import static baedal.coupon.OrderCampaignFixture.announcement;
import static baedal.coupon.OrderCampaignFixture.canceled;
import static baedal.coupon.OrderCampaignFixture.couponOf;
import static baedal.coupon.OrderCampaignFixture.last;
import static baedal.coupon.OrderCampaignFixture.paid;
import static baedal.coupon.OrderCampaignFixture.rejected;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.CouponEvent;
import baedal.events.Event;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Ids;
import baedal.testkit.BrokerClient;
import baedal.testkit.ServiceFixture;
import baedal.testkit.TestServers;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Campaigns that give coupons with paid orders, with a real Redis and broker. */
class OrderCampaignTest {

  private static final ServiceFixture service = new ServiceFixture(TopologyDeclaration::declare);
  private static final OrderCampaignFixture campaigns = new OrderCampaignFixture(service);

  @BeforeAll
  static void start() {
    CouponConfig config =
        CouponConfig.from(
            service.config(
                Map.of(
                    "REDIS_URI",
                    TestServers.redis(),
                    "ORDER_URL",
                    service.serve(OrderCampaignFixture::applyCoupon))));
    service.start(new CouponVerticle(config), CouponVerticle::port);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  /** Publishes the events, and waits until all are handled. All are events of this order. */
  private static void handle(String orderId, Event... events) {
    service.broker().publish(events);
    service.broker().publish(last(orderId));
    await().until(() -> campaigns.handledAll(orderId));
  }

  @Test
  void a_paid_order_at_a_store_of_the_kind_brings_its_customer_one_coupon() {
    String campaign = campaigns.campaign(10, "ROOM");
    String orderId = Ids.next();
    handle(orderId, paid(orderId, "ROOM"), paid(orderId, "ROOM"));
    await()
        .until(
            () -> campaigns.published(CouponEvent.Issued.class, couponOf(campaign, orderId)) == 1);
    assertThat(campaigns.status(campaign, orderId)).isEqualTo("ISSUED");
    assertThat(service.broker().recorded(CouponEvent.Issued.class))
        .filteredOn(issued -> issued.couponId().equals(couponOf(campaign, orderId)))
        .allSatisfy(
            issued -> {
              assertThat(issued.subject()).isEqualTo(orderId);
              assertThat(issued.campaignId()).isEqualTo(campaign);
            });
    assertThat(campaigns.report(campaign)).isEqualTo("1 0 0 0");
  }

  @Test
  void a_paid_order_at_a_store_of_another_kind_brings_no_coupon_of_the_kind() {
    String rooms = campaigns.campaign(10, "ROOM");
    String all = campaigns.campaign(10, null);
    String food = Ids.next();
    String unknown = Ids.next();
    handle(food, paid(food, "FOOD"));
    handle(unknown, paid(unknown, null));
    assertThat(campaigns.report(rooms)).isEqualTo("0 0 0 0");
    assertThat(campaigns.report(all)).isEqualTo("2 0 0 0");
  }

  @Test
  void an_order_that_was_paid_before_the_announcement_brings_no_coupon() {
    Instant before = Instant.now().minusMillis(1);
    String campaign = campaigns.campaign(10, null);
    String orderId = Ids.next();
    handle(orderId, paid(orderId, "ROOM", null, orderId, before));
    assertThat(campaigns.status(campaign, orderId)).isEqualTo("none");
  }

  @Test
  void a_campaign_that_has_ended_issues_no_coupon() {
    JsonObject soon = announcement(10, null).put("expiresAt", Instant.now().plusSeconds(2) + "");
    String campaign = campaigns.announce(soon);
    await()
        .until(
            () ->
                campaigns.send(HttpMethod.POST, "/coupons", "marketing", soon).statusCode() == 400);
    String orderId = Ids.next();
    handle(orderId, paid(orderId, "ROOM"));
    assertThat(campaigns.report(campaign)).isEqualTo("0 0 0 0");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_withdrawn_order_has_no_usable_coupon_in_any_sequence_of_events(boolean isRejected) {
    String campaign = campaigns.campaign(100, "ROOM");
    int revoked = 0;
    for (long seed = 1; seed <= 10; seed++) {
      String orderId = Ids.next();
      List<String> bodies = new ArrayList<>();
      bodies.add(BrokerClient.encode(paid(orderId, "ROOM")));
      bodies.add(BrokerClient.encode(isRejected ? rejected(orderId) : canceled(orderId, null)));
      bodies.addAll(List.copyOf(bodies));
      bodies.add(BrokerClient.encode(paid(orderId, "ROOM")));
      Collections.shuffle(bodies, new Random(seed));
      service.broker().publish(bodies);
      service.broker().publish(last(orderId));
      await().until(() -> campaigns.handledAll(orderId));
      String status = campaigns.status(campaign, orderId);
      assertThat(status).as("seed %d", seed).isIn("none", "REVOKED");
      int expected = status.equals("none") ? 0 : 1;
      revoked += expected;
      String coupon = couponOf(campaign, orderId);
      await()
          .untilAsserted(
              () -> {
                assertThat(campaigns.published(CouponEvent.Issued.class, coupon))
                    .isEqualTo(expected);
                assertThat(campaigns.published(CouponEvent.Revoked.class, coupon))
                    .isEqualTo(expected);
              });
    }
    assertThat(revoked).as("seeds in which the payment came first").isBetween(1, 9);
    assertThat(campaigns.report(campaign)).isEqualTo(revoked + " 0 " + revoked + " 0");
  }

  @Test
  void a_used_coupon_stays_used_until_its_own_order_gives_it_back() {
    String campaign = campaigns.campaign(10, "ROOM");
    String stay = Ids.next();
    String meal = Ids.next();
    String coupon = couponOf(campaign, stay);
    service.broker().publish(paid(stay, "ROOM"));
    await().until(() -> campaigns.status(campaign, stay).equals("ISSUED"));
    campaigns.use(coupon, stay, meal);
    service.broker().publish(paid(meal, "FOOD", coupon, stay, Instant.now()));
    await().until(() -> campaigns.status(campaign, stay).equals("USED"));

    handle(stay, canceled(stay, null), canceled(stay, null));
    assertThat(campaigns.status(campaign, stay)).isEqualTo("USED");
    assertThat(campaigns.report(campaign)).isEqualTo("1 1 0 1");

    handle(meal, canceled(meal, coupon), canceled(meal, coupon));
    assertThat(campaigns.status(campaign, stay)).isEqualTo("REVOKED");
    assertThat(campaigns.report(campaign)).isEqualTo("1 0 1 0");
    await().until(() -> campaigns.published(CouponEvent.Revoked.class, coupon) == 1);
    assertThat(campaigns.published(CouponEvent.Restored.class, coupon)).isZero();
  }

  @Test
  void a_coupon_claimed_by_an_unpaid_order_is_revoked_and_that_order_is_told() {
    String campaign = campaigns.campaign(10, "ROOM");
    String stay = Ids.next();
    String meal = Ids.next();
    String coupon = couponOf(campaign, stay);
    service.broker().publish(paid(stay, "ROOM"));
    await().until(() -> campaigns.status(campaign, stay).equals("ISSUED"));
    campaigns.use(coupon, stay, meal);
    service.broker().publish(canceled(stay, null));
    await()
        .until(
            () ->
                service
                    .broker()
                    .recorded(CouponEvent.Revoked.class)
                    .anyMatch(e -> e.couponId().equals(coupon) && e.subject().equals(meal)));
    assertThat(campaigns.status(campaign, stay)).isEqualTo("REVOKED");
  }

  @Test
  void a_coupon_that_comes_with_orders_cannot_be_taken() {
    String campaign = campaigns.campaign(10, "ROOM");
    HttpResponse<Buffer> refused =
        campaigns.send(
            HttpMethod.POST, "/coupons/campaigns/" + campaign + "/take", "customer", null);
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.bodyAsJsonObject().getString("type"))
        .isEqualTo("/problems/campaign-with-orders");
    assertThat(campaigns.report(campaign)).isEqualTo("0 0 0 0");
  }

  @Test
  void a_report_counts_the_coupons_that_customers_took_used_and_lost() {
    String campaign =
        campaigns.announce(
            new JsonObject()
                .put("name", "선착순")
                .put("discount", 3_000)
                .put("quantity", 10)
                .put("expiresAt", "2099-01-01T00:00:00Z"));
    String path = "/coupons/campaigns/" + campaign + "/take";
    String token = service.token("customer-of-o-1", "customer");
    String used =
        service.call(HttpMethod.POST, path, token, null).bodyAsJsonObject().getString("couponId");
    String revoked =
        campaigns
            .send(HttpMethod.POST, path, "customer", null)
            .bodyAsJsonObject()
            .getString("couponId");
    String meal = Ids.next();
    campaigns.use(used, "o-1", meal);
    handle(meal, paid(meal, "FOOD", used, "o-1", Instant.now()));
    campaigns.send(
        HttpMethod.POST,
        "/coupons/" + revoked + "/revoke",
        "marketing",
        new JsonObject().put("reason", "a mistake"));
    assertThat(campaigns.report(campaign)).isEqualTo("2 1 1 0");
  }

  @Test
  void an_announcement_shows_its_event_and_kind_and_a_key_repeats_it() {
    String token = service.token(OrderCampaignFixture.MARKETER, "marketing");
    JsonObject requested = announcement(10, "ROOM");
    HttpResponse<Buffer> first = service.post("k-on", "/coupons", token, requested).await();
    assertThat(first.bodyAsJsonObject().getMap())
        .containsEntry("on", "order.paid")
        .containsEntry("kind", "ROOM");
    assertThat(service.post("k-on", "/coupons", token, requested).await().body())
        .isEqualTo(first.body());
    JsonObject shown =
        service.call(HttpMethod.GET, first.getHeader("Location"), token, null).bodyAsJsonObject();
    assertThat(shown).containsAll(first.bodyAsJsonObject());
    assertThat(shown.fieldNames()).contains("issued", "used", "revoked", "usedThoughCanceled");
  }

  @Test
  void a_kind_without_an_event_and_an_unknown_event_or_kind_are_refused() {
    JsonObject withoutEvent = announcement(1, "ROOM");
    withoutEvent.remove("on");
    assertThat(pointer(withoutEvent)).isEqualTo("/kind");
    assertThat(pointer(announcement(1, null).put("on", "order.placed"))).isEqualTo("/on");
    assertThat(pointer(announcement(1, "BOAT"))).isEqualTo("/kind");
  }

  private static String pointer(JsonObject announcement) {
    HttpResponse<Buffer> refused =
        campaigns.send(HttpMethod.POST, "/coupons", "marketing", announcement);
    assertThat(refused.statusCode()).isEqualTo(400);
    return refused.bodyAsJsonObject().getJsonArray("errors").getJsonObject(0).getString("pointer");
  }

  @Test
  void a_report_is_for_marketing_only_and_an_unknown_campaign_is_not_found() {
    String path = "/coupons/campaigns/" + campaigns.campaign(1, null);
    assertThat(campaigns.send(HttpMethod.GET, path, "customer", null).statusCode()).isEqualTo(403);
    assertThat(
            campaigns.send(HttpMethod.GET, "/coupons/campaigns/k", "marketing", null).statusCode())
        .isEqualTo(404);
  }
}
