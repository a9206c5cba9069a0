package baedal.dev;

import baedal.runtime.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/**
 * A blocking HTTP client of the gateway for tools and tests. It acts as one user, or sends no
 * token.
 */
public final class Client {

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration PAUSE = Duration.ofMillis(50);

  /**
   * A response: its status and its JSON body. {@code body} is a {@link MissingNode} if the response
   * body is not JSON.
   *
   * @param retryAfter the time in the header {@code Retry-After}; zero without this header
   */
  public record Answer(int status, JsonNode body, Duration retryAfter) {

    public Answer(int status, JsonNode body) {
      this(status, body, Duration.ZERO);
    }

    public String text(String field) {
      return body.path(field).asText();
    }
  }

  /** Receives every response before the caller of the client receives it. */
  public interface ResponseListener {
    void onResponse(HttpResponse<String> response);
  }

  private final String gateway;
  private final String token;
  private final ResponseListener listener;

  public Client(String gateway) {
    this(gateway, response -> {});
  }

  public Client(String gateway, ResponseListener listener) {
    this(gateway, null, listener);
  }

  private Client(String gateway, String token, ResponseListener listener) {
    this.gateway = gateway;
    this.token = token;
    this.listener = listener;
  }

  /**
   * A client for the user {@code sub} with one role. The gateway of a one-machine run issues the
   * token.
   */
  public Client as(String sub, String role) throws IOException {
    ObjectNode claims = Json.mapper().createObjectNode().put("sub", sub);
    claims.set("roles", Json.mapper().valueToTree(List.of(role)));
    return new Client(gateway, call("POST", "/dev/tokens", claims).text("token"), listener);
  }

  /** The bearer token; null for a client without one. */
  public String token() {
    return token;
  }

  public Answer get(String path) throws IOException {
    return call("GET", path, null);
  }

  public Answer post(String path, JsonNode body) throws IOException {
    return call("POST", path, body);
  }

  /** Sends {@code key} as {@code Idempotency-Key}: a repeated request has no second effect. */
  public Answer post(String path, JsonNode body, String key) throws IOException {
    return call("POST", path, body, key);
  }

  public Answer put(String path, JsonNode body) throws IOException {
    return call("PUT", path, body);
  }

  public Answer delete(String path) throws IOException {
    return call("DELETE", path, null);
  }

  public Answer patch(String path, JsonNode body) throws IOException {
    return call("PATCH", path, body);
  }

  /** Whether the gateway reports that all services are healthy. */
  public boolean isUp() {
    try {
      return get("/health").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether this server reports itself ready; for the port of a service or of operators. */
  public boolean isReady() {
    try {
      return get("/health/ready").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** The gateway's health report as a text, for an error message. */
  public String health() {
    try {
      return get("/health").body().toString();
    } catch (IOException e) {
      return "the gateway does not respond";
    }
  }

  /** Sleeps for 50 ms, between two attempts. */
  public static void pause() {
    pause(PAUSE);
  }

  /** Sleeps; throws {@link Failure} when the thread is interrupted. */
  public static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }

  private Answer call(String method, String path, JsonNode body) throws IOException {
    return call(method, path, body, null);
  }

  private Answer call(String method, String path, JsonNode body, String key) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway + path))
            .timeout(TIMEOUT)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.toString()));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    if (key != null) {
      request.header("Idempotency-Key", key);
    }
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<String> response =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      listener.onResponse(response);
      long seconds = response.headers().firstValueAsLong("Retry-After").orElse(0);
      return new Answer(response.statusCode(), json(response.body()), Duration.ofSeconds(seconds));
    } catch (ConnectException e) {
      throw new IOException("no server answers at " + gateway, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static JsonNode json(String body) {
    try {
      return body.isEmpty() ? MissingNode.getInstance() : Json.mapper().readTree(body);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
