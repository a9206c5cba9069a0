package baedal.backing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/**
 * A client of RabbitMQ's management API, for starting brokers and for tests.
 *
 * @param uri {@code http://host:port}
 */
public record RabbitManagement(String uri, String user, String password) {

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String ALL_PERMISSIONS =
      "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}";

  /**
   * Whether the broker accepts AMQP connections. The management API answers before the broker does.
   *
   * @param amqpPort the port on which the broker listens; in Docker, the port inside the container
   */
  boolean acceptsConnections(int amqpPort) {
    try {
      return call("GET", "/api/health/checks/port-listener/" + amqpPort, null) == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Creates an empty virtual host with all permissions for the user; returns its AMQP URI.
   *
   * @param amqpPort the port of 127.0.0.1 on which the broker accepts AMQP connections
   */
  public String createVirtualHost(String name, int amqpPort) throws IOException {
    int created = call("PUT", "/api/vhosts/" + name, "{}");
    int permitted = call("PUT", "/api/permissions/" + name + "/" + user, ALL_PERMISSIONS);
    if (created >= 300 || permitted >= 300) {
      throw new IOException(
          "RabbitMQ did not create the virtual host (status "
              + created
              + ") or its permissions (status "
              + permitted
              + ")");
    }
    return "amqp://" + user + ":" + password + "@127.0.0.1:" + amqpPort + "/" + name;
  }

  /** Returns the status of the response. */
  private int call(String method, String path, String body) throws IOException {
    String credentials =
        Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri + path))
            .timeout(TIMEOUT)
            .header("Authorization", "Basic " + credentials)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
