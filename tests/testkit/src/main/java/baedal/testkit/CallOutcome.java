package baedal.testkit;

import static baedal.testkit.Eventually.await;

import baedal.runtime.TransientFailures;
import io.vertx.core.Future;

/** How a call of a server ended. Each method waits for its end. */
public final class CallOutcome {

  private CallOutcome() {}

  /** The call failed, and a retry may succeed. */
  public static void assertTransient(Future<?> call) {
    Throwable failure = failure(call);
    if (!TransientFailures.isOutage(failure)) {
      throw new AssertionError("not transient: " + failure, failure);
    }
  }

  /** The call failed, and a retry fails again. */
  public static void assertBug(Future<?> call) {
    Throwable failure = failure(call);
    if (TransientFailures.isOutage(failure)) {
      throw new AssertionError("not a bug: " + failure, failure);
    }
  }

  /** The failure of a call that must not succeed. */
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
