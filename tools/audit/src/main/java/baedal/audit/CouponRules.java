package baedal.audit;

import static baedal.audit.OrderSnapshot.id;
import static baedal.audit.OrderSnapshot.status;
import static baedal.audit.Rules.brokenIf;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of the coupons that an order uses, earns, or brought. */
final class CouponRules {

  /** The statuses of a coupon that an order holds. */
  private static final Set<String> HELD = Set.of("CLAIMED", "USED");

  /**
   * The statuses of a paid order's coupon. The coupon is REVOKED if the issuer revoked it during
   * the payment. A coupon that a canceled order brought has one of the same statuses.
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

  /** The ids of the orders with which {@link #check} compares a coupon. */
  static Set<String> orderIds(JsonNode coupon) {
    return Stream.of(holder(coupon), broughtBy(coupon))
        .filter(orderId -> !orderId.isEmpty())
        .collect(Collectors.toSet());
  }

  /** The id of the order that holds the coupon; "" when no order holds it. */
  private static String holder(JsonNode coupon) {
    return coupon.path("orderId").asText("");
  }

  /** The id of the order that brought a coupon of a campaign; "" for any other coupon. */
  private static String broughtBy(JsonNode coupon) {
    return coupon.path("campaignId").isTextual() ? coupon.path("issuedWith").asText("") : "";
  }

  /**
   * Compares a coupon with its orders. {@code orders} has the snapshots of {@link #orderIds} by id.
   */
  static List<Finding> check(
      JsonNode coupon, Map<String, OrderSnapshot> orders, Instant graceBegan) {
    List<Finding> findings = new ArrayList<>();
    if (!changedAt(coupon).isBefore(graceBegan)) {
      return findings;
    }
    OrderSnapshot holder = orders.get(holder(coupon));
    if (holder != null && Rules.isUnchangedSince(holder, graceBegan)) {
      claim(coupon, holder)
          .forEach(detail -> findings.add(new Finding("claim", holder.orderId(), detail)));
    }
    OrderSnapshot bringer = orders.get(broughtBy(coupon));
    if (bringer != null && Rules.isUnchangedSince(bringer, graceBegan)) {
      brought(coupon, bringer)
          .forEach(
              detail -> findings.add(new Finding("coupon-brought", bringer.orderId(), detail)));
    }
    return findings;
  }

  /**
   * The rule {@code claim}: a coupon that is held by an order is the coupon that this order uses.
   */
  private static Stream<String> claim(JsonNode coupon, OrderSnapshot holder) {
    boolean unknown = HELD.contains(status(coupon)) && !id(coupon).equals(holder.couponId());
    return brokenIf(unknown, claimDetail(coupon, holder));
  }

  /**
   * The rule {@code coupon-brought}: the order that brought a coupon of a campaign was paid. If the
   * order is canceled or rejected, the coupon is USED or REVOKED.
   */
  private static Stream<String> brought(JsonNode coupon, OrderSnapshot order) {
    if (!order.wasPaid()) {
      return Stream.of(
          "this order brought coupon "
              + id(coupon)
              + ", but the order "
              + (order.order().isMissingNode() ? "is missing" : "was never paid"));
    }
    return brokenIf(
        order.isCalledOff() && !USED.contains(status(coupon)),
        "order is "
            + order.status()
            + ", but coupon "
            + id(coupon)
            + " that it brought is "
            + status(coupon)
            + ", expected: USED or REVOKED");
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
