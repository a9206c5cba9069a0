package baedal.journey;

import static baedal.testkit.Eventually.await;

import baedal.journey.Contracts.Operation;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.awaitility.core.ConditionTimeoutException;

/** An HTTP request that may be malformed, for tests that send what {@code Client} cannot send. */
record RawRequest(
    String method, String pathAndQuery, Map<String, String> headers, Buffer body, String token) {

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration RETRY_FOR = Duration.ofSeconds(10);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(50);

  /**
   * Builds a request to the operation. {@code values} returns the value of a parameter, or null to
   * omit it. {@code contentType}, {@code body} and {@code token} may be null.
   */
  static RawRequest of(
      Operation operation,
      String token,
      Function<JsonNode, String> values,
      String contentType,
      Buffer body) {
    String path = operation.path();
    List<String> query = new ArrayList<>();
    Map<String, String> headers = new HashMap<>();
    for (JsonNode parameter : operation.parameters()) {
      String name = parameter.path("name").asText();
      String value = values.apply(parameter);
      if (value != null) {
        String encoded = URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
        switch (parameter.path("in").asText()) {
          case "path" -> path = path.replace("{" + name + "}", encoded);
          case "query" -> query.add(name + "=" + encoded);
          default -> headers.put(name, value);
        }
      }
    }
    if (contentType != null) {
      headers.put("Content-Type", contentType);
    }
    String pathAndQuery = query.isEmpty() ? path : path + "?" + String.join("&", query);
    return new RawRequest(operation.method(), pathAndQuery, headers, body, token);
  }

  /**
   * Sends the request. Retries for 10 s while the status is 503, which a busy machine may answer.
   * The answer of an event stream has an empty body: the stream is not read.
   */
  HttpResponse<String> sendTo(String url) throws IOException {
    AtomicReference<HttpResponse<String>> last = new AtomicReference<>();
    try {
      await()
          .atMost(RETRY_FOR)
          .pollInterval(RETRY_INTERVAL)
          .until(
              () -> {
                last.set(sendOnce(url));
                return last.get().statusCode() != 503;
              });
    } catch (ConditionTimeoutException stillUnavailable) {
      return last.get();
    }
    return last.get();
  }

  private HttpResponse<String> sendOnce(String url) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + pathAndQuery))
            .timeout(TIMEOUT)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body.getBytes()));
    headers.forEach(request::header);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return HTTP.send(request.build(), RawRequest::reader);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static BodySubscriber<String> reader(HttpResponse.ResponseInfo head) {
    boolean eventStream =
        head.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
    return eventStream
        ? BodySubscribers.mapping(BodySubscribers.ofInputStream(), RawRequest::unread)
        : BodySubscribers.ofString(StandardCharsets.UTF_8);
  }

  private static String unread(InputStream stream) {
    try {
      stream.close();
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
