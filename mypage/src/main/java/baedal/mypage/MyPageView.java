package baedal.mypage;

import baedal.events.PaymentMethod;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** The page of one order as its customer sees it. */
record MyPageView(
    String orderId,
    String customerId,
    String storeId,
    String storeName,
    Status status,
    long due,
    Payment payment,
    Rider rider,
    String couponId,
    List<Step> timeline) {

  /**
   * An attempt to pay. {@code status} is a {@link MyPage.PaymentStatus}, or {@code VOIDED}. {@code
   * refunded} and {@code kept} are those of {@link MyPage.Attempt}.
   */
  record Payment(PaymentMethod method, String status, Long refunded, Long kept) {

    private static final String VOIDED = "VOIDED";

    static Payment of(MyPage.Attempt attempt) {
      return new Payment(
          attempt.method(),
          attempt.isVoided() ? VOIDED : attempt.status().name(),
          attempt.refunded(),
          attempt.kept());
    }
  }

  /** {@code lat} and {@code lng} are null while the position is not known. */
  record Rider(String riderId, Double lat, Double lng) {}

  record Step(Status status, Instant at) {}

  /**
   * {@code page} must have details. {@code position} is the last known position of the order's
   * rider, or null; the position of an earlier rider is not shown.
   */
  static MyPageView of(MyPage page, RiderPositions.Position position) {
    MyPage.Details details = page.details();
    MyPage.Attempt attempt = page.payment();
    boolean known = position != null && position.riderId().equals(page.riderId());
    return new MyPageView(
        page.orderId(),
        details.customerId(),
        details.storeId(),
        details.storeName(),
        page.status(),
        details.due(),
        attempt == null ? null : Payment.of(attempt),
        page.riderId() == null
            ? null
            : new Rider(
                page.riderId(), known ? position.lat() : null, known ? position.lng() : null),
        page.heldCoupon(),
        page.reachedAt().entrySet().stream()
            .map(reached -> new Step(reached.getKey(), reached.getValue()))
            .sorted(Comparator.comparing(Step::at).thenComparing(Step::status))
            .toList());
  }
}
