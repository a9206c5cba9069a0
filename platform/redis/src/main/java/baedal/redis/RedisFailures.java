package baedal.redis;

import baedal.runtime.TransientFailures;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.Objects;
import java.util.Set;

/**
 * Recognises the transient failures of the Redis client for {@link TransientFailures}, by the code
 * of an error reply. The code is the first word of the reply:
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
public final class RedisFailures implements TransientFailures.Classifier {

  static final String NO_SCRIPT = "NOSCRIPT";

  /** The code of all errors that have no specific code, for example errors in scripts. */
  static final String GENERIC = "ERR";

  private static final Set<String> TRANSIENT_CODES =
      Set.of(
          "LOADING", // the server still loads its data
          "MASTERDOWN", // the server is a replica without a primary
          "READONLY", // the server is no longer the primary
          "CLUSTERDOWN",
          "MISCONF", // the server cannot write to its disk
          "OOM", // the server has no memory left
          "CONNECTION_CLOSED"); // from the client: the connection ended before the reply

  @Override
  public boolean isTransient(Throwable failure) {
    return TRANSIENT_CODES.contains(code(failure));
  }

  /** Returns the code of an error reply, or an empty string for any other failure. */
  static String code(Throwable failure) {
    return failure instanceof ErrorType reply
        ? Objects.requireNonNullElse(reply.slice(' ', 0), "")
        : "";
  }
}
