package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderAssertions.refusal;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.later;
import static baedal.order.OrderFixtures.orderIn;
import static baedal.order.OrderFixtures.placed;
import static baedal.order.OrderStatus.ACCEPTED;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.CANCEL_REQUESTED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.COOKING;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.OrderEvent;
import baedal.runtime.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CancellationTest {

  @Test
  void an_unpaid_order_is_canceled_at_once() {
    Change<Order> change = Cancellation.request(placed(), "changed my mind", NOON);
    assertThat(change.state().status()).isEqualTo(CANCELED);
    assertThat(onlyEvent(change, OrderEvent.Canceled.class).reason()).isEqualTo("changed my mind");
  }

  @ParameterizedTest
  @EnumSource(names = {"PAID", "ACCEPTED"})
  void a_paid_order_asks_its_store_before_it_is_canceled(OrderStatus status) {
    Change<Order> change = Cancellation.request(orderIn(status), "changed my mind", NOON);
    assertThat(change.state().status()).isEqualTo(CANCEL_REQUESTED);
    onlyEvent(change, OrderEvent.CancelRequested.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"COOKING", "COOKED", "PICKED", "DELIVERED"})
  void an_order_cannot_be_canceled_once_cooking_has_begun(OrderStatus status) {
    Refusal refusal = refusal(() -> Cancellation.request(orderIn(status), "", NOON));
    assertThat(refusal.type()).isEqualTo("order-state");
    assertThat(refusal).hasMessageContaining(status.name()).hasMessageContaining("CANCELED");
  }

  @ParameterizedTest
  @EnumSource(names = {"COMPLETED", "REJECTED", "EXPIRED"})
  void an_ended_order_cannot_be_canceled(OrderStatus status) {
    assertThat(refusal(() -> Cancellation.request(orderIn(status), "", NOON)).type())
        .isEqualTo("order-state");
  }

  @ParameterizedTest
  @EnumSource(names = {"CANCEL_REQUESTED", "CANCELED"})
  void a_repeated_cancellation_changes_nothing(OrderStatus status) {
    Order order = orderIn(status);
    assertThat(Cancellation.request(order, "once more", later(9))).isEqualTo(Change.none(order));
  }

  @Test
  void an_accepted_cancellation_takes_effect_after_the_refund() {
    Change<Order> agreed = Cancellation.acceptedByStore(orderIn(CANCEL_REQUESTED), later(3));
    assertThat(agreed.state().status()).isEqualTo(CANCEL_REQUESTED);
    assertThat(onlyEvent(agreed, OrderEvent.RefundRequested.class).paymentId()).isEqualTo("p-1");
    Change<Order> done = Refund.completed(agreed.state(), "p-1", later(4));
    assertThat(done.state().status()).isEqualTo(CANCELED);
    onlyEvent(done, OrderEvent.Canceled.class);
  }

  @Test
  void a_refused_cancellation_leaves_the_order_in_its_latest_status() {
    Order asked = Cancellation.request(orderIn(ACCEPTED), "", NOON).state();
    assertThat(Cancellation.refusedByStore(asked, "COOKING", NOON).state().status())
        .isEqualTo(COOKING);
    Order cooked = FulfilmentProgress.reached(asked, COOKED, NOON).state();
    assertThat(Cancellation.refusedByStore(cooked, "COOKING", NOON).state().status())
        .isEqualTo(COOKED);
  }

  @ParameterizedTest
  @EnumSource(names = {"PAID", "ACCEPTED"})
  void a_rejection_after_a_refused_cancellation_requests_the_refund(OrderStatus status) {
    Order refused =
        Cancellation.refusedByStore(
                Cancellation.request(orderIn(status), "", NOON).state(), "REJECTED", NOON)
            .state();
    assertThat(refused.status()).isEqualTo(status);
    onlyEvent(
        Rejection.rejectedByStore(refused, "OUT_OF_STOCK", NOON), OrderEvent.RefundRequested.class);
  }

  @ParameterizedTest
  @CsvSource({
    "COOKING, has begun",
    "COOKED, is ready",
    "PICKED, on the way",
    "DELIVERED, was delivered",
    "COMPLETED, customer received it",
    "REJECTED, rejected",
    "EXPIRED, not paid"
  })
  void a_refused_cancellation_states_the_reason_in_each_status(OrderStatus status, String why) {
    assertThat(refusal(() -> Cancellation.request(orderIn(status), "", NOON)))
        .hasMessageContaining(status.name())
        .hasMessageContaining("CANCELED")
        .hasMessageContaining(why);
  }
}
