package baedal.bench;

import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Moves the due date of an order into the past, for {@link OrderSteps}. At its next sweep the order
 * service then expires or completes the order. This class writes into the database of the order
 * service, which other services must not do.
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
   * Returns false if the order has no due date in its present status.
   *
   * @throws IOException when the database fails or is not reachable
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
