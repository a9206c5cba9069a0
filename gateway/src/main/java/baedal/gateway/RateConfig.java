package baedal.gateway;

import baedal.runtime.Config;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How much one subject, and one address, may ask: so many requests at once, and as many again over
 * a minute; 0 for no limit. {@code redisUri} is where replicas share what is left, unless that
 * takes longer than {@code patience}; {@code trustedProxies} are believed when they say whom they
 * speak for.
 */
public record RateConfig(
    int perSubject,
    int perAddress,
    Optional<String> redisUri,
    Duration patience,
    List<Cidr> trustedProxies) {

  /** Nobody is held back. */
  static final RateConfig NONE =
      new RateConfig(0, 0, Optional.empty(), Duration.ofMillis(50), List.of());

  /** On one machine everybody has one address, so that nobody is held back unless asked for. */
  static RateConfig from(Config config) {
    boolean oneMachine = config.flag("DEV_DOORS", false);
    return new RateConfig(
        limit(config, "RATE_PER_SUBJECT", oneMachine ? 0 : 600),
        limit(config, "RATE_PER_ADDRESS", oneMachine ? 0 : 6_000),
        config.has("REDIS_URI")
            ? Optional.of(config.uri("REDIS_URI").toString())
            : Optional.empty(),
        config.duration("REDIS_TIMEOUT", NONE.patience()),
        networks(config));
  }

  private static int limit(Config config, String key, int fallback) {
    int limit = config.number(key, fallback);
    if (limit < 0) {
      throw new IllegalArgumentException(key + " must be 0 or more requests a minute");
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
          "TRUSTED_PROXIES must be addresses or networks such as 10.0.0.0/8, with commas between",
          e);
    }
  }
}
