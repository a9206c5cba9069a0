package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.paid;
import static baedal.order.OrderFixtures.placed;
import static baedal.order.OrderStatus.DELIVERED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import org.junit.jupiter.api.Test;

class FulfilmentProgressTest {

  @Test
  void a_delivery_publishes_the_amount_that_the_rider_collected() {
    Order onDelivery = paid(placed(), PaymentMethod.ON_DELIVERY);
    Change<Order> change = FulfilmentProgress.delivered(onDelivery, "r-7", 40_000, NOON);
    assertThat(change.state().status()).isEqualTo(DELIVERED);
    assertThat(change.events()).hasSize(2);
    assertThat(change.events().get(0)).isInstanceOf(OrderEvent.Collected.class);
    assertThat(change.events().get(1)).isInstanceOf(OrderEvent.Delivered.class);
    onlyEvent(FulfilmentProgress.delivered(paid(), "r-7", 0, NOON), OrderEvent.Delivered.class);
    onlyEvent(FulfilmentProgress.delivered(onDelivery, "r-7", 0, NOON), OrderEvent.Delivered.class);
  }
}
