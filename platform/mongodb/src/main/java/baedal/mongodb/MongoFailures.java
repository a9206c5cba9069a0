package baedal.mongodb;

import baedal.runtime.TransientFailures;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.bulk.WriteConcernError;
import java.util.List;
import java.util.Set;

/**
 * Recognises the transient failures of the MongoDB driver for {@link TransientFailures}, by
 * exception type and error code.
 */
public final class MongoFailures implements TransientFailures.Classifier {

  /**
   * Includes MongoSecurityException, in which the driver wraps the loss of a connection during
   * log-in.
   */
  private static final List<Class<? extends MongoException>> TRANSIENT_TYPES =
      List.of(
          MongoSocketException.class,
          MongoTimeoutException.class,
          MongoExecutionTimeoutException.class,
          MongoNotPrimaryException.class,
          MongoNodeIsRecoveringException.class,
          MongoConnectionPoolClearedException.class,
          MongoServerUnavailableException.class,
          MongoInterruptedException.class,
          MongoSecurityException.class);

  /** The retryable errors of MongoDB's "Retryable Writes" specification. */
  private static final Set<Integer> TRANSIENT_CODES =
      Set.of(
          6, // HostUnreachable
          7, // HostNotFound
          89, // NetworkTimeout
          91, // ShutdownInProgress
          134, // ReadConcernMajorityNotAvailableYet
          189, // PrimarySteppedDown
          262, // ExceededTimeLimit
          9001, // SocketException
          10107, // NotWritablePrimary
          11600, // InterruptedAtShutdown
          11602, // InterruptedDueToReplStateChange
          13435, // NotPrimaryNoSecondaryOk
          13436); // NotPrimaryOrSecondary

  @Override
  public boolean isTransient(Throwable failure) {
    return failure instanceof MongoException refused
        && (TRANSIENT_TYPES.stream().anyMatch(type -> type.isInstance(refused))
            || TRANSIENT_CODES.contains(refused.getCode())
            || (refused instanceof MongoBulkWriteException bulk && isTransient(bulk)));
  }

  /** The exception of a bulk write has no code of its own. */
  private static boolean isTransient(MongoBulkWriteException bulk) {
    WriteConcernError unconfirmed = bulk.getWriteConcernError();
    return (unconfirmed != null && TRANSIENT_CODES.contains(unconfirmed.getCode()))
        || bulk.getWriteErrors().stream()
            .anyMatch(error -> TRANSIENT_CODES.contains(error.getCode()));
  }

  /** Whether a write failed because another document has the same value of a unique index. */
  public static boolean isDuplicateKey(Throwable failure) {
    return failure instanceof MongoException refused && isDuplicateKey(refused.getCode());
  }

  static boolean isDuplicateKey(int code) {
    return ErrorCategory.fromErrorCode(code) == ErrorCategory.DUPLICATE_KEY;
  }
}
