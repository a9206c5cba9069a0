package baedal.gateway;

import baedal.runtime.Config;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings of the rate limits. A limit is the size of a token bucket, which is refilled within
 * one minute.
 *
 * @param perSubject maximum number of requests of one subject in a minute; 0 for no limit
 * @param perAddress maximum number of requests of one address in a minute; 0 for no limit
 * @param redisUri the Redis in which replicas share their buckets; if empty, each replica counts
 *     only its own requests
 * @param redisTimeout how long a request waits for Redis
 * @param trustedProxies the proxies whose {@code X-Forwarded-For} header is used
 */
public record RateConfig(
    int perSubject,
    int perAddress,
    Optional<String> redisUri,
    Duration redisTimeout,
    List<Cidr> trustedProxies) {

  /** No limits. */
  static final RateConfig NONE =
      new RateConfig(0, 0, Optional.empty(), Duration.ofMillis(50), List.of());

  /** In a one-machine run all clients share one address, so there is no limit by default. */
  static RateConfig from(Config config) {
    boolean oneMachine = config.flag("DEV_DOORS", false);
    return new RateConfig(
        limit(config, "RATE_PER_SUBJECT", oneMachine ? 0 : 600),
        limit(config, "RATE_PER_ADDRESS", oneMachine ? 0 : 6_000),
        config.has("REDIS_URI")
            ? Optional.of(config.uri("REDIS_URI").toString())
            : Optional.empty(),
        config.duration("REDIS_TIMEOUT", NONE.redisTimeout()),
        networks(config));
  }

  private static int limit(Config config, String key, int fallback) {
    int limit = config.number(key, fallback);
    if (limit < 0) {
      throw new IllegalArgumentException(
          key + " must be a number of requests per minute, 0 or more");
    }
    return limit;
  }

  private static List<Cidr> networks(Config config) {
    try {
      return Stream.of(config.text("TRUSTED_PROXIES", "").split(","))
          .map(String::strip)
          .filter(text -> !text.isEmpty())
          .map(Cidr::parse)
          .toList();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "TRUSTED_PROXIES must be a comma-separated list of addresses or networks"
              + " such as 10.0.0.0/8",
          e);
    }
  }
}
