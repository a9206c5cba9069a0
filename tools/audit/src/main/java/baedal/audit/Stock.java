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
 * The rule {@code stock}: compares menus with tickets. What a menu counts as taken belongs to open
 * tickets, what it counts as sold was cooked, and its free stock is not negative. The {@link
 * Auditor} reads all menus first, then all tickets, so that it finds every ticket that a menu
 * counts. Does no I/O.
 */
final class Stock {

  private static final Set<String> OPEN = Set.of("RECEIVED", "ACCEPTED", "COOKING");

  private final Instant graceBegan;

  /** By menu, then by order: the quantity that the menu counts as taken. */
  private final Map<String, Map<String, Integer>> takenByMenu = new TreeMap<>();

  /** By menu: the quantity that the menu counts as sold. */
  private final Map<String, Long> soldByMenu = new HashMap<>();

  /** By menu: its free stock, where that is negative. */
  private final Map<String, Integer> negative = new TreeMap<>();

  /** By menu, then by order: the quantity on open tickets. */
  private final Map<String, Map<String, Integer>> onOpenTickets = new HashMap<>();

  /** By menu: the quantity on cooked tickets. */
  private final Map<String, Long> cooked = new HashMap<>();

  /**
   * By menu: the quantity on tickets cooked within the grace period, not yet sure to be counted.
   */
  private final Map<String, Long> justCooked = new HashMap<>();

  /** Orders whose tickets changed within the grace period, or still owe stock. */
  private final Set<String> changing = new HashSet<>();

  private final Set<String> unreadableMenus = new HashSet<>();

  /** What was cooked is known only if every ticket was readable. */
  private boolean allTicketsRead = true;

  Stock(Instant graceBegan) {
    this.graceBegan = graceBegan;
  }

  void menu(JsonNode menu) {
    String key = key(menu);
    takenByMenu.put(key, quantities(menu));
    soldByMenu.put(key, menu.path("sold").asLong());
    if (menu.path("stock").asInt() < 0) {
      negative.put(key, menu.path("stock").asInt());
    }
  }

  void ticket(JsonNode ticket) {
    String id = ticket.path("id").asText();
    String status = ticket.path("status").asText();
    boolean unchanged =
        Instant.parse(ticket.path("changedAt").asText()).isBefore(graceBegan)
            && !ticket.path("stockOwed").asBoolean();
    if (!unchanged) {
      changing.add(id);
    }
    quantities(ticket)
        .forEach(
            (menuId, quantity) -> {
              String menu = key(ticket, menuId);
              takenByMenu.putIfAbsent(menu, Map.of());
              if (OPEN.contains(status)) {
                onOpenTickets.computeIfAbsent(menu, m -> new HashMap<>()).put(id, quantity);
              } else if (status.equals("COOKED")) {
                (unchanged ? cooked : justCooked).merge(menu, (long) quantity, Long::sum);
              }
            });
  }

  void unreadableMenu(String key) {
    unreadableMenus.add(key);
  }

  void unreadableTicket(String id) {
    changing.add(id);
    allTicketsRead = false;
  }

  /** {@code storeId/menuId}. */
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

  /**
   * The disagreements. {@code unchanged} returns which of some orders have not changed within the
   * grace period; the others are left alone.
   */
  List<Finding> findings(UnaryOperator<Set<String>> unchanged) {
    takenByMenu.keySet().removeAll(unreadableMenus);
    Map<String, Set<String>> differing = new HashMap<>();
    Set<String> all = new TreeSet<>();
    for (String menu : takenByMenu.keySet()) {
      Set<String> orders = differingOrders(menu);
      differing.put(menu, orders);
      all.addAll(orders);
    }
    Set<String> unchangedOrders = all.isEmpty() ? all : unchanged.apply(all);
    List<Finding> findings = new ArrayList<>();
    negative.forEach(
        (menu, free) ->
            findings.add(new Finding("stock", menu, "says that " + free + " are free to sell")));
    for (String menu : takenByMenu.keySet()) {
      Set<String> orders = differing.get(menu);
      orders.retainAll(unchangedOrders);
      compareTaken(menu, orders, findings);
      if (allTicketsRead) {
        compareSold(menu, findings);
      }
    }
    return findings;
  }

  private Map<String, Integer> onOpenTickets(String menu) {
    return onOpenTickets.getOrDefault(menu, Map.of());
  }

  /** The orders for which the menu counts another quantity than their tickets. */
  private Set<String> differingOrders(String menu) {
    Set<Map.Entry<String, Integer>> either = new HashSet<>(takenByMenu.get(menu).entrySet());
    either.addAll(onOpenTickets(menu).entrySet());
    Set<Map.Entry<String, Integer>> both = new HashSet<>(takenByMenu.get(menu).entrySet());
    both.retainAll(onOpenTickets(menu).entrySet());
    either.removeAll(both);
    Set<String> orders = new TreeSet<>();
    either.forEach(entry -> orders.add(entry.getKey()));
    orders.removeAll(changing);
    return orders;
  }

  private void compareTaken(String menu, Set<String> orders, List<Finding> findings) {
    if (!orders.isEmpty()) {
      findings.add(
          new Finding(
              "stock",
              menu,
              "says that "
                  + only(orders, takenByMenu.get(menu))
                  + " is taken, but open tickets took "
                  + only(orders, onOpenTickets(menu))));
    }
  }

  private static Map<String, Integer> only(Set<String> orders, Map<String, Integer> quantities) {
    Map<String, Integer> some = new TreeMap<>(quantities);
    some.keySet().retainAll(orders);
    return some;
  }

  private void compareSold(String menu, List<Finding> findings) {
    long count = soldByMenu.getOrDefault(menu, 0L);
    long least = cooked.getOrDefault(menu, 0L);
    long most = least + justCooked.getOrDefault(menu, 0L);
    if (count < least || count > most) {
      String were = least == most ? "" + least : least + " to " + most;
      findings.add(
          new Finding("stock", menu, "says that " + count + " are sold, but cooked were " + were));
    }
  }
}
