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

/** A person with curl: calls the gateway, as somebody. */
public final class Client {

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** What came back. */
  public record Answer(int status, JsonNode body) {

    public String text(String field) {
      return body.path(field).asText();
    }
  }

  /** Sees every answer before whoever asked does. */
  public interface Witness {
    void sees(HttpResponse<String> answer);
  }

  private final String gateway;
  private final String token;
  private final Witness witness;

  public Client(String gateway) {
    this(gateway, answer -> {});
  }

  public Client(String gateway, Witness witness) {
    this(gateway, null, witness);
  }

  private Client(String gateway, String token, Witness witness) {
    this.gateway = gateway;
    this.token = token;
    this.witness = witness;
  }

  /** The same gateway, as somebody: with a token of the one-machine door. */
  public Client as(String sub, String role) throws IOException {
    ObjectNode asked = Json.mapper().createObjectNode().put("sub", sub);
    asked.set("roles", Json.mapper().valueToTree(List.of(role)));
    return new Client(gateway, call("POST", "/dev/tokens", asked).text("token"), witness);
  }

  /** Whose calls these are, as a bearer token; null for anyone. */
  public String token() {
    return token;
  }

  public Answer get(String path) throws IOException {
    return call("GET", path, null);
  }

  public Answer post(String path, JsonNode body) throws IOException {
    return call("POST", path, body);
  }

  /** With an {@code Idempotency-Key}: asking again makes no second one. */
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

  public boolean isUp() {
    try {
      return get("/health").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  public String health() {
    try {
      return get("/health").body().toString();
    } catch (IOException e) {
      return "the gateway does not answer";
    }
  }

  public static void pause() {
    pause(PAUSE);
  }

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
      witness.sees(response);
      return new Answer(response.statusCode(), json(response.body()));
    } catch (ConnectException e) {
      throw new IOException("nothing answers at " + gateway, e);
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
