package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.orderIn;
import static baedal.order.OrderFixtures.paid;
import static baedal.order.OrderFixtures.placed;
import static baedal.order.OrderStatus.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.OrderEvent;
import org.junit.jupiter.api.Test;

class RefundTest {

  @Test
  void a_rejection_is_published_after_the_refund() {
    Change<Order> rejected = Rejection.rejectedByStore(paid(), "OUT_OF_STOCK", NOON);
    assertThat(rejected.state().status()).isEqualTo(REJECTED);
    onlyEvent(rejected, OrderEvent.RefundRequested.class);
    Change<Order> done = Refund.completed(rejected.state(), "p-1", NOON);
    assertThat(onlyEvent(done, OrderEvent.Rejected.class).reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(Refund.completed(done.state(), "p-1", NOON).events()).isEmpty();
  }

  @Test
  void the_refund_of_another_payment_changes_nothing() {
    Order rejected = orderIn(REJECTED);
    assertThat(Refund.completed(rejected, "p-2", NOON)).isEqualTo(Change.none(rejected));
    assertThat(Refund.completed(placed(), "p-2", NOON).events()).isEmpty();
  }
}
