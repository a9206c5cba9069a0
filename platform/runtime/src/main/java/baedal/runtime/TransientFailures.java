package baedal.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.internal.net.NetSocketInternal;
import java.io.IOException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeoutException;

/**
 * Distinguishes transient failures from bugs and refusals. A failure is transient if a database, a
 * broker or a network is unavailable or too slow. Only a transient failure is worth a retry.
 * Failures are recognised by their type and code, never by their message.
 */
public final class TransientFailures {

  /**
   * Recognises the transient failures of one driver. The module that uses the driver provides its
   * classifier to the {@link ServiceLoader}.
   */
  public interface Classifier {

    /**
     * Whether this failure itself is transient. The method is also called for each of its causes.
     */
    boolean isTransient(Throwable failure);
  }

  private static final int MAX_CAUSES = 8;

  private static final List<Classifier> DRIVERS =
      ServiceLoader.load(Classifier.class, TransientFailures.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private TransientFailures() {}

  /** Whether the failure, or one of its causes, is transient. */
  public static boolean isOutage(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
      if (isTransient(cause)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTransient(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      return refusal.kind() == Refusal.Kind.UNAVAILABLE;
    }
    if (failure instanceof JsonProcessingException) {
      return false;
    }
    return failure instanceof IOException
        || failure instanceof TimeoutException
        || failure instanceof HttpClosedException
        || failure instanceof ConnectionPoolTooBusyException
        || failure == NetSocketInternal.CLOSED_EXCEPTION
        || DRIVERS.stream().anyMatch(driver -> driver.isTransient(failure));
  }
}
