package baedal.audit;

import baedal.postgres.PgDatabase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the PostgreSQL databases of order and payment, for {@link AuditRepository}. Each call
 * blocks.
 */
final class PostgresAuditRepository {

  private static final int PAGE_SIZE = 500;

  private static final String ORDERS_AFTER =
      "SELECT id, body::text FROM orders WHERE id > $1 ORDER BY id LIMIT " + PAGE_SIZE;
  private static final String ORDERS_BY_ID = "SELECT id, body::text FROM orders WHERE id = ANY($1)";
  private static final String PAYMENTS_BY_ORDER =
      """
      SELECT p.order_id, p.body::text, c.amount, c.approved, c.refunded, coalesce(c.refunded_amount, c.amount),
             EXISTS (SELECT 1 FROM simulator_charge)
        FROM payments p LEFT JOIN simulator_charge c ON c.payment_id = p.id WHERE p.order_id = ANY($1) ORDER BY p.id
      """;
  private static final String CHARGES_WITHOUT_PAYMENT =
      """
      SELECT payment_id FROM simulator_charge c
       WHERE approved AND (NOT refunded OR refunded_amount < amount) AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = c.payment_id)
       ORDER BY payment_id LIMIT
      """
          + PAGE_SIZE;
  private static final String UNKNOWN_ORDERS =
      """
      SELECT wanted.id FROM unnest($1::text[]) AS wanted (id)
       WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = wanted.id)
      """;
  private static final String ORDERS_WITH_PAYMENT_AFTER =
      "SELECT DISTINCT order_id FROM payments WHERE order_id > $1 ORDER BY order_id LIMIT "
          + PAGE_SIZE;

  private static final String UNPUBLISHED_EVENTS =
      "SELECT count(*) FROM outbox WHERE (body::json ->> 'time')::timestamptz < to_timestamp($1)";

  private final PgDatabase orders;
  private final PgDatabase payments;

  PostgresAuditRepository(Vertx vertx, Sources sources) {
    orders = new PgDatabase(vertx, sources.orders());
    payments = new PgDatabase(vertx, sources.payments());
  }

  Future<?> close() {
    return Future.join(orders.close(), payments.close());
  }

  /** The next page of orders with an id greater than {@code orderId}, by id. */
  Map<String, JsonNode> ordersAfter(String orderId) {
    return byId(query(orders, ORDERS_AFTER, Tuple.of(orderId)));
  }

  /**
   * The orders with these ids, by id. An order that the order service does not have is left out.
   */
  Map<String, JsonNode> orders(Collection<String> orderIds) {
    return byId(query(orders, ORDERS_BY_ID, idArray(orderIds)));
  }

  private static Map<String, JsonNode> byId(RowSet<Row> rows) {
    Map<String, JsonNode> states = new HashMap<>();
    rows.forEach(row -> states.put(row.getString(0), StoredJson.parse(row.getString(1))));
    return states;
  }

  /** Returns those of the given ids for which the order service has no order. */
  Set<String> unknownOrders(Collection<String> orderIds) {
    Set<String> unknown = new TreeSet<>();
    query(orders, UNKNOWN_ORDERS, idArray(orderIds)).forEach(row -> unknown.add(row.getString(0)));
    return unknown;
  }

  /**
   * The payments of these orders, by order id. Each payment has the simulated provider's charge in
   * the field {@code charge}. The field is null when the simulated provider has no charge for this
   * payment. The field is missing when the simulated provider has no charges at all: then a real
   * provider is in use.
   */
  Map<String, List<JsonNode>> payments(Collection<String> orderIds) {
    Map<String, List<JsonNode>> payments = new HashMap<>();
    for (Row row : query(this.payments, PAYMENTS_BY_ORDER, idArray(orderIds))) {
      ObjectNode payment = StoredJson.parse(row.getString(1));
      if (row.getLong(2) != null) {
        payment
            .putObject("charge")
            .put("amount", row.getLong(2))
            .put("approved", row.getBoolean(3))
            .put("refunded", row.getBoolean(4))
            .put("refundedAmount", row.getBoolean(4) ? row.getLong(5) : 0);
      } else if (row.getBoolean(6)) {
        payment.putNull("charge");
      }
      payments.computeIfAbsent(row.getString(0), id -> new ArrayList<>()).add(payment);
    }
    return payments;
  }

  /**
   * The ids of payments that the payment service does not have, but for which the simulated
   * provider holds money. At most {@value #PAGE_SIZE}.
   */
  List<String> chargesWithoutPayment() {
    return strings(query(payments, CHARGES_WITHOUT_PAYMENT, Tuple.tuple()));
  }

  /** The next page of the ids of orders that have a payment. */
  List<String> ordersWithPaymentAfter(String orderId) {
    return strings(query(payments, ORDERS_WITH_PAYMENT_AFTER, Tuple.of(orderId)));
  }

  private static List<String> strings(RowSet<Row> rows) {
    List<String> values = new ArrayList<>();
    rows.forEach(row -> values.add(row.getString(0)));
    return values;
  }

  /** How many events in the outbox of order are older than {@code epochSeconds}. */
  long unpublishedByOrder(long epochSeconds) {
    return unpublished(orders, epochSeconds);
  }

  /** How many events in the outbox of payment are older than {@code epochSeconds}. */
  long unpublishedByPayment(long epochSeconds) {
    return unpublished(payments, epochSeconds);
  }

  private static long unpublished(PgDatabase store, long epochSeconds) {
    Tuple since = Tuple.of((double) epochSeconds);
    return query(store, UNPUBLISHED_EVENTS, since).iterator().next().getLong(0);
  }

  private static RowSet<Row> query(PgDatabase store, String sql, Tuple parameters) {
    return store.pool().preparedQuery(sql).execute(parameters).await();
  }

  private static Tuple idArray(Collection<String> ids) {
    return Tuple.tuple().addArrayOfString(ids.toArray(String[]::new));
  }
}
