package baedal.audit;

import baedal.mongodb.MongoStore;
import baedal.postgres.PgStore;
import baedal.redis.RedisOutbox;
import baedal.redis.RedisStore;
import baedal.runtime.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.redis.client.Response;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads the stores of all services, a page at a time; writes nothing. Each call blocks. */
final class AuditRepository implements AutoCloseable {

  private static final int PAGE = 500;
  private static final String MYPAGES = "mypages";
  private static final String COUPON = "coupon:aggregate:";
  private static final String EARNED = "earned-";

  private static final String ORDERS =
      "SELECT id, body::text FROM orders WHERE id > $1 ORDER BY id LIMIT " + PAGE;
  private static final String ORDERS_OF = "SELECT id, body::text FROM orders WHERE id = ANY($1)";
  private static final String PAYMENTS_OF =
      """
      SELECT p.order_id, p.body::text, c.amount, c.approved, c.refunded, EXISTS (SELECT 1 FROM simulator_charge)
        FROM payments p LEFT JOIN simulator_charge c ON c.payment_id = p.id WHERE p.order_id = ANY($1) ORDER BY p.id
      """;
  private static final String CHARGES_OF_NOBODY =
      """
      SELECT payment_id FROM simulator_charge c
       WHERE approved AND NOT refunded AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = c.payment_id)
       ORDER BY payment_id LIMIT
      """
          + PAGE;
  private static final String UNKNOWN =
      "SELECT id FROM unnest($1::text[]) AS id WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = id.id)";
  private static final String PAID_ORDERS =
      "SELECT DISTINCT order_id FROM payments WHERE order_id > $1 ORDER BY order_id LIMIT " + PAGE;

  /** The time of an event is in the event itself. */
  private static final String WAITING =
      "SELECT count(*) FROM outbox WHERE (body::json ->> 'time')::timestamptz < to_timestamp($1)";

  private final PgStore orders;
  private final PgStore payments;
  private final MongoStore stores;
  private final MongoStore riders;
  private final MongoStore pages;
  private final RedisStore coupons;

  AuditRepository(Vertx vertx, Sources sources) {
    orders = new PgStore(vertx, sources.orders());
    payments = new PgStore(vertx, sources.payments());
    stores = new MongoStore(vertx, sources.stores());
    riders = new MongoStore(vertx, sources.riders());
    pages = new MongoStore(vertx, sources.pages());
    coupons = new RedisStore(vertx, sources.coupons());
  }

  @Override
  public void close() {
    Future.join(
            List.of(
                orders.close(),
                payments.close(),
                stores.close(),
                riders.close(),
                pages.close(),
                coupons.close()))
        .await();
  }

  /** The next orders by id after {@code after} ("" at first), each with all that is known of it. */
  List<OrderSnapshot> orders(String after) {
    return stories(nodes(query(orders, ORDERS, Tuple.of(after))), Set.of());
  }

  /** The stories of these orders, also of such as the order service has never heard of. */
  List<OrderSnapshot> stories(Collection<String> ids) {
    return stories(
        nodes(query(orders, ORDERS_OF, Tuple.tuple().addArrayOfString(array(ids)))),
        new TreeSet<>(ids));
  }

  private List<OrderSnapshot> stories(Map<String, JsonNode> known, Set<String> asked) {
    Set<String> ids = new TreeSet<>(known.keySet());
    ids.addAll(asked);
    Map<String, List<JsonNode>> paid = paymentsOf(ids);
    Map<String, JsonNode> tickets = states(stores, "foodCookings", ids);
    Map<String, JsonNode> deliveries = states(riders, "deliveries", ids);
    // A page is written before its notification: so no notification is older than its page here.
    Map<String, Long> unsent = pendingOf(ids);
    Map<String, JsonNode> shown = states(pages, pagesCollection(), ids);
    Map<String, JsonNode> coupons = coupons(couponsOf(known.values(), ids));
    List<OrderSnapshot> stories = new ArrayList<>();
    for (String id : ids) {
      JsonNode order = known.getOrDefault(id, MissingNode.getInstance());
      stories.add(
          new OrderSnapshot(
              id,
              order,
              paid.getOrDefault(id, List.of()),
              tickets.getOrDefault(id, MissingNode.getInstance()),
              deliveries.getOrDefault(id, MissingNode.getInstance()),
              coupons.getOrDefault(couponId(order), MissingNode.getInstance()),
              coupons.getOrDefault(EARNED + id, MissingNode.getInstance()),
              shown.getOrDefault(id, MissingNode.getInstance()),
              unsent.getOrDefault(id, 0L)));
    }
    return stories;
  }

