package baedal.chart;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the environment variables of a container, as the kubelet does. */
final class Variables {

  private Variables() {}

  /** The values of Secrets that the release does not have are samples. */
  static Map<String, String> of(Node container, Rendering rendering) {
    Map<String, String> variables = new TreeMap<>();
    for (Node from : container.at("envFrom").items()) {
      rendering
          .find("ConfigMap", from.at("configMapRef", "name").text())
          .ifPresent(
              map ->
                  map.at("data")
                      .fields()
                      .forEach((key, value) -> variables.put(key, value.text())));
      rendering
          .find("Secret", from.at("secretRef", "name").text())
          .ifPresent(
              secret ->
                  secret
                      .at("data")
                      .fields()
                      .keySet()
                      .forEach(key -> variables.put(key, secret(secret, key).orElseThrow())));
    }
    for (Node variable : container.at("env").items()) {
      String name = variable.at("name").text();
      variables.put(name, value(name, variable, rendering));
    }
    return variables;
  }

  private static String value(String name, Node variable, Rendering rendering) {
    Node from = variable.at("valueFrom");
    Node secret = from.at("secretKeyRef");
    if (secret.isPresent()) {
      return rendering
          .find("Secret", secret.at("name").text())
          .flatMap(found -> secret(found, secret.at("key").text()))
          .orElseGet(() -> sample(name));
    }
    Node map = from.at("configMapKeyRef");
    if (map.isPresent()) {
      return rendering
          .find("ConfigMap", map.at("name").text())
          .orElseThrow()
          .at("data", map.at("key").text())
          .text();
    }
    return variable.at("value").text();
  }

  private static Optional<String> secret(Manifest secret, String key) {
    Node plain = secret.at("stringData", key);
    Node encoded = secret.at("data", key);
    if (plain.isPresent()) {
      return Optional.of(plain.text());
    }
    return encoded.isPresent()
        ? Optional.of(
            new String(Base64.getDecoder().decode(encoded.text()), StandardCharsets.UTF_8))
        : Optional.empty();
  }

  /** A value as the operator of a server writes it into a Secret. */
  static String sample(String variable) {
    String name = variable.replaceAll(".*_(?=(POSTGRES|MONGO|REDIS)_URI)", "");
    return switch (name) {
      case "POSTGRES_URI" ->
          "postgresql://user:password@db.example.com:5432/baedal?sslmode=verify-full";
      case "MONGO_URI" -> "mongodb://user:password@db.example.com:27017/baedal?tls=true";
      case "REDIS_URI" -> "rediss://user:password@db.example.com:6380/0";
      case "AMQP_URI" -> "amqps://user:password@broker.example.com:5671/baedal";
      default -> "0123456789abcdef0123456789abcdef";
    };
  }
}
