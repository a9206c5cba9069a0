package baedal.gateway;

import baedal.runtime.Refusal;
import baedal.runtime.Tokens;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nobody asks so much that others wait: every request takes one from the bucket of its address and,
 * with a valid token, from that of its subject. Replicas share the buckets in Redis. While Redis is
 * away, or slow, each replica has its own, and no request waits for it.
 */
final class RateLimits {

  private static final Logger log = LoggerFactory.getLogger(RateLimits.class);

  /** Before {@link Proxies}, so that nothing is passed on that is too much. */
  private static final int BEFORE_PROXIES = -2;

  private static final String LIMIT = "RateLimit-Limit";
  private static final String REMAINING = "RateLimit-Remaining";
  private static final String RESET = "RateLimit-Reset";

  /** The headers that tell of it. */
  static final List<String> TOLD = List.of(LIMIT, REMAINING, RESET);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int FAILURES = 3;

  private final RateConfig config;
  private final Tokens tokens;
  private final Addresses addresses;
  private final Buckets own = new Buckets();
  private final BucketRepository shared;
  private final CircuitBreaker breaker;

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
                    .setTimeout(config.patience().toMillis())
                    .setMaxFailures(FAILURES)
                    .setResetTimeout(RETRY.toMillis()))
            .openHandler(v -> log.atWarn().log("Redis is away or slow: limits are per replica"))
            .closeHandler(v -> log.atInfo().log("Redis answers: replicas share limits again"));
  }

  void mount(Router router) {
    if (config.perAddress() > 0 || config.perSubject() > 0) {
      router.route().order(BEFORE_PROXIES).handler(this::limit);
    }
  }

  private void limit(RoutingContext ctx) {
    Paused.until(
        ctx,
        rates(ctx).compose(rates -> take(rates).map(taken -> new Decision(rates, taken))),
        decision -> answer(ctx, decision.rates(), decision.taken()));
  }

  private record Decision(List<Rate> rates, Rate.Taken taken) {}

  /** A token that is not valid, or cannot be checked now, names nobody. */
  private Future<List<Rate>> rates(RoutingContext ctx) {
    List<Rate> rates = new ArrayList<>();
    if (config.perAddress() > 0) {
      String household = Addresses.household(addresses.of(ctx.request()));
      rates.add(new Rate("address:" + household, config.perAddress()));
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

  private Future<Rate.Taken> take(List<Rate> rates) {
    if (shared == null) {
      return Future.succeededFuture(ownTake(rates));
    }
    return breaker.execute(() -> shared.take(rates)).otherwise(e -> ownTake(rates));
  }

  private Rate.Taken ownTake(List<Rate> rates) {
    return own.take(rates, TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /**
   * Tells of the emptiest bucket: {@code RateLimit-*} as in
   * draft-ietf-httpapi-ratelimit-headers-06.
   */
  private static void answer(RoutingContext ctx, List<Rate> rates, Rate.Taken taken) {
    if (rates.isEmpty()) {
      ctx.next();
      return;
    }
    double level = Collections.min(taken.levels());
    Rate rate = rates.get(taken.levels().indexOf(level));
    long reset = rate.secondsUntil(taken.all() ? rate.limit() : 1, level);
    ctx.response()
        .putHeader(LIMIT, Integer.toString(rate.limit()))
        .putHeader(REMAINING, Long.toString((long) level))
        .putHeader(RESET, Long.toString(reset));
    if (taken.all()) {
      ctx.next();
    } else {
      ctx.fail(Refusal.tooMany("too many requests: wait a little", Duration.ofSeconds(reset)));
    }
  }
}
