package baedal.mypage;

import baedal.events.OrderDetails;
import baedal.events.PaymentMethod;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.ToLongFunction;

/**
 * What is known of one order. A page only collects facts, each at its place, and {@link #and} joins
 * what two pages know: where both speak of the same, the later one in its aggregate's own count
 * wins. So the same facts, in any order and any number of times, make the same page, and a page
 * never goes back.
 *
 * @param details null while no event of the order itself has come
 * @param facts when each status was reached
 * @param payments the attempts to pay, by payment id
 * @param carrier null while no event of its delivery has come
 * @param whole whether its beginning is known: that it was placed
 */
public record MyPage(
    String orderId,
    Details details,
    Map<Status, Instant> facts,
    Map<String, Attempt> payments,
    Carrier carrier,
    boolean cancelRefused,
    boolean whole) {

  private static final List<Status> ENDS =
      List.of(Status.COMPLETED, Status.CANCELED, Status.REJECTED, Status.EXPIRED);

  /** The order itself, as of the {@code sequence}-th event of its own; {@code due} in won. */
  record Details(
      String customerId,
      String storeId,
      String storeName,
      long due,
      String couponId,
      long sequence) {}

  /** Who carries it, or null for nobody, as of the {@code sequence}-th event of its delivery. */
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
    facts = Map.copyOf(facts);
    payments = Map.copyOf(payments);
  }

  static MyPage blank(String orderId) {
    return new MyPage(orderId, null, Map.of(), Map.of(), null, false, false);
  }

  /** What this page and another one of the same order know together. */
  MyPage and(MyPage other) {
    return new MyPage(
        orderId,
        later(details, other.details, Details::sequence),
        union(facts, other.facts, (a, b) -> a.isBefore(b) ? a : b),
        union(payments, other.payments, Attempt::and),
        later(carrier, other.carrier, Carrier::sequence),
        cancelRefused || other.cancelRefused,
        whole || other.whole);
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
    return and(new MyPage(orderId, null, Map.of(status, at), Map.of(), null, false, false));
  }

  /** With {@link #details}, nothing can have been told before. */
  MyPage placed(OrderDetails d, long sequence) {
    return details(d, sequence)
        .and(new MyPage(orderId, null, Map.of(), Map.of(), null, false, true));
  }

  /** Whoever knows the order knows that it was placed. */
  MyPage details(OrderDetails d, long sequence) {
    Details details =
        new Details(d.customerId(), d.storeId(), d.storeName(), d.due(), d.couponId(), sequence);
    Map<Status, Instant> placed = Map.of(Status.PLACED, d.placedAt());
    return and(new MyPage(orderId, details, placed, Map.of(), null, false, false));
  }

  MyPage payment(String paymentId, PaymentMethod method, PaymentStatus status, Instant at) {
    return attempt(paymentId, new Attempt(method, status, at, false));
  }

  MyPage refunded(String paymentId, boolean voided, Instant at) {
    return attempt(paymentId, new Attempt(null, PaymentStatus.REFUNDED, at, voided));
  }

  private MyPage attempt(String paymentId, Attempt attempt) {
    return and(new MyPage(orderId, null, Map.of(), Map.of(paymentId, attempt), null, false, false));
  }

  /** {@code riderId} is null when nobody carries it any more. */
  MyPage rider(String riderId, long sequence) {
    Carrier by = new Carrier(riderId, sequence);
    return and(new MyPage(orderId, null, Map.of(), Map.of(), by, false, false));
  }

  MyPage refusedToCancel() {
    return and(new MyPage(orderId, null, Map.of(), Map.of(), null, true, false));
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

  /** Told from the facts; null while none is known. */
  Status status() {
    for (Status end : ENDS) {
      if (facts.containsKey(end)) {
        return end;
      }
    }
    Status furthest =
        facts.keySet().stream()
            .filter(s -> s != Status.CANCEL_REQUESTED)
            .max(Comparator.naturalOrder())
            .orElse(null);
    boolean asking = facts.containsKey(Status.CANCEL_REQUESTED) && !cancelRefused;
    boolean cooking = furthest != null && furthest.compareTo(Status.COOKING) >= 0;
    return asking && !cooking ? Status.CANCEL_REQUESTED : furthest;
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

  /** Nothing follows: the order has come to its end, and its money to where it belongs. */
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
