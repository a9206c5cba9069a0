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
 * RabbitMQ's management API.
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
   * Whether the broker accepts AMQP connections. The management API is up before that: an answer
   * alone does not say so.
   *
   * @param amqpPort the port in the broker's own view, which differs in a container
   */
  boolean acceptsConnections(int amqpPort) {
    try {
      return call("GET", "/api/health/checks/port-listener/" + amqpPort, null) == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Makes an empty virtual host in which the user may do everything; returns its URI.
   *
   * @param amqpPort where the broker accepts AMQP connections on this machine
   */
  public String createVirtualHost(String name, int amqpPort) throws IOException {
    int created = call("PUT", "/api/vhosts/" + name, "{}");
    int permitted = call("PUT", "/api/permissions/" + name + "/" + user, ALL_PERMISSIONS);
    if (created >= 300 || permitted >= 300) {
      throw new IOException(
          "the management API refused a virtual host: " + created + ", " + permitted);
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
