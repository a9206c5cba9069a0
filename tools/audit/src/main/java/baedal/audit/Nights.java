package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The rule {@code nights}: compares nightly menus with the tickets of reservations. For each night,
 * the number of rooms that a menu counts as taken equals the number on open and cooked tickets, and
 * is not more than the hotel has. A ticket has the rooms that its lines need. A menu records an
 * order as one without a ticket only until the ticket is stored.
 *
 * <p>The {@link Auditor} reads all menus before it reads the tickets, as for {@link Stock}. Nights
 * in the past are not checked, because menus forget them. This class does no I/O.
 */
final class Nights {

  private static final String RULE = "nights";
  private static final Set<String> HOLDING = Set.of("RECEIVED", "ACCEPTED", "COOKING", "COOKED");

  /** The time zone in which a date begins first. A night from there on is past nowhere. */
  private static final ZoneOffset FIRST_ZONE = ZoneOffset.ofHours(14);

  /** What a menu has stored; {@code withoutTicket} has the rooms by order. */
  private record Hotel(
      int rooms, Map<LocalDate, Integer> taken, Map<String, Integer> withoutTicket) {}

  /**
   * The rooms on tickets for one night: {@code least} on tickets that do not change now, and {@code
   * most} also on those that do.
   */
  private record OnTickets(int least, int most) {

    OnTickets and(OnTickets other) {
      return new OnTickets(least + other.least, most + other.most);
    }
  }

  private final Instant graceBegan;
  private final LocalDate firstChecked;
  private final Map<String, Hotel> menus = new TreeMap<>();
  private final Map<String, Map<LocalDate, OnTickets>> onTickets = new TreeMap<>();
  private final Set<String> unreadableMenus = new HashSet<>();
  private final Set<String> changing = new HashSet<>();
  private final Set<String> unchanged = new HashSet<>();
  private final List<Finding> findings = new ArrayList<>();
  private boolean allTicketsRead = true;

  Nights(Instant graceBegan, Instant now) {
    this.graceBegan = graceBegan;
    firstChecked = LocalDate.ofInstant(now, FIRST_ZONE);
  }

  /** Whether the menu is sold by the night. */
  static boolean isNightly(JsonNode menu) {
    return menu.path("room").isObject();
  }

  /** Whether the ticket is one of a reservation. */
  static boolean isStay(JsonNode ticket) {
    return ticket.path("details").path("stay").isObject();
  }

  void menu(JsonNode menu) {
    if (isNightly(menu)) {
      Map<LocalDate, Integer> taken = new HashMap<>();
      menu.path("room")
          .path("nights")
          .properties()
          .forEach(
              night ->
                  taken.put(
                      LocalDate.parse(night.getKey()), night.getValue().path("taken").asInt()));
      menus.put(
          Stock.key(menu), new Hotel(menu.path("stock").asInt(), taken, Stock.quantities(menu)));
    }
  }

  void ticket(JsonNode ticket) {
    if (!isStay(ticket)) {
      return;
    }
    String id = ticket.path("id").asText();
    boolean holding = HOLDING.contains(ticket.path("status").asText());
    boolean stored =
        Instant.parse(ticket.path("changedAt").asText()).isBefore(graceBegan)
            && !ticket.path("stockOwed").asBoolean();
    (stored ? unchanged : changing).add(id);
    Map<String, Integer> rooms = Stock.quantities(ticket);
    if (holding && stored) {
      compareLines(id, rooms, ticket.path("details").path("lines"));
    }
    if (!holding && stored) {
      return;
    }
    JsonNode stay = ticket.path("details").path("stay");
    List<LocalDate> nights =
        LocalDate.parse(stay.path("checkIn").asText())
            .datesUntil(LocalDate.parse(stay.path("checkOut").asText()))
            .filter(night -> !night.isBefore(firstChecked))
            .toList();
    rooms.forEach(
        (menuId, quantity) -> {
          Map<LocalDate, OnTickets> byNight =
              onTickets.computeIfAbsent(Stock.key(ticket, menuId), m -> new TreeMap<>());
          OnTickets one = new OnTickets(stored ? quantity : 0, quantity);
          nights.forEach(night -> byNight.merge(night, one, OnTickets::and));
        });
  }

