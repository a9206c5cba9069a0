package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads the databases of all services for the {@link Auditor}, and joins their data of one order to
 * an {@link OrderSnapshot}. It writes nothing. Each call blocks.
 */
final class AuditRepository implements AutoCloseable {

  private static final String EARNED_COUPON = "earned-";

  private final PostgresAuditRepository postgres;
  private final MongoAuditRepository mongo;
  private final RedisAuditRepository redis;

  AuditRepository(Vertx vertx, Sources sources) {
    postgres = new PostgresAuditRepository(vertx, sources);
    mongo = new MongoAuditRepository(vertx, sources);
    redis = new RedisAuditRepository(vertx, sources);
  }

  @Override
  public void close() {
    Future.join(postgres.close(), mongo.close(), redis.close()).await();
  }

  PostgresAuditRepository postgres() {
    return postgres;
  }

  MongoAuditRepository mongo() {
    return mongo;
  }

  RedisAuditRepository redis() {
    return redis;
  }

  /**
   * The next page of orders with an id greater than {@code orderId}, sorted by id; "" returns the
   * first page.
   */
  List<OrderSnapshot> snapshotsAfter(String orderId) {
    return snapshots(postgres.ordersAfter(orderId), Set.of());
  }

  /** One snapshot for each id, even if the order service does not have the order. */
  List<OrderSnapshot> snapshots(Collection<String> orderIds) {
    return snapshots(postgres.orders(orderIds), orderIds);
  }

  private List<OrderSnapshot> snapshots(Map<String, JsonNode> orders, Collection<String> wanted) {
    Set<String> ids = new TreeSet<>(orders.keySet());
    ids.addAll(wanted);
    Map<String, List<JsonNode>> payments = postgres.payments(ids);
    Map<String, JsonNode> tickets = mongo.tickets(ids);
    Map<String, JsonNode> deliveries = mongo.deliveries(ids);
    // MyPage writes the page before the notification. The audit reads the notifications first, so
    // that every change behind a notification is in the page that it reads afterwards.
    Map<String, Long> pending = mongo.pendingNotifications(ids);
    Map<String, JsonNode> pages = mongo.pages(ids);
    Map<String, JsonNode> coupons = redis.coupons(couponIds(orders.values(), ids));
    List<OrderSnapshot> snapshots = new ArrayList<>();
    for (String id : ids) {
      JsonNode order = orMissing(orders, id);
      snapshots.add(
          new OrderSnapshot(
              id,
              order,
              payments.getOrDefault(id, List.of()),
              orMissing(tickets, id),
              orMissing(deliveries, id),
              orMissing(coupons, couponId(order)),
              orMissing(coupons, EARNED_COUPON + id),
              orMissing(pages, id),
              pending.getOrDefault(id, 0L)));
    }
    return snapshots;
  }

  private static JsonNode orMissing(Map<String, JsonNode> states, String id) {
    return states.getOrDefault(id, MissingNode.getInstance());
  }

  /** Returns the id of the coupon that the order uses; "" when it uses none. */
  private static String couponId(JsonNode order) {
    return order.path("details").path("couponId").asText("");
  }

  private static Set<String> couponIds(Collection<JsonNode> orders, Set<String> orderIds) {
    Set<String> ids = orders.stream().map(AuditRepository::couponId).collect(Collectors.toSet());
    ids.remove("");
    orderIds.forEach(id -> ids.add(EARNED_COUPON + id));
    return ids;
  }

  /**
   * For each service, how many events wait in its outbox and are older than {@code epochSeconds}.
   * For store and rider it counts the documents that hold such events, not the events.
   */
  Map<String, Long> unpublishedEvents(long epochSeconds) {
    return new TreeMap<>(
        Map.of(
            "order", postgres.unpublishedByOrder(epochSeconds),
            "payment", postgres.unpublishedByPayment(epochSeconds),
            "store", mongo.unpublishedByStore(epochSeconds),
            "rider", mongo.unpublishedByRider(epochSeconds),
            "coupon", redis.unpublished(epochSeconds)));
  }
}
