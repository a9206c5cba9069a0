package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.STORE;
import static baedal.order.OrderFixtures.orderIn;
import static baedal.order.OrderFixtures.paid;
import static baedal.order.OrderFixtures.pay;
import static baedal.order.OrderFixtures.placed;
import static baedal.order.OrderStatus.PAID;
import static baedal.order.OrderStatus.PLACED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Line;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PaymentAcceptanceTest {

  @Test
  void a_payment_of_the_amount_due_makes_the_order_paid() {
    Change<Order> change = pay(placed(), "p-1", PaymentMethod.CARD);
    assertThat(change.state().status()).isEqualTo(PAID);
    OrderEvent.Paid paid = onlyEvent(change, OrderEvent.Paid.class);
    assertThat(paid.order()).isEqualTo(change.state().details());
    assertThat(paid.collect()).isZero();
  }

  @Test
  void a_payment_on_delivery_states_the_amount_to_collect() {
    Change<Order> change = pay(placed(), "p-1", PaymentMethod.ON_DELIVERY);
    assertThat(onlyEvent(change, OrderEvent.Paid.class).collect()).isEqualTo(40_000);
  }

  @Test
  void a_repeated_payment_changes_nothing() {
    Order order = paid();
    assertThat(pay(order, "p-1", PaymentMethod.CARD)).isEqualTo(Change.none(order));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLACED")
  void a_payment_of_an_order_that_is_not_placed_is_refused(OrderStatus status) {
    Change<Order> change = pay(orderIn(status), "p-2", PaymentMethod.CARD);
    assertThat(change.state()).isEqualTo(orderIn(status));
    assertThat(onlyEvent(change, OrderEvent.PaymentRefused.class).paymentId()).isEqualTo("p-2");
  }

  @Test
  void a_payment_of_another_amount_or_for_other_lines_is_refused() {
    Order order = placed();
    onlyEvent(
        PaymentAcceptance.decide(order, "p-1", PaymentMethod.CARD, 39_999, 1, NOON),
        OrderEvent.PaymentRefused.class);
    List<Line> others =
        order.details().lines().stream().map(PaymentAcceptanceTest::withoutOptions).toList();
    Order changed = OrderUpdate.change(order, others, null, null, NOON).state();
    assertThat(changed.details().due()).isEqualTo(order.details().due());
    Change<Order> stale =
        PaymentAcceptance.decide(changed, "p-1", PaymentMethod.CARD, 40_000, 1, NOON);
    onlyEvent(stale, OrderEvent.PaymentRefused.class);
    assertThat(stale.state().status()).isEqualTo(PLACED);
  }

  private static Line withoutOptions(Line line) {
    return new Line(
        line.menuId(),
        line.name(),
        line.quantity(),
        line.unitPrice(),
        List.of(),
        List.of(),
        List.of(),
        line.amount());
  }

  @Test
  void a_payment_is_accepted_after_a_change_of_memo_and_address() {
    Order changed = OrderUpdate.change(placed(), null, STORE, "문 앞에", NOON).state();
    Change<Order> paid =
        PaymentAcceptance.decide(changed, "p-1", PaymentMethod.CARD, 40_000, 1, NOON);
    assertThat(paid.state().status()).isEqualTo(PAID);
    assertThat(onlyEvent(paid, OrderEvent.Paid.class).order().address()).isEqualTo(STORE);
  }
}
