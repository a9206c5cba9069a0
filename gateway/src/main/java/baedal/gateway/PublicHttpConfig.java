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
 * The settings of the public server and of the operators' port. A limit of 0 is no limit, except
 * for {@code maxConnections} and {@code maxHeaderBytes}.
 *
 * @param corsOrigins the web sites whose pages may call the gateway; {@link #LOOPBACK} allows any
 *     page of this machine
 * @param operationsHost the address that the operators' server listens on; it serves health and
 *     metrics
 * @param tls empty for plain HTTP
 * @param headTimeout a new connection is closed if no complete request head arrives in this time
 * @param idleTimeout an open connection is closed if no complete request head arrives in this time
 *     after the last response
 * @param maxConnectionsPerAddress also the maximum number of open event streams of one address
 * @param maxStreamsPerSubject maximum number of open event streams of one subject
 * @param maxRequestsPerSubject maximum number of concurrent requests other than event streams
 * @param maxRequestsPerAddress maximum number of concurrent requests other than event streams
 * @param maxHeaderBytes maximum size of all header fields of a request together
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

  /** The PEM files of the certificate chain and of the private key. */
  public record Tls(Path certificate, Path key) {}

  /**
   * In a one-machine run all clients share one address, so requests per address are unlimited by
   * default.
   */
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
            "CORS_ORIGINS must be a comma-separated list of origins"
                + " such as https://app.example.com, or "
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
