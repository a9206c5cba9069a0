package baedal.bench;

import baedal.dev.Failure;
import baedal.dev.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills a running system with copies of one completed order, for {@code tools/bench/growth}. It
 * writes into the databases of all services, which other programs must not do. {@link CopyTemplate}
 * says to whom a copy belongs. The stream of all events gets no copies.
 */
public final class OrderCopies {

  /** Large enough that the time between two commands does not matter. */
  private static final int DOCUMENTS_PER_BULK = 2_000;

  /** While the server handles one bulk, the next one is encoded. */
  private static final int BULKS_AT_A_TIME = 2;

  private static final int COUPONS_PER_BATCH = 1_000;

  /** The time for which the coupon service keeps the ids of messages, in seconds. */
  private static final String SEEN_SECONDS = "2592000";

  /**
   * Makes the same copies as {@link CopyTemplate}, inside the server. Parameters of the format: the
   * table, the condition for the originals, the number of copies, the id of the store.
   */
  private static final String COPY =
      """
      WITH original AS MATERIALIZED (
        SELECT regexp_replace(replace(to_jsonb(t)::text, '%4$s', '@store@'), '%5$s', '\\1@number@', 'g') AS text
          FROM %1$s t WHERE %2$s),
      shared AS MATERIALIZED (
        SELECT text,
               regexp_replace(
                 regexp_replace(text, 'demo-customer-[0-9a-f]{8}', '@customer@', 'g'),
                 'demo-rider-[0-9a-f]{8}', '@rider@', 'g') AS other
          FROM original),
      owned AS (
        SELECT replace(
                 CASE WHEN number %% %7$d = 0 THEN replace(text, '@store@', '%4$s')
                      ELSE replace(
                             replace(
                               replace(other, '@customer@', 'customer-' || number / %6$d),
                               '@rider@', 'rider-' || number / %8$d),
                             '@store@', left('%4$s', 24) || lpad(to_hex(number / %8$d), 12, '0')) END,
                 '@number@', lpad(to_hex(number), 12, '0')) AS text
          FROM generate_series(1, %3$d) number, shared)
      INSERT INTO %1$s
      SELECT copy.* FROM owned, LATERAL jsonb_populate_record(NULL::%1$s, text::jsonb) copy
      ON CONFLICT DO NOTHING
      """;

  private record Original(String orderId, String storeId) {}

  private final Settings settings;
  private final int copies;
  private final Original original;
  private long start = System.nanoTime();

