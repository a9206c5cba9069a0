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
 * The rule {@code stock}: compares menus with tickets. The quantity that a menu records as taken
 * equals the quantity on open tickets. The quantity that it records as sold equals the quantity on
 * cooked tickets. The free stock of a menu is not negative. For nightly menus and reservations, see
 * {@link Nights}.
 *
 * <p>The {@link Auditor} reads all menus before it reads the tickets. So it also reads a ticket
 * that is opened while the audit runs, if a menu already records the stock taken for its order.
 * This class does no I/O.
 */
final class Stock {

  private static final Set<String> OPEN = Set.of("RECEIVED", "ACCEPTED", "COOKING");

  private final Instant graceBegan;

  /** By menu, then by order: the quantity taken, as the menu records it. */
  private final Map<String, Map<String, Integer>> takenByMenu = new TreeMap<>();

  /** By menu: the quantity sold, as the menu records it. */
  private final Map<String, Long> soldByMenu = new HashMap<>();

  /** By menu: the free stock. Only menus whose free stock is negative. */
  private final Map<String, Integer> negative = new TreeMap<>();

  /** By menu, then by order: the quantity on open tickets. */
  private final Map<String, Map<String, Integer>> onOpenTickets = new HashMap<>();

  /** By menu: the quantity on cooked tickets. */
  private final Map<String, Long> cooked = new HashMap<>();

  /**
   * By menu: the quantity on tickets that were cooked within the grace period or have {@code
   * stockOwed}. The menu may not have recorded this quantity as sold yet.
   */
  private final Map<String, Long> justCooked = new HashMap<>();

  /**
   * The ids of orders with a ticket that changed within the grace period or has {@code stockOwed}.
   */
  private final Set<String> changing = new HashSet<>();

  private final Set<String> unreadableMenus = new HashSet<>();

  /** False if a ticket is unreadable: then the quantity on cooked tickets is not known. */
  private boolean allTicketsRead = true;

  Stock(Instant graceBegan) {
    this.graceBegan = graceBegan;
  }

  void menu(JsonNode menu) {
    if (Nights.isNightly(menu)) {
      return;
    }
    String key = key(menu);
    takenByMenu.put(key, quantities(menu));
    soldByMenu.put(key, menu.path("sold").asLong());
    if (menu.path("stock").asInt() < 0) {
      negative.put(key, menu.path("stock").asInt());
    }
  }

  void ticket(JsonNode ticket) {
    if (Nights.isStay(ticket)) {
      return;
    }
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

  /** The key of a menu, {@code storeId/menuId}. */
  static String key(JsonNode menu) {
    return key(menu, menu.path("menuId").asText());
  }

  static String key(JsonNode owner, String menuId) {
    return owner.path("storeId").asText() + "/" + menuId;
  }

  /** The quantity taken, by order in a menu, or by menu in a ticket. */
  static Map<String, Integer> quantities(JsonNode owner) {
    Map<String, Integer> quantities = new HashMap<>();
    owner.path("taken").properties().forEach(e -> quantities.put(e.getKey(), e.getValue().asInt()));
    return quantities;
  }

  /**
   * The disagreements between menus and tickets.
   *
   * @param unchanged returns those of the given order ids that have not changed within the grace
   *     period; the others are skipped
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
            findings.add(
                new Finding(
                    "stock", menu, "the menu's free stock is " + free + ", expected: 0 or more")));
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

  /**
   * The orders for which the quantity that the menu records as taken differs from the quantity on
   * the open ticket.
   */
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
              "quantity taken by order id: "
                  + only(orders, takenByMenu.get(menu))
                  + " in the menu, but "
                  + only(orders, onOpenTickets(menu))
                  + " in open tickets"));
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
      String expected = least == most ? "" + least : least + " to " + most;
      findings.add(
          new Finding(
              "stock",
              menu,
              "quantity sold: " + count + " in the menu, but " + expected + " in cooked tickets"));
    }
  }
}
