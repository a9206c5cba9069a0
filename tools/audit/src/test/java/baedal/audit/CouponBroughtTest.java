package baedal.audit;

import static baedal.audit.OrderStates.at;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.EXPIRED;
import static baedal.order.OrderStatus.PAID;
import static baedal.order.OrderStatus.PLACED;
import static baedal.order.OrderStatus.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.coupon.CouponStatus;
import baedal.order.OrderStatus;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The rule {@code coupon-brought}: a coupon that came with an order, and the state of the order.
 */
class CouponBroughtTest {

  private static final Instant GRACE_BEGAN = OrderStates.NOON.plusSeconds(1);

  /** A coupon that {@code order} brought. */
  private static ObjectNode coupon(OrderStates order, CouponStatus status) {
    return order
        .coupon("coupon-2", status)
        .put("campaignId", "campaign-1")
        .put("issuedWith", order.id)
        .putNull("orderId");
  }

  private static List<String> brought(ObjectNode coupon, OrderStates order) {
    return CouponRules.check(coupon, Map.of(order.id, order.snapshot()), GRACE_BEGAN).stream()
        .map(Finding::toString)
        .toList();
  }

  @Test
  void a_coupon_of_a_withdrawn_order_that_is_not_used_or_revoked_is_a_finding() {
    for (OrderStatus status : List.of(CANCELED, REJECTED)) {
      OrderStates order = at(status);
      for (CouponStatus wrong : List.of(CouponStatus.ISSUED, CouponStatus.CLAIMED)) {
        assertThat(brought(coupon(order, wrong), order))
            .containsExactly(
                "coupon-brought  order-1  order is "
                    + status
                    + ", but coupon coupon-2 that it brought is "
                    + wrong
                    + ", expected: USED or REVOKED");
      }
      assertThat(brought(coupon(order, CouponStatus.USED), order)).isEmpty();
      assertThat(brought(coupon(order, CouponStatus.REVOKED), order)).isEmpty();
    }
  }

  @Test
  void a_coupon_of_an_order_that_was_never_paid_or_is_missing_is_a_finding() {
    for (OrderStatus status : List.of(PLACED, EXPIRED)) {
      OrderStates order = at(status);
      assertThat(brought(coupon(order, CouponStatus.ISSUED), order))
          .containsExactly(
              "coupon-brought  order-1  this order brought coupon coupon-2,"
                  + " but the order was never paid");
    }
    OrderStates lost = at(PAID);
    ObjectNode coupon = coupon(lost, CouponStatus.ISSUED);
    lost.order = null;
    assertThat(brought(coupon, lost))
        .containsExactly(
            "coupon-brought  order-1  this order brought coupon coupon-2,"
                + " but the order is missing");
  }

  @Test
  void the_usable_coupon_of_a_paid_order_gives_no_finding() {
    assertThat(brought(coupon(at(PAID), CouponStatus.ISSUED), at(PAID))).isEmpty();
  }

  @Test
  void an_order_in_its_refund_may_still_have_a_usable_coupon() {
    OrderStates refunding = at(CANCELED);
    refunding.order.put("settling", true);
    assertThat(brought(coupon(refunding, CouponStatus.ISSUED), refunding)).isEmpty();
  }

  @Test
  void a_coupon_or_order_that_changed_within_the_grace_period_is_not_checked() {
    OrderStates order = at(CANCELED);
    ObjectNode late = coupon(order, CouponStatus.ISSUED).put("changedAt", GRACE_BEGAN.toString());
    assertThat(brought(late, order)).isEmpty();
    order.order.put("changedAt", GRACE_BEGAN.toString());
    assertThat(brought(coupon(order, CouponStatus.ISSUED), order)).isEmpty();
  }

  @Test
  void a_coupon_that_an_order_earned_is_not_checked_by_this_rule() {
    OrderStates order = at(CANCELED);
    ObjectNode earned = coupon(order, CouponStatus.ISSUED).putNull("campaignId");
    assertThat(brought(earned, order)).isEmpty();
  }
}
