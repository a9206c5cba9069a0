package baedal.events;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * The events of the store service. The subject of an event about a store or a menu is the store id;
 * the subject of an event about a ticket is the order id.
 */
public sealed interface StoreEvent extends Event {

  /**
   * The store is open: it accepts orders. The service publishes this event again when the name or
   * address of an open store changes. {@code hotel} is null unless the kind is ROOM.
   */
  record Opened(
      String storeId,
      String ownerId,
      String name,
      String kind,
      Address address,
      Hotel hotel,
      Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return storeId;
    }
  }

  /** The store is closed: it accepts no orders. {@code hotel} is null unless the kind is ROOM. */
  record Closed(
      String storeId,
      String ownerId,
      String name,
      String kind,
      Address address,
      Hotel hotel,
      Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return storeId;
    }
  }

  /**
   * The current state of one menu. The event of a nightly menu contains only the nights that the
   * change affected. A consumer keeps the other nights, and for each night the highest revision.
   *
   * @param price in won; for a nightly menu, the price of each night that has no price of its own
   * @param stock the number of items that can still be sold; null if unlimited; for a nightly menu,
   *     the number of rooms of this type, sold or not
   * @param nightly true if the menu is a room type, which is sold by the night
   * @param maxGuests how many people may sleep in one room; null unless the menu is nightly
   * @param nights the nights that this change affected; empty unless the menu is nightly
   * @param removed true if the store no longer sells the menu
   * @param revision grows with every change; the event with the highest revision is the latest
   */
  record MenuChanged(
      String storeId,
      String menuId,
      String name,
      long price,
      Integer stock,
      List<MenuOption> options,
      boolean nightly,
      Integer maxGuests,
      List<Night> nights,
      boolean removed,
      long revision,
      Instant at)
      implements StoreEvent {
    public MenuChanged {
      options = List.copyOf(options);
      nights = nights == null ? List.of() : List.copyOf(nights);
    }

    @Override
    public String subject() {
      return storeId;
    }
  }

  /**
   * One night of a room type.
   *
   * @param date the local date of the hotel on which the night begins
   * @param taken the number of rooms that orders have taken
   * @param price in won; null if the price of the menu applies
   */
  record Night(LocalDate date, int taken, Long price) {}

  /** An extra of a menu, for {@code price} won; for a nightly menu, the price is per night. */
  record MenuOption(String name, long price) {}

  record OrderAccepted(String orderId, DeliveryJob job, Instant at) implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }

  record OrderRejected(String orderId, String storeId, String reason, Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }

  record CookStarted(String orderId, String storeId, Instant at) implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }

  record CookFinished(String orderId, DeliveryJob job, Instant at) implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }

  record CancelAccepted(String orderId, String storeId, Instant at) implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }

  /**
   * The store refused to cancel the order, because cooking has begun. {@code status} is the status
   * of the ticket.
   */
  record CancelRefused(String orderId, String storeId, String status, Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }

  /**
   * The store refused the version {@code refusedVersion} of the order; the ticket keeps the version
   * {@code keptVersion}.
   */
  record UpdateRefused(
      String orderId,
      String storeId,
      long refusedVersion,
      long keptVersion,
      String reason,
      Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }
}
