package baedal.bench;

import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Moves an order's due date into the past, so that it expires or completes at the next sweep. It
 * writes into the order service's own database, which no service may do.
 */
public final class DueDateShifter {

  private static final String SHIFT =
      """
      UPDATE orders
         SET expires_at = now(), changed_at = now() - interval '1 day',
             body = jsonb_set(jsonb_set(body, '{details,expiresAt}', %1$s), '{changedAt}', %2$s)
       WHERE id = ? AND status IN ('PLACED', 'COOKED', 'DELIVERED')
      """
          .formatted(instant("now()"), instant("now() - interval '1 day'"));

  private final String jdbcUrl;
  private final String[] user;

  /** {@code orders} is {@code postgresql://user:password@host:port/database}. */
  public DueDateShifter(String orders) {
    URI server = URI.create(orders);
    jdbcUrl = "jdbc:postgresql://" + server.getHost() + ":" + server.getPort() + server.getPath();
    user = server.getUserInfo().split(":", 2);
  }

  private static String instant(String time) {
    String text = "to_char((%s) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
    return "to_jsonb(" + text.formatted(time) + ")";
  }

  /**
   * Returns false if the order does not wait for a due date.
   *
   * @throws IOException when the database is away
   */
  public boolean shift(String orderId) throws IOException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl, user[0], user[1]);
        PreparedStatement update = connection.prepareStatement(SHIFT)) {
      update.setString(1, orderId);
      return update.executeUpdate() > 0;
    } catch (SQLException e) {
      throw new IOException("cannot shift the due date of " + orderId + ": " + e.getMessage(), e);
    }
  }
}
