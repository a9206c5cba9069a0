package baedal.mypage;

import baedal.events.OrderDetails;
import baedal.events.PaymentMethod;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * What is known of one order. It only collects facts: each has its place, and where two speak of
 * the same, the later one in its aggregate's own count wins. So the same facts, in any order and
 * any number of times, make the same page.
 *
 * @param facts when each status was reached
 * @param payments the attempts to pay, by payment id
 * @param detailSequence the order event that the details come from
 * @param riderSequence the delivery event that the rider comes from
 */
public record MyPage(
    String orderId,
    String customerId,
    String storeId,
    String storeName,
    long due,
    String couponId,
    long detailSequence,
    Map<Status, Instant> facts,
    Map<String, Attempt> payments,
    String riderId,
    long riderSequence,
    boolean cancelRefused) {

  /** How far one payment got; the later in this enum, the further. */
  enum PaymentStatus {
    DECLINED,
    DEFERRED,
    PAID,
    REFUNDED
  }

  /** One attempt to pay; {@code method} is null while only its end is known. */
  record Attempt(PaymentMethod method, PaymentStatus status, Instant at) {

    boolean holds() {
      return status == PaymentStatus.PAID || status == PaymentStatus.DEFERRED;
    }
  }

  public MyPage {
    facts = Map.copyOf(facts);
    payments = Map.copyOf(payments);
  }

  static MyPage blank(String orderId) {
    return new MyPage(orderId, null, null, null, 0, null, 0, Map.of(), Map.of(), null, 0, false);
  }

  MyPage reached(Status status, Instant at) {
    Map<Status, Instant> next = new EnumMap<>(Status.class);
    next.putAll(facts);
    next.merge(status, at, (a, b) -> a.isBefore(b) ? a : b);
    return new MyPage(
        orderId,
        customerId,
        storeId,
        storeName,
        due,
        couponId,
        detailSequence,
        next,
        payments,
        riderId,
        riderSequence,
        cancelRefused);
  }

  MyPage details(OrderDetails d, long sequence) {
    return sequence <= detailSequence
        ? this
        : new MyPage(
            orderId,
            d.customerId(),
            d.storeId(),
            d.storeName(),
            d.due(),
            d.couponId(),
            sequence,
            facts,
            payments,
            riderId,
            riderSequence,
            cancelRefused);
  }

  MyPage payment(String paymentId, PaymentMethod method, PaymentStatus status, Instant at) {
    Map<String, Attempt> next = new HashMap<>(payments);
    next.merge(paymentId, new Attempt(method, status, at), MyPage::further);
    return new MyPage(
        orderId,
        customerId,
        storeId,
        storeName,
        due,
        couponId,
        detailSequence,
        facts,
        next,
        riderId,
        riderSequence,
        cancelRefused);
  }

  private static Attempt further(Attempt a, Attempt b) {
    Attempt ahead = a.status().compareTo(b.status()) >= 0 ? a : b;
    PaymentMethod method = a.method() == null ? b.method() : a.method();
    return new Attempt(method, ahead.status(), ahead.at());
  }

  MyPage rider(String rider, long sequence) {
    return sequence <= riderSequence
        ? this
        : new MyPage(
            orderId,
            customerId,
            storeId,
            storeName,
            due,
            couponId,
            detailSequence,
            facts,
            payments,
            rider,
            sequence,
            cancelRefused);
  }

  MyPage refusedToCancel() {
    return new MyPage(
        orderId,
        customerId,
        storeId,
        storeName,
        due,
        couponId,
        detailSequence,
        facts,
        payments,
        riderId,
        riderSequence,
        true);
  }

  /** Whether its order's beginning is known. */
  boolean whole() {
    return facts.containsKey(Status.PLACED);
  }

  /** Told from the facts; null while none is known. */
  Status status() {
    for (Status end :
        new Status[] {Status.COMPLETED, Status.CANCELED, Status.REJECTED, Status.EXPIRED}) {
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
}
