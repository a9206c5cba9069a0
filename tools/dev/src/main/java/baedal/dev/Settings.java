package baedal.dev;

import baedal.backing.Ports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The ports of a one-machine run. The key of a port is the name of the environment variable that
 * sets it. {@link LocalSystem} and tests use it.
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

  /** The variables that name external backing services, and the pattern of each value. */
  private static final Map<String, Pattern> EXTERNAL =
      Map.of(
          "POSTGRES_URI", Pattern.compile("postgresql://[^/?#\\s]+"),
          "MONGO_URI", Pattern.compile("mongodb://[^/?#\\s]+"),
          "REDIS_URI", Pattern.compile("redis://[^/?#\\s]+"),
          "AMQP_URI", Pattern.compile("amqp://[^?#\\s]+"));

  /** The ports that stay unused when a backing service is external. */
  private static final Map<String, List<String>> PORTS_OF_EXTERNAL =
      Map.of(
          "POSTGRES_URI", List.of(POSTGRES),
          "MONGO_URI", List.of(MONGO),
          "REDIS_URI", List.of(REDIS),
          "AMQP_URI", List.of(AMQP, MANAGEMENT));

  /** Reads the environment. Throws {@link Failure} that names a wrong setting. */
  public static Settings from(Map<String, String> environment) {
    checkExternal(environment);
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

  private static void checkExternal(Map<String, String> environment) {
    EXTERNAL.forEach(
        (name, form) -> {
          String uri = environment.getOrDefault(name, "").strip();
          if (!uri.isEmpty() && !form.matcher(uri).matches()) {
            String scheme = form.pattern().substring(0, form.pattern().indexOf(':'));
            throw new Failure(name + " must have the form " + scheme + "://host:port");
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
                other + " and " + name + " are both " + port + ": set one of them to another port");
          }
        });
  }

  /** Chooses free ports, so that a system can run beside another one. */
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

  /** The names of the ports that a run binds: all but those of external backing services. */
  List<String> portsToBind(Map<String, String> environment) {
    List<String> names = new ArrayList<>(ports.keySet());
    PORTS_OF_EXTERNAL.forEach(
        (variable, unused) -> {
          if (externalUri(environment, variable).isPresent()) {
            names.removeAll(unused);
          }
        });
    return names;
  }

  /**
   * Returns the port that {@code name} sets. Throws {@link Failure} when it cannot be bound now.
   */
  int freePort(String name) {
    int port = port(name);
    Ports.bindError(port)
        .ifPresent(
            error -> {
              throw new Failure(
                  "port "
                      + port
                      + " is not available ("
                      + error
                      + "): stop the process that uses it, or set "
                      + name
                      + " to another port");
            });
    return port;
  }

  public String url(String service) {
    return "http://127.0.0.1:" + port(portSetting(service));
  }

  /** The name of the setting of a service's port, for example {@code ORDER_PORT}. */
  static String portSetting(String service) {
    return service.toUpperCase(Locale.ROOT) + "_PORT";
  }

  /** The URI of an external backing service; empty when {@code variable} is not set. */
  static Optional<String> externalUri(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable))
        .map(String::strip)
        .filter(uri -> !uri.isEmpty());
  }
}
