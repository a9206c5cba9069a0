package baedal.store;

import baedal.events.Change;
import baedal.events.Stay;
import baedal.runtime.Refusal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * The changes that a reservation makes to a nightly {@link Menu}. {@link OrderStock} applies them.
 *
 * <p>The menu counts the taken rooms of each night. It does not keep the stays: a ticket keeps its
 * own nights. While the ticket of an order is not stored yet, the order is in the menu's {@code
 * takenByOrder}. After that, {@link #settle} removes it. If a step is repeated for the same order,
 * nothing changes.
 */
final class RoomBooking {

  private RoomBooking() {}

  /** The first night that a menu keeps. Yesterday is kept, because clocks of replicas differ. */
  static LocalDate firstKept(LocalDate today) {
    return today.minusDays(1);
  }

  /**
   * Takes {@code rooms} on every night of the stay, or none. Refuses with {@code out-of-stock} if
   * the menu was removed, is not nightly, or has too few free rooms on a night, or if the stay has
   * ended.
   */
  static Change<Menu> take(
      Menu menu, String orderId, int rooms, Stay stay, LocalDate today, Instant now) {
    if (menu.takenByOrder().containsKey(orderId) || menu.finishedOrders().contains(orderId)) {
      return Change.none(menu);
    }
    if (menu.removed() || menu.room() == null) {
      throw Refusal.conflict("out-of-stock", menu.name() + " is not sold by the night");
    }
    if (!stay.checkOut().isAfter(today)) {
      throw Refusal.conflict("out-of-stock", "the stay ended on " + stay.checkOut());
    }
    LocalDate first = firstKept(today);
    List<LocalDate> nights = stay.nights().stream().filter(date -> !date.isBefore(first)).toList();
    Optional<LocalDate> full =
        nights.stream()
            .filter(date -> menu.room().nights().taken(date) + rooms > menu.stock())
            .findFirst();
    if (full.isPresent()) {
      throw Refusal.conflict(
          "out-of-stock", menu.name() + " is sold out in the night of " + full.get());
    }
    return menu.withRoom(menu.room().from(first).take(rooms, nights))
        .holding(orderId, rooms)
        .publishNights(nights, now);
  }

  /**
   * Ends the flight of an order whose ticket is stored. The nights stay taken. A later {@link
   * #take} for this order takes nothing.
   */
  static Change<Menu> settle(Menu menu, String orderId) {
    return menu.takenByOrder().containsKey(orderId)
        ? Change.of(menu.finished(orderId))
        : Change.none(menu);
  }

  /**
   * Gives back the nights of an order, once. A night in the past does not change.
   *
   * @param onTicket the number of rooms that the order's ticket has taken, or null if the ticket
   *     has taken none: then only the rooms of an order in {@code takenByOrder} are given back. If
   *     such an order has taken nothing yet, a later {@link #take} takes nothing.
   */
  static Change<Menu> giveBack(
      Menu menu, String orderId, Integer onTicket, Stay stay, Instant now) {
    Integer inFlight = menu.takenByOrder().get(orderId);
    if (menu.room() == null) {
      return Change.none(menu);
    }
    if (inFlight == null && (onTicket == null || menu.room().hasGivenBack(orderId))) {
      return menu.finishedOrders().contains(orderId)
          ? Change.none(menu)
          : Change.of(menu.finished(orderId));
    }
    int rooms = inFlight == null ? onTicket : inFlight;
    RoomType room = menu.room().giveBack(rooms, stay.nights());
    return menu.withRoom(onTicket == null ? room : room.remember(orderId, stay.checkOut()))
        .finished(orderId)
        .publishNights(stay.nights(), now);
  }

  /** Stores that the ticket of an order records that its nights were given back. */
  static Change<Menu> markRecorded(Menu menu, String orderId) {
    return menu.room() == null
        ? Change.none(menu)
        : Change.of(menu.withRoom(menu.room().markRecorded(orderId)));
  }
}
