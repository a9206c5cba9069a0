package baedal.audit;

import static baedal.audit.OrderSnapshot.id;
import static baedal.audit.OrderSnapshot.status;
import static baedal.audit.Rules.brokenIf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rules about an order's payments, and about the money that the provider holds for them. */
final class PaymentRules {

  private static final Set<String> HELD = Set.of("PAID", "DEFERRED");
  private static final Set<String> UNDECIDED = Set.of("CHARGING", "REFUNDING");

  private PaymentRules() {}

  static Stream<String> stuck(OrderSnapshot s) {
    return s.payments().stream()
        .filter(p -> UNDECIDED.contains(status(p)))
        .map(p -> "payment " + id(p) + " is still " + status(p));
  }

  /** Money is held for exactly the orders that are established, and exactly what is due. */
  static Stream<String> money(OrderSnapshot s) {
    List<JsonNode> held = s.payments().stream().filter(p -> HELD.contains(status(p))).toList();
    if (!s.isEstablished()) {
      boolean undecided = s.is("CANCEL_REQUESTED") || s.isRefunding() || s.order().isMissingNode();
      return brokenIf(!undecided && !held.isEmpty(), "is " + s.status() + ", but money is held");
    }
    if (held.size() != 1) {
      return Stream.of("is " + s.status() + " with " + held.size() + " payments that hold");
    }
    JsonNode payment = held.get(0);
    boolean handedOver = s.is("DELIVERED", "COMPLETED");
    return Stream.of(
            brokenIf(
                !id(payment).equals(s.order().path("paymentId").asText()),
                "is settled by another payment, " + id(payment)),
            brokenIf(
                payment.path("amount").asLong() != s.due(),
                s.due() + " won are due, " + payment.path("amount").asLong() + " are held"),
            brokenIf(
                handedOver && status(payment).equals("DEFERRED"),
                "is " + s.status() + ", but what was promised was not collected"))
        .flatMap(detail -> detail);
  }

  /** The simulated provider holds what each payment says it holds. */
  static Stream<String> provider(OrderSnapshot s) {
    return s.payments().stream().flatMap(PaymentRules::provider);
  }

  /** See {@link PostgresAuditRepository#payments} for a charge that is null or missing. */
  private static Stream<String> provider(JsonNode p) {
    JsonNode charge = p.path("charge");
    if (charge.isMissingNode()) {
      return Stream.empty();
    }
    if (charge.isNull()) {
      boolean uncharged = p.path("amount").asLong() == 0 || isOnDelivery(p);
      return brokenIf(
          status(p).equals("PAID") && !uncharged,
          "payment " + id(p) + " is PAID, but the provider never heard of it");
    }
    boolean holds = charge.path("approved").asBoolean() && !charge.path("refunded").asBoolean();
    return Stream.concat(
        brokenIf(
            holds != status(p).equals("PAID") && !UNDECIDED.contains(status(p)),
            "payment "
                + id(p)
                + " is "
                + status(p)
                + ", but the provider "
                + (holds ? "holds the money" : "does not hold it")),
        brokenIf(
            charge.path("amount").asLong() != p.path("amount").asLong(),
            "payment " + id(p) + " was charged another amount"));
  }

  private static boolean isOnDelivery(JsonNode payment) {
    return payment.path("method").asText().equals("ON_DELIVERY");
  }
}
