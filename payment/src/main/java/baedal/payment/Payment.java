package baedal.payment;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.runtime.Refusal;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/**
 * One attempt to settle an order, for {@code amount} won and the order as it stood at {@code
 * orderVersion}. Of a card only the last four digits are kept.
 *
 * @param paidAt when the amount was taken, also after it was given back; null before that. Payments
 *     stored before this field existed have it only while they are PAID.
 */
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

  /** Why a charge is declined of which the provider has not heard in time. */
  static final String ABANDONED = "the provider has not heard of it in time: nothing was taken";

  /**
   * What is due for an order, as the order service says; what was paid for one older than {@code
   * pricedVersion} does not settle it.
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

    /** Whether what was paid for it comes back. */
    boolean withdrawn() {
      return WITHDRAWN.contains(status);
    }
  }

  /**
   * A promise needs nobody's answer, but a rider to keep it; all else waits for the provider. Where
   * nothing is due there is nothing to promise.
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

  /** Whether it is made this way: by the same card, as far as the last four digits tell. */
  boolean isBy(PaymentMethod way, String card) {
    return method == way && Objects.equals(lastFour(card), cardLastFour);
  }

  boolean isAbandoned() {
    return ABANDONED.equals(reason);
  }

  /** Whether it is for the order as it is now. */
  boolean covers(Due now) {
    return amount == now.due() && orderVersion >= now.pricedVersion();
  }

  /** Whether the order is settled by it. */
  boolean settles() {
    return status == PaymentStatus.PAID || status == PaymentStatus.DEFERRED;
  }

  /**
   * Whether it was given up without any money to give back: a promise, or an order that cost
   * nothing.
   */
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

  /** The rider took it at the door. */
  Change<Payment> collected(Instant now) {
    return status == PaymentStatus.DEFERRED
        ? Change.of(to(PaymentStatus.PAID, null, now), paidEvent(now))
        : Change.none(this);
  }

  /** A promise is void at once; money has to come back from the provider first. */
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
    return new Payment(
        id,
        orderId,
        customerId,
        amount,
        method,
        cardLastFour,
        orderVersion,
        next,
        why,
        openedAt,
        now,
        paidAt);
  }
}
