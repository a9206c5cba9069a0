package baedal.gateway;

import baedal.runtime.Refusal;
import io.micrometer.core.instrument.Gauge;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.CircuitBreakerState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.micrometer.backends.BackendRegistries;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The call that pays, behind a circuit breaker. When payment fails or is slow, the customer hears
 * «pay a little later» at once. A call that timed out may still have been charged: paying again is
 * safe, since payment settles an order once.
 */
final class PaymentBreaker {

  private static final Logger log = LoggerFactory.getLogger(PaymentBreaker.class);
  private static final int CONNECTIONS = 512;

  /**
   * How long a call may linger behind the customer's back, so that its charge is still recorded.
   */
  private static final Duration LINGER = Duration.ofSeconds(10);

  /** What a call says of the provider, in payment's own words; it may say nothing. */
  private static final String PROVIDER = "Payment-Provider";

  private static final String ANSWERED = "answered";
  private static final String NOT_ASKED = "not-asked";

  private final Upstream payment;
  private final CircuitBreaker breaker;
  private final FailureShare failures;
  private final Duration timeout;

  /** Tells payment after which time nobody hears its answer. */
  private final Map<String, String> waits;

  private final Duration retryAfter;
  private final AtomicBoolean probing = new AtomicBoolean();

  PaymentBreaker(Vertx vertx, GatewayConfig config, Forwarded forwarded) {
    payment = new Upstream(vertx, config.upstreams().get("payment"), CONNECTIONS, forwarded);
    BreakerConfig limits = config.breaker();
    timeout = limits.timeout();
    waits = Map.of("Request-Timeout", Long.toString(timeout.toMillis()));
    retryAfter = limits.reset();
    failures =
        new FailureShare(
            limits.failures(),
            limits.percent(),
            limits.window(),
            limits.timeout(),
            System::nanoTime);
    breaker =
        CircuitBreaker.create(
                "payment",
                vertx,
                new CircuitBreakerOptions()
                    .setTimeout(limits.timeout().toMillis())
                    .setMaxFailures(1)
                    .setResetTimeout(limits.reset().toMillis()))
            .<HttpResponse<Buffer>>failurePolicy(this::isTooMuch)
            .openHandler(
                v -> {
                  failures.forget();
                  log.atWarn()
                      .addKeyValue("breaker", "payment")
                      .log("open: payment fails or is slow");
                })
            .halfOpenHandler(
                v ->
                    log.atInfo()
                        .addKeyValue("breaker", "payment")
                        .log("half-open: one call probes"))
            .closeHandler(
                v ->
                    log.atInfo()
                        .addKeyValue("breaker", "payment")
                        .log("closed: payment answers again"));
    Gauge.builder("baedal.breaker.state", breaker, PaymentBreaker::level)
        .description("0 closed, 1 half-open, 2 open")
        .tag("breaker", "payment")
        .register(BackendRegistries.getDefaultNow());
  }

  /**
   * The breaker opens at the first failure, and this is what it takes for one: a call that failed
   * after too many others. One that went well is never taken for a failure: the breaker would keep
   * its answer. What ends while it is open says nothing new.
   */
  private boolean isTooMuch(Future<HttpResponse<Buffer>> call) {
    return breaker.state() == CircuitBreakerState.CLOSED
        && (call.failed() || isAnswered(call.result()))
        && failures.isTooMuchAfter(call.failed())
        && call.failed();
  }

  private static int level(CircuitBreaker breaker) {
    return switch (breaker.state()) {
      case CLOSED -> 0;
      case HALF_OPEN -> 1;
      case OPEN -> 2;
    };
  }

  /**
   * What payment answered, if it answered in time and not with a failure of its own; else a refusal
   * to try later.
   */
  Future<HttpResponse<Buffer>> pay(RoutingContext ctx, JsonObject body) {
    Supplier<Future<HttpResponse<Buffer>>> call =
        () -> payment.post(ctx, "/payments", body, LINGER, waits).compose(PaymentBreaker::answered);
    return (state() == CircuitBreakerState.HALF_OPEN ? probe(call) : breaker.execute(call))
        .recover(e -> Future.failedFuture(later()));
  }

  /**
   * One call at a time shows whether payment is well again. The library takes any answer for that;
   * one that needed no provider says nothing, and the next call probes.
   */
  private Future<HttpResponse<Buffer>> probe(Supplier<Future<HttpResponse<Buffer>>> call) {
    if (!probing.compareAndSet(false, true)) {
      return Future.failedFuture("another call probes");
    }
    return Future.succeededFuture()
        .compose(v -> call.get())
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(
            done -> {
              probing.set(false);
              if (done.failed()) {
                breaker.open();
              } else if (isAnswered(done.result())) {
                breaker.reset();
              }
            });
  }

  CircuitBreakerState state() {
    return breaker.state();
  }

  private static Future<HttpResponse<Buffer>> answered(HttpResponse<Buffer> response) {
    return response.statusCode() >= 500 && !NOT_ASKED.equals(response.getHeader(PROVIDER))
        ? Future.failedFuture("payment answered " + response.statusCode())
        : Future.succeededFuture(response);
  }

  private static boolean isAnswered(HttpResponse<Buffer> response) {
    return ANSWERED.equals(response.getHeader(PROVIDER));
  }

  private Refusal later() {
    return Refusal.unavailable(
        "payment-unavailable",
        "payment takes too long right now: your order is kept, pay a little later",
        retryAfter);
  }
}
