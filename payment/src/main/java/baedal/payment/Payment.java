package baedal.payment;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.runtime.Refusal;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/**
 * One attempt to pay an order: {@code amount} won for the order at {@code orderVersion}. Its JSON
 * is stored, so the names of its components stay.
 *
 * @param cardLastFour the last four digits; nothing else of a card is stored
 * @param paidAt when the amount was taken, also after a refund; null before that. Payments stored
 *     before this field existed have it only while they are PAID.
 */
@RecordBuilder
public record Payment(
    String id,
    String orderId,
    String customerId,
    long amount,
    PaymentMethod method,
    String cardLastFour,
    long orderVersion,
    PaymentStatus status,
    String reason,
    Instant openedAt,
    Instant changedAt,
    Instant paidAt) {

  public Payment {
    paidAt = paidAt == null && status == PaymentStatus.PAID ? changedAt : paidAt;
  }

  /**
   * The reason of a charge that the provider did not receive in time, and that was closed. It is
   * stored: {@link #isAbandoned} compares with it.
   */
  static final String ABANDONED = "the provider has not heard of it in time: nothing was taken";

  /**
   * The order service's answer to what is due for an order, in won. A payment for a version before
   * {@code pricedVersion} does not settle the order.
   */
  record Due(
      String orderId,
      String customerId,
      long due,
      long version,
      long pricedVersion,
      String status,
      Fulfilment fulfilment) {

    private static final Set<String> WITHDRAWN = Set.of("CANCELED", "REJECTED", "EXPIRED");

    boolean payable() {
      return status.equals("PLACED");
    }

    /** Whether the order is off, so that a payment of it is refunded. */
    boolean withdrawn() {
      return WITHDRAWN.contains(status);
    }
  }

  /**
   * A new payment. One on delivery is DEFERRED at once, and refused for a visit: no rider collects
   * it. All others are CHARGING, also where nothing is due.
   */
  static Change<Payment> open(
      String id, Due due, PaymentMethod method, String cardLastFour, Instant now) {
    boolean deferred = method.deferred() && due.due() > 0;
    if (deferred && due.fulfilment() == Fulfilment.VISIT) {
      throw Refusal.invalid("/method", "no rider comes to collect it from a visitor: pay now");
    }
    PaymentStatus status = deferred ? PaymentStatus.DEFERRED : PaymentStatus.CHARGING;
    Payment payment =
        new Payment(
            id,
            due.orderId(),
            due.customerId(),
            due.due(),
            method,
            cardLastFour,
            due.version(),
            status,
            null,
            now,
            now,
            null);
    return deferred
        ? Change.of(
            payment,
            new PaymentEvent.Deferred(due.orderId(), id, due.due(), method, due.version(), now))
        : Change.of(payment);
  }

  static String lastFour(String card) {
    return card == null ? null : card.substring(card.length() - 4);
  }

  /** Whether it is paid with this method and a card with the same last four digits. */
  boolean isBy(PaymentMethod otherMethod, String card) {
    return method == otherMethod && Objects.equals(lastFour(card), cardLastFour);
  }

  boolean isAbandoned() {
    return ABANDONED.equals(reason);
  }

  /** Whether it is neither paid nor declined: it was given up, or its money goes back. */
  boolean hasNoResult() {
    return switch (status) {
      case REFUNDING, REFUNDED -> true;
      case CHARGING, PAID, DEFERRED, DECLINED -> isAbandoned();
    };
  }

  /** Whether it pays the order as it is now. */
  boolean covers(Due due) {
    return amount == due.due() && orderVersion >= due.pricedVersion();
  }

  /** Whether the order counts as paid by it. */
  boolean settles() {
    return status == PaymentStatus.PAID || status == PaymentStatus.DEFERRED;
  }

  /** Whether it ended without money to give back: a promise, or an order that cost nothing. */
  boolean isVoided() {
    return status == PaymentStatus.REFUNDED
        && (amount == 0 || (method.deferred() && paidAt == null));
  }

  Change<Payment> charged(Instant now) {
    return status == PaymentStatus.CHARGING
        ? Change.of(to(PaymentStatus.PAID, null, now), paidEvent(now))
        : Change.none(this);
  }

  Change<Payment> declined(String why, Instant now) {
    return status == PaymentStatus.CHARGING
        ? Change.of(
            to(PaymentStatus.DECLINED, why, now),
            new PaymentEvent.Declined(orderId, id, amount, method, why, now))
        : Change.none(this);
  }

  /** The rider has collected the money of a promise. */
  Change<Payment> collected(Instant now) {
    return status == PaymentStatus.DEFERRED
        ? Change.of(to(PaymentStatus.PAID, null, now), paidEvent(now))
        : Change.none(this);
  }

  /** A promise ends at once. Money has to come back from the provider first. */
  Change<Payment> giveBack(String why, Instant now) {
    return switch (status) {
      case PAID -> Change.of(to(PaymentStatus.REFUNDING, why, now));
      case DEFERRED -> givenBack(why, now);
      case CHARGING, DECLINED, REFUNDING, REFUNDED -> Change.none(this);
    };
  }

  Change<Payment> refunded(Instant now) {
    return status == PaymentStatus.REFUNDING ? givenBack(reason, now) : Change.none(this);
  }

  private Change<Payment> givenBack(String why, Instant now) {
    Payment after = to(PaymentStatus.REFUNDED, why, now);
    boolean voided = after.isVoided();
    return Change.of(
        after, new PaymentEvent.Refunded(orderId, id, voided ? 0 : amount, why, voided, now));
  }

  private PaymentEvent.Paid paidEvent(Instant now) {
    return new PaymentEvent.Paid(orderId, id, amount, method, orderVersion, now);
  }

  private Payment to(PaymentStatus next, String why, Instant now) {
    return PaymentBuilder.builder(this).status(next).reason(why).changedAt(now).build();
  }
}
