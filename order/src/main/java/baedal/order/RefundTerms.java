package baedal.order;

import baedal.events.OrderDetails;
import baedal.events.RefundTerm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Decides by the hotel's terms how much a customer who cancels a paid order gets back. */
final class RefundTerms {

  private RefundTerms() {}

  /**
   * The amount to refund in won, if the cancellation is requested at {@code now}; null means all. A
   * part of a won is rounded up, in favour of the customer. An order without terms is refunded in
   * full.
   */
  static Long refundAmount(Order order, Instant now) {
    OrderDetails details = order.details();
    if (details.refundTerms().isEmpty()) {
      return null;
    }
    long percent = percent(details.refundTerms(), details.from(), now);
    long amount = (details.due() * percent + 99) / 100;
    return amount == details.due() ? null : Long.valueOf(amount);
  }

  /**
   * The largest percentage among the terms that still apply at {@code now}; 0 if none applies. A
   * term applies until exactly its number of hours before {@code checkIn}. These are elapsed hours,
   * also when the clocks of the hotel change in between.
   */
  private static int percent(List<RefundTerm> terms, Instant checkIn, Instant now) {
    return terms.stream()
        .filter(term -> !now.isAfter(checkIn.minus(Duration.ofHours(term.untilHoursBefore()))))
        .mapToInt(RefundTerm::refundPercent)
        .max()
        .orElse(0);
  }
}
