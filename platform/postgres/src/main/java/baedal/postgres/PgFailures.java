package baedal.postgres;

import baedal.runtime.TransientFailures;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.DatabaseException;
import java.sql.SQLException;
import java.util.Set;

/**
 * Recognises the transient failures of the PostgreSQL driver, and of the JDBC driver of migrations,
 * for {@link TransientFailures}, by exception type and SQLSTATE.
 */
public final class PgFailures implements TransientFailures.Classifier {

  /** 08: connection exception; 53: insufficient resources (PostgreSQL manual, appendix A). */
  private static final Set<String> TRANSIENT_CLASSES = Set.of("08", "53");

  private static final Set<String> TRANSIENT_STATES =
      Set.of(
          "57P01", // admin_shutdown
          "57P02", // crash_shutdown
          "57P03", // cannot_connect_now
          "57P04", // database_dropped
          "57P05", // idle_session_timeout
          "57014", // query_canceled: the statement took too long
          "25P03", // idle_in_transaction_session_timeout
          "25006"); // read_only_sql_transaction: this server is no longer the primary

  @Override
  public boolean isTransient(Throwable failure) {
    return failure instanceof ClosedConnectionException
        || (failure instanceof DatabaseException refused
            && refused.getSqlState() != null
            && isTransient(refused.getSqlState()))
        || (failure instanceof SQLException migration
            && migration.getSQLState() != null
            && isTransient(migration.getSQLState()));
  }

  private static boolean isTransient(String sqlState) {
    return TRANSIENT_STATES.contains(sqlState)
        || TRANSIENT_CLASSES.contains(sqlState.substring(0, Math.min(2, sqlState.length())));
  }
}
