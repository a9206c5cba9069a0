package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.util.function.Supplier;

/**
 * Whether this service can do its work now: its database and the broker respond, and it is not
 * stopping. The route {@code /health/ready} returns it to the readiness probe.
 */
public final class Readiness {

  private static final long TIMEOUT_MILLIS = 2_000;

  private final HealthChecks checks;
  private volatile boolean stopping;

  public Readiness(Vertx vertx) {
    checks = HealthChecks.create(vertx);
    checks.register(
        "process",
        promise -> {
          if (stopping) {
            promise.complete(Status.KO());
          } else {
            promise.complete(Status.OK());
          }
        });
  }

  /** Adds a check: the service is ready only while {@code check} succeeds within two seconds. */
  public Readiness register(String name, Supplier<Future<?>> check) {
    checks.register(
        name,
        TIMEOUT_MILLIS,
        promise ->
            check
                .get()
                .onComplete(
                    done -> promise.tryComplete(done.succeeded() ? Status.OK() : Status.KO())));
    return this;
  }

  /** Reports not ready from now on, so that load balancers send no new requests. */
  public void stopping() {
    stopping = true;
  }

  Future<CheckResult> check() {
    return checks.checkStatus();
  }
}
