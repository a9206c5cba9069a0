package baedal.bench;

import baedal.dev.Failure;
import baedal.dev.Settings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The large tables in PostgreSQL of a system that {@link OrderCopies} filled. Each call blocks. */
final class FilledDatabases {

  private static final List<String> SERVICES = List.of("order", "payment");

  /** A table with fewer rows is small: PostgreSQL may read it without an index. */
  private static final int LARGE_ROWS = 900;

  private static final String SCANNED =
      """
      SELECT s.relname, s.seq_tup_read FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
       WHERE c.reltuples >= %d ORDER BY s.relname
      """
          .formatted(LARGE_ROWS);

  private static final String BUSIEST =
      """
      SELECT customer_id, store_id, owner_id FROM orders JOIN store_copy USING (store_id)
       GROUP BY 1, 2, 3 ORDER BY count(*) DESC LIMIT 1
      """;

  /** The customer and the store that have most orders, and the owner of the store. */
  record Busiest(String customerId, String storeId, String ownerId) {}

  private final Settings settings;

  FilledDatabases(Settings settings) {
    this.settings = settings;
  }

  Busiest busiest() throws IOException {
    return query(
        "order",
        BUSIEST,
        found -> {
          if (!found.next()) {
            throw new Failure("the system has no orders: fill it first");
          }
          return new Busiest(found.getString(1), found.getString(2), found.getString(3));
        });
  }

  /** The rows of each large table that were read without an index so far, by service and table. */
  Map<String, Long> rowsScanned() throws IOException {
    Map<String, Long> scanned = new LinkedHashMap<>();
    for (String service : SERVICES) {
      query(
          service,
          SCANNED,
          found -> {
            while (found.next()) {
              scanned.put(service + "." + found.getString(1), found.getLong(2));
            }
            return null;
          });
    }
    return scanned;
  }

  /**
   * Throws {@link Failure} if a statement has read a large table without an index since {@code
   * before}. The services must have been idle for some seconds, because PostgreSQL reports with a
   * delay.
   */
  void requireIndexes(Map<String, Long> before) throws IOException {
    Map<String, Long> now = rowsScanned();
    if (before.isEmpty()) {
      throw new Failure("no table is large: fill the system first");
    }
    before.forEach(
        (table, rows) -> {
          if (now.getOrDefault(table, rows) > rows) {
            throw new Failure(
                "a statement read the table " + table + " without an index during the load");
          }
        });
  }

  /** The number of rows in the outbox and the inbox of each service. */
  Map<String, Long> messageRows() throws IOException {
    Map<String, Long> rows = new LinkedHashMap<>();
    for (String service : SERVICES) {
      for (String table : List.of("outbox", "inbox")) {
        long count =
            query(
                service,
                "SELECT count(*) FROM " + table,
                found -> {
                  found.next();
                  return found.getLong(1);
                });
        rows.put("rows: " + service + " " + table, count);
      }
    }
    return rows;
  }

  private interface Reader<T> {
    T read(ResultSet found) throws SQLException;
  }

  private <T> T query(String service, String query, Reader<T> reader) throws IOException {
    try (Connection connection = Counters.postgres(settings, "baedal_" + service);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      return reader.read(found);
    } catch (SQLException e) {
      throw new IOException("cannot read the database of " + service + ": " + e.getMessage(), e);
    }
  }
}
