package baedal.events;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;

/**
 * What only a store of kind ROOM has.
 *
 * @param timeZone the IANA name of the hotel's time zone, such as Asia/Seoul
 * @param checkInTime the local time from which guests may check in
 * @param checkOutTime the local time at which guests must have left
 * @param refundTerms the terms for a canceled reservation; without any term, a guest who cancels
 *     before the check-in time gets the whole amount back
 */
public record Hotel(
    String timeZone, LocalTime checkInTime, LocalTime checkOutTime, List<RefundTerm> refundTerms) {

  /** The fields of a hotel whose owner has set none. */
  public static final Hotel DEFAULT =
      new Hotel("Asia/Seoul", LocalTime.of(15, 0), LocalTime.of(11, 0), List.of());

  public Hotel {
    refundTerms = List.copyOf(refundTerms);
  }

  /** The present date in the hotel's time zone. */
  public LocalDate today(Instant now) {
    return LocalDate.ofInstant(now, ZoneId.of(timeZone));
  }
}
