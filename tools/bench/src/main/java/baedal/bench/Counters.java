package baedal.bench;

import baedal.dev.Settings;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the operations that a running system has done since its start. The numbers come from the
 * services' metrics, PostgreSQL, RabbitMQ's management API and the operating system, so that they
 * mean the same for every revision of the system. Each call blocks.
 */
final class Counters {

  static final String GC_PAUSES = "GC pauses";
  static final String GC_SECONDS = "GC seconds";

  private static final Map<String, String> METRICS =
      Map.of(
          "vertx_sql_processing_time_seconds_count", "SQL statements",
          "vertx_http_client_requests_total", "HTTP requests between services",
          "vertx_redis_processing_time_seconds_count", "Redis commands",
          "jvm_gc_pause_seconds_count", GC_PAUSES,
          "jvm_gc_pause_seconds_sum", GC_SECONDS);

  private static final Map<String, String> BROKER =
      Map.of(
          "publish", "AMQP publishes",
          "confirm", "AMQP confirms",
          "deliver", "AMQP deliveries",
          "ack", "AMQP acknowledgements");

  private static final Pattern SENT_SEGMENTS = Pattern.compile("\\bdata_segs_out:(\\d+)");
  private static final Pattern SENT_BYTES = Pattern.compile("\\bbytes_sent:(\\d+)");
  private static final HttpClient HTTP_CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Settings settings;
  private final Path home;

  Counters(Settings settings, Path home) {
    this.settings = settings;
    this.home = home;
  }

  /** The number of each operation since the start of the system, by its name. */
  Map<String, Double> read() throws IOException {
    Map<String, Double> counts = new LinkedHashMap<>();
    readMetrics(counts);
    readPostgres(counts);
    readBroker(counts);
    readConnections(counts, "PostgreSQL", "POSTGRES_PORT");
    // The driver sends a command in one segment, and one command at a time on each connection.
    readConnections(counts, "MongoDB", "MONGO_PORT");
    readConnections(counts, "RabbitMQ", "AMQP_PORT");
    counts.put("loopback bytes", loopbackBytes(Files.readString(Path.of("/proc/net/dev"))));
    return counts;
  }

  private void readMetrics(Map<String, Double> counts) throws IOException {
    URI uri =
        URI.create("http://127.0.0.1:" + settings.port("GATEWAY_OPERATIONS_PORT") + "/metrics");
    addMetrics(counts, get(HttpRequest.newBuilder(uri)));
  }

  /** Adds up the series of each metric of the Prometheus text format. */
  static void addMetrics(Map<String, Double> counts, String text) {
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              String name = METRICS.get(line.split("[{ ]", 2)[0]);
              if (name != null) {
                double value = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                counts.merge(name, value, Double::sum);
              }
            });
  }

  private void readPostgres(Map<String, Double> counts) throws IOException {
    String query =
        """
        SELECT sum(xact_commit + xact_rollback), (SELECT wal_bytes FROM pg_stat_wal)
          FROM pg_stat_database WHERE datname LIKE 'baedal%'
        """;
    try (Connection connection = postgres(settings, "postgres");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      counts.put("PostgreSQL transactions", result.getDouble(1));
      counts.put("PostgreSQL WAL bytes", result.getDouble(2));
    } catch (SQLException e) {
      throw new IOException("cannot read PostgreSQL's statistics: " + e.getMessage(), e);
    }
  }

  /** Connects to a database of the measured system. */
  static Connection postgres(Settings settings, String database) throws SQLException {
    String uri = "jdbc:postgresql://127.0.0.1:" + settings.port("POSTGRES_PORT") + "/" + database;
    return DriverManager.getConnection(uri, "postgres", "postgres");
  }

  private void readBroker(Map<String, Double> counts) throws IOException {
    String user = "baedal:" + Files.readString(home.resolve("secrets/rabbitmq")).strip();
    String basic = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    URI uri = URI.create("http://127.0.0.1:" + settings.port("MANAGEMENT_PORT") + "/api/overview");
    String overview = get(HttpRequest.newBuilder(uri).header("Authorization", "Basic " + basic));
    JsonNode statistics = Json.mapper().readTree(overview).path("message_stats");
    BROKER.forEach((field, name) -> counts.put(name, statistics.path(field).asDouble()));
  }

  private static String get(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<String> response =
          HTTP_CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException(response.uri() + " answers " + response.statusCode());
      }
      return response.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void readConnections(Map<String, Double> counts, String server, String port)
      throws IOException {
    Process ss =
        new ProcessBuilder("ss", "-Htin", "( dport = :" + settings.port(port) + " )")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String text = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    counts.put("TCP segments to " + server, sum(SENT_SEGMENTS, text));
    counts.put("bytes to " + server, sum(SENT_BYTES, text));
  }

  private static double sum(Pattern number, String text) {
    return number.matcher(text).results().mapToDouble(n -> Double.parseDouble(n.group(1))).sum();
  }

  /** The bytes sent on the loopback interface; {@code text} is the file {@code /proc/net/dev}. */
  static double loopbackBytes(String text) {
    Matcher matcher = Pattern.compile("\\blo:\\s*(\\d+)").matcher(text);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
  }
}
