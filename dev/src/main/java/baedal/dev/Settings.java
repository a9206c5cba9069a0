package baedal.dev;

import baedal.backing.Ports;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What runs where on this machine; each port is changed by an environment variable of the setting's
 * name.
 */
public record Settings(Map<String, Integer> ports) {

  public static final String GATEWAY = "GATEWAY_PORT";
  static final String POSTGRES = "POSTGRES_PORT";
  static final String REDIS = "REDIS_PORT";
  static final String MONGO = "MONGO_PORT";
  static final String AMQP = "AMQP_PORT";
  static final String MANAGEMENT = "MANAGEMENT_PORT";

  private static final Map<String, Integer> DEFAULTS = new LinkedHashMap<>();

  static {
    DEFAULTS.put(GATEWAY, 8088);
    DEFAULTS.put("ORDER_PORT", 8081);
    DEFAULTS.put("PAYMENT_PORT", 8082);
    DEFAULTS.put("STORE_PORT", 8083);
    DEFAULTS.put("RIDER_PORT", 8084);
    DEFAULTS.put("COUPON_PORT", 8085);
    DEFAULTS.put("MYPAGE_PORT", 8086);
    DEFAULTS.put(POSTGRES, 15432);
    DEFAULTS.put(REDIS, 16379);
    DEFAULTS.put(MONGO, 17017);
    DEFAULTS.put(AMQP, 15671);
    DEFAULTS.put(MANAGEMENT, 15672);
  }

  public static Settings from(Map<String, String> environment) {
    Map<String, Integer> ports = new LinkedHashMap<>();
    DEFAULTS.forEach(
        (name, fallback) -> {
          String value = environment.getOrDefault(name, fallback.toString());
          try {
            int port = Integer.parseInt(value.strip());
            if (port < 1 || port > 65_535) {
              throw new NumberFormatException(value);
            }
            ports.put(name, port);
          } catch (NumberFormatException e) {
            throw new Failure(name + " must be a port number, not '" + value + "'");
          }
        });
    return new Settings(ports);
  }

  /** Ports that nobody uses now, for a test beside a running system. */
  public static Settings onFreePorts() throws IOException {
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (String name : DEFAULTS.keySet()) {
      int port = Ports.free();
      while (ports.containsValue(port)) {
        port = Ports.free();
      }
      ports.put(name, port);
    }
    return new Settings(ports);
  }

  public int port(String name) {
    return ports.get(name);
  }

  public String url(String service) {
    return "http://127.0.0.1:" + port(service.toUpperCase(java.util.Locale.ROOT) + "_PORT");
  }
}
