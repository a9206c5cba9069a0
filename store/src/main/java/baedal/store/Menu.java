package baedal.store;

import baedal.events.Change;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Refusal;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One thing a store sells. Taking stock for an order and giving it back may be repeated: each has
 * its effect once.
 *
 * @param price in won
 * @param stock the number that is free to sell; null when it is unlimited
 * @param takenByOrder the quantity that each open order took, by order id
 * @param finishedOrders the ids of the last orders that gave back or consumed what they took; they
 *     take nothing again, however late the step is repeated
 * @param sold the number that was taken and cooked
 */
@RecordBuilder
public record Menu(
    String storeId,
    String menuId,
    String name,
    long price,
    Integer stock,
    List<MenuOption> options,
    boolean removed,
    long revision,
    @JsonProperty("taken") Map<String, Integer> takenByOrder,
    @JsonProperty("settled") List<String> finishedOrders,
    long sold) {

  private static final int FINISHED_KEPT = 200;

  /** Free to sell at once; the contract has the same number. */
  private static final int MAX_STOCK = 1_000_000;

  public Menu {
    options = List.copyOf(options);
    takenByOrder = Map.copyOf(takenByOrder);
    finishedOrders = List.copyOf(finishedOrders);
  }

  /** The key of a menu among all stores' menus. */
  static String key(String storeId, String menuId) {
    return storeId + "/" + menuId;
  }

  String key() {
    return key(storeId, menuId);
  }

  /**
   * Puts a menu on sale, or replaces it; {@code before} is null where there was none. A menu that
   * is not on sale has no stock to keep.
   */
  static Change<Menu> put(Menu before, String storeId, String menuId, MenuForm form, Instant now) {
    List<MenuOption> options = form.options() == null ? List.of() : form.options();
    boolean onSale = before != null && !before.removed;
    Integer stock = form.stockAfter(onSale ? before.stock : null);
    Menu existing = before == null ? blank(storeId, menuId) : before;
    return publish(existing.rewritten(form.name(), form.price(), stock, options), now);
  }

  private static Menu blank(String storeId, String menuId) {
    return MenuBuilder.builder()
        .storeId(storeId)
        .menuId(menuId)
        .options(List.of())
        .takenByOrder(Map.of())
        .finishedOrders(List.of())
        .build();
  }

  /** Changes the parts that the form has. */
  Change<Menu> revise(MenuForm form, Instant now) {
    Menu next =
        rewritten(
            form.name() == null ? name : form.name(),
            form.price() == null ? price : form.price(),
            form.stockAfter(stock),
            form.options() == null ? options : form.options());
    return next.looksLike(this) ? Change.none(this) : publish(next, now);
  }

  private Menu rewritten(
      String newName, long newPrice, Integer newStock, List<MenuOption> newOptions) {
    return nextRevision()
        .name(newName)
        .price(newPrice)
        .stock(newStock)
        .options(newOptions)
        .removed(false)
        .build();
  }

  /** Whether customers see no difference. */
  private boolean looksLike(Menu other) {
    return name.equals(other.name)
        && price == other.price
        && Objects.equals(stock, other.stock)
        && options.equals(other.options);
  }

  Change<Menu> remove(Instant now) {
    return removed ? Change.none(this) : publish(nextRevision().removed(true).build(), now);
  }

  /** The number that open orders hold: taken, and not cooked yet. */
  int held() {
    return takenByOrder.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Adds {@code difference} to the stock; what orders hold stays held. */
  Change<Menu> add(int difference, Instant now) {
    if (stock == null) {
      throw Refusal.conflict(
          "stock-unlimited", "the stock is unlimited: set a number first, with PATCH of the menu");
    }
    int free = stock + difference;
    if (free < 0) {
      throw Refusal.conflict(
          "stock-too-low",
          "%d are free to sell and %d are held by orders: at most %d can be taken away"
              .formatted(stock, held(), stock));
    }
    if (difference > 0 && free > MAX_STOCK) {
      throw Refusal.conflict(
          "stock-too-high",
          "%d are free to sell: there can be %d at most".formatted(stock, MAX_STOCK));
    }
    return difference == 0 ? Change.none(this) : publish(nextRevision().stock(free).build(), now);
  }

  /** Takes {@code quantity} for an order, once; refuses when there is not enough. */
  Change<Menu> take(String orderId, int quantity, Instant now) {
    if (takenByOrder.containsKey(orderId) || finishedOrders.contains(orderId)) {
      return Change.none(this);
    }
    if (removed || (stock != null && stock < quantity)) {
      throw Refusal.conflict("out-of-stock", name + " is sold out");
    }
    if (stock == null) {
      return Change.none(this);
    }
    Map<String, Integer> taken = new HashMap<>(takenByOrder);
    taken.put(orderId, quantity);
    return publish(nextRevision().stock(stock - quantity).takenByOrder(taken).build(), now);
  }

  /**
   * What the order took is for sale again; once. An order that took nothing yet takes nothing any
   * more.
   */
  Change<Menu> giveBack(String orderId, Instant now) {
    if (!takenByOrder.containsKey(orderId)) {
      return stock == null || finishedOrders.contains(orderId)
          ? Change.none(this)
          : Change.of(copy().finishedOrders(finishedWith(orderId)).build());
    }
    Integer free = stock == null ? null : stock + takenByOrder.get(orderId);
    return publish(
        nextRevision()
            .stock(free)
            .takenByOrder(takenWithout(orderId))
            .finishedOrders(finishedWith(orderId))
            .build(),
        now);
  }

  /** What the order took is cooked: it cannot be given back any more. */
  Change<Menu> consume(String orderId) {
    if (!takenByOrder.containsKey(orderId)) {
      return Change.none(this);
    }
    return Change.of(
        copy()
            .takenByOrder(takenWithout(orderId))
            .finishedOrders(finishedWith(orderId))
            .sold(sold + takenByOrder.get(orderId))
            .build());
  }

  private Map<String, Integer> takenWithout(String orderId) {
    Map<String, Integer> taken = new HashMap<>(takenByOrder);
    taken.remove(orderId);
    return taken;
  }

  private List<String> finishedWith(String orderId) {
    List<String> finished = new ArrayList<>(finishedOrders);
    finished.add(orderId);
    return finished.subList(Math.max(0, finished.size() - FINISHED_KEPT), finished.size());
  }

  private MenuBuilder copy() {
    return MenuBuilder.builder(this);
  }

  /** A copy for a change that customers see. */
  private MenuBuilder nextRevision() {
    return copy().revision(revision + 1);
  }

  private static Change<Menu> publish(Menu menu, Instant now) {
    return Change.of(
        menu,
        new StoreEvent.MenuChanged(
            menu.storeId,
            menu.menuId,
            menu.name,
            menu.price,
            menu.stock,
            menu.options,
            menu.removed,
            menu.revision,
            now));
  }
}
