package baedal.store;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.StoreEvent;
import java.time.Instant;

/** A shop, a courier company, a furniture house or a hotel: whoever sells and its place. */
public record Store(
    String id, String ownerId, String name, Kind kind, Address address, boolean open) {

  /** What a store sells; it changes nothing about how orders go. */
  public enum Kind {
    FOOD,
    FURNITURE,
    COURIER,
    ROOM
  }

  static Change<Store> open(
      String id, String ownerId, String name, Kind kind, Address address, Instant now) {
    Store store = new Store(id, ownerId, name, kind, address, true);
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
            nowOpen == null ? open : nowOpen);
    return next.equals(this) ? Change.none(this) : Change.of(next, next.told(now));
  }

  private StoreEvent told(Instant now) {
    return open
        ? new StoreEvent.Opened(id, ownerId, name, kind.name(), address, now)
        : new StoreEvent.Closed(id, ownerId, name, kind.name(), address, now);
  }
}
