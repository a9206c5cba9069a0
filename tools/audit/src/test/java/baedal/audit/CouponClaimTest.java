package baedal.audit;

import static baedal.audit.OrderStates.at;
import static baedal.order.OrderStatus.PAID;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule {@code claim}: an order knows of each coupon that names it as its holder. */
class CouponClaimTest {

  private static final Instant GRACE_BEGAN = OrderStates.NOON.plusSeconds(1);

  private static List<String> claim(ObjectNode coupon, OrderStates holder) {
    return CouponRules.claim(coupon, holder.snapshot(), GRACE_BEGAN).stream()
        .map(Finding::toString)
        .toList();
  }

  /** A paid order that names no coupon. */
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
  void a_coupon_is_held_by_an_order_that_knows_of_it(String status) {
    ObjectNode coupon = claimed().put("status", status);
    assertThat(claim(coupon, at(PAID))).isEmpty();
    assertThat(claim(coupon, withoutCoupon()))
        .containsExactly("claim  order-1  does not know of its coupon coupon-1-of-order-1");
    OrderStates another = withoutCoupon();
    another.details().put("couponId", "coupon-2");
    assertThat(claim(coupon, another)).hasSize(1);
    OrderStates lost = withoutCoupon();
    lost.order = null;
    assertThat(claim(coupon, lost)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ISSUED", "REVOKED"})
  void a_coupon_that_nobody_holds_claims_nothing(String status) {
    assertThat(claim(claimed().put("status", status), withoutCoupon())).isEmpty();
  }

  @Test
  void a_claim_that_changed_since_the_grace_began_is_left_alone() {
    ObjectNode late = claimed().put("changedAt", GRACE_BEGAN.toString());
    assertThat(claim(late, withoutCoupon())).isEmpty();
    OrderStates holder = withoutCoupon();
    holder.order.put("changedAt", GRACE_BEGAN.toString());
    assertThat(claim(claimed(), holder)).isEmpty();
  }
}
