package baedal.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Tells a store, broker or network that is away or too slow from a bug: only the first is worth
 * trying again.
 */
public final class TransientFailures {

  private static final int MAX_CAUSES = 8;
  private static final Pattern DRIVER =
      Pattern.compile(
          "com\\.mongodb\\..*(Timeout|Socket|NotPrimary|NodeIsRecovering|Interrupted|WaitQueue|ClusterPaused|"
              + "PoolCleared|Security).*Exception"
              + "|io\\.vertx\\.pgclient\\.impl\\..*Closed.*"
              + "|com\\.rabbitmq\\.client\\.(AlreadyClosed|ShutdownSignal).*"
              + "|.*(ConnectionPoolTooBusy|ClosedConnection|ConnectionClosed|ClosedChannel|PoolClosed).*");
  private static final Pattern TEXT =
      Pattern.compile(
          "(?i).*(connection[_ ](was |is )?(closed|refused|reset)|not connected|timeout|timed out|pool closed|"
              + "connection pool reached max|redis connection|client is closed|LOADING|CLUSTERDOWN|READONLY|MASTERDOWN|MISCONF|OOM command not allowed).*",
          Pattern.DOTALL);

  /**
   * PostgreSQL, appendix A: connection failure, resources exhausted, shutting down or starting up,
   * a statement or a transaction that took too long, a server that is no longer the one to write
   * to.
   */
  private static final Pattern SQL_STATE =
      Pattern.compile("(08|53|57P)[0-9A-Z]*|57014|25P03|25006");

  private TransientFailures() {}

  public static boolean isOutage(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
      if (isOne(cause)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOne(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      return refusal.kind() == Refusal.Kind.UNAVAILABLE;
    }
    if (failure instanceof JsonProcessingException) {
      return false;
    }
    if (failure instanceof IOException || failure instanceof TimeoutException) {
      return true;
    }
    if (DRIVER.matcher(failure.getClass().getName()).matches()) {
      return true;
    }
    String text = String.valueOf(failure.getMessage());
    if (failure.getClass().getSimpleName().equals("PgException")) {
      return text.contains("(")
          && SQL_STATE.matcher(text.replaceAll("(?s).*\\(([0-9A-Z]{5})\\)[^()]*$", "$1")).matches();
    }
    boolean plain =
        failure instanceof VertxException
            || failure.getClass().getSimpleName().startsWith("NoStackTrace")
            || failure.getClass().getName().startsWith("io.vertx.redis");
    return plain && TEXT.matcher(text).matches();
  }
}
