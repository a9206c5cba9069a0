package baedal.gateway;

import baedal.runtime.Config;
import baedal.runtime.HttpApi;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How the gateway meets the world. {@code corsOrigins} are the web sites whose pages may ask it,
 * {@link #LOOPBACK} for any of this machine; {@code operationsHost} and {@code operationsPort} are
 * where operators find its health and metrics. A connection is given up that brought no whole
 * request {@code headTimeout} after it was opened, or {@code idleTimeout} after the request before,
 * and one more than {@code maxConnections}, or {@code maxConnectionsPerAddress} of one address (0
 * for no such limit), is not taken. An event stream counts as a connection of its address, and one
 * subject has {@code maxStreamsPerSubject} at most (0 for no such limit). {@code
 * maxRequestsPerSubject} and {@code maxRequestsPerAddress} bound concurrent requests other than
 * event streams (0 for no such limit). All header fields of a request together have {@code
 * maxHeaderBytes} at most.
 */
public record PublicHttpConfig(
    List<String> corsOrigins,
    String operationsHost,
    int operationsPort,
    Optional<Tls> tls,
    Duration headTimeout,
    Duration idleTimeout,
    int maxConnections,
    int maxConnectionsPerAddress,
    int maxStreamsPerSubject,
    int maxRequestsPerSubject,
    int maxRequestsPerAddress,
    int maxHeaderBytes) {

  static final String LOOPBACK = "loopback";

  private static final Pattern ORIGIN =
      Pattern.compile("https?://([a-z0-9.-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

  /** PEM files: the certificate with those that signed it, and its key. */
  public record Tls(Path certificate, Path key) {}

  /** On one machine everybody has one address, so that its requests are bounded only if asked. */
  static PublicHttpConfig from(Config config) {
    boolean oneMachine = config.flag("DEV_DOORS", false);
    return new PublicHttpConfig(
        origins(config),
        config.text("OPERATIONS_HOST", "127.0.0.1"),
        config.number("OPERATIONS_PORT", 8089),
        tls(config),
        config.duration("HEAD_TIMEOUT", Duration.ofSeconds(10)),
        config.duration("IDLE_TIMEOUT", Duration.ofSeconds(75)),
        config.number("MAX_CONNECTIONS", 10_000),
        config.number("MAX_CONNECTIONS_PER_ADDRESS", 1_000),
        config.number("MAX_STREAMS_PER_SUBJECT", 20),
        config.number("MAX_REQUESTS_PER_SUBJECT", 100),
        config.number("MAX_REQUESTS_PER_ADDRESS", oneMachine ? 0 : 200),
        HttpApi.maxHeaderBytes(config));
  }

  private static List<String> origins(Config config) {
    List<String> origins =
        Stream.of(config.text("CORS_ORIGINS", "").split(","))
            .map(String::strip)
            .filter(origin -> !origin.isEmpty())
            .toList();
    for (String origin : origins) {
      if (!origin.equals(LOOPBACK) && !ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            "CORS_ORIGINS must be origins such as https://app.example.com, with commas between, or "
                + LOOPBACK);
      }
    }
    return origins;
  }

  private static Optional<Tls> tls(Config config) {
    if (!config.has("TLS_CERT") && !config.has("TLS_KEY")) {
      return Optional.empty();
    }
    return Optional.of(new Tls(file(config, "TLS_CERT"), file(config, "TLS_KEY")));
  }

  private static Path file(Config config, String key) {
    Path file = Path.of(config.text(key));
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(key + " must name a file that can be read");
    }
    return file;
  }
}
