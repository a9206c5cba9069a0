package baedal.audit;

import baedal.mongodb.MongoDatabase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Reads the MongoDB databases of store, rider and mypage, for {@link AuditRepository}. Each call
 * blocks.
 */
final class MongoAuditRepository {

  private static final int PAGE_SIZE = 500;
  private static final String TICKETS = "foodCookings";
  private static final String MENUS = "menus";
  private static final String DELIVERIES = "deliveries";
  private static final String MYPAGES = "mypages";

  private final MongoDatabase stores;
  private final MongoDatabase riders;
  private final MongoDatabase pages;

  MongoAuditRepository(Vertx vertx, Sources sources) {
    stores = new MongoDatabase(vertx, sources.stores());
    riders = new MongoDatabase(vertx, sources.riders());
    pages = new MongoDatabase(vertx, sources.pages());
  }

  Future<?> close() {
    return Future.join(stores.close(), riders.close(), pages.close());
  }

  /** The tickets of these orders, by order id. */
  Map<String, JsonNode> tickets(Collection<String> orderIds) {
    return states(stores, TICKETS, orderIds);
  }

  /** The deliveries of these orders, by order id. */
  Map<String, JsonNode> deliveries(Collection<String> orderIds) {
    return states(riders, DELIVERIES, orderIds);
  }

  /**
   * MyPage's pages of these orders, by order id. Each page has the status that it shows in the
   * field {@code shown}.
   */
  Map<String, JsonNode> pages(Collection<String> orderIds) {
    return states(pages, pageCollection(), orderIds);
  }

  /** How many notifications of each order are not sent, by order id. */
  Map<String, Long> pendingNotifications(Collection<String> orderIds) {
    JsonObject query = new JsonObject().put("state", "PENDING").put("orderId", in(orderIds));
    return find(pages, "notifications", query, "orderId").stream()
        .collect(Collectors.groupingBy(n -> n.getString("orderId"), Collectors.counting()));
  }

  /** The next page of the ids of orders that have a ticket. */
  List<String> ticketIdsAfter(String orderId) {
    return idsAfter(stores, TICKETS, orderId);
  }

  /** The next page of the ids of orders that have a delivery. */
  List<String> deliveryIdsAfter(String orderId) {
    return idsAfter(riders, DELIVERIES, orderId);
  }

  /** The next page of the ids of orders that MyPage shows. */
  List<String> pageIdsAfter(String orderId) {
    return idsAfter(pages, pageCollection(), orderId);
  }

  /** The next page of tickets, sorted by order id. */
  List<StoredState> ticketsAfter(String orderId) {
    return statesAfter(TICKETS, orderId);
  }

  /** The next page of menus, sorted by their keys {@code storeId/menuId}. */
  List<StoredState> menusAfter(String key) {
    return statesAfter(MENUS, key);
  }

  /**
   * How many documents of store hold unpublished events that are older than {@code epochSeconds}.
   */
  long unpublishedByStore(long epochSeconds) {
    return unpublished(stores, TICKETS, epochSeconds)
        + unpublished(stores, MENUS, epochSeconds)
        + unpublished(stores, "stores", epochSeconds);
  }

  /** The same count as {@link #unpublishedByStore}, for rider. */
  long unpublishedByRider(long epochSeconds) {
    return unpublished(riders, DELIVERIES, epochSeconds);
  }

  private static long unpublished(MongoDatabase store, String collection, long epochSeconds) {
    JsonObject old =
        new JsonObject().put("pendingSince", new JsonObject().put("$lt", epochSeconds * 1000));
    return store.client().count(collection, old).await();
  }

  /**
   * Returns the name of the collection that MyPage reads. A rebuild writes the pages into another
   * collection, and MyPage stores the name of the current collection.
   */
  private String pageCollection() {
    JsonObject generation =
        pages
            .client()
            .findOne("generations", new JsonObject().put("_id", MYPAGES), new JsonObject())
            .await();
    return generation == null ? MYPAGES : generation.getString("current");
  }

  private static List<String> idsAfter(MongoDatabase store, String collection, String after) {
    return page(store, collection, after, "_id").stream().map(d -> d.getString("_id")).toList();
  }

  private List<StoredState> statesAfter(String collection, String after) {
    return page(stores, collection, after, "state").stream()
        .map(document -> new StoredState(document.getString("_id"), state(document)))
        .toList();
  }

  private static Map<String, JsonNode> states(
      MongoDatabase store, String collection, Collection<String> ids) {
    Map<String, JsonNode> states = new HashMap<>();
    find(store, collection, new JsonObject().put("_id", in(ids)), "state", "status")
        .forEach(
            document -> {
              ObjectNode state = state(document);
              state.put("shown", Objects.toString(document.getValue("status"), null));
              states.put(document.getString("_id"), state);
            });
    return states;
  }

  private static ObjectNode state(JsonObject document) {
    Object state = document.getValue("state");
    return StoredJson.parse(
        state instanceof JsonObject object ? object.encode() : String.valueOf(state));
  }

  private static List<JsonObject> page(
      MongoDatabase store, String collection, String after, String field) {
    JsonObject query = new JsonObject().put("_id", new JsonObject().put("$gt", after));
    FindOptions options =
        new FindOptions()
            .setFields(new JsonObject().put(field, 1))
            .setSort(new JsonObject().put("_id", 1))
            .setLimit(PAGE_SIZE);
    return store.client().findWithOptions(collection, query, options).await();
  }

  private static List<JsonObject> find(
      MongoDatabase store, String collection, JsonObject query, String... fields) {
    JsonObject selected = new JsonObject();
    for (String field : fields) {
      selected.put(field, 1);
    }
    FindOptions options = new FindOptions().setFields(selected);
    return store.client().findWithOptions(collection, query, options).await();
  }

  private static JsonObject in(Collection<String> ids) {
    return new JsonObject().put("$in", new JsonArray(List.copyOf(ids)));
  }
}
