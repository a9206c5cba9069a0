package baedal.store;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.StoreEvent;
import java.time.Instant;

/**
 * A seller and its place: a restaurant, a furniture shop, a courier company or a hotel. {@code
 * announced} is the {@link #ANNOUNCEMENT} that was current at its last event; 0 for stores of
 * versions without announcements.
 */
public record Store(
    String id,
    String ownerId,
    String name,
    Kind kind,
    Address address,
    boolean open,
    int announced) {

  /**
   * Must grow when other services begin to keep something that store events told before: stores
   * with a lower number are then announced once more.
   */
  static final int ANNOUNCEMENT = 1;

  /** What a store sells; the order service takes only the fulfilments of its kind. */
  public enum Kind {
    FOOD,
    FURNITURE,
    COURIER,
    ROOM
  }

  static Change<Store> open(
      String id, String ownerId, String name, Kind kind, Address address, Instant now) {
    Store store = new Store(id, ownerId, name, kind, address, true, ANNOUNCEMENT);
    return Change.of(store, store.told(now));
  }

  /** {@code null} leaves a part as it is. */
  Change<Store> revise(String newName, Address newAddress, Boolean nowOpen, Instant now) {
    Store next =
        new Store(
            id,
            ownerId,
            newName == null ? name : newName,
            kind,
            newAddress == null ? address : newAddress,
            nowOpen == null ? open : nowOpen,
            announced);
    return next.equals(this) ? Change.none(this) : next.announce(now);
  }

  /** Publishes the store as it is. */
  private Change<Store> announce(Instant now) {
    Store next = new Store(id, ownerId, name, kind, address, open, ANNOUNCEMENT);
    return Change.of(next, next.told(now));
  }

  /**
   * Publishes the store once more if an older version published it last; later calls change
   * nothing.
   */
  Change<Store> announceAgain(Instant now) {
    return announced < ANNOUNCEMENT ? announce(now) : Change.none(this);
  }

  private StoreEvent told(Instant now) {
    return open
        ? new StoreEvent.Opened(id, ownerId, name, kind.name(), address, now)
        : new StoreEvent.Closed(id, ownerId, name, kind.name(), address, now);
  }
}
