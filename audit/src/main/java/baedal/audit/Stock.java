package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Whether what menus say is taken is taken by open tickets, and what they say is sold was cooked.
 */
final class Stock {

  private static final Set<String> OPEN = Set.of("RECEIVED", "ACCEPTED", "COOKING");

  private final BooksRepository books;
  private final Instant graceBegan;

  /** By menu: what each open ticket took, what was cooked, and when a ticket last changed. */
  private final Map<String, Map<String, Integer>> taken = new HashMap<>();

  private final Map<String, Long> cooked = new HashMap<>();
  private final Map<String, Instant> touched = new HashMap<>();

  Stock(BooksRepository books, Instant graceBegan) {
    this.books = books;
    this.graceBegan = graceBegan;
  }

  List<Finding> check() {
    String after = "";
    for (List<JsonNode> page = books.tickets(after); !page.isEmpty(); page = books.tickets(after)) {
      page.forEach(this::count);
      after = page.get(page.size() - 1).path("id").asText();
    }
    List<Finding> findings = new ArrayList<>();
    after = "";
    for (SortedMap<String, JsonNode> page = books.menus(after);
        !page.isEmpty();
        page = books.menus(after)) {
      page.forEach(
          (key, menu) ->
              compare(key, menu).forEach(d -> findings.add(new Finding("stock", key, d))));
      after = page.lastKey();
    }
    return findings;
  }

  private void count(JsonNode ticket) {
    String id = ticket.path("id").asText();
    String status = ticket.path("status").asText();
    Instant changedAt = Instant.parse(ticket.path("changedAt").asText());
    for (Map.Entry<String, JsonNode> one : ticket.path("taken").properties()) {
      String menu = ticket.path("storeId").asText() + "/" + one.getKey();
      int quantity = one.getValue().asInt();
      touched.merge(menu, changedAt, (a, b) -> a.isAfter(b) ? a : b);
      if (OPEN.contains(status)) {
        taken.computeIfAbsent(menu, m -> new HashMap<>()).put(id, quantity);
      } else if (status.equals("COOKED")) {
        cooked.merge(menu, (long) quantity, Long::sum);
      }
    }
  }

  private List<String> compare(String key, JsonNode menu) {
    if (!touched.getOrDefault(key, Instant.EPOCH).isBefore(graceBegan)) {
      return List.of();
    }
    Map<String, Integer> says = new HashMap<>();
    menu.path("taken").properties().forEach(e -> says.put(e.getKey(), e.getValue().asInt()));
    Map<String, Integer> open = taken.getOrDefault(key, Map.of());
    long sold = menu.path("sold").asLong();
    List<String> details = new ArrayList<>();
    if (!says.equals(open)) {
      details.add("says that " + says + " is taken, but open tickets took " + open);
    }
    if (sold != cooked.getOrDefault(key, 0L)) {
      details.add("says that " + sold + " are sold, but cooked were " + cooked.get(key));
    }
    return details;
  }
}
