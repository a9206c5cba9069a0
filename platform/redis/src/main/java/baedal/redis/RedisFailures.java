package baedal.redis;

import baedal.runtime.TransientFailures;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.Objects;
import java.util.Set;

/**
 * The transient failures of the Redis client, by the code of an error reply. The code is the first
 * word of the reply: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
public final class RedisFailures implements TransientFailures.Classifier {

  static final String NO_SCRIPT = "NOSCRIPT";

  /** The code of every error that has none of its own, errors in scripts among them. */
  static final String GENERIC = "ERR";

  private static final Set<String> TRANSIENT_CODES =
      Set.of(
          "LOADING", // still reads its data
          "MASTERDOWN", // a replica without its primary
          "READONLY", // no longer the primary
          "CLUSTERDOWN",
          "MISCONF", // cannot write to its disk
          "OOM", // full
          "CONNECTION_CLOSED"); // by the client: the connection ended before the reply

  @Override
  public boolean isTransient(Throwable failure) {
    return TRANSIENT_CODES.contains(code(failure));
  }

  /** The code of an error reply, and an empty string for any other failure. */
  static String code(Throwable failure) {
    return failure instanceof ErrorType reply
        ? Objects.requireNonNullElse(reply.slice(' ', 0), "")
        : "";
  }
}
