package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.rabbitmq.Subscription;
import baedal.rabbitmq.Topology;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What each service handles is just what its queue is bound to. */
class TopologyTest {

  @TestFactory
  Stream<DynamicTest> a_queue_holds_what_its_service_handles() {
    return subscriptions().stream()
        .map(
            subscription ->
                DynamicTest.dynamicTest(
                    subscription.queue(),
                    () ->
                        assertThat(subscription.routingKeys())
                            .containsExactlyInAnyOrderElementsOf(
                                Topology.heardBy(subscription.queue()))));
  }

  private static List<Subscription> subscriptions() {
    return List.of(
        baedal.order.OrderConsumer.table(),
        baedal.payment.PaymentConsumer.table(),
        baedal.store.StoreConsumer.table(),
        baedal.rider.RiderConsumer.table(),
        baedal.coupon.CouponConsumer.table(),
        baedal.mypage.MyPageConsumer.table());
  }
}
