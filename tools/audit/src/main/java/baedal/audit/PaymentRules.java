package baedal.audit;

import static baedal.audit.OrderSnapshot.id;
import static baedal.audit.OrderSnapshot.status;
import static baedal.audit.Rules.brokenIf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of an order's payments, and of the provider's charges for them. */
final class PaymentRules {

  /** The statuses of a payment with which its order counts as paid. */
  private static final Set<String> VALID = Set.of("PAID", "DEFERRED");

  private static final Set<String> IN_PROGRESS = Set.of("CHARGING", "REFUNDING");

  private PaymentRules() {}

  static Stream<String> stuck(OrderSnapshot s) {
    return s.payments().stream()
        .filter(p -> IN_PROGRESS.contains(status(p)))
        .map(
            p ->
                "payment "
                    + id(p)
                    + " is still "
                    + status(p)
                    + ", but its "
                    + (status(p).equals("CHARGING") ? "charge" : "refund")
                    + " should have ended by now");
  }

  /**
   * The rule {@code money}: an order from PAID to COMPLETED has exactly one payment that is PAID or
   * DEFERRED, with the amount due. Every other order has none. A refund has the amount that the
   * order requested, and this amount follows from a refund term of the order.
   */
  static Stream<String> money(OrderSnapshot s) {
    return Stream.concat(paid(s), Refunds.money(s));
  }

  private static Stream<String> paid(OrderSnapshot s) {
    List<JsonNode> valid = s.payments().stream().filter(p -> VALID.contains(status(p))).toList();
    if (!s.isEstablished()) {
      boolean undecided = s.is("CANCEL_REQUESTED") || s.isRefunding() || s.order().isMissingNode();
      return brokenIf(
          !undecided && !valid.isEmpty(),
          "order is "
              + s.status()
              + ", so no payment may be PAID or DEFERRED, but it has "
              + named(valid));
    }
    if (valid.size() != 1) {
      return Stream.of(
          "order is "
              + s.status()
              + ", so one payment must be PAID or DEFERRED, but it has "
              + (valid.isEmpty() ? "none" : named(valid)));
    }
    JsonNode payment = valid.get(0);
    long amount = payment.path("amount").asLong();
    String paymentId = s.order().path("paymentId").asText("none");
    boolean handedOver = s.is("DELIVERED", "COMPLETED");
    return Stream.of(
            brokenIf(
                !id(payment).equals(paymentId),
                "the order accepted payment " + paymentId + ", but has " + named(valid)),
            brokenIf(
                amount != s.due(),
                "the order's amount due is "
                    + s.due()
                    + " won, but payment "
                    + id(payment)
                    + " has "
                    + amount
                    + " won"),
            brokenIf(
                handedOver && status(payment).equals("DEFERRED"),
                "order is "
                    + s.status()
                    + ", but its payment on delivery "
                    + id(payment)
                    + " is still DEFERRED: it was not collected"))
        .flatMap(detail -> detail);
  }

  /** Each payment with its status, for example {@code payment p-1 (PAID)}. */
  private static String named(List<JsonNode> payments) {
    return payments.stream()
        .map(p -> "payment " + id(p) + " (" + status(p) + ")")
        .collect(Collectors.joining(", "));
  }

  /** The rule {@code provider}: the simulated provider's charge agrees with its payment. */
  static Stream<String> provider(OrderSnapshot s) {
    return s.payments().stream().flatMap(PaymentRules::provider);
  }

  /**
   * {@link PostgresAuditRepository#payments} says when the field {@code charge} is null and when it
   * is missing.
   */
  private static Stream<String> provider(JsonNode p) {
    JsonNode charge = p.path("charge");
    if (charge.isMissingNode()) {
      return Stream.empty();
    }
    if (charge.isNull()) {
      boolean uncharged = p.path("amount").asLong() == 0 || isOnDelivery(p);
      return brokenIf(
          hasMoney(p) && !uncharged,
          "payment " + id(p) + " is " + status(p) + ", but the provider has no such charge");
    }
    boolean approved = charge.path("approved").asBoolean();
    boolean refunded = charge.path("refunded").asBoolean();
    boolean holdsMoney = approved && !refunded;
    boolean isRefunded = status(p).equals("REFUNDED");
    boolean shouldHoldAll = status(p).equals("PAID") || (isRefunded && Refunds.refunded(p) == 0);
    boolean otherRefund =
        isRefunded && refunded && charge.path("refundedAmount").asLong() != Refunds.refunded(p);
    return Stream.of(
            brokenIf(
                holdsMoney != shouldHoldAll && !otherRefund && !IN_PROGRESS.contains(status(p)),
                "payment "
                    + id(p)
                    + " is "
                    + status(p)
                    + ", but the provider has "
                    + (approved ? "charged" : "declined")
                    + (refunded ? " and refunded it" : " it")
                    + (holdsMoney ? " and not refunded it" : "")),
            brokenIf(
                otherRefund,
                "payment "
                    + id(p)
                    + " had "
                    + Refunds.refunded(p)
                    + " won refunded, but the provider refunded "
                    + charge.path("refundedAmount").asLong()
                    + " won"),
            brokenIf(
                charge.path("amount").asLong() != p.path("amount").asLong(),
                "payment "
                    + id(p)
                    + " has "
                    + p.path("amount").asLong()
                    + " won, but the provider charged "
                    + charge.path("amount").asLong()
                    + " won"))
        .flatMap(detail -> detail);
  }

  /** Whether the provider must hold money for the payment: all of it, or the part that was kept. */
  private static boolean hasMoney(JsonNode p) {
    return status(p).equals("PAID") || (status(p).equals("REFUNDED") && Refunds.kept(p) > 0);
  }

  private static boolean isOnDelivery(JsonNode payment) {
    return payment.path("method").asText().equals("ON_DELIVERY");
  }
}
