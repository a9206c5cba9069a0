package baedal.events;

import java.time.Instant;
import java.util.List;

/**
 * The events of the store service. The subject of an event about a store or a menu is the store id;
 * the subject of an event about a ticket is the order id.
 */
public sealed interface StoreEvent extends Event {

  /**
   * The store is open: it accepts orders. The service publishes this event again when the name or
   * address of an open store changes.
   */
  record Opened(
      String storeId, String ownerId, String name, String kind, Address address, Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return storeId;
    }
  }

  /** The store is closed: it accepts no orders. */
  record Closed(
      String storeId, String ownerId, String name, String kind, Address address, Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return storeId;
    }
  }

  /**
   * The current state of one menu.
   *
   * @param price in won
   * @param stock the number of items that can still be sold; null if unlimited
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
      boolean removed,
      long revision,
      Instant at)
      implements StoreEvent {
    public MenuChanged {
      options = List.copyOf(options);
    }

    @Override
    public String subject() {
      return storeId;
    }
  }

  /** An extra of a menu, for {@code price} won. */
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
