package baedal.testkit;

import static baedal.testkit.Eventually.await;

import baedal.runtime.TransientFailures;
import io.vertx.core.Future;

/**
 * Assertions about the outcome of a call to a server. Each waits up to a minute for the outcome.
 */
public final class CallOutcome {

  private CallOutcome() {}

  /** Asserts that the call fails, and that a retry may succeed. */
  public static void assertTransient(Future<?> call) {
    Throwable failure = failure(call);
    if (!TransientFailures.isOutage(failure)) {
      throw new AssertionError("not transient: " + failure, failure);
    }
  }

  /** Asserts that the call fails, and that a retry would fail in the same way. */
  public static void assertBug(Future<?> call) {
    Throwable failure = failure(call);
    if (TransientFailures.isOutage(failure)) {
      throw new AssertionError("not a bug: " + failure, failure);
    }
  }

  /** Returns the failure of the call; throws AssertionError if the call succeeds. */
  public static Throwable failure(Future<?> call) {
    if (succeeds(call)) {
      throw new AssertionError("the call succeeded with " + call.result());
    }
    return call.cause();
  }

  public static boolean succeeds(Future<?> call) {
    await().until(call::isComplete);
    return call.succeeded();
  }
}
