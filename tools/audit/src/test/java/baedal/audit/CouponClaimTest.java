package baedal.audit;

import static baedal.audit.OrderStates.at;
import static baedal.order.OrderStatus.PAID;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule {@code claim}: a coupon that is held by an order is the one that the order uses. */
class CouponClaimTest {

  private static final Instant GRACE_BEGAN = OrderStates.NOON.plusSeconds(1);

  private static List<String> claim(ObjectNode coupon, OrderStates holder) {
    return CouponRules.check(coupon, Map.of(holder.id, holder.snapshot()), GRACE_BEGAN).stream()
        .map(Finding::toString)
        .toList();
  }

  /** A paid order that uses no coupon. */
  private static OrderStates withoutCoupon() {
    OrderStates states = at(PAID);
    states.details().putNull("couponId");
    states.coupon = null;
    return states;
  }

  private static ObjectNode claimed() {
    return at(PAID).coupon;
  }

  @ParameterizedTest
  @ValueSource(strings = {"CLAIMED", "USED"})
  void a_coupon_held_by_an_order_that_does_not_use_it_is_a_finding(String status) {
    ObjectNode coupon = claimed().put("status", status);
    assertThat(claim(coupon, at(PAID))).isEmpty();
    String held =
        "claim  order-1  coupon coupon-1-of-order-1 is " + status + " and held by this order";
    assertThat(claim(coupon, withoutCoupon()))
        .containsExactly(held + ", but the order uses no coupon");
    OrderStates another = withoutCoupon();
    another.details().put("couponId", "coupon-2");
    assertThat(claim(coupon, another))
        .containsExactly(held + ", but the order uses coupon coupon-2");
    OrderStates lost = withoutCoupon();
    lost.order = null;
    assertThat(claim(coupon, lost)).containsExactly(held + ", but the order is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ISSUED", "REVOKED"})
  void a_coupon_that_no_order_holds_gives_no_finding(String status) {
    assertThat(claim(claimed().put("status", status), withoutCoupon())).isEmpty();
  }

  @Test
  void a_coupon_or_order_that_changed_within_the_grace_period_is_not_checked() {
    ObjectNode late = claimed().put("changedAt", GRACE_BEGAN.toString());
    assertThat(claim(late, withoutCoupon())).isEmpty();
    OrderStates holder = withoutCoupon();
    holder.order.put("changedAt", GRACE_BEGAN.toString());
    assertThat(claim(claimed(), holder)).isEmpty();
  }
}
