package baedal.order;

import baedal.events.Line;
import baedal.events.Stay;
import baedal.runtime.Refusal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Refuses lines that exceed the known stock. A menu whose stock is null is unlimited. An unpaid
 * order takes no stock, so two customers may still both pay for the last portion or the last room.
 * The store checks again when it opens the ticket.
 *
 * @param menus the menus of the lines, by their ids
 * @param stay null unless the order reserves rooms
 */
record StockCheck(Map<String, Catalog.Menu> menus, Stay stay) {

  /** Refuses with a fault for each line that exceeds the stock. Lines of one menu add up. */
  void require(List<Line> lines) {
    Map<String, Integer> quantities = new HashMap<>();
    lines.forEach(line -> quantities.merge(line.menuId(), line.quantity(), Integer::sum));
    List<Refusal.Fault> faults = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Catalog.Menu menu = menus.get(lines.get(i).menuId());
      int quantity = quantities.get(lines.get(i).menuId());
      fault(menu, quantity, "/lines/" + i).ifPresent(faults::add);
    }
    if (!faults.isEmpty()) {
      throw Refusal.conflict(
          "sold-out",
          stay == null
              ? "the store has less stock than is ordered: order less, or something else"
              : "the hotel has too few free rooms: choose other nights, fewer rooms, or another"
                  + " room type",
          faults);
    }
  }

  private Optional<Refusal.Fault> fault(Catalog.Menu menu, int quantity, String line) {
    if (menu.stock() == null) {
      return Optional.empty();
    }
    return stay == null
        ? stockFault(menu.stock(), quantity, line)
        : stay.nights().stream()
            .filter(night -> menu.freeRooms(night) < quantity)
            .findFirst()
            .map(night -> nightFault(night, menu.freeRooms(night), quantity, line));
  }

  private static Optional<Refusal.Fault> stockFault(int stock, int quantity, String line) {
    if (stock >= quantity) {
      return Optional.empty();
    }
    return Optional.of(
        stock > 0
            ? new Refusal.Fault(
                line + "/quantity",
                "only "
                    + stock
                    + " of this menu can be sold, and "
                    + quantity
                    + " are ordered: order fewer")
            : new Refusal.Fault(line + "/menuId", "this menu is sold out: order something else"));
  }

  private static Refusal.Fault nightFault(LocalDate night, int free, int quantity, String line) {
    return free > 0
        ? new Refusal.Fault(
            line + "/quantity",
            "only "
                + free
                + " rooms of this type are free on the night of "
                + night
                + ", and "
                + quantity
                + " are ordered: order fewer, or choose other nights")
        : new Refusal.Fault(
            line + "/menuId",
            "no room of this type is free on the night of "
                + night
                + ": choose other nights, or another room type");
  }
}
