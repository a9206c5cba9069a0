package baedal.events;

import java.time.LocalDate;
import java.util.List;

/**
 * The nights of a hotel reservation. The dates are local dates of the hotel.
 *
 * @param checkOut the day of departure; the night that begins on this day is not part of the stay
 * @param guests the number of people
 */
public record Stay(LocalDate checkIn, LocalDate checkOut, int guests) {

  /** The date of the evening on which each night begins, in order. */
  public List<LocalDate> nights() {
    return checkIn.datesUntil(checkOut).toList();
  }
}
