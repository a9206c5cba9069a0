package baedal.bench;

import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Comes sooner for an order that nobody does anything about: what it waits for was due a day ago.
 * Writes into the order service's own database, as no service may.
 */
public final class DueDateShifter {

  private static final String A_DAY_AGO =
      """
      UPDATE orders
         SET expires_at = now(), changed_at = now() - interval '1 day',
             body = jsonb_set(jsonb_set(body, '{details,expiresAt}', %1$s), '{changedAt}', %2$s)
       WHERE id = ? AND status IN ('PLACED', 'COOKED', 'DELIVERED')
      """
          .formatted(instant("now()"), instant("now() - interval '1 day'"));

  private final String jdbc;
  private final String[] user;

  /** {@code orders} is {@code postgresql://user:password@host:port/database}. */
  public DueDateShifter(String orders) {
    URI server = URI.create(orders);
    jdbc = "jdbc:postgresql://" + server.getHost() + ":" + server.getPort() + server.getPath();
    user = server.getUserInfo().split(":", 2);
  }

  private static String instant(String time) {
    String text = "to_char((%s) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
    return "to_jsonb(" + text.formatted(time) + ")";
  }

  /**
   * Whether the order waits for time to pass.
   *
   * @throws IOException when its database is away
   */
  public boolean comesFor(String orderId) throws IOException {
    try (Connection connection = DriverManager.getConnection(jdbc, user[0], user[1]);
        PreparedStatement update = connection.prepareStatement(A_DAY_AGO)) {
      update.setString(1, orderId);
      return update.executeUpdate() > 0;
    } catch (SQLException e) {
      throw new IOException("tomorrow does not come for " + orderId + ": " + e.getMessage(), e);
    }
  }
}
