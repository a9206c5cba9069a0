package baedal.payment;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.UnprocessableMessage;
import baedal.runtime.Refusal;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/**
 * One attempt to pay an order: {@code amount} won for the version {@code orderVersion} of the
 * order. Its JSON is stored, so its components keep their names.
 *
 * @param cardLastFour the last four digits; nothing else of a card is stored
 * @param paidAt when the amount was taken; null if it was not taken. A refund does not change this
 *     time. A payment that was stored before this field existed has the time only while it is PAID.
 * @param refundAmount the part of {@code amount} that is or was refunded; null until a refund is
 *     requested. It is also null in a payment on delivery that was not collected, and in refunds
 *     that were stored before this field existed: they refunded the whole amount.
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
    Instant paidAt,
    Long refundAmount) {

  public Payment {
    paidAt = paidAt == null && status == PaymentStatus.PAID ? changedAt : paidAt;
  }

  /** The stored reason of a charge that was closed because the provider did not receive it. */
  static final String ABANDONED = "the provider did not receive the charge: no money was taken";

  /** The text of {@link #ABANDONED} in payments that earlier versions of the code stored. */
  private static final String ABANDONED_BEFORE =
      "the provider has not heard of it in time: nothing was taken";

  /**
   * The order service's response about the amount {@code due} of an order, in won. {@code
   * pricedVersion} is the first version of the order with the present price: a payment for an
   * earlier version does not pay the order.
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

    /** Whether the order has ended without success, so that its payment is refunded. */
    boolean withdrawn() {
      return WITHDRAWN.contains(status);
    }
  }

  /**
   * Opens a payment. A payment on delivery is DEFERRED at once; it is refused for a visit, because
   * no rider comes. Every other payment, and every payment of 0 won, is CHARGING at first.
   */
  static Change<Payment> open(
      String id, Due due, PaymentMethod method, String cardLastFour, Instant now) {
    boolean deferred = method.deferred() && due.due() > 0;
    if (deferred && due.fulfilment() == Fulfilment.VISIT) {
      throw Refusal.invalid(
          "/method",
          "a visit cannot be paid on delivery, because no rider comes: choose another method");
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
            null,
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

  /** Whether this payment has the given method, and the last four digits of the given card. */
  boolean isBy(PaymentMethod otherMethod, String card) {
    return method == otherMethod && Objects.equals(lastFour(card), cardLastFour);
  }

  /** Whether the charge was closed because the provider did not receive it. */
  boolean isAbandoned() {
    return ABANDONED.equals(reason) || ABANDONED_BEFORE.equals(reason);
  }

  /**
   * Whether the payment cannot be the result of a request: it was abandoned, is being refunded, or
   * was refunded.
   */
  boolean hasNoResult() {
    return switch (status) {
      case REFUNDING, REFUNDED -> true;
      case CHARGING, PAID, DEFERRED, DECLINED -> isAbandoned();
    };
  }

  /**
   * Whether the payment has the amount that is due now, and was opened after the last change of the
   * lines or the amount due.
   */
  boolean covers(Due due) {
    return amount == due.due() && orderVersion >= due.pricedVersion();
  }

  /**
   * Whether this payment makes the order PAID: the money was taken, or will be paid on delivery.
   */
  boolean paysOrder() {
    return status == PaymentStatus.PAID || status == PaymentStatus.DEFERRED;
  }

  /**
   * Whether the payment ended before any money was taken: a payment on delivery that the rider did
   * not collect, or a payment of 0 won.
   */
  boolean isVoided() {
    return status == PaymentStatus.REFUNDED
        && (amount == 0 || (method.deferred() && paidAt == null));
  }

  /** Whether the provider has to be asked: the payment is being charged, and something is due. */
  boolean needsProvider() {
    return status == PaymentStatus.CHARGING && amount > 0;
  }

  /** The amount of the refund that was requested or made, in won; 0 if no money was taken. */
  long toRefund() {
    if (isVoided()) {
      return 0;
    }
    return refundAmount == null ? amount : refundAmount;
  }

  /** The part of the amount that is not refunded, in won; 0 if no money was taken. */
  long toKeep() {
    return isVoided() ? 0 : amount - toRefund();
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

  /** Records that the rider collected a payment on delivery. */
  Change<Payment> collected(Instant now) {
    return status == PaymentStatus.DEFERRED
        ? Change.of(to(PaymentStatus.PAID, null, now), paidEvent(now))
        : Change.none(this);
  }

  /**
   * A payment whose money was taken becomes REFUNDING until the provider has refunded {@code won},
   * or the whole amount if {@code won} is null. The first request decides how much is refunded. A
   * DEFERRED payment becomes REFUNDED at once, whatever {@code won} is. A payment with another
   * status does not change.
   */
  Change<Payment> giveBack(Long won, String why, Instant now) {
    return switch (status) {
      case PAID -> Change.of(refunding(won == null ? amount : won, why, now));
      case DEFERRED -> givenBack(why, now);
      case CHARGING, DECLINED, REFUNDING, REFUNDED -> Change.none(this);
    };
  }

  Change<Payment> refunded(Instant now) {
    return status == PaymentStatus.REFUNDING ? givenBack(reason, now) : Change.none(this);
  }

  private Payment refunding(long won, String why, Instant now) {
    if (won < 0 || won > amount) {
      throw new UnprocessableMessage(
          "a refund of %d won was requested for payment %s of %d won: request 0 to %d won"
              .formatted(won, id, amount, amount));
    }
    return PaymentBuilder.builder(to(PaymentStatus.REFUNDING, why, now)).refundAmount(won).build();
  }

  private Change<Payment> givenBack(String why, Instant now) {
    Payment after = to(PaymentStatus.REFUNDED, why, now);
    return Change.of(
        after,
        new PaymentEvent.Refunded(
            orderId, id, after.toRefund(), after.toKeep(), why, after.isVoided(), now));
  }

  private PaymentEvent.Paid paidEvent(Instant now) {
    return new PaymentEvent.Paid(orderId, id, amount, method, orderVersion, now);
  }

  private Payment to(PaymentStatus next, String why, Instant now) {
    return PaymentBuilder.builder(this).status(next).reason(why).changedAt(now).build();
  }
}
