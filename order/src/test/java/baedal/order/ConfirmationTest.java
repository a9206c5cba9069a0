package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderAssertions.refusal;
import static baedal.order.OrderFixtures.CATALOG;
import static baedal.order.OrderFixtures.CONFIRMS_AFTER;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.chicken;
import static baedal.order.OrderFixtures.later;
import static baedal.order.OrderFixtures.orderIn;
import static baedal.order.OrderFixtures.paid;
import static baedal.order.OrderFixtures.placed;
import static baedal.order.OrderStatus.COMPLETED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.COOKING;
import static baedal.order.OrderStatus.DELIVERED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Fulfilment;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConfirmationTest {

  @Test
  void a_customer_confirms_a_delivered_order_and_a_visit_that_is_ready() {
    onlyEvent(Confirmation.byCustomer(orderIn(DELIVERED), NOON), OrderEvent.Completed.class);
    Order visit =
        FulfilmentProgress.reached(paid(placed(Fulfilment.VISIT), PaymentMethod.CARD), COOKED, NOON)
            .state();
    assertThat(Confirmation.byCustomer(visit, NOON).state().status()).isEqualTo(COMPLETED);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DELIVERED", "COMPLETED"})
  void an_order_that_was_not_served_cannot_be_confirmed(OrderStatus status) {
    assertThat(refusal(() -> Confirmation.byCustomer(orderIn(status), NOON)).type())
        .isEqualTo("order-state");
  }

  @ParameterizedTest
  @CsvSource({
    "PLACED, pay",
    "PAID, not begun",
    "ACCEPTED, not begun",
    "COOKING, has begun",
    "COOKED, waits for its rider",
    "PICKED, on the way",
    "CANCEL_REQUESTED, cancellation",
    "CANCELED, canceled",
    "REJECTED, rejected",
    "EXPIRED, not paid"
  })
  void a_refused_confirmation_states_the_reason_in_each_status(OrderStatus status, String why) {
    assertThat(refusal(() -> Confirmation.byCustomer(orderIn(status), NOON)))
        .hasMessageContaining(status.name())
        .hasMessageContaining("COMPLETED")
        .hasMessageContaining(why);
  }

  @Test
  void a_refused_confirmation_of_a_visit_names_the_status_to_wait_for() {
    Order visit =
        FulfilmentProgress.reached(
                paid(placed(Fulfilment.VISIT), PaymentMethod.CARD), COOKING, NOON)
            .state();
    assertThat(refusal(() -> Confirmation.byCustomer(visit, NOON))).hasMessageContaining("COOKED");
  }

  @Test
  void a_delivered_order_is_completed_after_a_day_without_confirmation() {
    Order delivered = orderIn(DELIVERED);
    assertThat(
            Confirmation.byTimeout(
                    delivered, CONFIRMS_AFTER, later(3).plus(CONFIRMS_AFTER).minusMillis(1))
                .events())
        .isEmpty();
    OrderEvent.Completed completed =
        onlyEvent(
            Confirmation.byTimeout(delivered, CONFIRMS_AFTER, later(3).plus(CONFIRMS_AFTER)),
            OrderEvent.Completed.class);
    assertThat(completed.byCustomer()).isFalse();
  }

  @Test
  void the_confirmation_timeout_of_a_visit_begins_at_its_end() {
    PlaceOrder stay =
        new PlaceOrder(
            "s-1",
            List.of(chicken()),
            Fulfilment.VISIT,
            null,
            null,
            null,
            "2026-12-24T15:00:00Z",
            "2026-12-26T11:00:00Z",
            null,
            null);
    Order order =
        Order.place("o", stay.details("c-1", Optional.of(CATALOG), NOON, OrderFixtures.PAY_WITHIN))
            .state();
    Order ready =
        FulfilmentProgress.reached(paid(order, PaymentMethod.CARD), COOKED, later(9)).state();
    assertThat(ready.servedAt()).isEqualTo("2026-12-26T11:00:00Z");
    assertThat(
            Confirmation.byTimeout(ready, CONFIRMS_AFTER, later(9).plus(CONFIRMS_AFTER)).events())
        .isEmpty();
    assertThat(orderIn(COOKED).servedAt()).isNull();
  }
}
