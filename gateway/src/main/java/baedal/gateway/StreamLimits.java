package baedal.gateway;

import baedal.runtime.Refusal;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits the number of open event streams of one subject and of one address. A stream is one long
 * request, and one HTTP/2 connection carries up to a hundred streams. So neither the rate limit nor
 * the limit of connections restricts streams. Runs on one event loop.
 */
final class StreamLimits {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final PublicHttpConfig config;
  private final Addresses addresses;
  private final Map<String, Integer> openStreams = new HashMap<>();

  StreamLimits(PublicHttpConfig config, Addresses addresses) {
    this.config = config;
    this.addresses = addresses;
  }

  /**
   * Returns false if the subject or address has the maximum number of open streams. Otherwise
   * counts this stream until its request ends.
   */
  boolean tryOpen(RoutingContext ctx, String subject) {
    String subjectKey = "subject:" + subject;
    String addressKey = "address:" + addresses.limitKey(ctx.request());
    if (isFull(subjectKey, config.maxStreamsPerSubject())
        || isFull(addressKey, config.maxConnectionsPerAddress())) {
      return false;
    }
    List<String> keys = List.of(subjectKey, addressKey);
    keys.forEach(key -> openStreams.merge(key, 1, Integer::sum));
    ctx.addEndHandler(
        ended ->
            keys.forEach(
                key ->
                    openStreams.computeIfPresent(
                        key, (k, count) -> count == 1 ? null : count - 1)));
    return true;
  }

  static Refusal tooMany() {
    return Refusal.tooMany(
        "too many open event streams: close one, and " + Refusal.RETRY_LATER, RETRY_AFTER);
  }

  private boolean isFull(String key, int max) {
    return max > 0 && openStreams.getOrDefault(key, 0) >= max;
  }
}
