package baedal.audit;

import static baedal.audit.OrderSnapshot.id;
import static baedal.audit.OrderSnapshot.status;
import static baedal.audit.Rules.brokenIf;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rules about the coupon that an order uses, and the one that it earns. */
final class CouponRules {

  private static final Set<String> CLAIMED = Set.of("CLAIMED", "USED");

  /** A coupon that is revoked while its order is being paid counts as used. */
  private static final Set<String> SPENT = Set.of("USED", "REVOKED");

  private CouponRules() {}

  /**
   * The coupon of an order: claimed by it, used once it is paid, given back when it ends unpaid.
   */
  static Stream<String> coupon(OrderSnapshot s) {
    if (s.couponId() == null) {
      return Stream.empty();
    }
    String holder = s.coupon().path("orderId").asText(null);
    boolean held = s.orderId().equals(holder);
    String found = s.coupon().isMissingNode() ? "lost" : status(s.coupon());
    if (s.isCalledOff()) {
      return brokenIf(held, "is " + s.status() + ", but its coupon is still " + found);
    }
    boolean wrong =
        s.isEstablished()
            ? !(held && SPENT.contains(found))
            : s.is("PLACED") && !(held && found.equals("CLAIMED"));
    return brokenIf(
        wrong,
        "is "
            + s.status()
            + " with the coupon "
            + s.couponId()
            + ", which is "
            + found
            + (holder == null ? "" : " by " + holder));
  }

  static Stream<String> earned(OrderSnapshot s) {
    if (s.order().isMissingNode()) {
      return Stream.empty();
    }
    boolean deserved = s.is("DELIVERED", "COMPLETED");
    boolean earned = !s.earned().isMissingNode();
    return brokenIf(
        deserved != earned,
        "is " + s.status() + ", but " + (earned ? "earned a coupon" : "earned no coupon"));
  }

  /** The rule {@code claim}: an order knows of each coupon that names it as its holder. */
  static List<Finding> claim(JsonNode coupon, OrderSnapshot holder, Instant graceBegan) {
    boolean unchanged =
        changedAt(coupon).isBefore(graceBegan) && Rules.isUnchangedSince(holder, graceBegan);
    boolean unknown = CLAIMED.contains(status(coupon)) && !id(coupon).equals(holder.couponId());
    return unchanged && unknown
        ? List.of(
            new Finding("claim", holder.orderId(), "does not know of its coupon " + id(coupon)))
        : List.of();
  }

  private static Instant changedAt(JsonNode coupon) {
    return Instant.parse(coupon.path("changedAt").asText());
  }
}
