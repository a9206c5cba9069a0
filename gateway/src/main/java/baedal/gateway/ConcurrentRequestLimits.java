package baedal.gateway;

import baedal.runtime.Refusal;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits the number of concurrent requests of one subject and of one address, so that one client
 * cannot occupy the gateway and the services behind it. Event streams are not counted; {@link
 * StreamLimits} limits them. Runs on one event loop.
 */
final class ConcurrentRequestLimits {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String GROUP = "concurrent-requests.group";
  private static final String WORK = "concurrent-requests.work";

  private final PublicHttpConfig config;
  private final Addresses addresses;
  private final Tokens tokens;
  private final Map<String, Integer> inProgress = new HashMap<>();

  ConcurrentRequestLimits(PublicHttpConfig config, Addresses addresses, Tokens tokens) {
    this.config = config;
    this.addresses = addresses;
    this.tokens = tokens;
  }

  /**
   * The group of a request: its subject, such as {@code subject:c-1}, or its address if it has no
   * valid token.
   */
  static String group(RoutingContext ctx) {
    return ctx.get(GROUP);
  }

  /**
   * Keeps counting the request until {@code work} completes, even if the client disconnects
   * earlier. The services are still busy with it until then.
   */
  static <T> Future<T> countUntil(RoutingContext ctx, Future<T> work) {
    ctx.put(WORK, work);
    return work;
  }

  /**
   * Refuses the request if its subject or its address has the maximum number of requests in
   * progress. Otherwise counts the request until it ends.
   */
  void limit(RoutingContext ctx) {
    String address = "address:" + addresses.limitKey(ctx.request());
    if (ctx.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
      Future<String> subject =
          tokens.caller(ctx).map(caller -> "subject:" + caller.sub()).otherwise(address);
      Paused.until(ctx, subject, group -> enter(ctx, address, group));
    } else {
      enter(ctx, address, address);
    }
  }

  private void enter(RoutingContext ctx, String address, String group) {
    List<String> names = group.equals(address) ? List.of(address) : List.of(group, address);
    if (isFull(address, config.maxRequestsPerAddress())
        || (names.size() > 1 && isFull(group, config.maxRequestsPerSubject()))) {
      ctx.fail(
          Refusal.unavailable(
              "too-many-in-progress",
              "too many of your requests are in progress: " + Refusal.RETRY_LATER,
              RETRY_AFTER));
      return;
    }
    ctx.put(GROUP, group);
    names.forEach(name -> inProgress.merge(name, 1, Integer::sum));
    ctx.addEndHandler(ended -> leaveAfterWork(ctx, names));
    ctx.next();
  }

  private void leaveAfterWork(RoutingContext ctx, List<String> names) {
    Future<?> work = ctx.get(WORK);
    if (work == null) {
      leave(names);
    } else {
      work.onComplete(done -> leave(names));
    }
  }

  private void leave(List<String> names) {
    names.forEach(
        name -> inProgress.computeIfPresent(name, (n, count) -> count == 1 ? null : count - 1));
  }

  private boolean isFull(String name, int max) {
    return max > 0 && inProgress.getOrDefault(name, 0) >= max;
  }
}
