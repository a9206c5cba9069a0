package baedal.gateway;

import baedal.runtime.Boot;
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
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the payment service behind a circuit breaker. While the breaker is open, the customer gets
 * a 503 with {@code Retry-After} at once. A call that timed out may still have charged the
 * customer. Paying again is safe, because the payment service charges an order once.
 */
final class PaymentBreaker {

  private static final Logger log = LoggerFactory.getLogger(PaymentBreaker.class);
  private static final int CONNECTIONS = 512;

  /**
   * Payments on delivery have their own connections, because calls that wait for a slow provider
   * can use up all other connections.
   */
  private static final int CONNECTIONS_ON_DELIVERY = 128;

  private static final String ON_DELIVERY = "ON_DELIVERY";

  /**
   * Maximum duration of a call. A call continues after the customer got the 503, so that the
   * payment service can record the charge.
   */
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

  /**
   * Maximum number of concurrent probes while the breaker is half-open. A probe is a call that
   * tests whether the provider answers again. There are several, because some probes do not reach
   * the provider and so test nothing.
   */
  private static final int MAX_PROBES = 8;

  /**
   * Maximum time that a call waits until it may be a probe. It is longer than a call that does not
   * reach the provider takes, and shorter than a charge takes.
   */
  private static final Duration MAX_PROBE_WAIT = Duration.ofMillis(100);

  /**
   * The response header in which the payment service says whether the provider answered ({@link
   * #ANSWERED}) or was not asked ({@link #NOT_ASKED}). The header is missing if neither is certain.
   */
  private static final String PROVIDER = "Payment-Provider";

  private static final String ANSWERED = "answered";
  private static final String NOT_ASKED = "not-asked";

  private final Upstream payment;
  private final Upstream onDelivery;
  private final CircuitBreaker breaker;
  private final FailureRateWindow failures;
  private final Duration timeout;

  /** The request header that says how long the customer waits, in milliseconds. */
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
                      .log("circuit breaker open: calls to payment fail or are slow");
                })
            .halfOpenHandler(
                v ->
                    log.atInfo()
                        .addKeyValue("breaker", "payment")
                        .log("circuit breaker half-open: a few calls test whether payment works"))
            .closeHandler(
                v ->
                    log.atInfo()
                        .addKeyValue("breaker", "payment")
                        .log("circuit breaker closed: payment works again"));
    Gauge.builder("baedal.breaker.state", breaker, PaymentBreaker::level)
        .description("0 closed, 1 half-open, 2 open")
        .tag("breaker", "payment")
        .register(Boot.metrics(vertx));
  }

  /**
   * The failure policy: counts a call that has ended, and returns whether the breaker must open.
   * The breaker opens after a failed call if the failure rate has been too high for the minimum
   * time. It does not open after a successful call, because it would discard the response of that
   * call. Calls that end while the breaker is open or half-open are not counted.
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
   * Pays, and returns the response of the payment service. The future fails with a 503 refusal if
   * there is no response in time, or if the response is a server error without {@code
   * Payment-Provider: not-asked}. A payment on delivery needs no provider, so it bypasses the
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
   * Lets a few calls at a time through while the breaker is half-open. The circuit breaker of
   * Vert.x would close after any response. This class closes it only if the provider answered, and
   * opens it again only after a failure.
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
        ? Future.failedFuture("payment responded with status " + response.statusCode())
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
        "payment is unavailable, and your order is kept: " + Refusal.RETRY_LATER,
        retryAfter);
  }
}
