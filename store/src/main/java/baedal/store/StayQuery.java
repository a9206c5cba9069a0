package baedal.store;

import baedal.events.Stay;
import baedal.runtime.Refusal;
import io.vertx.ext.web.RoutingContext;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;

/** The query parameters {@code checkIn}, {@code checkOut} and {@code guests} of a search. */
final class StayQuery {

  private static final String CHECK_IN = "checkIn";
  private static final String CHECK_OUT = "checkOut";
  private static final String GUESTS = "guests";
  private static final int MAX_DAYS_AHEAD = 365;
  private static final int MAX_NIGHTS = 30;

  private StayQuery() {}

  /**
   * Null if the request has none of the parameters. Without {@code guests}, the stay is for one
   * guest.
   *
   * @param allowed false if the stores of this request have no rooms: then each parameter is
   *     refused
   * @param today the local date of the hotel
   */
  static Stay of(RoutingContext ctx, boolean allowed, LocalDate today) {
    String checkIn = ctx.request().getParam(CHECK_IN);
    String checkOut = ctx.request().getParam(CHECK_OUT);
    String guests = ctx.request().getParam(GUESTS);
    if (checkIn == null && checkOut == null && guests == null) {
      return null;
    }
    if (!allowed) {
      String first = checkIn != null ? CHECK_IN : checkOut != null ? CHECK_OUT : GUESTS;
      throw Refusal.invalid("/" + first, "is only for stores of kind ROOM");
    }
    LocalDate from = date(CHECK_IN, checkIn);
    LocalDate to = date(CHECK_OUT, checkOut);
    if (from.isBefore(today) || from.isAfter(today.plusDays(MAX_DAYS_AHEAD))) {
      throw Refusal.invalid(
          "/checkIn", "must be from " + today + " to " + today.plusDays(MAX_DAYS_AHEAD));
    }
    if (!to.isAfter(from) || to.isAfter(from.plusDays(MAX_NIGHTS))) {
      throw Refusal.invalid(
          "/checkOut", "must be 1 to " + MAX_NIGHTS + " days after checkIn, which is " + from);
    }
    return new Stay(from, to, guests == null ? 1 : Integer.parseInt(guests));
  }

  private static LocalDate date(String name, String text) {
    if (text == null) {
      throw Refusal.invalid("/" + name, "is required in a search for a stay");
    }
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw Refusal.invalid("/" + name, "must be a date such as 2026-12-24");
    }
  }
}
