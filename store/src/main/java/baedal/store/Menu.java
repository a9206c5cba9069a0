package baedal.store;

import baedal.events.Change;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Refusal;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One item that a store sells, with its stock. The owner changes it through {@link MenuApi}; {@link
 * OrderStock} takes stock for an order, gives it back, or counts it as sold. If one of these three
 * steps is repeated for the same order, nothing changes. For a nightly menu, the steps are in
 * {@link RoomBooking}.
 *
 * @param price in won
 * @param stock the number of items that can still be sold; null if the stock is unlimited; for a
 *     nightly menu, the number of rooms, taken or not
 * @param revision the number of published changes of this menu; a service that keeps a copy of the
 *     menu ignores an event whose revision is not higher than that of its copy
 * @param takenByOrder the quantity that each order has taken, by order id; an entry is removed when
 *     the store has cooked the order or the stock is given back; in a nightly menu, when the
 *     order's ticket is stored
 * @param finishedOrders the ids of the last {@value #FINISHED_KEPT} orders whose stock was given
 *     back or counted as sold; a late repetition of {@link #take} for such an order takes nothing
 * @param sold the total number of items that orders took and the store cooked
 * @param room null unless the menu is nightly
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
    long sold,
    @JsonInclude(JsonInclude.Include.NON_NULL) RoomType room) {

  private static final int FINISHED_KEPT = 200;

  /** Maximum of {@code stock} that a request may set; {@code openapi.yaml} has the same number. */
  private static final int MAX_STOCK = 1_000_000;

  public Menu {
    options = List.copyOf(options);
    takenByOrder = Map.copyOf(takenByOrder);
    finishedOrders = List.copyOf(finishedOrders);
  }

  /** The id of the menu's document. A menu id alone is unique only within its store. */
  static String key(String storeId, String menuId) {
    return storeId + "/" + menuId;
  }

  String key() {
    return key(storeId, menuId);
  }

  /**
   * Puts a menu on sale, or replaces the fields of a menu that is on sale. If the form has no
   * stock, a menu that is on sale keeps its stock, and a menu that is new or was removed gets
   * unlimited stock.
   *
   * @param before null if the menu does not exist
   */
  static Change<Menu> put(Menu before, Store store, String menuId, MenuForm form, Instant now) {
    List<MenuOption> options = form.options() == null ? List.of() : form.options();
    boolean onSale = before != null && !before.removed;
    Integer stock = form.stockAfter(onSale ? before.stock : null);
    Menu existing = before == null ? blank(store.id(), menuId) : before;
    RoomType room = form.room().put(existing, store, stock, now);
    return existing
        .rewritten(form.name(), form.price(), stock, options, room)
        .publishNights(form.room().dates(), now);
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

  /** Changes the fields that the form has. If nothing changes, no event is published. */
  Change<Menu> revise(Store store, MenuForm form, Instant now) {
    Integer newStock = form.stockAfter(stock);
    Menu next =
        rewritten(
            form.name() == null ? name : form.name(),
            form.price() == null ? price : form.price(),
            newStock,
            form.options() == null ? options : form.options(),
            form.room().patch(this, store, newStock, now));
    return next.hasSameFields(this)
        ? Change.none(this)
        : next.publishNights(form.room().dates(), now);
  }

  private Menu rewritten(
      String newName,
      long newPrice,
      Integer newStock,
      List<MenuOption> newOptions,
      RoomType newRoom) {
    return copy()
        .name(newName)
        .price(newPrice)
        .stock(newStock)
        .options(newOptions)
        .room(newRoom)
        .removed(false)
        .build();
  }

  private boolean hasSameFields(Menu other) {
    return name.equals(other.name)
        && price == other.price
        && Objects.equals(stock, other.stock)
        && options.equals(other.options)
        && Objects.equals(room, other.room);
  }

  Change<Menu> remove(Instant now) {
    return removed ? Change.none(this) : copy().removed(true).build().publish(now);
  }

  /**
   * The number of items that orders have taken and the store has not cooked yet; 0 for a nightly
   * menu, which counts by the night.
   */
  int held() {
    return room != null ? 0 : takenByOrder.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * Adds {@code difference}, which may be negative, to the stock. The number of items that orders
   * have taken does not change. Refuses if the stock is unlimited, or if the new stock would be
   * below 0, above the maximum, or below the number of rooms that are taken on a night.
   */
  Change<Menu> add(Store store, int difference, Instant now) {
    if (stock == null) {
      throw Refusal.conflict(
          "stock-unlimited",
          "the stock of this menu is unlimited: set a number first, with PATCH of the menu");
    }
    int free = stock + difference;
    if (free < 0) {
      throw Refusal.conflict(
          "stock-too-low",
          "the stock is %d, not counting %d that orders hold: subtract at most %d"
              .formatted(stock, held(), stock));
    }
    if (room != null) {
      room.requireRooms(free, store.today(now));
    }
    if (difference > 0 && free > MAX_STOCK) {
      throw Refusal.conflict(
          "stock-too-high",
          "the stock is %d, and the maximum is %d: add less".formatted(stock, MAX_STOCK));
    }
    return difference == 0 ? Change.none(this) : copy().stock(free).build().publish(now);
  }

  /** Whether {@link #take} for this order would change nothing, because the stock is unlimited. */
  boolean isUnlimitedFor(String orderId) {
    return !removed && stock == null && !takenByOrder.containsKey(orderId);
  }

  /**
   * Takes {@code quantity} items for an order, once. Refuses with {@code out-of-stock} if the menu
   * was removed, is nightly, or its stock is lower than {@code quantity}. Unlimited stock does not
   * change.
   */
  Change<Menu> take(String orderId, int quantity, Instant now) {
    if (takenByOrder.containsKey(orderId) || finishedOrders.contains(orderId)) {
      return Change.none(this);
    }
    if (removed || room != null || (stock != null && stock < quantity)) {
      throw Refusal.conflict("out-of-stock", name + " is sold out");
    }
    if (stock == null) {
      return Change.none(this);
    }
    return copy().stock(stock - quantity).build().holding(orderId, quantity).publish(now);
  }

  /**
   * Returns the quantity that an order has taken to the stock, at most once. If the order has taken
   * nothing yet and the stock is limited, a later {@link #take} for this order takes nothing.
   */
  Change<Menu> giveBack(String orderId, Instant now) {
    if (!takenByOrder.containsKey(orderId)) {
      return stock == null || finishedOrders.contains(orderId)
          ? Change.none(this)
          : Change.of(finished(orderId));
    }
    Integer free = stock == null ? null : stock + takenByOrder.get(orderId);
    return copy().stock(free).build().finished(orderId).publish(now);
  }

  /**
   * Counts the quantity that an order took as sold, once. This quantity cannot be given back
   * afterwards.
   */
  Change<Menu> consume(String orderId) {
    if (!takenByOrder.containsKey(orderId)) {
      return Change.none(this);
    }
    long total = sold + takenByOrder.get(orderId);
    return Change.of(copy().sold(total).build().finished(orderId));
  }

  /** The same menu, with {@code quantity} taken by the order. */
  Menu holding(String orderId, int quantity) {
    Map<String, Integer> taken = new HashMap<>(takenByOrder);
    taken.put(orderId, quantity);
    return copy().takenByOrder(taken).build();
  }

  /**
   * The same menu, with nothing taken by the order, and with the order as the last finished one.
   */
  Menu finished(String orderId) {
    Map<String, Integer> taken = new HashMap<>(takenByOrder);
    taken.remove(orderId);
    List<String> finished = new ArrayList<>(finishedOrders);
    finished.add(orderId);
    return copy()
        .takenByOrder(taken)
        .finishedOrders(
            finished.subList(Math.max(0, finished.size() - FINISHED_KEPT), finished.size()))
        .build();
  }

  Menu withRoom(RoomType newRoom) {
    return copy().room(newRoom).build();
  }

  private MenuBuilder copy() {
    return MenuBuilder.builder(this);
  }

  private Change<Menu> publish(Instant now) {
    return publishNights(List.of(), now);
  }

  /** Publishes this menu as its next revision. The event has these nights of a nightly menu. */
  Change<Menu> publishNights(Collection<LocalDate> nights, Instant now) {
    Menu menu = copy().revision(revision + 1).build();
    return Change.of(
        menu,
        new StoreEvent.MenuChanged(
            storeId,
            menuId,
            name,
            price,
            stock,
            options,
            room != null,
            room == null ? null : room.maxGuests(),
            room == null ? List.of() : room.nights().events(nights),
            removed,
            menu.revision,
            now));
  }
}
