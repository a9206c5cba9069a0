package baedal.store;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.mongodb.Geo;
import baedal.mongodb.MongoAggregates;
import baedal.mongodb.MongoOutbox;
import baedal.mongodb.MongoPlaces;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.KeyedQueue;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads and writes stores, menus and tickets in MongoDB. Each store, menu and ticket is one
 * document. One update of the document writes the new state together with its events.
 */
final class StoreRepository {

  /** Maximum number of ids that {@link #unannounced} and {@link #owingStock} return. */
  static final int SWEEP_BATCH = 100;

  private static final String STORES = "stores";
  private static final String MENUS = "menus";
  private static final String TICKETS = "foodCookings";

  /** The path of a store's kind. */
  static final String KIND = "state.kind";

  private static final String ANNOUNCED_VERSION = "state.announced";
  private static final JsonObject BY_ID = new JsonObject().put("_id", 1);

  private final MongoClient mongo;
  private final IdempotencyKeyRepository keys;
  private final MongoAggregates<Store> stores;
  private final StoreSearchRepository search;
  private final MongoAggregates<Menu> menus;
  private final MongoAggregates<Ticket> tickets;
  private final KeyedQueue menuChanges = new KeyedQueue();

  StoreRepository(MongoClient mongo, Runnable wake) {
    this.mongo = mongo;
    keys = new IdempotencyKeyRepository(mongo);
    stores =
        new MongoAggregates<>(
            mongo,
            STORES,
            Store.class,
            store ->
                new JsonObject()
                    .put(MongoPlaces.CELL, Geo.cell(store.address().lat(), store.address().lng()))
                    .put("name", store.name()),
            wake);
    search =
        new StoreSearchRepository(
            mongo, MENUS, stores, new MongoPlaces<>(mongo, STORES, stores, "address", Store::id));
    menus = new MongoAggregates<>(mongo, MENUS, Menu.class, MenuQueries::fields, wake);
    tickets =
        new MongoAggregates<>(
            mongo,
            TICKETS,
            Ticket.class,
            ticket ->
                new JsonObject()
                    .put("storeId", ticket.storeId())
                    .put("status", ticket.status().name())
                    .put("known", ticket.details() != null)
                    .put("stockOwed", ticket.stockOwed()),
            wake);
  }

  /** The unpublished events of all stores, menus and tickets. */
  static MongoOutbox outbox(MongoClient mongo) {
    return new MongoOutbox(mongo, TICKETS, MENUS, STORES);
  }

  /** Creates the indexes. */
  Future<?> prepare() {
    return outbox(mongo)
        .prepare()
        .compose(v -> mongo.createIndex(STORES, new JsonObject().put(MongoPlaces.CELL, 1)))
        .compose(v -> mongo.createIndex(STORES, new JsonObject().put(KIND, 1).put("_id", 1)))
        .compose(v -> mongo.createIndex(MENUS, new JsonObject().put("storeId", 1).put("_id", 1)))
        .compose(
            v ->
                mongo.createIndex(
                    TICKETS, new JsonObject().put("storeId", 1).put("status", 1).put("_id", 1)))
        .compose(v -> mongo.createIndex(TICKETS, new JsonObject().put("stockOwed", 1)))
        .compose(v -> keys.prepare());
  }

  /** Null if there is no store with this id. */
  Future<Store> store(String id) {
    return stores.find(id);
  }

  /** The stores with these ids, by id. Stores that do not exist are omitted. */
  Future<Map<String, Store>> stores(Set<String> ids) {
    return stores.findAll(ids);
  }

  /** The menus with these keys, by {@link Menu#key}. Menus that do not exist are omitted. */
  Future<Map<String, Menu>> menus(Set<String> keys) {
    return menus.findAll(keys);
  }

  /** The idempotency keys of requests that open a store or change a menu. */
  IdempotencyKeyRepository keys() {
    return keys;
  }

  Future<Store> changeStore(String id, Function<Store, Change<Store>> transition) {
    return stores.change(id, transition);
  }

  /**
   * Returns the ids of stores that {@link Store#announceAgain} would publish, at most {@link
   * #SWEEP_BATCH}, sorted. All ids are greater than {@code after}, if {@code after} is not null.
   */
  Future<List<String>> unannounced(String after) {
    JsonArray older =
        new JsonArray()
            .add(new JsonObject().put(ANNOUNCED_VERSION, new JsonObject().put("$exists", false)))
            .add(
                new JsonObject()
                    .put(
                        ANNOUNCED_VERSION,
                        new JsonObject().put("$lt", Store.ANNOUNCEMENT_VERSION)));
    return stores.ids(after(new JsonObject().put("$or", older), after), SWEEP_BATCH);
  }

  StoreSearchRepository search() {
    return search;
  }

