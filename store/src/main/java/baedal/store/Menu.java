package baedal.store;

import baedal.events.Change;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One thing a store sells: price in won, stock that is free to sell (null: unlimited). {@code
 * taken} holds how many each open order took, so that taking and giving back can be done again
 * without doing it twice; {@code settled} are the last orders that are through with it, which take
 * nothing again however late they are repeated; {@code sold} is what was taken and cooked.
 */
public record Menu(
    String storeId,
    String menuId,
    String name,
    long price,
    Integer stock,
    List<MenuOption> options,
    boolean removed,
    long revision,
    Map<String, Integer> taken,
    List<String> settled,
    long sold) {

  private static final int SETTLED_KEPT = 200;

  /** Free to sell at once; the contract has the same number. */
  private static final int MAX_STOCK = 1_000_000;

  public Menu {
    options = List.copyOf(options);
    taken = Map.copyOf(taken);
    settled = List.copyOf(settled);
  }

  /** The key of a menu among all stores' menus. */
  static String key(String storeId, String menuId) {
    return storeId + "/" + menuId;
  }

  String key() {
    return key(storeId, menuId);
  }

  /**
   * Puts a menu on sale, or writes it anew; {@code before} is null where there was none. What is
   * not on sale has no stock to keep.
   */
  static Change<Menu> put(Menu before, String storeId, String menuId, MenuForm form, Instant now) {
    List<MenuOption> options = form.options() == null ? List.of() : form.options();
    boolean onSale = before != null && !before.removed;
    Integer free = form.stockAfter(onSale ? before.stock : null);
    return told(
        before == null
            ? new Menu(
                storeId,
                menuId,
                form.name(),
                form.price(),
                free,
                options,
                false,
                1,
                Map.of(),
                List.of(),
                0)
            : before.written(form.name(), form.price(), free, options),
        now);
  }

  /** Changes the parts that the form has. */
  Change<Menu> revise(MenuForm form, Instant now) {
    Menu next =
        written(
            form.name() == null ? name : form.name(),
            form.price() == null ? price : form.price(),
            form.stockAfter(stock),
            form.options() == null ? options : form.options());
    return next.sells(this) ? Change.none(this) : told(next, now);
  }

  private Menu written(String newName, long newPrice, Integer free, List<MenuOption> newOptions) {
    return new Menu(
        storeId,
        menuId,
        newName,
        newPrice,
        free,
        newOptions,
        false,
        revision + 1,
        taken,
        settled,
        sold);
  }

  /** Whether customers see no difference. */
  private boolean sells(Menu other) {
    return name.equals(other.name)
        && price == other.price
        && Objects.equals(stock, other.stock)
        && options.equals(other.options);
  }

  Change<Menu> remove(Instant now) {
    return removed
        ? Change.none(this)
        : told(
            new Menu(
                storeId,
                menuId,
                name,
                price,
                stock,
                options,
                true,
                revision + 1,
                taken,
                settled,
                sold),
            now);
  }

  /** How many open orders hold: taken, and not cooked yet. */
  int held() {
    return taken.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Changes the number that is free to sell by a difference; what orders hold stays held. */
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
    return difference == 0 ? Change.none(this) : told(with(free, taken, settled), now);
  }

  /** Takes {@code quantity} for an order, once; refuses when there is not enough. */
  Change<Menu> take(String orderId, int quantity, Instant now) {
    if (taken.containsKey(orderId) || settled.contains(orderId)) {
      return Change.none(this);
    }
    if (removed || (stock != null && stock < quantity)) {
      throw Refusal.conflict("out-of-stock", name + " is sold out");
    }
    if (stock == null) {
      return Change.none(this);
    }
    Map<String, Integer> next = new HashMap<>(taken);
    next.put(orderId, quantity);
    return told(with(stock - quantity, next, settled), now);
  }

  /**
   * What the order took is for sale again; once. One that took nothing yet takes nothing any more.
   */
  Change<Menu> giveBack(String orderId, Instant now) {
    if (!taken.containsKey(orderId)) {
      return stock == null || settled.contains(orderId)
          ? Change.none(this)
          : Change.of(settled(orderId, taken, 0));
    }
    Map<String, Integer> next = new HashMap<>(taken);
    int quantity = next.remove(orderId);
    return told(with(stock == null ? null : stock + quantity, next, settledWith(orderId)), now);
  }

  /** What the order took is cooked: it cannot come back any more. */
  Change<Menu> consume(String orderId) {
    if (!taken.containsKey(orderId)) {
      return Change.none(this);
    }
    Map<String, Integer> next = new HashMap<>(taken);
    int quantity = next.remove(orderId);
    return Change.of(settled(orderId, next, quantity));
  }

  private Menu settled(String orderId, Map<String, Integer> nowTaken, int nowSold) {
    return new Menu(
        storeId,
        menuId,
        name,
        price,
        stock,
        options,
        removed,
        revision,
        nowTaken,
        settledWith(orderId),
        sold + nowSold);
  }

  private Menu with(Integer newStock, Map<String, Integer> nowTaken, List<String> nowSettled) {
    return new Menu(
        storeId,
        menuId,
        name,
        price,
        newStock,
        options,
        removed,
        revision + 1,
        nowTaken,
        nowSettled,
        sold);
  }

  private List<String> settledWith(String orderId) {
    List<String> next = new ArrayList<>(settled);
    next.add(orderId);
    return next.subList(Math.max(0, next.size() - SETTLED_KEPT), next.size());
  }

  private static Change<Menu> told(Menu menu, Instant now) {
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
