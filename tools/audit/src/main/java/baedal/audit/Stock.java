package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
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
 * Compares menus with tickets: what a menu counts as taken belongs to open tickets, what it counts
 * as sold was cooked, and its free stock is not negative. The auditor reads all menus first, then
 * all tickets, so that every ticket that a menu counts is found. Does no I/O.
 */
final class Stock {

  private static final Set<String> OPEN = Set.of("RECEIVED", "ACCEPTED", "COOKING");

  private final Instant graceBegan;

  /** By menu: what it says that each order took, and that it sold. */
  private final Map<String, Map<String, Integer>> says = new TreeMap<>();

  private final Map<String, Long> sold = new HashMap<>();

  /** By menu: what is free to sell, where that is less than nothing. */
  private final Map<String, Integer> negative = new TreeMap<>();

  /** By menu: what each open ticket took, and what was cooked. */
  private final Map<String, Map<String, Integer>> took = new HashMap<>();

  private final Map<String, Long> cooked = new HashMap<>();

  /** By menu: what was cooked but may not be counted yet. */
  private final Map<String, Long> justCooked = new HashMap<>();

  /** Orders whose tickets changed just now, or say themselves that they owe stock. */
  private final Set<String> moving = new HashSet<>();

  /** Menus of which nobody can read what they say. */
  private final Set<String> unreadable = new HashSet<>();

  /** Whether all tickets were read: only then it is known what was cooked. */
  private boolean allRead = true;

  Stock(Instant graceBegan) {
    this.graceBegan = graceBegan;
  }

  void menu(JsonNode menu) {
    String key = key(menu);
    says.put(key, quantities(menu));
    sold.put(key, menu.path("sold").asLong());
    if (menu.path("stock").asInt() < 0) {
      negative.put(key, menu.path("stock").asInt());
    }
  }

  void ticket(JsonNode ticket) {
    String id = ticket.path("id").asText();
    String status = ticket.path("status").asText();
    boolean atRest =
        Instant.parse(ticket.path("changedAt").asText()).isBefore(graceBegan)
            && !ticket.path("stockOwed").asBoolean();
    if (!atRest) {
      moving.add(id);
    }
    quantities(ticket)
        .forEach(
            (menuId, quantity) -> {
              String menu = key(ticket, menuId);
              says.putIfAbsent(menu, Map.of());
              if (OPEN.contains(status)) {
                took.computeIfAbsent(menu, m -> new HashMap<>()).put(id, quantity);
              } else if (status.equals("COOKED")) {
                (atRest ? cooked : justCooked).merge(menu, (long) quantity, Long::sum);
              }
            });
  }

  void unreadableMenu(String key) {
    unreadable.add(key);
  }

  void unreadableTicket(String id) {
    moving.add(id);
    allRead = false;
  }

  /** Of a menu among all stores' menus. */
  static String key(JsonNode menu) {
    return key(menu, menu.path("menuId").asText());
  }

  private static String key(JsonNode owner, String menuId) {
    return owner.path("storeId").asText() + "/" + menuId;
  }

  private static Map<String, Integer> quantities(JsonNode owner) {
    Map<String, Integer> quantities = new HashMap<>();
    owner.path("taken").properties().forEach(e -> quantities.put(e.getKey(), e.getValue().asInt()));
    return quantities;
  }

  /** {@code atRest} tells those of some orders that nothing has changed since the grace began. */
  List<Finding> findings(UnaryOperator<Set<String>> atRest) {
    says.keySet().removeAll(unreadable);
    Map<String, Set<String>> doubtful = new HashMap<>();
    Set<String> all = new TreeSet<>();
    for (String menu : says.keySet()) {
      Set<String> orders = doubtful(menu);
      doubtful.put(menu, orders);
      all.addAll(orders);
    }
    Set<String> really = all.isEmpty() ? all : atRest.apply(all);
    List<Finding> findings = new ArrayList<>();
    negative.forEach(
        (menu, free) ->
            findings.add(new Finding("stock", menu, "says that " + free + " are free to sell")));
    for (String menu : says.keySet()) {
      Set<String> orders = doubtful.get(menu);
      orders.retainAll(really);
      compareTaken(menu, orders, findings);
      if (allRead) {
        compareSold(menu, findings);
      }
    }
    return findings;
  }

  private Map<String, Integer> took(String menu) {
    return took.getOrDefault(menu, Map.of());
  }

  /** The orders of which the menu says another thing than their tickets. */
  private Set<String> doubtful(String menu) {
    Set<Map.Entry<String, Integer>> either = new HashSet<>(says.get(menu).entrySet());
    either.addAll(took(menu).entrySet());
    Set<Map.Entry<String, Integer>> both = new HashSet<>(says.get(menu).entrySet());
    both.retainAll(took(menu).entrySet());
    either.removeAll(both);
    Set<String> orders = new TreeSet<>();
    either.forEach(entry -> orders.add(entry.getKey()));
    orders.removeAll(moving);
    return orders;
  }

  private void compareTaken(String menu, Set<String> orders, List<Finding> findings) {
    if (!orders.isEmpty()) {
      findings.add(
          new Finding(
              "stock",
              menu,
              "says that "
                  + only(orders, says.get(menu))
                  + " is taken, but open tickets took "
                  + only(orders, took(menu))));
    }
  }

  private static Map<String, Integer> only(Set<String> orders, Map<String, Integer> quantities) {
    Map<String, Integer> some = new TreeMap<>(quantities);
    some.keySet().retainAll(orders);
    return some;
  }

  private void compareSold(String menu, List<Finding> findings) {
    long count = sold.getOrDefault(menu, 0L);
    long least = cooked.getOrDefault(menu, 0L);
    long most = least + justCooked.getOrDefault(menu, 0L);
    if (count < least || count > most) {
      String were = least == most ? "" + least : least + " to " + most;
      findings.add(
          new Finding("stock", menu, "says that " + count + " are sold, but cooked were " + were));
    }
  }
}