  private OrderCopies(Settings settings, int copies) throws SQLException {
    this.settings = settings;
    this.copies = copies;
    original = readOriginal();
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
      filling.copyRows();
      for (String service : List.of("store", "rider", "mypage")) {
        filling.copyDocuments(vertx, service);
      }
      filling.copyCoupons(vertx);
      System.exit(0);
    } catch (Failure | SQLException e) {
      System.err.println("baedal: " + Failure.describe(e));
      System.exit(1);
    }
  }

  private Original readOriginal() throws SQLException {
    try (Connection orders = Counters.postgres(settings, "baedal_order");
        Statement statement = orders.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT id, store_id FROM orders WHERE status = 'COMPLETED' LIMIT 1")) {
      if (!found.next()) {
        throw new Failure("there is no completed order to copy: run ./run demo first");
      }
      return new Original(found.getString(1), found.getString(2));
    }
  }

  private void copyRows() throws SQLException {
    String orderId = original.orderId();
    try (Connection orders = Counters.postgres(settings, "baedal_order");
        Statement statement = orders.createStatement()) {
      copy(statement, "orders", "id = '" + orderId + "'");
      copy(statement, "idempotency", "answer::text LIKE '%" + orderId + "%'");
      copy(statement, "inbox", inboxOfOneOrder());
    }
    try (Connection payments = Counters.postgres(settings, "baedal_payment");
        Statement statement = payments.createStatement()) {
      String ofOrder = "(SELECT id FROM payments WHERE order_id = '" + orderId + "')";
      copy(statement, "simulator_charge", "payment_id IN " + ofOrder);
      copy(statement, "idempotency", "payment_id IN " + ofOrder);
      copy(statement, "inbox", inboxOfOneOrder());
      copy(statement, "payments", "order_id = '" + orderId + "'");
    }
  }

  /** The ids of events do not name the order; the newest are of the last order. */
  private static String inboxOfOneOrder() {
    return "message_id IN (SELECT message_id FROM inbox ORDER BY seen_at DESC LIMIT 8)";
  }

  private void copy(Statement statement, String table, String originals) throws SQLException {
    int rows =
        statement.executeUpdate(
            COPY.formatted(
                table,
                originals,
                copies,
                original.storeId(),
                CopyTemplate.ID,
                CopyTemplate.ORDERS_PER_CUSTOMER,
                CopyTemplate.KEPT,
                CopyTemplate.ORDERS_PER_STORE));
    statement.execute("ANALYZE " + table);
    report(rows + " rows in " + table);
  }

  private void report(String written) {
    long now = System.nanoTime();
    System.out.printf("%.1f s: %s%n", (now - start) / 1e9, written);
    start = now;
  }

  /**
   * Copies the documents whose id begins with the order's id, in each collection of the service.
   */
  private void copyDocuments(Vertx vertx, String service) {
    JsonObject config =
        new JsonObject()
            .put("connection_string", "mongodb://127.0.0.1:" + settings.port("MONGO_PORT"))
            .put("db_name", "baedal_" + service);
    MongoClient mongo = MongoClient.create(vertx, config);
    for (String collection : mongo.getCollections().await()) {
      List<CopyTemplate> originals =
          mongo.find(collection, new JsonObject()).await().stream()
              .filter(document -> document.getString("_id").startsWith(original.orderId()))
              .map(document -> template(document.encode()))
              .toList();
      if (!originals.isEmpty()) {
        insert(mongo, collection, originals);
        report(originals.size() * copies + " documents in " + collection);
      }
    }
    mongo.close().await();
  }

  private CopyTemplate template(String text) {
    return new CopyTemplate(text, original.storeId());
  }

  private void insert(MongoClient mongo, String collection, List<CopyTemplate> originals) {
    List<Future<?>> bulks = new ArrayList<>();
    List<BulkOperation> bulk = new ArrayList<>();
    for (int number = 1; number <= copies; number++) {
      for (CopyTemplate template : originals) {
        bulk.add(BulkOperation.createInsert(new JsonObject(template.copy(number))));
      }
      if (bulk.size() >= DOCUMENTS_PER_BULK || number == copies) {
        if (bulks.size() == BULKS_AT_A_TIME) {
          bulks.remove(0).await();
        }
        bulks.add(mongo.bulkWrite(collection, bulk));
        bulk = new ArrayList<>();
      }
    }
    Future.all(bulks).await();
  }

  /** Copies the coupons that the order earned, and the ids of messages. */
  private void copyCoupons(Vertx vertx) {
    Redis redis = Redis.createClient(vertx, "redis://127.0.0.1:" + settings.port("REDIS_PORT"));
    List<List<CopyTemplate>> commands = new ArrayList<>();
    for (String key : keys(redis, "coupon:aggregate:*")) {
      JsonObject state = new JsonObject(field(redis, key, "state"));
      if (original.orderId().equals(state.getString("earnedBy"))) {
        String customer = "coupon:of:" + state.getString("customerId");
        String id = key.substring(key.lastIndexOf(':') + 1);
        String score = redis.send(Request.cmd(Command.ZSCORE, customer, id)).await().toString();
        String sequence = field(redis, key, "sequence");
        commands.add(
            templates(
                "HSET",
                key,
                "state",
                state.encode(),
                "revision",
                field(redis, key, "revision"),
                "sequence",
                sequence));
        commands.add(templates("ZADD", customer, score, id));
      }
    }
    for (String key : keys(redis, "coupon:seen:*")) {
      commands.add(templates("SET", key, "1", "EX", SEEN_SECONDS));
    }
    if (commands.isEmpty()) {
      throw new Failure("the order earned no coupon");
    }
    for (int first = 1; first <= copies; first += COUPONS_PER_BATCH) {
      List<Request> batch = new ArrayList<>();
      for (int i = first; i < first + COUPONS_PER_BATCH && i <= copies; i++) {
        int number = i;
        commands.forEach(command -> batch.add(request(command, number)));
      }
      redis.batch(batch).await();
    }
    report(commands.size() * copies + " commands in Redis");
    redis.close();
  }

  private static List<String> keys(Redis redis, String pattern) {
    Response found = redis.send(Request.cmd(Command.KEYS, pattern)).await();
    return found.stream().map(Response::toString).toList();
  }

  private static String field(Redis redis, String key, String field) {
    return redis.send(Request.cmd(Command.HGET, key, field)).await().toString();
  }

  private List<CopyTemplate> templates(String... command) {
    return List.of(command).stream().map(this::template).toList();
  }

  private static Request request(List<CopyTemplate> command, int number) {
    Request request = Request.cmd(Command.create(command.get(0).copy(number)));
    command.subList(1, command.size()).forEach(argument -> request.arg(argument.copy(number)));
    return request;
  }
}
