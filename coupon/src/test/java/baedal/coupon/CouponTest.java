package baedal.coupon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.runtime.Refusal;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Transitions of a coupon that is revoked or whose order is withdrawn, and refusals. */
class CouponTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Coupon CLAIMED =
      Coupon.issue(null, "k-1", "c-1", "첫 주문", 3_000, null, null, NOW.plusSeconds(900), NOW)
          .state()
          .claim("o-1", NOW)
          .state();

  @Test
  void an_order_paid_before_it_received_the_revocation_keeps_the_coupon() {
    Coupon revoked = CLAIMED.revoke("a mistake", NOW).state();
    Coupon held = paid(updated(revoked));
    assertThat(held).isEqualTo(updated(paid(revoked)));
    assertThat(held.status()).isEqualTo(CouponStatus.REVOKED);
    assertThat(held.orderId()).isEqualTo("o-1");
  }

  @Test
  void a_revoked_coupon_has_no_order_after_its_order_was_canceled() {
    Coupon revoked = CLAIMED.revoke("a mistake", NOW).state();
    Coupon free = canceled(paid(updated(revoked)));
    assertThat(free).isEqualTo(updated(paid(canceled(revoked))));
    assertThat(free.status()).isEqualTo(CouponStatus.REVOKED);
    assertThat(free.orderId()).isNull();
  }

  @Test
  void a_lost_claim_on_a_revoked_coupon_is_recovered_for_a_paid_order_only() {
    Coupon revoked = CLAIMED.restored("o-1", NOW).state().revoke("a mistake", NOW).state();
    assertThat(revoked.recovered("o-1", true, NOW).state().orderId()).isEqualTo("o-1");
    assertThat(revoked.recovered("o-1", false, NOW).state().orderId()).isNull();
  }

  @Test
  void a_withdrawn_order_revokes_its_coupon_unless_a_paid_order_uses_it() {
    assertThat(withdrawn(canceled(CLAIMED)).status()).isEqualTo(CouponStatus.REVOKED);
    Coupon claimed = withdrawn(CLAIMED);
    assertThat(claimed.status()).isEqualTo(CouponStatus.REVOKED);
    assertThat(claimed.orderId()).isEqualTo("o-1");
    Coupon used = withdrawn(paid(CLAIMED));
    assertThat(used.status()).isEqualTo(CouponStatus.USED);
    assertThat(canceled(used).status()).isEqualTo(CouponStatus.REVOKED);
    for (Coupon coupon : List.of(claimed, used, canceled(used))) {
      assertThat(coupon.orderWithdrawn(NOW)).isEqualTo(Change.none(coupon));
    }
  }

  @Test
  void a_coupon_that_was_revoked_already_is_not_revoked_again_by_its_order() {
    assertThat(canceled(CLAIMED).revoke("a mistake", NOW).state().orderWithdrawn(NOW).events())
        .isEmpty();
  }

  @Test
  void a_refused_claim_names_the_status_and_what_to_do() {
    Instant late = NOW.plusSeconds(901);
    assertThat(refusal(() -> CLAIMED.claim("o-2", NOW))).contains("CLAIMED", "cancel that order");
    assertThat(refusal(() -> paid(CLAIMED).claim("o-2", NOW))).contains("USED", "another coupon");
    assertThat(refusal(() -> canceled(CLAIMED).claim("o-2", late)))
        .contains("EXPIRED since 2026-01-01T12:15:00Z");
    Coupon revoked = CLAIMED.revoke("a mistake", NOW).state();
    assertThat(refusal(() -> revoked.claim("o-1", NOW))).contains("REVOKED", "another one");
  }

  @Test
  void a_refused_revocation_names_the_status_and_what_to_do() {
    assertThat(refusal(() -> paid(CLAIMED).revoke("a mistake", NOW))).contains("USED", "canceled");
  }

  private static String refusal(ThrowingCallable call) {
    Refusal refusal = catchThrowableOfType(Refusal.class, call);
    assertThat(refusal.type()).isEqualTo("coupon-state");
    return refusal.getMessage();
  }

  private static Coupon updated(Coupon coupon) {
    return coupon.confirmed("o-1", NOW).state();
  }

  private static Coupon paid(Coupon coupon) {
    return coupon.used("o-1", NOW).state();
  }

  private static Coupon withdrawn(Coupon coupon) {
    return coupon.orderWithdrawn(NOW).state();
  }

  private static Coupon canceled(Coupon coupon) {
    return coupon.restored("o-1", NOW).state();
  }
}
