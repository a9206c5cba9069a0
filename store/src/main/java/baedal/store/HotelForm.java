package baedal.store;

import baedal.events.Hotel;
import baedal.events.RefundTerm;
import baedal.runtime.Refusal;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;

/**
 * The hotel fields that a request sets. {@link StoreApi} reads a form, and {@link Store} applies
 * it. A null field means no change.
 */
record HotelForm(
    String timeZone, LocalTime checkInTime, LocalTime checkOutTime, List<RefundTerm> refundTerms) {

  /** Refuses an unknown time zone, and terms that contradict each other. */
  Hotel apply(Hotel before) {
    if (timeZone != null && !ZoneId.getAvailableZoneIds().contains(timeZone)) {
      throw Refusal.invalid(
          "/hotel/timeZone", "must be the IANA name of a time zone such as Asia/Seoul");
    }
    if (refundTerms != null) {
      checkTerms();
    }
    return new Hotel(
        timeZone == null ? before.timeZone() : timeZone,
        checkInTime == null ? before.checkInTime() : checkInTime,
        checkOutTime == null ? before.checkOutTime() : checkOutTime,
        refundTerms == null ? before.refundTerms() : refundTerms);
  }

  private void checkTerms() {
    List<RefundTerm> latestFirst =
        refundTerms.stream().sorted(Comparator.comparingInt(RefundTerm::untilHoursBefore)).toList();
    for (int i = 1; i < latestFirst.size(); i++) {
      RefundTerm later = latestFirst.get(i - 1);
      RefundTerm earlier = latestFirst.get(i);
      if (later.untilHoursBefore() == earlier.untilHoursBefore()) {
        throw Refusal.invalid(
            "/hotel/refundTerms",
            "must not have two terms with untilHoursBefore " + earlier.untilHoursBefore());
      }
      if (earlier.refundPercent() < later.refundPercent()) {
        throw Refusal.invalid(
            "/hotel/refundTerms",
            "must not refund less %d hours before check-in than %d hours before"
                .formatted(earlier.untilHoursBefore(), later.untilHoursBefore()));
      }
    }
  }
}