  private static JsonObject after(JsonObject query, String id) {
    return id == null ? query : query.put("_id", new JsonObject().put("$gt", id));
  }

  /** Null if the menu does not exist or was removed. */
  Future<Menu> menu(String storeId, String menuId) {
    return menuKey(storeId, menuId)
        .compose(menus::find)
        .map(menu -> menu == null || menu.removed() ? null : menu);
  }

  /**
   * Returns the id of a menu's document, whether the menu exists or not. If an older version of the
   * service saved the menu with its id in another Unicode normalization form, returns the id in
   * that form.
   */
  Future<String> menuKey(String storeId, String menuId) {
    String key = Menu.key(storeId, menuId);
    return UnicodeForms.isSameInBoth(key)
        ? Future.succeededFuture(key)
        : menus.ids(UnicodeForms.id(key), 2).map(found -> UnicodeForms.choose(key, found));
  }

  /**
   * Lists the menus that a store sells, sorted by menu id.
   *
   * @param attribute as in {@link MenuQueries#ofStore}
   * @param after the last menu id of the previous page, or null
   */
  Future<List<Menu>> menus(String storeId, String attribute, String after, int limit) {
    JsonObject query = MenuQueries.ofStore(storeId, attribute);
    return menus.list(after(query, after == null ? null : Menu.key(storeId, after)), BY_ID, limit);
  }

  /**
   * Applies a transition to a menu. Changes of one menu run one after another in this process, so
   * that they do not conflict on the document's revision.
   */
  Future<Menu> changeMenu(String key, Function<Menu, Change<Menu>> transition) {
    return menuChanges.submit(key, () -> menus.change(key, transition));
  }

  /**
   * Applies a transition to a menu, once for each idempotency key, and returns the answer to the
   * client. A repeated request with the same key gets the first answer again.
   *
   * @param id the result of {@link #menuKey}
   * @param key null if the request has no key: then each call applies the transition
   * @param answer computes the answer from the menu before and after the transition
   */
  Future<JsonObject> changeMenu(
      String id,
      IdempotencyKey key,
      Function<Menu, Change<Menu>> transition,
      BiFunction<Menu, Menu, JsonObject> answer,
      Instant now) {
    if (key == null) {
      return menuChanges.submit(id, () -> menus.answered(id, null, transition, answer));
    }
    Supplier<Future<JsonObject>> currentMenu =
        () -> menus.find(id).map(menu -> answer.apply(menu, menu));
    return keys.findOrInsert(key, Ids.next(), now)
        .compose(
            request -> {
              if (request.answer() != null) {
                return Future.succeededFuture(request.answer());
              }
              if (request.done()) {
                return currentMenu.get(); // an older version of the service saved no answer
              }
              String changeId = request.id();
              return menuChanges
                  .submit(id, () -> menus.answered(id, changeId, transition, answer))
                  .compose(kept -> kept == null ? currentMenu.get() : Future.succeededFuture(kept))
                  .compose(kept -> keys.storeAnswer(key, kept))
                  .compose(kept -> menus.forgetAnswer(id, changeId).otherwiseEmpty().map(kept));
            });
  }

  /** Null if the order has no ticket. */
  Future<Ticket> ticket(String orderId) {
    return tickets.find(orderId);
  }

  /**
   * Lists a store's tickets, oldest first. Leaves out tickets without details.
   *
   * @param status null for every status
   * @param after the last order id of the previous page, or null
   */
  Future<List<Ticket>> tickets(String storeId, String status, String after, int limit) {
    JsonObject query = new JsonObject().put("storeId", storeId).put("known", true);
    if (status != null) {
      query.put("status", status);
    }
    return tickets.list(after(query, after), BY_ID, limit);
  }

  Future<Ticket> changeTicket(String orderId, Function<Ticket, Change<Ticket>> transition) {
    return tickets.change(orderId, transition);
  }

  /**
   * Applies a transition to the ticket of the event's order. If the event is delivered again,
   * nothing changes.
   */
  Future<Ticket> changeTicket(EventMessage message, Function<Ticket, Change<Ticket>> transition) {
    return tickets.change(message.subject(), message, transition);
  }

  /** Applies a transition to the tickets of several events, each once. */
  Future<?> changeTickets(
      List<EventMessage> messages, BiFunction<EventMessage, Ticket, Change<Ticket>> transition) {
    return tickets.changeAll(messages, transition);
  }

  /**
   * Returns the ids of tickets with {@code stockOwed}, at most {@link #SWEEP_BATCH}, sorted. All
   * ids are greater than {@code after}.
   */
  Future<List<String>> owingStock(String after) {
    return tickets.ids(after(new JsonObject().put("stockOwed", true), after), SWEEP_BATCH);
  }
}
