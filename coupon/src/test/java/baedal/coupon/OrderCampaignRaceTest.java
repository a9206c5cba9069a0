package baedal.coupon;

import static baedal.coupon.OrderCampaignFixture.canceled;
import static baedal.coupon.OrderCampaignFixture.couponOf;
import static baedal.coupon.OrderCampaignFixture.paid;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.CouponEvent;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Ids;
import baedal.testkit.BrokerClient;
import baedal.testkit.ServiceFixture;
import baedal.testkit.TestServers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas of the coupon service handle the events of the same orders at the same time. */
class OrderCampaignRaceTest {

  private static final ServiceFixture service = new ServiceFixture(TopologyDeclaration::declare);
  private static final OrderCampaignFixture campaigns = new OrderCampaignFixture(service);

  @BeforeAll
  static void start() {
    Map<String, String> settings =
        Map.of(
            "REDIS_URI",
            TestServers.redis(),
            "ORDER_URL",
            service.serve(OrderCampaignFixture::applyCoupon));
    for (int replica = 0; replica < 2; replica++) {
      service.start(
          new CouponVerticle(CouponConfig.from(service.config(settings))), CouponVerticle::port);
    }
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void two_hundred_orders_get_exactly_the_hundred_coupons_of_a_campaign() {
    String campaign = campaigns.campaign(100, "ROOM");
    List<String> orderIds = orderIds(200);
    List<String> bodies = new ArrayList<>();
    orderIds.forEach(id -> bodies.add(BrokerClient.encode(paid(id, "ROOM"))));
    bodies.addAll(List.copyOf(bodies));
    Collections.shuffle(bodies, new Random(1));
    service.broker().publish(bodies);
    await().until(() -> campaigns.report(campaign).equals("100 0 0 0"));
    await().until(() -> issued(campaign, orderIds) >= 100);
    String after = campaigns.campaign(1, "FOOD");
    String marker = Ids.next();
    service.broker().publish(paid(marker, "FOOD"));
    await().until(() -> campaigns.status(after, marker).equals("ISSUED"));
    assertThat(campaigns.report(campaign)).isEqualTo("100 0 0 0");
    assertThat(issued(campaign, orderIds)).isEqualTo(100);
    assertThat(
            orderIds.stream().filter(id -> campaigns.status(campaign, id).equals("ISSUED")).count())
        .isEqualTo(100);
  }

  @Test
  void a_payment_and_a_cancellation_at_the_same_time_leave_no_usable_coupon() {
    String campaign = campaigns.campaign(1_000, "ROOM");
    List<String> orderIds = orderIds(200);
    for (String id : orderIds) {
      service
          .broker()
          .publish(
              List.of(
                  BrokerClient.encode(paid(id, "ROOM")),
                  BrokerClient.encode(canceled(id, null)),
                  BrokerClient.encode(paid(id, "ROOM"))));
    }
    List<String> others = orderIds(20);
    others.forEach(id -> service.broker().publish(paid(id, "ROOM")));
    await()
        .until(
            () -> others.stream().allMatch(id -> campaigns.status(campaign, id).equals("ISSUED")));
    await()
        .untilAsserted(
            () -> {
              List<String> statuses =
                  orderIds.stream().map(id -> campaigns.status(campaign, id)).toList();
              assertThat(statuses).isSubsetOf("none", "REVOKED");
              int revoked = Collections.frequency(statuses, "REVOKED");
              assertThat(campaigns.report(campaign))
                  .isEqualTo((revoked + 20) + " 0 " + revoked + " 0");
            });
  }

  private static List<String> orderIds(int count) {
    return IntStream.range(0, count).mapToObj(i -> Ids.next()).toList();
  }

  private static long issued(String campaign, List<String> orderIds) {
    return orderIds.stream()
        .mapToLong(id -> campaigns.published(CouponEvent.Issued.class, couponOf(campaign, id)))
        .sum();
  }
}
