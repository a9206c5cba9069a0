package baedal.audit;

import static baedal.audit.OrderSnapshot.id;
import static baedal.audit.OrderSnapshot.status;
import static baedal.audit.Rules.brokenIf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** How much of a payment was refunded and kept, compared with the order and with MyPage. */
final class Refunds {

  private static final String AMOUNT = "refundAmount";

  private Refunds() {}

  /** How much of a REFUNDED payment was given back, in won; 0 if no money had been taken. */
  static long refunded(JsonNode payment) {
    return isVoided(payment) ? 0 : payment.path(AMOUNT).asLong(payment.path("amount").asLong());
  }

  /** How much of a REFUNDED payment was not given back, in won. */
  static long kept(JsonNode payment) {
    return isVoided(payment) ? 0 : payment.path("amount").asLong() - refunded(payment);
  }

  /** Whether no money was taken: nothing was due, or a payment on delivery was not collected. */
  private static boolean isVoided(JsonNode payment) {
    boolean onDelivery = payment.path("method").asText().equals("ON_DELIVERY");
    return payment.path("amount").asLong() == 0
        || (onDelivery && !payment.path("paidAt").isTextual());
  }

  static Stream<String> money(OrderSnapshot s) {
    return Stream.concat(
        termViolations(s),
        s.payments().stream()
            .filter(p -> !s.order().isMissingNode())
            .filter(p -> status(p).equals("REFUNDED") && !isVoided(p))
            .flatMap(p -> wrongRefund(s, p)));
  }

  /** The order requests a part of its accepted payment. Every other refund is of all. */
  private static Stream<String> wrongRefund(OrderSnapshot s, JsonNode payment) {
    boolean accepted = id(payment).equals(s.order().path("paymentId").asText());
    long all = payment.path("amount").asLong();
    long requested = accepted ? s.order().path(AMOUNT).asLong(all) : all;
    return brokenIf(
        refunded(payment) != requested,
        "the refund of payment %s must be %d won, but %d won were refunded and %d won kept"
            .formatted(id(payment), requested, refunded(payment), kept(payment)));
  }

  /** A part is a percentage of the amount due: that of a refund term, or 0 after all terms. */
  private static Stream<String> termViolations(OrderSnapshot s) {
    JsonNode part = s.order().path(AMOUNT);
    JsonNode terms = s.order().path("details").path("refundTerms");
    IntStream percentages =
        StreamSupport.stream(terms.spliterator(), false)
            .mapToInt(term -> term.path("refundPercent").asInt());
    boolean byTerm =
        !terms.isEmpty()
            && IntStream.concat(IntStream.of(0), percentages)
                .anyMatch(percent -> part.asLong() == roundedUp(s.due(), percent));
    return brokenIf(
        part.isNumber() && !byTerm,
        "the order refunds %d of %d won, which no refund term of the order gives"
            .formatted(part.asLong(), s.due()));
  }

  private static long roundedUp(long won, int percent) {
    return (won * percent + 99) / 100;
  }

  /** A page of an earlier version has no amounts. */
  static Stream<String> page(OrderSnapshot s) {
    return s.payments().stream()
        .filter(p -> status(p).equals("REFUNDED"))
        .flatMap(p -> wrongOnPage(p, s.page().path("payments").path(id(p))));
  }

  private static Stream<String> wrongOnPage(JsonNode payment, JsonNode shown) {
    long refunded = shown.path("refunded").asLong();
    long kept = shown.path("kept").asLong();
    return brokenIf(
        shown.path("refunded").isNumber()
            && (refunded != refunded(payment) || kept != kept(payment)),
        "payment %s had %d won refunded and %d won kept, but MyPage shows %d won and %d won"
            .formatted(id(payment), refunded(payment), kept(payment), refunded, kept));
  }
}
