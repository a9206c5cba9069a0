package baedal.store;

import baedal.runtime.Refusal;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What only a nightly {@link Menu} has. The stock of such a menu is the number of rooms of this
 * type, and does not change when an order takes rooms. {@link RoomBooking} changes the nights.
 *
 * @param maxGuests how many people may sleep in one room
 * @param attributes texts such as size and amenities, by name
 * @param givenBack the orders whose nights were given back last; another {@link
 *     RoomBooking#giveBack} for such an order changes nothing
 */
@RecordBuilder
public record RoomType(
    int maxGuests,
    SortedMap<String, String> attributes,
    RoomNights nights,
    List<GivenBack> givenBack) {

  private static final int GIVEN_BACK_KEPT = 200;

  /**
   * An order whose nights were given back.
   *
   * @param checkOut the day of departure. When all its nights are removed as past ones, a second
   *     give-back has no effect, so the entry is not needed any more.
   * @param recorded false while the order's ticket may still ask to give back the nights. Such an
   *     entry is kept however many orders follow.
   */
  public record GivenBack(
      @JsonProperty("order") String orderId,
      LocalDate checkOut,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean recorded) {}

  public RoomType {
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    givenBack = List.copyOf(givenBack);
  }

  /** Each attribute as {@code name} and as {@code name:text}, in lower case. */
  List<String> searched() {
    return attributes.entrySet().stream()
        .flatMap(a -> Stream.of(a.getKey(), a.getKey() + ":" + a.getValue()))
        .map(text -> text.toLowerCase(Locale.ROOT))
        .toList();
  }

  /** Removes what is past: the nights before {@code first}, and the orders that left by then. */
  RoomType from(LocalDate first) {
    return copy()
        .nights(nights.from(first))
        .givenBack(givenBack.stream().filter(g -> g.checkOut().isAfter(first)).toList())
        .build();
  }

  /**
   * Refuses with {@code rooms-taken} if more than {@code rooms} are taken on a night from today.
   */
  void requireRooms(int rooms, LocalDate today) {
    nights
        .from(today)
        .firstAbove(rooms)
        .ifPresent(
            date -> {
              throw Refusal.conflict(
                  "rooms-taken",
                  "%d rooms are taken in the night of %s: keep at least as many"
                      .formatted(nights.taken(date), date));
            });
  }

  RoomType take(int rooms, Collection<LocalDate> dates) {
    return copy().nights(nights.take(rooms, dates)).build();
  }

  RoomType giveBack(int rooms, Collection<LocalDate> dates) {
    return copy().nights(nights.giveBack(rooms, dates)).build();
  }

  boolean hasGivenBack(String orderId) {
    return givenBack.stream().anyMatch(g -> g.orderId().equals(orderId));
  }

  /** Adds an order whose ticket does not record yet that its nights were given back. */
  RoomType remember(String orderId, LocalDate checkOut) {
    List<GivenBack> more = new ArrayList<>(givenBack);
    more.add(new GivenBack(orderId, checkOut, false));
    return copy().givenBack(more).build();
  }

  /** Marks an order as recorded, and removes the oldest recorded orders beyond the limit. */
  RoomType markRecorded(String orderId) {
    List<GivenBack> marked = new ArrayList<>();
    for (GivenBack g : givenBack) {
      marked.add(g.orderId().equals(orderId) ? new GivenBack(orderId, g.checkOut(), true) : g);
    }
    long tooMany = marked.stream().filter(GivenBack::recorded).count() - GIVEN_BACK_KEPT;
    for (int i = 0; i < marked.size() && tooMany > 0; ) {
      if (marked.get(i).recorded()) {
        marked.remove(i);
        tooMany--;
      } else {
        i++;
      }
    }
    return copy().givenBack(marked).build();
  }

  private RoomTypeBuilder copy() {
    return RoomTypeBuilder.builder(this);
  }
}
