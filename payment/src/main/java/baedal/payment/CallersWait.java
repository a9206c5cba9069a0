package baedal.payment;

import baedal.payment.PaymentProvider.Outcome;
import baedal.runtime.ContextFutures;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The wait of one caller for the result of its request to pay. The caller gets a response before
 * its own timeout. If the payment takes longer, this response is a refusal, and the payment
 * continues and stores its result. {@link #provider} says whether the provider was the cause.
 */
final class CallersWait {

  /** The part of the time for payment's own work that is kept for the response to arrive. */
  private static final int RESERVED_PART = 4;

  /** What the request has learned about the provider. */
  enum Provider {
    /** The request has not called the provider, or another request has to end first. */
    NOT_ASKED("not-asked"),

    /** The provider has responded. */
    ANSWERED("answered"),

    /** The provider has had its full time and has not responded. */
    LATE("late"),

    /** The call of the provider failed, or its response was unclear. */
    FAILED("failed"),

    /** The provider has not had its full time yet. */
    NO_TIME("no-time");

    private final String header;

    Provider(String header) {
      this.header = header;
    }

    /** The value of the response header {@code Payment-Provider}. */
    String header() {
      return header;
    }
  }

  private final Vertx vertx;
  private final Duration providerTime;
  private final long endsAt;
  private final Promise<PaymentResult> response = Promise.promise();
  private volatile Provider provider = Provider.NOT_ASKED;
  private volatile boolean joined;

  /**
   * Begins the wait.
   *
   * @param callerTimeout how long the caller waits
   * @param providerTime the part of {@code callerTimeout} that the provider may take for a call;
   *     the rest is for payment's own work
   */
  CallersWait(Vertx vertx, Duration callerTimeout, Duration providerTime) {
    this.vertx = vertx;
    this.providerTime = providerTime;
    Duration ownTime = callerTimeout.minus(providerTime);
    endsAt = System.nanoTime() + callerTimeout.minus(ownTime.dividedBy(RESERVED_PART)).toNanos();
  }

  /** What this request has learned about the provider until now. */
  Provider provider() {
    return provider;
  }

  /** Whether a result can still reach the caller. */
  boolean isAwaited() {
    return !response.future().isComplete() && leftNanos() > 0;
  }

  /** Whether the provider would have its full time if it were asked now. */
  boolean leavesTimeForProvider() {
    return leftNanos() >= providerTime.toNanos();
  }

  /**
   * The response for the caller: the result of {@code payment}, or a 503 refusal if that comes too
   * late.
   */
  Future<PaymentResult> responseOf(Future<PaymentResult> payment) {
    long timer = vertx.setTimer(Math.max(1, leftNanos() / 1_000_000), id -> end());
    payment.onComplete(
        done -> {
          vertx.cancelTimer(timer);
          if (done.succeeded()) {
            response.tryComplete(done.result());
          } else {
            response.tryFail(done.cause());
          }
        });
    return ContextFutures.onCallersContext(response.future());
  }

  /**
   * Calls the provider. If the provider does not respond within its time, the caller gets a refusal
   * at once. The returned future is that of the call.
   */
  Future<Outcome> ask(Supplier<Future<Outcome>> call) {
    provider = Provider.NO_TIME;
    long timer =
        vertx.setTimer(
            Math.max(1, providerTime.toMillis()),
            id -> refuse(Provider.LATE, PaymentRefusals.unavailable()));
    return call.get()
        .onComplete(
            done -> {
              vertx.cancelTimer(timer);
              if (isAwaited()) {
                provider = done.succeeded() ? Provider.ANSWERED : Provider.FAILED;
              }
            });
  }

  /** Records that this request waits for the result of an equal request. */
  void join() {
    joined = true;
  }

  /** Refuses the request because payment's own work has used up the time. Returns the refusal. */
  Refusal noTime() {
    provider = Provider.NO_TIME;
    return PaymentRefusals.busy();
  }

  private void end() {
    if (joined) {
      refuse(Provider.NOT_ASKED, PaymentRefusals.pending());
      return;
    }
    refuse(provider == Provider.NOT_ASKED ? Provider.NO_TIME : provider, PaymentRefusals.busy());
  }

  private void refuse(Provider reason, Refusal refusal) {
    if (!response.future().isComplete()) {
      provider = reason;
      response.tryFail(refusal);
    }
  }

  private long leftNanos() {
    return endsAt - System.nanoTime();
  }
}
