package baedal.store;

import baedal.events.StoreEvent;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * For each night of a room type, how many rooms are taken and the price. A night begins on its
 * date, which is a local date of the hotel. A night without an entry has no room taken and the
 * price of the menu. {@link RoomType} holds the nights.
 */
public record RoomNights(@JsonValue NavigableMap<LocalDate, Night> byDate) {

  static final RoomNights EMPTY = new RoomNights(Collections.emptyNavigableMap());

  /**
   * One night.
   *
   * @param price in won; null if the price of the menu applies
   */
  public record Night(int taken, @JsonInclude(JsonInclude.Include.NON_NULL) Long price) {

    private static final Night EMPTY = new Night(0, null);

    private Night taking(int rooms) {
      return new Night(taken + rooms, price);
    }

    private Night costing(Long newPrice) {
      return new Night(taken, newPrice);
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public RoomNights {
    byDate = Collections.unmodifiableNavigableMap(new TreeMap<>(byDate));
  }

  int taken(LocalDate date) {
    return night(date).taken();
  }

  private Night night(LocalDate date) {
    return byDate.getOrDefault(date, Night.EMPTY);
  }

  /** How many of {@code rooms} are free on every one of these nights. */
  int free(int rooms, Collection<LocalDate> dates) {
    return rooms - dates.stream().mapToInt(this::taken).max().orElse(0);
  }

  /** The first night on which more than {@code rooms} are taken. */
  Optional<LocalDate> firstAbove(int rooms) {
    return byDate.keySet().stream().filter(date -> taken(date) > rooms).findFirst();
  }

  /** The nights on which none of {@code rooms} is free. */
  List<LocalDate> full(int rooms) {
    return byDate.keySet().stream().filter(date -> taken(date) >= rooms).toList();
  }

  /** The nights with a price of their own, in won. */
  NavigableMap<LocalDate, Long> prices() {
    NavigableMap<LocalDate, Long> prices = new TreeMap<>();
    byDate.forEach(
        (date, night) -> {
          if (night.price() != null) {
            prices.put(date, night.price());
          }
        });
    return prices;
  }

  /** The price of one room for these nights together, in won. */
  long price(long menuPrice, Collection<LocalDate> dates) {
    return dates.stream()
        .map(date -> night(date).price())
        .mapToLong(price -> price == null ? menuPrice : price)
        .sum();
  }

  /** Adds {@code rooms} to the number of taken rooms of each of these nights. */
  RoomNights take(int rooms, Collection<LocalDate> dates) {
    return change(dates.stream().collect(Collectors.toMap(d -> d, d -> n -> n.taking(rooms))));
  }

  /**
   * Subtracts {@code rooms} from the number of taken rooms of each of these nights. A night that
   * was removed by {@link #from} does not change.
   */
  RoomNights giveBack(int rooms, Collection<LocalDate> dates) {
    return take(-rooms, dates.stream().filter(byDate::containsKey).toList());
  }

  /** Sets the price of each night in {@code prices}; a null price removes the night's own price. */
  RoomNights withPrices(Map<LocalDate, Long> prices) {
    Map<LocalDate, UnaryOperator<Night>> changes = new TreeMap<>();
    prices.forEach((date, price) -> changes.put(date, night -> night.costing(price)));
    return change(changes);
  }

  /** Keeps only the nights from this date on. */
  RoomNights from(LocalDate first) {
    return new RoomNights(byDate.tailMap(first, true));
  }

  private RoomNights change(Map<LocalDate, UnaryOperator<Night>> changes) {
    NavigableMap<LocalDate, Night> next = new TreeMap<>(byDate);
    changes.forEach(
        (date, change) -> {
          Night changed = change.apply(night(date));
          if (changed.equals(Night.EMPTY)) {
            next.remove(date);
          } else {
            next.put(date, changed);
          }
        });
    return new RoomNights(next);
  }

  /** These nights as an event contains them, in order. */
  List<StoreEvent.Night> events(Collection<LocalDate> dates) {
    return dates.stream()
        .sorted()
        .map(date -> new StoreEvent.Night(date, night(date).taken(), night(date).price()))
        .toList();
  }
}
