package baedal.order;

import baedal.events.Hotel;
import baedal.events.Stay;
import baedal.runtime.Refusal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * The stay that a customer requests: local dates of the hotel, as text. Its component names are
 * part of the hash that is stored with an idempotency key.
 */
record StayRequest(String checkIn, String checkOut, int guests) {

  static final int MAX_NIGHTS = 30;
  static final int MAX_DAYS_AHEAD = 365;

  /** The nights of the stay; empty if it has none or more than {@link #MAX_NIGHTS}. */
  List<LocalDate> nights() {
    LocalDate first = date(checkIn);
    LocalDate last = date(checkOut);
    boolean valid =
        first != null
            && last != null
            && last.isAfter(first)
            && !last.isAfter(first.plusDays(MAX_NIGHTS));
    return valid ? first.datesUntil(last).toList() : List.of();
  }

  /**
   * The stay, or null if its dates have faults; the faults are then added to {@code faults}. A stay
   * may begin on the present day of the hotel, even after the check-in time.
   */
  Stay check(Hotel hotel, Instant now, List<Refusal.Fault> faults) {
    int before = faults.size();
    LocalDate first = required(checkIn, "/stay/checkIn", faults);
    LocalDate last = required(checkOut, "/stay/checkOut", faults);
    LocalDate today = hotel.today(now);
    if (first != null && first.isBefore(today)) {
      faults.add(new Refusal.Fault("/stay/checkIn", "must not be in the past: today is " + today));
    }
    if (first != null && first.isAfter(today.plusDays(MAX_DAYS_AHEAD))) {
      faults.add(
          new Refusal.Fault(
              "/stay/checkIn", "must be at most " + MAX_DAYS_AHEAD + " days after " + today));
    }
    if (first != null && last != null && !last.isAfter(first)) {
      faults.add(new Refusal.Fault("/stay/checkOut", "must be later than checkIn"));
    }
    if (first != null && last != null && last.isAfter(first.plusDays(MAX_NIGHTS))) {
      faults.add(
          new Refusal.Fault(
              "/stay/checkOut", "must be at most " + MAX_NIGHTS + " nights after checkIn"));
    }
    return faults.size() == before ? new Stay(first, last, guests) : null;
  }

  private static LocalDate required(String text, String pointer, List<Refusal.Fault> faults) {
    LocalDate date = date(text);
    if (date == null) {
      faults.add(new Refusal.Fault(pointer, "must be a date such as 2026-12-24"));
    }
    return date;
  }

  /** Null if the text is no date of the calendar. */
  private static LocalDate date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
