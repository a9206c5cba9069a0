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

  /** Calls that wait for a slow provider must not take the connections of those that need none. */
  private static final int CONNECTIONS_ON_DELIVERY = 128;

  private static final String ON_DELIVERY = "ON_DELIVERY";

  /**
   * How long a call may linger behind the customer's back, so that its charge is still recorded.
   */
  private static final Duration LINGER = Duration.ofSeconds(10);

  /** So many at once that those which say nothing of the provider hardly keep out others. */
  private static final int PROBES = 8;

  /** For a turn to probe: longer than calls take that say nothing, much shorter than a charge. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /** What a call says of the provider, in payment's own words; it may say nothing. */
  private static final String PROVIDER = "Payment-Provider";

  private static final String ANSWERED = "answered";
  private static final String NOT_ASKED = "not-asked";

  private final Upstream payment;
  private final Upstream onDelivery;
  private final CircuitBreaker breaker;
  private final FailureRateWindow failures;
  private final Duration timeout;

  /** Tells payment after which time nobody hears its answer. */
  private final Map<String, String> waits;

  private final Duration reset;
  private final Bulkhead probes;
  private long openedAt;

  PaymentBreaker(Vertx vertx, GatewayConfig config, ForwardedHeaders forwarded) {
    payment = new Upstream(vertx, config.upstreams().get("payment"), CONNECTIONS, forwarded);
    onDelivery =
        new Upstream(vertx, config.upstreams().get("payment"), CONNECTIONS_ON_DELIVERY, forwarded);
    BreakerConfig limits = config.breaker();
    timeout = limits.timeout();
    waits = Map.of("Request-Timeout", Long.toString(timeout.toMillis()));
    reset = limits.reset();
    probes = new Bulkhead(vertx, PROBES, PATIENCE);
    failures =
        new FailureRateWindow(
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
                  openedAt = System.nanoTime();
                  failures.forget();
                  log.atWarn()
                      .addKeyValue("breaker", "payment")
                      .log("open: payment fails or is slow");
                })
            .halfOpenHandler(
                v ->
                    log.atInfo()
                        .addKeyValue("breaker", "payment")
                        .log("half-open: a few calls probe"))
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
   * to try later. A promise to pay on delivery needs no provider, so it bypasses the breaker.
   */
  Future<HttpResponse<Buffer>> pay(RoutingContext ctx, JsonObject body) {
    return ON_DELIVERY.equals(body.getString("method"))
        ? promise(ctx, body)
        : payNow(ctx, body).recover(e -> Future.failedFuture(later(untilReset())));
  }

  private Future<HttpResponse<Buffer>> promise(RoutingContext ctx, JsonObject body) {
    return onDelivery
        .post(ctx, "/payments", body, timeout, waits)
        .compose(PaymentBreaker::answered)
        .recover(e -> Future.failedFuture(later(Upstream.RETRY_AFTER)));
  }

  private Future<HttpResponse<Buffer>> payNow(RoutingContext ctx, JsonObject body) {
    Supplier<Future<HttpResponse<Buffer>>> call =
        () -> payment.post(ctx, "/payments", body, LINGER, waits).compose(PaymentBreaker::answered);
    return isHalfOpen() ? probe(call) : breaker.execute(call);
  }

  /**
   * A few calls at a time show whether payment is well again. The library takes any answer for
   * that; one that needed no provider says nothing, and makes way for the next.
   */
  private Future<HttpResponse<Buffer>> probe(Supplier<Future<HttpResponse<Buffer>>> call) {
    return probes
        .next()
        .compose(
            turn -> {
              if (isHalfOpen()) {
                return probeNow(call).onComplete(done -> probes.over());
              }
              probes.over();
              return breaker.execute(call);
            });
  }

  private Future<HttpResponse<Buffer>> probeNow(Supplier<Future<HttpResponse<Buffer>>> call) {
    return Future.succeededFuture()
        .compose(v -> call.get())
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(
            done -> {
              if (done.failed() && isHalfOpen()) {
                breaker.open();
              } else if (done.succeeded() && isAnswered(done.result())) {
                breaker.reset();
              }
            });
  }

  private boolean isHalfOpen() {
    return state() == CircuitBreakerState.HALF_OPEN;
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

  private Duration untilReset() {
    return state() == CircuitBreakerState.OPEN
        ? reset.minusNanos(System.nanoTime() - openedAt)
        : Upstream.RETRY_AFTER;
  }

  private static Refusal later(Duration retryAfter) {
    return Refusal.unavailable(
        "payment-unavailable",
        "payment takes too long right now: your order is kept, pay a little later",
        retryAfter);
  }
}
