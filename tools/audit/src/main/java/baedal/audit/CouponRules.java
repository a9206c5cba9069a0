package baedal.audit;

import static baedal.audit.OrderSnapshot.id;
import static baedal.audit.OrderSnapshot.status;
import static baedal.audit.Rules.brokenIf;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rules of the coupon that an order uses, and of the coupon that it earns. */
final class CouponRules {

  /** The statuses of a coupon that an order holds. */
  private static final Set<String> HELD = Set.of("CLAIMED", "USED");

  /**
   * The statuses of a paid order's coupon. The coupon is REVOKED if the issuer revoked it during
   * the payment.
   */
  private static final Set<String> USED = Set.of("USED", "REVOKED");

  private CouponRules() {}

  /**
   * The rule {@code coupon}. A PLACED order holds its coupon as CLAIMED, a paid order as USED. A
   * canceled, rejected or expired order does not hold it.
   */
  static Stream<String> coupon(OrderSnapshot s) {
    if (s.couponId() == null) {
      return Stream.empty();
    }
    String holder = s.coupon().path("orderId").asText(null);
    boolean held = s.orderId().equals(holder);
    String found = s.coupon().isMissingNode() ? "missing" : status(s.coupon());
    if (s.isCalledOff()) {
      return brokenIf(held, couponDetail(s, found, holder, "not held by this order"));
    }
    if (s.isEstablished()) {
      return brokenIf(
          !(held && USED.contains(found)),
          couponDetail(s, found, holder, "USED and held by this order"));
    }
    return brokenIf(
        s.is("PLACED") && !(held && found.equals("CLAIMED")),
        couponDetail(s, found, holder, "CLAIMED and held by this order"));
  }

  private static String couponDetail(
      OrderSnapshot s, String found, String holder, String expected) {
    return "order is "
        + s.status()
        + "; its coupon "
        + s.couponId()
        + " is "
        + found
        + (holder == null ? "" : " and held by " + holder)
        + ", expected: "
        + expected;
  }

  static Stream<String> earned(OrderSnapshot s) {
    if (s.order().isMissingNode()) {
      return Stream.empty();
    }
    boolean expected = s.is("DELIVERED", "COMPLETED");
    boolean earned = !s.earned().isMissingNode();
    return brokenIf(
        expected != earned,
        "order is "
            + s.status()
            + ", but it has "
            + (earned ? "already earned a coupon" : "not earned a coupon"));
  }

  /**
   * The rule {@code claim}: a coupon that is held by an order is the coupon that this order uses.
   */
  static List<Finding> claim(JsonNode coupon, OrderSnapshot holder, Instant graceBegan) {
    boolean unchanged =
        changedAt(coupon).isBefore(graceBegan) && Rules.isUnchangedSince(holder, graceBegan);
    boolean unknown = HELD.contains(status(coupon)) && !id(coupon).equals(holder.couponId());
    return unchanged && unknown
        ? List.of(new Finding("claim", holder.orderId(), claimDetail(coupon, holder)))
        : List.of();
  }

  private static String claimDetail(JsonNode coupon, OrderSnapshot holder) {
    String used = holder.couponId() == null ? "no coupon" : "coupon " + holder.couponId();
    return "coupon "
        + id(coupon)
        + " is "
        + status(coupon)
        + " and held by this order, but the order "
        + (holder.order().isMissingNode() ? "is missing" : "uses " + used);
  }

  private static Instant changedAt(JsonNode coupon) {
    return Instant.parse(coupon.path("changedAt").asText());
  }
}
