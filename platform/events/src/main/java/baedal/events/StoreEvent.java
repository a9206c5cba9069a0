package baedal.events;

import java.time.Instant;
import java.util.List;

/**
 * The events of the store service: of a store and its menu (the subject is the store id), or of a
 * ticket (the subject is the order id).
 */
public sealed interface StoreEvent extends Event {

  /** A store takes orders. Published again when its name or address changes. */
  record Opened(
      String storeId, String ownerId, String name, String kind, Address address, Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return storeId;
    }
  }

  record Closed(
      String storeId, String ownerId, String name, String kind, Address address, Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return storeId;
    }
  }

  /**
   * The present state of one menu. {@code price} is in won, {@code stock} is null if unlimited, and
   * {@code removed} is true if it is no longer sold. {@code revision} grows with every change: the
   * event with the highest one is the latest.
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

  /** It is too late to cancel; {@code status} is that of the ticket. */
  record CancelRefused(String orderId, String storeId, String status, Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }

  /** It is too late to change; the ticket keeps the order's version {@code keptVersion}. */
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
