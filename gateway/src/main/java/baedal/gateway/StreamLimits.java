package baedal.gateway;

import baedal.runtime.Refusal;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who watches how many orders, on one event loop. A stream is one request and lasts as long as its
 * order, and one connection of HTTP/2 carries a hundred of them: what limits requests and
 * connections does not limit these.
 */
final class StreamLimits {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final PublicHttpConfig config;
  private final Addresses addresses;
  private final Map<String, Integer> streams = new HashMap<>();

  StreamLimits(PublicHttpConfig config, Addresses addresses) {
    this.config = config;
    this.addresses = addresses;
  }

  /** Counts one more until it ends; false if its subject, or its address, has as many as it may. */
  boolean welcome(RoutingContext ctx, String subject) {
    String person = "subject:" + subject;
    String address = "address:" + Addresses.household(addresses.of(ctx.request()));
    if (isFull(person, config.maxStreamsPerSubject())
        || isFull(address, config.maxConnectionsPerAddress())) {
      return false;
    }
    List<String> names = List.of(person, address);
    names.forEach(name -> streams.merge(name, 1, Integer::sum));
    ctx.addEndHandler(
        ended ->
            names.forEach(
                name -> streams.computeIfPresent(name, (n, had) -> had == 1 ? null : had - 1)));
    return true;
  }

  static Refusal tooMany() {
    return Refusal.tooMany("too many orders are watched at once: close one first", RETRY_AFTER);
  }

  private boolean isFull(String name, int most) {
    return most > 0 && streams.getOrDefault(name, 0) >= most;
  }
}
