package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderAssertions.refusal;
import static baedal.order.OrderFixtures.CATALOG;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.chicken;
import static baedal.order.OrderFixtures.paid;
import static baedal.order.OrderFixtures.placed;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Line;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import java.util.List;
import org.junit.jupiter.api.Test;

class CouponUseTest {

  @Test
  void a_coupon_lowers_the_amount_due_once() {
    Change<Order> change = CouponUse.use(placed(), "k-1", 3_000, NOON);
    OrderEvent.Updated updated = onlyEvent(change, OrderEvent.Updated.class);
    assertThat(updated.established()).isFalse();
    assertThat(updated.order().due()).isEqualTo(37_000);
    assertThat(updated.order().couponId()).isEqualTo("k-1");
    assertThat(CouponUse.use(change.state(), "k-1", 3_000, NOON).events()).isEmpty();
    Order paid = paid(change.state(), PaymentMethod.CARD);
    assertThat(CouponUse.use(paid, "k-1", 3_000, NOON).events()).isEmpty();
  }

  @Test
  void the_discount_of_an_unpaid_order_is_at_most_its_present_total() {
    Order cheap = CouponUse.use(placed(), "k-1", 45_000, NOON).state();
    assertThat(cheap.details().due()).isZero();
    List<Line> more = CATALOG.price(List.of(chicken("순살"), chicken()), null);
    assertThat(OrderUpdate.change(cheap, more, null, null, NOON).state().details().due())
        .isEqualTo(31_000);
  }

  @Test
  void a_second_coupon_and_a_coupon_for_a_paid_order_are_refused() {
    Order holding = CouponUse.use(placed(), "k-1", 3_000, NOON).state();
    assertThat(refusal(() -> CouponUse.use(holding, "k-2", 1, NOON)).type())
        .isEqualTo("order-state");
    assertThat(refusal(() -> CouponUse.use(paid(), "k-2", 1, NOON)).type())
        .isEqualTo("order-state");
  }

  @Test
  void a_canceled_order_does_not_take_its_coupon_again() {
    Order holding = CouponUse.use(placed(), "k-1", 3_000, NOON).state();
    Order canceled = Cancellation.request(holding, "", NOON).state();
    assertThat(refusal(() -> CouponUse.use(canceled, "k-1", 3_000, NOON)).type())
        .isEqualTo("order-state");
  }

  @Test
  void an_unpaid_order_loses_the_discount_of_a_revoked_coupon() {
    Order holding = CouponUse.use(placed(), "k-1", 3_000, NOON).state();
    assertThat(CouponUse.takenBack(holding, "k-1", NOON).state().details().due()).isEqualTo(40_000);
    assertThat(CouponUse.takenBack(holding, "k-2", NOON).events()).isEmpty();
    assertThat(CouponUse.takenBack(paid(holding, PaymentMethod.CARD), "k-1", NOON).events())
        .isEmpty();
  }
}
