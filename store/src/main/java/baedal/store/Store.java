package baedal.store;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.StoreEvent;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;

/**
 * A seller and its place: a restaurant, a furniture shop, a courier company or a hotel.
 *
 * @param announcedVersion the {@link #ANNOUNCEMENT_VERSION} of its last event; 0 for stores that
 *     were stored before there were announcements
 */
@RecordBuilder
public record Store(
    String id,
    String ownerId,
    String name,
    Kind kind,
    Address address,
    boolean open,
    @JsonProperty("announced") int announcedVersion) {

  /**
   * Increase it when other services begin to keep a field that store events already had. Stores
   * with a lower version are then announced once more.
   */
  static final int ANNOUNCEMENT_VERSION = 1;

  /** What a store sells; the order service takes only the fulfilments of its kind. */
  public enum Kind {
    FOOD,
    FURNITURE,
    COURIER,
    ROOM
  }

  static Change<Store> open(
      String id, String ownerId, String name, Kind kind, Address address, Instant now) {
    Store store = new Store(id, ownerId, name, kind, address, true, ANNOUNCEMENT_VERSION);
    return Change.of(store, store.event(now));
  }

  /** {@code null} leaves a part as it is. */
  Change<Store> revise(String newName, Address newAddress, Boolean nowOpen, Instant now) {
    Store next =
        copy()
            .name(newName == null ? name : newName)
            .address(newAddress == null ? address : newAddress)
            .open(nowOpen == null ? open : nowOpen)
            .build();
    return next.equals(this) ? Change.none(this) : next.announce(now);
  }

  /** Publishes the store as it is. */
  private Change<Store> announce(Instant now) {
    Store next = copy().announcedVersion(ANNOUNCEMENT_VERSION).build();
    return Change.of(next, next.event(now));
  }

  /**
   * Publishes the store once more if an older version published it last; later calls change
   * nothing.
   */
  Change<Store> announceAgain(Instant now) {
    return announcedVersion < ANNOUNCEMENT_VERSION ? announce(now) : Change.none(this);
  }

  private StoreEvent event(Instant now) {
    return open
        ? new StoreEvent.Opened(id, ownerId, name, kind.name(), address, now)
        : new StoreEvent.Closed(id, ownerId, name, kind.name(), address, now);
  }

  private StoreBuilder copy() {
    return StoreBuilder.builder(this);
  }
}
