package baedal.journey;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A request as it is written, with whatever is wrong with it, and its answer as it comes. */
record Plain(
    String method, String pathAndQuery, Map<String, String> headers, String body, String token) {

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  /** {@code token} may be null; of an event stream only the head is read. */
  HttpResponse<String> to(String url) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + pathAndQuery))
            .timeout(TIMEOUT)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return HTTP.send(request.build(), Plain::reader);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static BodySubscriber<String> reader(HttpResponse.ResponseInfo head) {
    boolean endless =
        head.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
    return endless
        ? BodySubscribers.mapping(BodySubscribers.ofInputStream(), Plain::unread)
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
