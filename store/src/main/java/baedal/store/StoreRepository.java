package baedal.store;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.mongodb.Geo;
import baedal.mongodb.MongoAggregates;
import baedal.mongodb.MongoOutbox;
import baedal.mongodb.MongoPlaces;
import baedal.mongodb.Nearest.Found;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.KeyedQueue;
import baedal.runtime.Page;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Stores, menus and tickets in MongoDB: a document each, changed together with the events it
 * causes.
 */
final class StoreRepository {

  static final int SWEPT = 100;

  private static final String STORES = "stores";
  private static final String MENUS = "menus";
  private static final String KEYS = "keys";
  private static final String TICKETS = "foodCookings";
  private static final String ANNOUNCED = "state.announced";
  private static final JsonObject BY_ID = new JsonObject().put("_id", 1);

  private final MongoClient mongo;
  private final MongoAggregates<Store> stores;
  private final MongoPlaces<Store> addresses;
  private final MongoAggregates<Menu> menus;
  private final MongoAggregates<Ticket> tickets;
  private final KeyedQueue menuChanges = new KeyedQueue();

  StoreRepository(MongoClient mongo, Runnable wake) {
    this.mongo = mongo;
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
    addresses = new MongoPlaces<>(mongo, STORES, stores, "address", Store::id);
    menus =
        new MongoAggregates<>(
            mongo,
            MENUS,
            Menu.class,
            menu -> new JsonObject().put("storeId", menu.storeId()).put("removed", menu.removed()),
            wake);
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

  /** The events of all stores, menus and tickets that are not published yet. */
  static MongoOutbox outbox(MongoClient mongo) {
    return new MongoOutbox(mongo, TICKETS, MENUS, STORES);
  }

  /** Makes the indexes. */
  Future<?> prepare() {
    return outbox(mongo)
        .prepare()
        .compose(v -> mongo.createIndex(STORES, new JsonObject().put(MongoPlaces.CELL, 1)))
        .compose(v -> mongo.createIndex(MENUS, new JsonObject().put("storeId", 1).put("_id", 1)))
        .compose(
            v ->
                mongo.createIndex(
                    TICKETS, new JsonObject().put("storeId", 1).put("status", 1).put("_id", 1)))
        .compose(v -> mongo.createIndex(TICKETS, new JsonObject().put("stockOwed", 1)))
        .compose(v -> mongo.createIndex(KEYS, new JsonObject().put("madeAt", 1)));
  }

  Future<Store> store(String id) {
    return stores.find(id);
  }

  /**
   * What a key asks for: its id, whether that is done, and the answer to it, which is null until it
   * is done, and where it can be told from what was asked.
   */
  record Led(String id, boolean done, JsonObject answer) {}

  /**
   * What this key asks for: the id {@code fresh}, or that of the first time. Refuses another body
   * under the same key.
   */
  Future<Led> remember(IdempotencyKey key, String fresh, Instant now) {
    JsonObject id = new JsonObject().put("_id", key.fingerprint());
    JsonObject made =
        id.copy()
            .put("leadsTo", fresh)
            .put("bodyHash", key.bodyHash())
            .put("madeAt", now.toEpochMilli());
    return mongo
        .insert(KEYS, made)
        .map(new Led(fresh, false, null))
        .recover(
            e ->
                MongoAggregates.isDuplicate(e)
                    ? mongo.findOne(KEYS, id, new JsonObject()).compose(first -> first(first, key))
                    : Future.failedFuture(e))
        .compose(led -> led == null ? remember(key, fresh, now) : Future.succeededFuture(led));
  }

  /** Null when it was forgotten in the meantime. */
  private static Future<Led> first(JsonObject first, IdempotencyKey key) {
    if (first == null) {
      return Future.succeededFuture();
    }
    key.sameAs(first.getString("bodyHash"));
    return Future.succeededFuture(
        new Led(
            first.getString("leadsTo"),
            first.getBoolean("done", false),
            first.getJsonObject("answer")));
  }

  /**
   * What the key asked for is done, and is not done again. Returns the answer that is kept: this
   * one, or that of another replica.
   */
  private Future<JsonObject> done(IdempotencyKey key, JsonObject answer) {
    JsonObject id = new JsonObject().put("_id", key.fingerprint());
    JsonObject done = new JsonObject().put("done", true).put("answer", answer);
    return mongo
        .updateCollection(
            KEYS,
            id.copy().put("done", new JsonObject().put("$ne", true)),
            new JsonObject().put("$set", done))
        .compose(
            updated ->
                updated.getDocMatched() > 0
                    ? Future.succeededFuture(answer)
                    : mongo
                        .findOne(KEYS, id, new JsonObject().put("answer", 1))
                        .map(
                            first ->
                                first == null ? answer : first.getJsonObject("answer", answer)));
  }

  /** Keys that are older than a day. */
  Future<Void> forget(Instant now) {
    long then = now.minus(IdempotencyKey.KEPT).toEpochMilli();
    return mongo
        .removeDocuments(KEYS, new JsonObject().put("madeAt", new JsonObject().put("$lte", then)))
        .mapEmpty();
  }

  Future<Store> changeStore(String id, Function<Store, Change<Store>> transition) {
    return stores.change(id, transition);
  }

  /** Ids of stores to be announced again, after {@code after}: the next {@link #SWEPT}. */
  Future<List<String>> unannounced(String after) {
    JsonArray older =
        new JsonArray()
            .add(new JsonObject().put(ANNOUNCED, new JsonObject().put("$exists", false)))
            .add(new JsonObject().put(ANNOUNCED, new JsonObject().put("$lt", Store.ANNOUNCEMENT)));
    return stores.ids(after(new JsonObject().put("$or", older), after), SWEPT);
  }

  /** Stores whose name holds {@code part} if not null, by id after {@code after} if not null. */
  Future<List<Store>> stores(String part, String after, int limit) {
    return stores.list(after(EitherForm.named(part), after), BY_ID, limit);
  }

  /**
   * Stores near a place whose name holds {@code part} if not null, the nearest first; {@code
   * cursor} may be null.
   */
  Future<Page<Found<Store>>> storesNear(
      Geo.Point from, double radiusKm, String part, String cursor, int limit) {
    return addresses.near(EitherForm.named(part), from, radiusKm, cursor, limit);
  }

  private static JsonObject after(JsonObject query, String id) {
    return id == null ? query : query.put("_id", new JsonObject().put("$gt", id));
  }

  /** Null when there is none, or it is no longer sold. */
  Future<Menu> menu(String storeId, String menuId) {
    return menuKey(storeId, menuId)
        .compose(menus::find)
        .map(menu -> menu == null || menu.removed() ? null : menu);
  }

  /** The key under which a menu is stored, or is to be. */
  Future<String> menuKey(String storeId, String menuId) {
    String key = Menu.key(storeId, menuId);
    return EitherForm.isOne(key)
        ? Future.succeededFuture(key)
        : menus.ids(EitherForm.id(key), 2).map(found -> EitherForm.choose(key, found));
  }

  /** What a store sells, by menu id, after the menu {@code after} (null at first). */
  Future<List<Menu>> menus(String storeId, String after, int limit) {
    JsonObject query = new JsonObject().put("storeId", storeId).put("removed", false);
    return menus.list(after(query, after == null ? null : Menu.key(storeId, after)), BY_ID, limit);
  }

  /** One after another: many orders want the same menu at once, and none shall try in vain. */
  Future<Menu> changeMenu(String key, Function<Menu, Change<Menu>> transition) {
    return menuChanges.submit(key, () -> menus.change(key, transition));
  }

  /**
   * Applies a transition of a menu, once for each {@code key} that is not null. Returns what {@code
   * answer} makes of the menu before and after it; under a key, what it made of them the first
   * time.
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
    Supplier<Future<JsonObject>> asItIs =
        () -> menus.find(id).map(menu -> answer.apply(menu, menu));
    return remember(key, Ids.next(), now)
        .compose(
            led -> {
              if (led.answer() != null) {
                return Future.succeededFuture(led.answer());
              }
              if (led.done()) {
                return asItIs.get(); // by a version that kept no answers
              }
              return menuChanges
                  .submit(id, () -> menus.answered(id, led.id(), transition, answer))
                  .compose(kept -> kept == null ? asItIs.get() : Future.succeededFuture(kept))
                  .compose(kept -> done(key, kept))
                  .compose(kept -> menus.forgetAnswer(id, led.id()).otherwiseEmpty().map(kept));
            });
  }

  /** Null when there is none. */
  Future<Ticket> ticket(String orderId) {
    return tickets.find(orderId);
  }

  /**
   * A store's tickets, oldest first; {@code status} and {@code after} (an order id) may be null.
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

  /** Applies what an event says, exactly once for each message. */
  Future<Ticket> changeTicket(EventMessage message, Function<Ticket, Change<Ticket>> transition) {
    return tickets.change(message.subject(), message, transition);
  }

  /** Tickets that are over and whose stock is not back yet: the next {@link #SWEPT} ids. */
  Future<List<String>> owingStock(String after) {
    return tickets.ids(after(new JsonObject().put("stockOwed", true), after), SWEPT);
  }
}
