package baedal.gateway;

import baedal.runtime.Config;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.WarmUp;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * The settings of the gateway.
 *
 * @param host the address that the public server listens on
 * @param identity decides which tokens the gateway accepts
 * @param devDoors whether the dev routes exist
 * @param upstreams the base URL of each service, by the service's name
 * @param upstreamTimeout how long a service may send nothing during a request; longer than the
 *     interval between two heartbeats of an event stream
 * @param orderWait how long a new order waits while Baedal is saturated, before its 503
 * @param warmUp how long the service warms up before it is ready; zero for no warm-up
 * @param drainDelay the time between SIGTERM and the end of accepting requests
 */
public record GatewayConfig(
    String host,
    int port,
    Identity identity,
    boolean devDoors,
    Map<String, String> upstreams,
    Duration upstreamTimeout,
    Duration orderWait,
    BreakerConfig breaker,
    RateConfig rates,
    PublicHttpConfig http,
    Duration warmUp,
    Duration drainDelay) {

  public static GatewayConfig from(Config config) {
    return new GatewayConfig(
        config.text("HTTP_HOST", "127.0.0.1"),
        config.number("PORT", 8088),
        Identity.from(config),
        config.flag("DEV_DOORS", false),
        Map.of(
            "order", origin(config, "ORDER_URL"),
            "payment", origin(config, "PAYMENT_URL"),
            "store", origin(config, "STORE_URL"),
            "rider", origin(config, "RIDER_URL"),
            "coupon", origin(config, "COUPON_URL"),
            "mypage", origin(config, "MYPAGE_URL")),
        config.duration("UPSTREAM_TIMEOUT", HttpApi.ANSWERS_WITHIN.plusSeconds(2)),
        config.duration("ORDER_WAIT", Duration.ofSeconds(2)),
        BreakerConfig.from(config),
        RateConfig.from(config),
        PublicHttpConfig.from(config),
        WarmUp.time(config),
        HttpApi.drainDelay(config));
  }

  /**
   * Reads the base URL of a service. It must have no path, because the gateway forwards paths
   * unchanged. It must be an http URL, because services speak plain HTTP.
   */
  private static String origin(Config config, String key) {
    URI uri = config.uri(key);
    String path = uri.getRawPath();
    boolean plain = "http".equals(uri.getScheme()) && uri.getHost() != null;
    if (!plain || uri.getRawQuery() != null || !(path.isEmpty() || path.equals("/"))) {
      throw new IllegalArgumentException(key + " must be of the form http://host:port");
    }
    return "http://" + uri.getHost() + ":" + (uri.getPort() < 0 ? 80 : uri.getPort());
  }
}