  private void compareLines(String id, Map<String, Integer> rooms, JsonNode lines) {
    Map<String, Integer> needed = new HashMap<>();
    lines.forEach(
        line ->
            needed.merge(
                line.path("menuId").asText(), line.path("quantity").asInt(), Integer::sum));
    if (!needed.equals(rooms)) {
      findings.add(
          new Finding(
              RULE,
              id,
              "rooms by menu id: %s in the ticket's lines, but it has taken %s"
                  .formatted(new TreeMap<>(needed), new TreeMap<>(rooms))));
    }
  }

  void unreadableMenu(String key) {
    unreadableMenus.add(key);
  }

  void unreadableTicket(String id) {
    changing.add(id);
    allTicketsRead = false;
  }

  /**
   * The disagreements between menus and tickets.
   *
   * @param unchangedOrders returns those of the given order ids that have not changed within the
   *     grace period
   */
  List<Finding> findings(UnaryOperator<Set<String>> unchangedOrders) {
    Set<String> keys = new TreeSet<>(menus.keySet());
    keys.addAll(onTickets.keySet());
    keys.removeAll(unreadableMenus);
    for (String key : keys) {
      Hotel menu = menus.get(key);
      if (menu != null) {
        checkRooms(key, menu);
        checkWithoutTicket(key, menu, unchangedOrders);
      }
      if (allTicketsRead) {
        compareNights(key, menu == null ? new Hotel(0, Map.of(), Map.of()) : menu);
      }
    }
    return findings;
  }

  private void checkRooms(String key, Hotel menu) {
    new TreeMap<>(menu.taken())
        .forEach(
            (night, taken) -> {
              if (!night.isBefore(firstChecked) && taken > menu.rooms()) {
                findings.add(
                    new Finding(
                        RULE,
                        key,
                        "rooms taken in the night of %s: %d, but the hotel has %d"
                            .formatted(night, taken, menu.rooms())));
              }
            });
  }

  private void checkWithoutTicket(
      String key, Hotel menu, UnaryOperator<Set<String>> unchangedOrders) {
    Set<String> orders = new TreeSet<>(menu.withoutTicket().keySet());
    orders.removeAll(changing);
    if (!orders.isEmpty()) {
      Set<String> wrong = new TreeSet<>(unchangedOrders.apply(orders));
      if (!wrong.isEmpty()) {
        findings.add(
            new Finding(
                RULE,
                key,
                "orders that the menu still records as orders without a stored ticket: " + wrong));
      }
    }
  }

  private void compareNights(String key, Hotel menu) {
    Map<LocalDate, OnTickets> byNight = onTickets.getOrDefault(key, Map.of());
    int unknown =
        menu.withoutTicket().entrySet().stream()
            .filter(order -> !changing.contains(order.getKey()))
            .filter(order -> !unchanged.contains(order.getKey()))
            .mapToInt(Map.Entry::getValue)
            .sum();
    Set<LocalDate> nights = new TreeSet<>(menu.taken().keySet());
    nights.addAll(byNight.keySet());
    nights.removeIf(night -> night.isBefore(firstChecked));
    for (LocalDate night : nights) {
      int taken = menu.taken().getOrDefault(night, 0);
      OnTickets tickets = byNight.getOrDefault(night, new OnTickets(0, 0));
      int most = tickets.most() + unknown;
      if (taken < tickets.least() || taken > most) {
        String expected = tickets.least() == most ? "" + most : tickets.least() + " to " + most;
        findings.add(
            new Finding(
                RULE,
                key,
                "rooms taken in the night of %s: %d in the menu, but %s in tickets"
                    .formatted(night, taken, expected)));
      }
    }
  }
}
