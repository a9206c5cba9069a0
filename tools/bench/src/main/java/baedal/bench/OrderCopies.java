package baedal.bench;

import baedal.dev.Failure;
import baedal.dev.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.MongoClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Fills a running system with copies of one completed order, for {@code tools/bench/growth}. It
 * writes into the databases of all services, which other programs must not do. A copy has other ids
 * and one of 5,000 customers, so the number of orders of a customer grows with the number of
 * copies.
 */
public final class OrderCopies {

  private static final int BATCH = 500;
  private static final int CUSTOMERS = 5_000;
  private static final int RIDERS = 500;

  /** The last part of each UUID becomes the number of the copy. */
  private static final Pattern ID =
      Pattern.compile("([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)[0-9a-f]{12}");

  /** The users of {@code ./run demo}. */
  private static final Pattern USER = Pattern.compile("demo-(customer|rider)-[0-9a-f]{8}");

  private static final String COPY =
      """
      INSERT INTO %1$s
      SELECT copy.*
        FROM (SELECT * FROM %1$s WHERE %2$s) original,
             generate_series(1, %3$d) number,
             LATERAL jsonb_populate_record(NULL::%1$s,
               regexp_replace(
                 regexp_replace(
                   regexp_replace(to_jsonb(original)::text, '%4$s', '\\1' || lpad(to_hex(number), 12, '0'), 'g'),
                   'demo-customer-[0-9a-f]{8}', 'customer-' || number %% %5$d, 'g'),
                 'demo-rider-[0-9a-f]{8}', 'rider-' || number %% %6$d, 'g')::jsonb) copy
      ON CONFLICT DO NOTHING
      """;

  private final Settings settings;
  private final int copies;

  private OrderCopies(Settings settings, int copies) {
    this.settings = settings;
    this.copies = copies;
  }

  /**
   * The argument is the number of copies. The environment holds the ports of the system. Exits with
   * 1 when there is no completed order or a database fails.
   */
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    try {
      OrderCopies filling =
          new OrderCopies(Settings.from(System.getenv()), Integer.parseInt(args[0]));
      String orderId = filling.copyRows();
      for (String service : List.of("store", "rider", "mypage")) {
        filling.copyDocuments(vertx, service, orderId);
      }
      System.exit(0);
    } catch (Failure | SQLException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  /** Copies the rows of an order in PostgreSQL. Returns the id of the order. */
  private String copyRows() throws SQLException {
    String orderId;
    try (Connection orders = connect("order");
        Statement statement = orders.createStatement()) {
      try (ResultSet found =
          statement.executeQuery("SELECT id FROM orders WHERE status = 'COMPLETED' LIMIT 1")) {
        if (!found.next()) {
          throw new Failure("there is no completed order to copy: run ./run demo first");
        }
        orderId = found.getString(1);
      }
      copy(statement, "orders", "id = '" + orderId + "'");
      copy(statement, "idempotency", "answer::text LIKE '%" + orderId + "%'");
      copy(statement, "inbox", inboxOfOneOrder());
    }
    try (Connection payments = connect("payment");
        Statement statement = payments.createStatement()) {
      String ofOrder = "(SELECT id FROM payments WHERE order_id = '" + orderId + "')";
      copy(statement, "simulator_charge", "payment_id IN " + ofOrder);
      copy(statement, "idempotency", "payment_id IN " + ofOrder);
      copy(statement, "inbox", inboxOfOneOrder());
      copy(statement, "payments", "order_id = '" + orderId + "'");
    }
    return orderId;
  }

  /** The ids of events do not name the order; the newest are of the last order. */
  private static String inboxOfOneOrder() {
    return "message_id IN (SELECT message_id FROM inbox ORDER BY seen_at DESC LIMIT 8)";
  }

  private Connection connect(String service) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:"
            + settings.ports().get("POSTGRES_PORT")
            + "/baedal_"
            + service,
        "postgres",
        "postgres");
  }

  private void copy(Statement statement, String table, String originals) throws SQLException {
    int rows =
        statement.executeUpdate(
            COPY.formatted(table, originals, copies, ID.pattern(), CUSTOMERS, RIDERS));
    statement.execute("ANALYZE " + table);
    System.out.println(rows + " rows in " + table);
  }

  /**
   * Copies the documents whose id begins with the order's id, in each collection of the service.
   */
  private void copyDocuments(Vertx vertx, String service, String orderId) {
    JsonObject config =
        new JsonObject()
            .put("connection_string", "mongodb://127.0.0.1:" + settings.ports().get("MONGO_PORT"))
            .put("db_name", "baedal_" + service);
    MongoClient mongo = MongoClient.create(vertx, config);
    for (String collection : mongo.getCollections().await()) {
      List<String> originals =
          mongo.find(collection, new JsonObject()).await().stream()
              .filter(document -> document.getString("_id").startsWith(orderId))
              .map(JsonObject::encode)
              .toList();
      for (int first = 1; !originals.isEmpty() && first <= copies; first += BATCH) {
        insert(mongo, collection, originals, first).await();
      }
      System.out.println(originals.size() * copies + " documents in " + collection);
    }
    mongo.close().await();
  }

  private Future<?> insert(
      MongoClient mongo, String collection, List<String> originals, int first) {
    List<BulkOperation> inserts = new ArrayList<>();
    for (int number = first; number < first + BATCH && number <= copies; number++) {
      for (String original : originals) {
        inserts.add(BulkOperation.createInsert(new JsonObject(copyOf(original, number))));
      }
    }
    return mongo.bulkWrite(collection, inserts);
  }

  static String copyOf(String original, int number) {
    String otherIds = ID.matcher(original).replaceAll("$1" + "%012x".formatted(number));
    return USER.matcher(otherIds)
        .replaceAll(
            user ->
                user.group(1)
                    + "-"
                    + number % (user.group(1).equals("rider") ? RIDERS : CUSTOMERS));
  }
}
