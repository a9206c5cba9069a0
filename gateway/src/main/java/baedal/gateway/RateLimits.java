package baedal.gateway;

import baedal.runtime.Refusal;
import baedal.runtime.Tokens;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the requests of one address and of one subject with token buckets. Each address and each
 * subject has a bucket, whose level is the number of requests that are still allowed. A request
 * reduces the level of its address's bucket by one and, if it has a valid bearer token, also the
 * level of its subject's bucket. Replicas share the buckets in Redis. While Redis is unavailable or
 * slow, each replica uses its own buckets, and requests do not wait for Redis.
 */
final class RateLimits {

  private static final Logger log = LoggerFactory.getLogger(RateLimits.class);

  private static final String LIMIT = "RateLimit-Limit";
  private static final String REMAINING = "RateLimit-Remaining";
  private static final String RESET = "RateLimit-Reset";

  /**
   * The headers of the response to every counted request, as in
   * draft-ietf-httpapi-ratelimit-headers-06.
   */
  static final List<String> HEADERS = List.of(LIMIT, REMAINING, RESET);

  static final int NO_PORT = -1;

  private static final Duration REDIS_RETRY = Duration.ofSeconds(1);
  private static final int MAX_REDIS_FAILURES = 3;

  private final RateConfig config;
  private final Tokens tokens;
  private final Addresses addresses;
  private final Buckets local = new Buckets();
  private final BucketRepository shared;
  private final CircuitBreaker breaker;
  private int exemptPort = NO_PORT;

  RateLimits(Vertx vertx, RateConfig config, Addresses addresses, Tokens tokens) {
    this.config = config;
    this.tokens = tokens;
    this.addresses = addresses;
    shared = config.redisUri().map(uri -> new BucketRepository(vertx, uri)).orElse(null);
    breaker =
        CircuitBreaker.create(
                "rate-limits",
                vertx,
                new CircuitBreakerOptions()
                    .setTimeout(config.redisTimeout().toMillis())
                    .setMaxFailures(MAX_REDIS_FAILURES)
                    .setResetTimeout(REDIS_RETRY.toMillis()))
            .openHandler(
                v ->
                    log.atWarn()
                        .log("Redis is unavailable or slow: replicas count requests separately"))
            .closeHandler(v -> log.atInfo().log("Redis answers: replicas share rate limits again"));
  }

  /**
   * From now on, does not count requests that arrive at {@code port}, which only the warm-up knows;
   * {@link #NO_PORT} counts all.
   */
  void exempt(int port) {
    exemptPort = port;
  }

  /** Counts the request, and refuses it if a bucket is empty. */
  void limit(RoutingContext ctx) {
    if (ctx.request().localAddress().port() == exemptPort) {
      ctx.next();
      return;
    }
    if (config.perAddress() == 0 && config.perSubject() == 0) {
      ctx.next();
      return;
    }
    Paused.until(
        ctx,
        rates(ctx).compose(rates -> take(rates).map(result -> new Decision(rates, result))),
        decision -> decide(ctx, decision.rates(), decision.result()));
  }

  private record Decision(List<Rate> rates, Rate.Result result) {}

  /** A request whose token is not valid, or cannot be verified now, counts for its address only. */
  private Future<List<Rate>> rates(RoutingContext ctx) {
    List<Rate> rates = new ArrayList<>();
    if (config.perAddress() > 0) {
      rates.add(new Rate("address:" + addresses.limitKey(ctx.request()), config.perAddress()));
    }
    if (config.perSubject() == 0 || !ctx.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
      return Future.succeededFuture(rates);
    }
    return tokens
        .caller(ctx)
        .map(
            caller -> {
              rates.add(new Rate("subject:" + caller.sub(), config.perSubject()));
              return rates;
            })
        .otherwise(rates);
  }

  private Future<Rate.Result> take(List<Rate> rates) {
    if (shared == null) {
      return Future.succeededFuture(takeLocally(rates));
    }
    return breaker.execute(() -> shared.take(rates)).otherwise(e -> takeLocally(rates));
  }

  private Rate.Result takeLocally(List<Rate> rates) {
    return local.take(rates, TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /** The response headers describe the bucket with the fewest requests left. */
  private static void decide(RoutingContext ctx, List<Rate> rates, Rate.Result result) {
    if (rates.isEmpty()) {
      ctx.next();
      return;
    }
    double level = Collections.min(result.levels());
    Rate rate = rates.get(result.levels().indexOf(level));
    long reset = rate.secondsUntil(result.allowed() ? rate.limit() : 1, level);
    ctx.response()
        .putHeader(LIMIT, Integer.toString(rate.limit()))
        .putHeader(REMAINING, Long.toString((long) level))
        .putHeader(RESET, Long.toString(reset));
    if (result.allowed()) {
      ctx.next();
    } else {
      ctx.fail(
          Refusal.tooMany("too many requests: " + Refusal.RETRY_LATER, Duration.ofSeconds(reset)));
    }
  }
}
