package baedal.store;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.Hotel;
import baedal.events.StoreEvent;
import baedal.runtime.Refusal;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.time.LocalDate;

/**
 * The state of one store: a restaurant, a furniture shop, a courier company or a hotel. {@link
 * StoreApi} opens and changes it.
 *
 * @param ownerId the {@code sub} claim in the tokens of its owner
 * @param hotel null unless the kind is ROOM; a store of this kind whose document is older than this
 *     field has the fields of {@link Hotel#DEFAULT}
 * @param announcedVersion the value that {@link #ANNOUNCEMENT_VERSION} had when the store's last
 *     event was written; 0 in documents that are older than this field
 */
@RecordBuilder
public record Store(
    String id,
    String ownerId,
    String name,
    Kind kind,
    Address address,
    boolean open,
    @JsonInclude(JsonInclude.Include.NON_NULL) Hotel hotel,
    @JsonProperty("announced") int announcedVersion) {

  /**
   * The version of the set of fields that other services save from store events. Increase it when
   * another service begins to save one more field: after the next start, {@link Announcements}
   * publishes once more every store whose {@code announcedVersion} is lower than this number.
   */
  static final int ANNOUNCEMENT_VERSION = 2;

  /** What a store sells. The order service refuses fulfilments that the kind does not offer. */
  public enum Kind {
    FOOD,
    FURNITURE,
    COURIER,
    ROOM
  }

  public Store {
    hotel = kind == Kind.ROOM && hotel == null ? Hotel.DEFAULT : hotel;
  }

  /** {@code form} may be null. Refuses a form if the kind is not ROOM. */
  static Change<Store> open(
      String id,
      String ownerId,
      String name,
      Kind kind,
      Address address,
      HotelForm form,
      Instant now) {
    Store store =
        new Store(id, ownerId, name, kind, address, true, null, ANNOUNCEMENT_VERSION).with(form);
    return Change.of(store, store.event(now));
  }

  /** A null argument leaves that field unchanged. If nothing changes, no event is published. */
  Change<Store> revise(
      String newName, Address newAddress, Boolean nowOpen, HotelForm form, Instant now) {
    Store next =
        with(form)
            .copy()
            .name(newName == null ? name : newName)
            .address(newAddress == null ? address : newAddress)
            .open(nowOpen == null ? open : nowOpen)
            .build();
    return next.equals(this) ? Change.none(this) : next.announce(now);
  }

  private Store with(HotelForm form) {
    if (form == null) {
      return this;
    }
    if (kind != Kind.ROOM) {
      throw Refusal.invalid("/hotel", "is only for a store of kind ROOM");
    }
    return copy().hotel(form.apply(hotel)).build();
  }

  /** The local date of a hotel. Call this only for a store of kind ROOM. */
  LocalDate today(Instant now) {
    return hotel.today(now);
  }

  private Change<Store> announce(Instant now) {
    Store next = copy().announcedVersion(ANNOUNCEMENT_VERSION).build();
    return Change.of(next, next.event(now));
  }

  /**
   * Publishes the store once more if its last event had a lower {@link #ANNOUNCEMENT_VERSION};
   * otherwise changes nothing.
   */
  Change<Store> announceAgain(Instant now) {
    return announcedVersion < ANNOUNCEMENT_VERSION ? announce(now) : Change.none(this);
  }

  private StoreEvent event(Instant now) {
    return open
        ? new StoreEvent.Opened(id, ownerId, name, kind.name(), address, hotel, now)
        : new StoreEvent.Closed(id, ownerId, name, kind.name(), address, hotel, now);
  }

  private StoreBuilder copy() {
    return StoreBuilder.builder(this);
  }
}
