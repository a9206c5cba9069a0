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
 * Calls the payment service behind a circuit breaker. While payment fails or is slow, the customer
 * gets a 503 with {@code Retry-After} at once. A call that timed out may still have charged the
 * customer. Paying again is safe, because the payment service charges an order once.
 */
final class PaymentBreaker {

  private static final Logger log = LoggerFactory.getLogger(PaymentBreaker.class);
  private static final int CONNECTIONS = 512;

  /** Of their own, so that calls to a slow provider cannot use up these connections. */
  private static final int CONNECTIONS_ON_DELIVERY = 128;

  private static final String ON_DELIVERY = "ON_DELIVERY";

  /** A call goes on after the customer got the 503, so that its charge is still recorded. */
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

  /**
   * Maximum number of concurrent probes while the breaker is half-open. Some probes never reach the
   * provider, and must not keep others from probing.
   */
  private static final int MAX_PROBES = 8;

  /** How long a call waits to probe: longer than a call without the provider, but not a charge. */
  private static final Duration MAX_PROBE_WAIT = Duration.ofMillis(100);

  /** Response header: {@link #ANSWERED}, {@link #NOT_ASKED}, or missing if neither is certain. */
  private static final String PROVIDER = "Payment-Provider";

  private static final String ANSWERED = "answered";
  private static final String NOT_ASKED = "not-asked";

  private final Upstream payment;
  private final Upstream onDelivery;
  private final CircuitBreaker breaker;
  private final FailureRateWindow failures;
  private final Duration timeout;

  /** Tells the payment service how long the customer waits for its answer. */
  private final Map<String, String> timeoutHeader;

  private final Duration reset;
  private final Bulkhead probes;
  private long openedAt;

  PaymentBreaker(Vertx vertx, GatewayConfig config, ForwardedHeaders forwarded) {
    payment = new Upstream(vertx, config.upstreams().get("payment"), CONNECTIONS, forwarded);
    onDelivery =
        new Upstream(vertx, config.upstreams().get("payment"), CONNECTIONS_ON_DELIVERY, forwarded);
    BreakerConfig limits = config.breaker();
    timeout = limits.timeout();
    timeoutHeader = Map.of("Request-Timeout", Long.toString(timeout.toMillis()));
    reset = limits.reset();
    probes = new Bulkhead(vertx, MAX_PROBES, MAX_PROBE_WAIT);
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
            .<HttpResponse<Buffer>>failurePolicy(this::opensBreaker)
            .openHandler(
                v -> {
                  openedAt = System.nanoTime();
                  failures.reset();
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
   * The failure policy. The breaker opens at the first call for which this is true: a failed call
   * that exceeds the failure rate. It is never true for a successful call, because the breaker
   * would withhold its response. Calls that end while the breaker is open are not counted.
   */
  private boolean opensBreaker(Future<HttpResponse<Buffer>> call) {
    return breaker.state() == CircuitBreakerState.CLOSED
        && (call.failed() || providerAnswered(call.result()))
        && failures.isExceededAfter(call.failed())
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
   * The response of the payment service. The future fails with a 503 refusal if there is none in
   * time, or it is a server error. A payment on delivery needs no provider, so it bypasses the
   * breaker.
   */
  Future<HttpResponse<Buffer>> pay(RoutingContext ctx, JsonObject body) {
    return ON_DELIVERY.equals(body.getString("method"))
        ? payOnDelivery(ctx, body)
        : payByProvider(ctx, body).recover(e -> Future.failedFuture(unavailable(untilReset())));
  }

  private Future<HttpResponse<Buffer>> payOnDelivery(RoutingContext ctx, JsonObject body) {
    return onDelivery
        .post(ctx, "/payments", body, timeout, timeoutHeader)
        .compose(PaymentBreaker::failOnServerError)
        .recover(e -> Future.failedFuture(unavailable(Upstream.RETRY_AFTER)));
  }

  private Future<HttpResponse<Buffer>> payByProvider(RoutingContext ctx, JsonObject body) {
    Supplier<Future<HttpResponse<Buffer>>> call =
        () ->
            payment
                .post(ctx, "/payments", body, CALL_TIMEOUT, timeoutHeader)
                .compose(PaymentBreaker::failOnServerError);
    return isHalfOpen() ? probe(call) : breaker.execute(call);
  }

  /**
   * Lets a few calls at a time through while the breaker is half-open. The library would close the
   * breaker after any response. Here only a response that the provider answered closes it, and only
   * a failure opens it again.
   */
  private Future<HttpResponse<Buffer>> probe(Supplier<Future<HttpResponse<Buffer>>> call) {
    return probes
        .acquire()
        .compose(
            permit -> {
              if (isHalfOpen()) {
                return probeNow(call).onComplete(done -> probes.release());
              }
              probes.release();
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
              } else if (done.succeeded() && providerAnswered(done.result())) {
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

  private static Future<HttpResponse<Buffer>> failOnServerError(HttpResponse<Buffer> response) {
    return response.statusCode() >= 500 && !NOT_ASKED.equals(response.getHeader(PROVIDER))
        ? Future.failedFuture("payment answered " + response.statusCode())
        : Future.succeededFuture(response);
  }

  private static boolean providerAnswered(HttpResponse<Buffer> response) {
    return ANSWERED.equals(response.getHeader(PROVIDER));
  }

  private Duration untilReset() {
    return state() == CircuitBreakerState.OPEN
        ? reset.minusNanos(System.nanoTime() - openedAt)
        : Upstream.RETRY_AFTER;
  }

  private static Refusal unavailable(Duration retryAfter) {
    return Refusal.unavailable(
        "payment-unavailable",
        "payment takes too long right now: your order is kept, pay a little later",
        retryAfter);
  }
}