  /** Empty when the order has none. */
  private static String couponId(JsonNode order) {
    return order.path("details").path("couponId").asText("");
  }

  private static Set<String> couponsOf(Collection<JsonNode> orders, Set<String> orderIds) {
    Set<String> ids = orders.stream().map(AuditRepository::couponId).collect(Collectors.toSet());
    ids.remove("");
    orderIds.forEach(id -> ids.add(EARNED + id));
    return ids;
  }

  private Map<String, List<JsonNode>> paymentsOf(Set<String> ids) {
    Map<String, List<JsonNode>> all = new HashMap<>();
    for (Row row : query(payments, PAYMENTS_OF, Tuple.tuple().addArrayOfString(array(ids)))) {
      ObjectNode payment = read(row.getString(1));
      if (row.getLong(2) != null) {
        payment
            .putObject("charge")
            .put("amount", row.getLong(2))
            .put("approved", row.getBoolean(3))
            .put("refunded", row.getBoolean(4));
      } else if (row.getBoolean(5)) {
        payment.putNull("charge");
      }
      all.computeIfAbsent(row.getString(0), id -> new ArrayList<>()).add(payment);
    }
    return all;
  }

  /** Payments for which the simulated provider holds money, and which nobody here knows. */
  List<String> chargesOfNobody() {
    List<String> ids = new ArrayList<>();
    query(payments, CHARGES_OF_NOBODY, Tuple.tuple()).forEach(row -> ids.add(row.getString(0)));
    return ids;
  }

  private Map<String, Long> pendingOf(Set<String> ids) {
    JsonObject query = new JsonObject().put("state", "PENDING").put("orderId", in(ids));
    return find(pages, "notifications", query, "orderId").stream()
        .collect(Collectors.groupingBy(n -> n.getString("orderId"), Collectors.counting()));
  }

  /** Those of these orders of which the order service has never heard. */
  Set<String> unknown(Collection<String> ids) {
    Set<String> unknown = new TreeSet<>();
    query(orders, UNKNOWN, Tuple.tuple().addArrayOfString(array(ids)))
        .forEach(row -> unknown.add(row.getString(0)));
    return unknown;
  }

  /** The next ids after {@code after} of orders that somebody has paid for. */
  List<String> paidOrders(String after) {
    List<String> ids = new ArrayList<>();
    query(payments, PAID_ORDERS, Tuple.of(after)).forEach(row -> ids.add(row.getString(0)));
    return ids;
  }

  List<String> ticketsAfter(String after) {
    return idsAfter(stores, "foodCookings", after);
  }

  List<String> deliveriesAfter(String after) {
    return idsAfter(riders, "deliveries", after);
  }

  List<String> pagesAfter(String after) {
    return idsAfter(pages, pagesCollection(), after);
  }

  /** MyPage writes down where its pages are. */
  private String pagesCollection() {
    JsonObject known =
        pages
            .client()
            .findOne("generations", new JsonObject().put("_id", MYPAGES), new JsonObject())
            .await();
    return known == null ? MYPAGES : known.getString("current");
  }

  private static List<String> idsAfter(MongoStore store, String collection, String after) {
    return page(store, collection, after, "_id").stream().map(d -> d.getString("_id")).toList();
  }

  /** What a store keeps under this id. */
  record Kept(String id, JsonNode state) {}

  /** The next tickets by id. */
  List<Kept> tickets(String after) {
    return keptAfter("foodCookings", after);
  }

  /** The next menus by key, {@code storeId/menuId}. */
  List<Kept> menus(String after) {
    return keptAfter("menus", after);
  }

  private List<Kept> keptAfter(String collection, String after) {
    return page(stores, collection, after, "state").stream()
        .map(document -> new Kept(document.getString("_id"), state(document)))
        .toList();
  }

  /** Some coupons and where to go on; the walk is over when that is "0" again. */
  record Coupons(String cursor, List<Kept> coupons) {}

  Coupons coupons(String cursor) {
    Response scanned =
        coupons.api().scan(List.of(cursor, "MATCH", COUPON + "*", "COUNT", "" + PAGE)).await();
    Set<String> ids = new TreeSet<>();
    scanned.get(1).forEach(key -> ids.add(key.toString().substring(COUPON.length())));
    List<Kept> some = new ArrayList<>();
    coupons(ids).forEach((id, state) -> some.add(new Kept(id, state)));
    return new Coupons(scanned.get(0).toString(), some);
  }

