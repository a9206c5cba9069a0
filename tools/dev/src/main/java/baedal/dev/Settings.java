package baedal.dev;

import baedal.backing.Ports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What runs where on this machine; each port is changed by an environment variable of the setting's
 * name.
 */
public record Settings(Map<String, Integer> ports) {

  public static final String GATEWAY = "GATEWAY_PORT";
  static final String OPERATIONS = "GATEWAY_OPERATIONS_PORT";
  static final String POSTGRES = "POSTGRES_PORT";
  static final String REDIS = "REDIS_PORT";
  static final String MONGO = "MONGO_PORT";
  static final String AMQP = "AMQP_PORT";
  static final String MANAGEMENT = "MANAGEMENT_PORT";

  private static final Map<String, Integer> DEFAULTS = new LinkedHashMap<>();

  static {
    DEFAULTS.put(GATEWAY, 8088);
    DEFAULTS.put(OPERATIONS, 8089);
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

  /** Backing services that somebody else runs: what names one, and what that looks like. */
  private static final Map<String, Pattern> NAMED =
      Map.of(
          "POSTGRES_URI", Pattern.compile("postgresql://[^/?#\\s]+"),
          "MONGO_URI", Pattern.compile("mongodb://[^/?#\\s]+"),
          "REDIS_URI", Pattern.compile("redis://[^/?#\\s]+"),
          "AMQP_URI", Pattern.compile("amqp://[^?#\\s]+"));

  private static final Map<String, List<String>> OTHERS =
      Map.of(
          "POSTGRES_URI", List.of(POSTGRES),
          "MONGO_URI", List.of(MONGO),
          "REDIS_URI", List.of(REDIS),
          "AMQP_URI", List.of(AMQP, MANAGEMENT));

  /** Throws {@link Failure} that names the setting which is wrong. */
  public static Settings from(Map<String, String> environment) {
    checkNamed(environment);
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
    checkDifferent(ports);
    return new Settings(ports);
  }

  private static void checkNamed(Map<String, String> environment) {
    NAMED.forEach(
        (name, form) -> {
          String uri = environment.getOrDefault(name, "").strip();
          if (!uri.isEmpty() && !form.matcher(uri).matches()) {
            String scheme = form.pattern().substring(0, form.pattern().indexOf(':'));
            throw new Failure(name + " must look like " + scheme + "://host:port");
          }
        });
  }

  private static void checkDifferent(Map<String, Integer> ports) {
    Map<Integer, String> names = new HashMap<>();
    ports.forEach(
        (name, port) -> {
          String other = names.put(port, name);
          if (other != null) {
            throw new Failure(
                other + " and " + name + " are both " + port + ": set one to another port");
          }
        });
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

  /** Those of the services, and of the backing services that are not somebody else's. */
  List<String> portsToTake(Map<String, String> environment) {
    List<String> names = new ArrayList<>(ports.keySet());
    OTHERS.forEach(
        (variable, itsPorts) -> {
          if (!environment.getOrDefault(variable, "").isBlank()) {
            names.removeAll(itsPorts);
          }
        });
    return names;
  }

  /** The port of this name; throws {@link Failure} when nobody can listen on it now. */
  int freePort(String name) {
    int port = port(name);
    Ports.bindError(port)
        .ifPresent(
            why -> {
              throw new Failure(
                  "port "
                      + port
                      + " is not free ("
                      + why
                      + "): end what uses it, or set "
                      + name
                      + " to another one");
            });
    return port;
  }

  public String url(String service) {
    return "http://127.0.0.1:" + port(service.toUpperCase(java.util.Locale.ROOT) + "_PORT");
  }
}
