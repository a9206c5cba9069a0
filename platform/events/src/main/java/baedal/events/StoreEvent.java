package baedal.events;

import java.time.Instant;
import java.util.List;

/**
 * What the store service tells: about a store and its menu (subject: the store id), or about a
 * ticket (the order id).
 */
public sealed interface StoreEvent extends Event {

  /** A store takes orders (also told when its name or address changes). */
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
   * One menu as it is now: {@code price} in won, {@code stock} null when unlimited, {@code removed}
   * when it is no longer sold. {@code revision} grows by every change of this menu: the highest is
   * the truth.
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

  /** What may be added to a menu, for {@code price} won. */
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

  /** Too late to cancel; {@code status} is the ticket's. */
  record CancelRefused(String orderId, String storeId, String status, Instant at)
      implements StoreEvent {
    @Override
    public String subject() {
      return orderId;
    }
  }

  /** Too late to change; the ticket still shows the order as of {@code keptVersion}. */
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