  /** All asked for at once: thousands one after another would take long. */
  private Map<String, JsonNode> coupons(Set<String> ids) {
    Map<String, Future<Response>> asked = new HashMap<>();
    ids.forEach(id -> asked.put(id, coupons.api().hget(COUPON + id, "state")));
    Map<String, JsonNode> found = new HashMap<>();
    asked.forEach(
        (id, answer) -> {
          Response state = answer.await();
          if (state != null) {
            found.put(id, read(state.toString()));
          }
        });
    return found;
  }

  /**
   * How many events each service has not sent that are older than {@code epochSeconds}; what one
   * MongoDB document tells counts as one.
   */
  Map<String, Long> unsent(long epochSeconds) {
    Map<String, Long> unsent = new TreeMap<>();
    unsent.put("order", waiting(orders, epochSeconds));
    unsent.put("payment", waiting(payments, epochSeconds));
    unsent.put(
        "store",
        waiting(stores, epochSeconds, "foodCookings")
            + waiting(stores, epochSeconds, "menus")
            + waiting(stores, epochSeconds, "stores"));
    unsent.put("rider", waiting(riders, epochSeconds, "deliveries"));
    unsent.put(
        "coupon",
        RedisOutbox.keys("coupon").stream().mapToLong(key -> waiting(key, epochSeconds)).sum());
    return unsent;
  }

  private static long waiting(PgStore store, long epochSeconds) {
    return query(store, WAITING, Tuple.of((double) epochSeconds)).iterator().next().getLong(0);
  }

  private static long waiting(MongoStore store, long epochSeconds, String collection) {
    JsonObject old =
        new JsonObject().put("pendingSince", new JsonObject().put("$lt", epochSeconds * 1000));
    return store.client().count(collection, old).await();
  }

  /** Entries of a Redis stream begin with the milliseconds of the epoch. */
  private long waiting(String stream, long epochSeconds) {
    String until = Long.toString(epochSeconds * 1000);
    String from = "-";
    long count = 0;
    Response some;
    do {
      some = coupons.api().xrange(List.of(stream, from, until, "COUNT", "" + PAGE)).await();
      count += some.size();
      from = some.size() == 0 ? from : "(" + some.get(some.size() - 1).get(0);
    } while (some.size() == PAGE);
    return count;
  }

  private static RowSet<Row> query(PgStore store, String sql, Tuple parameters) {
    return store.pool().preparedQuery(sql).execute(parameters).await();
  }

  private static Map<String, JsonNode> nodes(RowSet<Row> rows) {
    Map<String, JsonNode> nodes = new HashMap<>();
    rows.forEach(row -> nodes.put(row.getString(0), read(row.getString(1))));
    return nodes;
  }

  /** The states of these ids; a page's comes with the status that it shows. */
  private static Map<String, JsonNode> states(
      MongoStore store, String collection, Set<String> ids) {
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
    return read(state instanceof JsonObject object ? object.encode() : String.valueOf(state));
  }

  private static List<JsonObject> page(
      MongoStore store, String collection, String after, String field) {
    JsonObject query = new JsonObject().put("_id", new JsonObject().put("$gt", after));
    FindOptions options =
        new FindOptions()
            .setFields(new JsonObject().put(field, 1))
            .setSort(new JsonObject().put("_id", 1))
            .setLimit(PAGE);
    return store.client().findWithOptions(collection, query, options).await();
  }

  private static List<JsonObject> find(
      MongoStore store, String collection, JsonObject query, String... fields) {
    JsonObject wanted = new JsonObject();
    for (String field : fields) {
      wanted.put(field, 1);
    }
    FindOptions options = new FindOptions().setFields(wanted);
    return store.client().findWithOptions(collection, query, options).await();
  }

  private static JsonObject in(Collection<String> ids) {
    return new JsonObject().put("$in", new JsonArray(List.copyOf(ids)));
  }

  private static String[] array(Collection<String> ids) {
    return ids.toArray(String[]::new);
  }

  /** What is no object of JSON is told as one that says so. */
  private static ObjectNode read(String json) {
    return parse(json) instanceof ObjectNode object
        ? object
        : Json.mapper().createObjectNode().put(Rules.UNREADABLE, true);
  }

  private static JsonNode parse(String json) {
    try {
      return Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
