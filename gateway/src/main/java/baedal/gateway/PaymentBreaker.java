package baedal.gateway;

import baedal.runtime.Boot;
import baedal.runtime.Refusal;
import io.micrometer.core.instrument.Counter;
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
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

  private final Upstream payment;
  private final Upstream onDelivery;
  private final CircuitBreaker breaker;
  private final FailureRateWindow failures;
  private final Map<ProviderVerdict, Counter> verdicts = new EnumMap<>(ProviderVerdict.class);
  private final Duration customerTimeout;

  /** The request headers that say how long the customer and the provider have. */
  private final Map<String, String> timeoutHeaders;

  private final Duration reset;
  private final Bulkhead probes;
  private final OrderAdmission admission;
  private long openedAt;

  PaymentBreaker(
      Vertx vertx, GatewayConfig config, ForwardedHeaders forwarded, OrderAdmission admission) {
    this.admission = admission;
    payment = new Upstream(vertx, config.upstreams().get("payment"), CONNECTIONS, forwarded);
    onDelivery =
        new Upstream(vertx, config.upstreams().get("payment"), CONNECTIONS_ON_DELIVERY, forwarded);
    BreakerConfig limits = config.breaker();
    customerTimeout = limits.customerTimeout();
    timeoutHeaders =
        Map.of(
            "Request-Timeout", Long.toString(customerTimeout.toMillis()),
            "Provider-Timeout", Long.toString(limits.timeout().toMillis()));
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
                new CircuitBreakerOptions().setResetTimeout(limits.reset().toMillis()))
            .openHandler(
                v -> {
                  openedAt = System.nanoTime();
                  failures.reset();
                  log.atWarn()
                      .addKeyValue("breaker", "payment")
                      .log("circuit breaker open: the payment provider fails or is slow");
                })
            .halfOpenHandler(
                v ->
                    log.atInfo()
                        .addKeyValue("breaker", "payment")
                        .log(
                            "circuit breaker half-open: a few calls test whether the provider"
                                + " works"))
            .closeHandler(
                v ->
                    log.atInfo()
                        .addKeyValue("breaker", "payment")
                        .log("circuit breaker closed: the payment provider works again"));
    Gauge.builder("baedal.breaker.state", breaker, PaymentBreaker::level)
        .description("0 closed, 1 half-open, 2 open")
        .tag("breaker", "payment")
        .register(Boot.metrics(vertx));
    for (ProviderVerdict verdict : ProviderVerdict.values()) {
      verdicts.put(
          verdict,
          Counter.builder("baedal.payment.calls")
              .description("calls of the payment service, by what they say about the provider")
              .tag("verdict", verdict.name().toLowerCase(Locale.ROOT))
              .register(Boot.metrics(vertx)));
    }
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
   * there is no response in time, or if the response is a server error that says nothing about the
   * provider. A payment on delivery needs no provider, so it bypasses the breaker.
   *
   * @param due the signed amount due ({@link Checkout#ORDER_DUE}); null if payment has to ask order
   */
  Future<HttpResponse<Buffer>> pay(RoutingContext ctx, JsonObject body, String due) {
    Map<String, String> headers = new HashMap<>(timeoutHeaders);
    if (due != null) {
      headers.put(Checkout.ORDER_DUE, due);
    }
    return ON_DELIVERY.equals(body.getString("method"))
        ? payOnDelivery(ctx, body, headers)
        : payByProvider(ctx, body, headers)
            .recover(e -> Future.failedFuture(unavailable(untilReset())));
  }

  private Future<HttpResponse<Buffer>> payOnDelivery(
      RoutingContext ctx, JsonObject body, Map<String, String> headers) {
    return onDelivery
        .post(ctx, "/payments", body, customerTimeout, headers)
        .compose(PaymentBreaker::failOnServerError)
        .recover(e -> Future.failedFuture(unavailable(Upstream.RETRY_AFTER)));
  }

  private Future<HttpResponse<Buffer>> payByProvider(
      RoutingContext ctx, JsonObject body, Map<String, String> headers) {
    return switch (breaker.state()) {
      case CLOSED -> call(ctx, body, headers);
      case HALF_OPEN -> probe(ctx, body, headers);
      case OPEN -> Future.failedFuture("the breaker is open");
    };
  }

  /** Lets a few calls at a time through while the breaker is half-open. */
  private Future<HttpResponse<Buffer>> probe(
      RoutingContext ctx, JsonObject body, Map<String, String> headers) {
    return probes
        .acquire()
        .compose(
            permit -> {
              if (isHalfOpen()) {
                return call(ctx, body, headers).onComplete(done -> probes.release());
              }
              probes.release();
              return payByProvider(ctx, body, headers);
            });
  }

  private Future<HttpResponse<Buffer>> call(
      RoutingContext ctx, JsonObject body, Map<String, String> headers) {
    return Future.succeededFuture()
        .compose(v -> payment.post(ctx, "/payments", body, CALL_TIMEOUT, headers))
        .timeout(customerTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(e -> judge(ProviderVerdict.UNANSWERED))
        .onSuccess(
            response ->
                judge(
                    ProviderVerdict.of(
                        response.statusCode(), response.getHeader(ProviderVerdict.HEADER))))
        .compose(PaymentBreaker::failOnServerError);
  }

  /**
   * Counts a call that has ended, and changes the state of the breaker if it has to change. Half
   * open, a call that says nothing about the provider changes nothing, and further calls probe.
   */
  private void judge(ProviderVerdict verdict) {
    verdicts.get(verdict).increment();
    admission.paymentEnded(verdict);
    switch (breaker.state()) {
      case CLOSED -> {
        if (failures.isExceededAfter(verdict)) {
          breaker.open();
        }
      }
      case HALF_OPEN -> {
        if (verdict == ProviderVerdict.ANSWERED) {
          breaker.reset();
        } else if (verdict == ProviderVerdict.FAILED) {
          breaker.open();
        }
      }
      case OPEN -> {}
    }
  }

  private boolean isHalfOpen() {
    return state() == CircuitBreakerState.HALF_OPEN;
  }

  CircuitBreakerState state() {
    return breaker.state();
  }

  /** A 503 with {@code Payment-Provider} is an answer of payment to the customer. */
  private static Future<HttpResponse<Buffer>> failOnServerError(HttpResponse<Buffer> response) {
    boolean answer =
        response.statusCode() < 500
            || (response.statusCode() == 503 && response.getHeader(ProviderVerdict.HEADER) != null);
    return answer
        ? Future.succeededFuture(response)
        : Future.failedFuture("payment responded with status " + response.statusCode());
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
