package baedal.dev;

import baedal.coupon.CouponConfig;
import baedal.coupon.CouponVerticle;
import baedal.gateway.GatewayConfig;
import baedal.gateway.GatewayVerticle;
import baedal.mypage.MyPageConfig;
import baedal.mypage.MyPageVerticle;
import baedal.order.OrderConfig;
import baedal.order.OrderVerticle;
import baedal.payment.PaymentConfig;
import baedal.payment.PaymentVerticle;
import baedal.rider.RiderConfig;
import baedal.rider.RiderVerticle;
import baedal.runtime.Config;
import baedal.store.StoreConfig;
import baedal.store.StoreVerticle;
import io.vertx.core.VerticleBase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The settings, verticles and main classes of the six services and the gateway of a one-machine
 * run.
 */
final class Services {

  static final List<String> NAMES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "gateway");

  private final Settings settings;
  private final EndpointRouting routing;
  private final DatabaseUris databases;
  private final BrokerAccess broker;
  private final String tokenSecret;
  private final String warmUp;

  /** {@code warmUp} is the setting WARM_UP of all services; empty for its default. */
  Services(
      Settings settings,
      EndpointRouting routing,
      DatabaseUris databases,
      BrokerAccess broker,
      String tokenSecret,
      String warmUp) {
    this.settings = settings;
    this.routing = routing;
    this.databases = databases;
    this.broker = broker;
    this.tokenSecret = tokenSecret;
    this.warmUp = warmUp;
  }

  /** The same services on other ports. */
  Services on(Settings ports) {
    return new Services(ports, routing, databases, broker, tokenSecret, warmUp);
  }

  /**
   * The environment variables of one service. {@code KUBERNETES_SERVICE_HOST} is empty, because
   * services do not start with {@code DEV_DOORS} in a Kubernetes pod, but a build may run the
   * system in one.
   */
  Map<String, String> environment(String service) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PORT", Integer.toString(port(service)));
    environment.put("TOKEN_SECRET", tokenSecret);
    environment.put("DEV_DOORS", "true");
    environment.put("WARM_UP", warmUp);
    environment.put("KUBERNETES_SERVICE_HOST", "");
    for (String other : NAMES) {
      environment.put(EndpointRouting.urlSetting(other), settings.url(other));
    }
    switch (service) {
      case "order", "payment" -> environment.put("POSTGRES_URI", databases.postgres(service));
      case "store", "rider", "mypage" -> environment.put("MONGO_URI", databases.mongo(service));
      case "coupon" -> environment.put("REDIS_URI", databases.redisDatabase());
      case "gateway" -> {
        environment.put("HTTP_HOST", "127.0.0.1");
        environment.put("CORS_ORIGINS", "loopback");
        environment.put("OPERATIONS_PORT", Integer.toString(settings.port(Settings.OPERATIONS)));
      }
      default -> throw new IllegalArgumentException(service);
    }
    if (!service.equals("gateway")) {
      environment.put("AMQP_URI", broker.serviceUri(service));
    }
    environment.replaceAll(
        (setting, value) ->
            setting.endsWith("_URI") || setting.endsWith("_URL")
                ? routing.route(service, setting, value)
                : value);
    return environment;
  }

  int port(String service) {
    return settings.port(Settings.portSetting(service));
  }

  VerticleBase verticle(String service) {
    Config config = Config.of(environment(service));
    return switch (service) {
      case "order" -> new OrderVerticle(OrderConfig.from(config));
      case "payment" -> new PaymentVerticle(PaymentConfig.from(config));
      case "store" -> new StoreVerticle(StoreConfig.from(config));
      case "rider" -> new RiderVerticle(RiderConfig.from(config));
      case "coupon" -> new CouponVerticle(CouponConfig.from(config));
      case "mypage" -> new MyPageVerticle(MyPageConfig.from(config));
      case "gateway" -> new GatewayVerticle(GatewayConfig.from(config));
      default -> throw new IllegalArgumentException(service);
    };
  }

  /** The main class of a service that runs in its own process. */
  static String mainClass(String service) {
    String type =
        service.equals("mypage")
            ? "MyPage"
            : service.substring(0, 1).toUpperCase(Locale.ROOT) + service.substring(1);
    return "baedal." + service + "." + type + "Main";
  }
}
