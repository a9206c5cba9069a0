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
 * What is known of one order. A page only collects facts, and {@link #and} merges two pages. Where
 * both know the same fact, the one with the higher sequence of its aggregate wins. So the same
 * events, in any order and with any duplicates, make the same page, and a page never goes back.
 *
 * @param details null while no event of the order itself has come
 * @param reachedAt when each status was reached
 * @param payments the attempts to pay, by payment id
 * @param carrier null while no event of its delivery has come
 * @param complete whether its first event, {@code order.placed}, is among those that made it
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

  /** The order after its {@code sequence}-th event; {@code due} in won. */
  record Details(
      String customerId,
      String storeId,
      String storeName,
      long due,
      String couponId,
      long sequence) {}

  /** The rider, or null for nobody, after the {@code sequence}-th event of the delivery. */
  record Carrier(String riderId, long sequence) {}

  /** How far one payment got; the later in this enum, the further. */
  enum PaymentStatus {
    DECLINED,
    DEFERRED,
    PAID,
    REFUNDED
  }

  /**
   * One attempt to pay; {@code method} is null while only its end is known. {@code voided} says
   * that no money was given back at its end, because none had been taken.
   */
  record Attempt(PaymentMethod method, PaymentStatus status, Instant at, boolean voided) {

    boolean holds() {
      return status == PaymentStatus.PAID || status == PaymentStatus.DEFERRED;
    }

    /** Pages stored before {@code voided} existed show it by the method: a promise. */
    boolean isVoided() {
      boolean promise = method != null && method.deferred();
      return status == PaymentStatus.REFUNDED && (voided || promise);
    }

    private Attempt and(Attempt other) {
      Attempt ahead = status.compareTo(other.status) >= 0 ? this : other;
      return new Attempt(
          method == null ? other.method : method, ahead.status, ahead.at, voided || other.voided);
    }
  }

  public MyPage {
    reachedAt = Map.copyOf(reachedAt);
    payments = Map.copyOf(payments);
  }

  static MyPage blank(String orderId) {
    return new MyPage(orderId, null, Map.of(), Map.of(), null, false, false);
  }

  /** Merges this page with another one of the same order. */
  MyPage and(MyPage other) {
    return new MyPage(
        orderId,
        later(details, other.details, Details::sequence),
        union(reachedAt, other.reachedAt, (a, b) -> a.isBefore(b) ? a : b),
        union(payments, other.payments, Attempt::and),
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

  private static <K, V> Map<K, V> union(Map<K, V> a, Map<K, V> b, BinaryOperator<V> both) {
    Map<K, V> union = new HashMap<>(a);
    b.forEach((key, value) -> union.merge(key, value, both));
    return union;
  }

  MyPage reached(Status status, Instant at) {
    return and(only().reachedAt(Map.of(status, at)).build());
  }

  /** Applies the first event of an order: the page is complete from then on. */
  MyPage placed(OrderDetails order, long sequence) {
    return details(order, sequence).and(only().complete(true).build());
  }

  /** Applies an event that carries the order, and with it the time at which it was placed. */
  MyPage details(OrderDetails order, long sequence) {
    Details newDetails =
        new Details(
            order.customerId(),
            order.storeId(),
            order.storeName(),
            order.due(),
            order.couponId(),
            sequence);
    return and(
        only().details(newDetails).reachedAt(Map.of(Status.PLACED, order.placedAt())).build());
  }

  MyPage payment(String paymentId, PaymentMethod method, PaymentStatus status, Instant at) {
    return attempt(paymentId, new Attempt(method, status, at, false));
  }

  MyPage refunded(String paymentId, boolean voided, Instant at) {
    return attempt(paymentId, new Attempt(null, PaymentStatus.REFUNDED, at, voided));
  }

  private MyPage attempt(String paymentId, Attempt attempt) {
    return and(only().payments(Map.of(paymentId, attempt)).build());
  }

  /** {@code riderId} is null when nobody carries it any more. */
  MyPage rider(String riderId, long sequence) {
    return and(only().carrier(new Carrier(riderId, sequence)).build());
  }

  MyPage refusedToCancel() {
    return and(only().cancelRefused(true).build());
  }

  /** A page of this order to which one fact is added. */
  private MyPageBuilder only() {
    return MyPageBuilder.builder(blank(orderId));
  }

  /** Whether an event of the order itself has come; only then there is a page to show. */
  boolean isKnown() {
    return details != null;
  }

  /** Null while not known. */
  String customerId() {
    return details == null ? null : details.customerId();
  }

  /** Null while nobody carries it. */
  String riderId() {
    return carrier == null ? null : carrier.riderId();
  }

  /** The coupon that the order holds; null, too, once it was given back with the order. */
  String heldCoupon() {
    Status now = status();
    boolean givenBack = now == Status.CANCELED || now == Status.REJECTED || now == Status.EXPIRED;
    return details == null || givenBack ? null : details.couponId();
  }

  /** The status that follows from those reached; null while none is known. */
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
    boolean cooking = furthest != null && furthest.compareTo(Status.COOKING) >= 0;
    return cancelRequested && !cooking ? Status.CANCEL_REQUESTED : furthest;
  }

  /** The attempt that counts: the one that holds, else the last. */
  Attempt payment() {
    return payments.entrySet().stream()
        .max(
            Comparator.comparing((Map.Entry<String, Attempt> e) -> e.getValue().holds())
                .thenComparing(e -> e.getValue().at())
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getValue)
        .orElse(null);
  }

  /** No event follows: the order has ended, and it is paid, refunded or never charged. */
  boolean closed() {
    Status status = status();
    if (status == null || !status.isLast()) {
      return false;
    }
    Attempt payment = payment();
    return status == Status.COMPLETED
        ? payment != null && payment.status() == PaymentStatus.PAID
        : payment == null || !payment.holds();
  }
}
