package baedal.mypage;

import baedal.events.OrderDetails;
import baedal.events.PaymentMethod;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.ToLongFunction;

/**
 * What MyPage knows of one order. Events only add facts to a page, and {@link #mergedWith} merges
 * two pages. So the same events make the same page, in any order and with any duplicates, and a
 * page never returns to an older state.
 *
 * @param details the customer, the store and the amount; null until an event that contains them was
 *     applied
 * @param reachedAt when each status was reached
 * @param payments the attempts to pay, by payment id
 * @param carrier the rider of the delivery; null until an event of the delivery was applied
 * @param complete whether {@code order.placed}, the first event of the order, was applied
 */
@RecordBuilder
public record MyPage(
    String orderId,
    Details details,
    @JsonProperty("facts") Map<Status, Instant> reachedAt,
    Map<String, Attempt> payments,
    Carrier carrier,
    boolean cancelRefused,
    @JsonProperty("whole") boolean complete) {

  private static final List<Status> ENDS =
      List.of(Status.COMPLETED, Status.CANCELED, Status.REJECTED, Status.EXPIRED);

  /**
   * The order's details, from the event of the order that has the number {@code sequence}. {@code
   * due} is the amount to pay, in won. {@code storeKind} is the kind of the store, such as ROOM; it
   * is null in pages and events that are older than this field.
   */
  record Details(
      String customerId,
      String storeId,
      String storeName,
      String storeKind,
      long due,
      String couponId,
      long sequence) {}

  /**
   * The rider, from the event of the delivery that has the number {@code sequence}; {@code riderId}
   * is null if the delivery had no rider then.
   */
  record Carrier(String riderId, long sequence) {}

  /** The statuses of one payment. A payment never returns to an earlier constant of this enum. */
  enum PaymentStatus {
    DECLINED,
    DEFERRED,
    PAID,
    REFUNDED
  }

  /**
   * One attempt to pay. {@code method} is null while only the refund of the attempt is known.
   * {@code voided} means that the attempt ended before any money was taken, so that no money was
   * given back. {@code refunded} and {@code kept} say how much of the amount was given back and how
   * much was not, in won. They are null before the refund, and in refunds that were stored before
   * these fields existed.
   */
  record Attempt(
      PaymentMethod method,
      PaymentStatus status,
      Instant at,
      boolean voided,
      Long refunded,
      Long kept) {

    /** Whether the order is paid by this attempt, or will be paid on delivery. */
    boolean paysOrder() {
      return status == PaymentStatus.PAID || status == PaymentStatus.DEFERRED;
    }

    /**
     * Whether the attempt ended before any money was taken. Attempts that were stored before the
     * field {@code voided} existed count as voided if they were to be paid on delivery.
     */
    boolean isVoided() {
      boolean onDelivery = method != null && method.deferred();
      boolean taken = refunded != null && refunded + kept > 0;
      return status == PaymentStatus.REFUNDED && !taken && (voided || onDelivery);
    }

    private Attempt mergedWith(Attempt other) {
      Attempt further = status.compareTo(other.status) >= 0 ? this : other;
      return new Attempt(
          method == null ? other.method : method,
          further.status,
          further.at,
          voided || other.voided,
          refunded == null ? other.refunded : refunded,
          kept == null ? other.kept : kept);
    }
  }

  public MyPage {
    reachedAt = Map.copyOf(reachedAt);
    payments = Map.copyOf(payments);
  }

  static MyPage blank(String orderId) {
    return new MyPage(orderId, null, Map.of(), Map.of(), null, false, false);
  }

  /**
   * Merges this page with another page of the same order. The result has the details and the
   * carrier with the higher sequence, the earlier time of each status, and for each payment the
   * status that is later in {@link PaymentStatus}.
   */
  MyPage mergedWith(MyPage other) {
    return new MyPage(
        orderId,
        later(details, other.details, Details::sequence),
        union(reachedAt, other.reachedAt, (a, b) -> a.isBefore(b) ? a : b),
        union(payments, other.payments, Attempt::mergedWith),
        later(carrier, other.carrier, Carrier::sequence),
        cancelRefused || other.cancelRefused,
        complete || other.complete);
  }

  private static <T> T later(T a, T b, ToLongFunction<T> sequence) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return sequence.applyAsLong(b) > sequence.applyAsLong(a) ? b : a;
  }

  private static <K, V> Map<K, V> union(Map<K, V> a, Map<K, V> b, BinaryOperator<V> merge) {
    Map<K, V> union = new HashMap<>(a);
    b.forEach((key, value) -> union.merge(key, value, merge));
    return union;
  }

  MyPage reached(Status status, Instant at) {
    return mergedWith(blankBuilder().reachedAt(Map.of(status, at)).build());
  }

  /** Applies {@code order.placed}. From then on the page is complete. */
  MyPage placed(OrderDetails order, long sequence) {
    return details(order, sequence).mergedWith(blankBuilder().complete(true).build());
  }

  /**
   * Applies an event that contains the details of the order and the time at which the order was
   * placed.
   */
  MyPage details(OrderDetails order, long sequence) {
    Details newDetails =
        new Details(
            order.customerId(),
            order.storeId(),
            order.storeName(),
            order.storeKind(),
            order.due(),
            order.couponId(),
            sequence);
    return mergedWith(
        blankBuilder()
            .details(newDetails)
            .reachedAt(Map.of(Status.PLACED, order.placedAt()))
            .build());
  }

  MyPage payment(String paymentId, PaymentMethod method, PaymentStatus status, Instant at) {
    return attempt(paymentId, new Attempt(method, status, at, false, null, null));
  }

  /**
   * Applies a refund. {@code won} were given back, {@code kept} were not. In an event of a version
   * without {@code voided}, both are 0 if no money had been taken.
   */
  MyPage refunded(String paymentId, long won, long kept, boolean voided, Instant at) {
    boolean nothingTaken = voided || won + kept == 0;
    return attempt(
        paymentId, new Attempt(null, PaymentStatus.REFUNDED, at, nothingTaken, won, kept));
  }

  private MyPage attempt(String paymentId, Attempt attempt) {
    return mergedWith(blankBuilder().payments(Map.of(paymentId, attempt)).build());
  }

  /** {@code riderId} is null when the delivery has no rider any more. */
  MyPage rider(String riderId, long sequence) {
    return mergedWith(blankBuilder().carrier(new Carrier(riderId, sequence)).build());
  }

  MyPage refusedToCancel() {
    return mergedWith(blankBuilder().cancelRefused(true).build());
  }

  /** The builder of a page of this order that has no facts yet. */
  private MyPageBuilder blankBuilder() {
    return MyPageBuilder.builder(blank(orderId));
  }

  /** A page without details is not shown: its customer and store are not known yet. */
  boolean hasDetails() {
    return details != null;
  }

  /** Whether the order reserves a hotel room; false while the page has no details. */
  boolean isReservation() {
    return details != null && "ROOM".equals(details.storeKind());
  }

  /** Null while the page has no details. */
  String customerId() {
    return details == null ? null : details.customerId();
  }

  /** Null while the delivery has no rider. */
  String riderId() {
    return carrier == null ? null : carrier.riderId();
  }

  /** The coupon that the order holds, or null. Canceled, rejected and expired orders hold none. */
  String heldCoupon() {
    Status now = status();
    boolean restored = now == Status.CANCELED || now == Status.REJECTED || now == Status.EXPIRED;
    return details == null || restored ? null : details.couponId();
  }

  /**
   * The present status, derived from all statuses that the order has reached; null if it has
   * reached no status yet. It is CANCEL_REQUESTED from the request to cancel until it can no longer
   * be canceled (cooking has begun, or the guest has checked in), the store refuses, or the order
   * has ended.
   */
  Status status() {
    for (Status end : ENDS) {
      if (reachedAt.containsKey(end)) {
        return end;
      }
    }
    Status furthest =
        reachedAt.keySet().stream()
            .filter(s -> s != Status.CANCEL_REQUESTED)
            .max(Comparator.naturalOrder())
            .orElse(null);
    boolean cancelRequested = reachedAt.containsKey(Status.CANCEL_REQUESTED) && !cancelRefused;
    Status tooLate = isReservation() ? Status.COOKED : Status.COOKING;
    boolean cancelable = furthest == null || furthest.compareTo(tooLate) < 0;
    return cancelRequested && cancelable ? Status.CANCEL_REQUESTED : furthest;
  }

  /**
   * The attempt to pay that the page shows: the latest attempt that is PAID or DEFERRED, otherwise
   * the latest attempt. Null if there was no attempt.
   */
  Attempt payment() {
    return payments.entrySet().stream()
        .max(
            Comparator.comparing((Map.Entry<String, Attempt> e) -> e.getValue().paysOrder())
                .thenComparing(e -> e.getValue().at())
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getValue)
        .orElse(null);
  }

  /** Whether the order has ended and its payment is final: paid, refunded or never made. */
  boolean closed() {
    Status status = status();
    if (status == null || !status.isLast()) {
      return false;
    }
    Attempt payment = payment();
    return status == Status.COMPLETED
        ? payment != null && payment.status() == PaymentStatus.PAID
        : payment == null || !payment.paysOrder();
  }
}
