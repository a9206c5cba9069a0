package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.StreamResetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several requests on one HTTP/2 connection do not affect each other. */
class Http2Test {

  private static final int MAX_STREAMS_PER_SUBJECT = 2;
  private static final int MAX_STREAMS_PER_ADDRESS = 5;
  private static final String PAGE = "https://app.example";
  private static final String LIVE = "/mypages/1/live";

  private final TestGateway gateway =
      TestGateway.withTls(
          Map.of(
              "CORS_ORIGINS", PAGE,
              "MAX_STREAMS_PER_SUBJECT", "" + MAX_STREAMS_PER_SUBJECT,
              "MAX_CONNECTIONS_PER_ADDRESS", "" + MAX_STREAMS_PER_ADDRESS));
  private final HttpClient client =
      gateway.vertx.createHttpClient(
          TestTls.clientOptions(HttpVersion.HTTP_2), new PoolOptions().setHttp2MaxSize(1));
  private final AtomicInteger listeners = new AtomicInteger();

  @BeforeEach
  void stream() {
    gateway.service =
        request -> {
          if (!request.path().equals(LIVE)) {
            request
                .body()
                .onSuccess(body -> request.response().end("fine " + body))
                .onFailure(gone -> {});
            return;
          }
          listeners.incrementAndGet();
          request.response().setChunked(true).closeHandler(v -> listeners.decrementAndGet());
          request.response().write(":\n\n");
        };
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private Future<HttpClientRequest> request(String subject, HttpMethod method, String path) {
    return client
        .request(method, gateway.port(), TestGateway.LOOPBACK, path)
        .onSuccess(request -> request.putHeader("Authorization", gateway.bearer(subject)));
  }

  private HttpClientResponse get(String subject, String path) {
    return request(subject, HttpMethod.GET, path).compose(HttpClientRequest::send).await();
  }

  private int status(String subject) {
    return get(subject, "/stores").statusCode();
  }

  @Test
  void a_slow_body_ends_only_its_own_stream_before_and_after_the_response() {
    HttpClientResponse live = get("c-1", LIVE);
    assertThat(live.version()).isEqualTo(HttpVersion.HTTP_2);
    HttpClientRequest refused = request("c-2", HttpMethod.POST, "/orders").await();
    Future<Void> ended = Future.future(end -> refused.exceptionHandler(end::fail));
    refused.putHeader("Authorization", "Bearer forged").setChunked(true).write("{");
    assertThat(refused.response().await().statusCode()).isEqualTo(401);
    HttpClientRequest slow = request("c-2", HttpMethod.POST, "/orders").await();
    slow.setChunked(true).write("{");
    Future<HttpClientResponse> answer = slow.response();
    await().until(() -> answer.isComplete() && ended.isComplete());
    assertThat(answer.cause()).isInstanceOf(StreamResetException.class);
    assertThat(ended.cause()).isInstanceOf(StreamResetException.class);
    assertThat(listeners).hasValue(1);
    assertThat(get("c-1", "/stores").request().connection()).isSameAs(live.request().connection());
  }

  @Test
  void a_body_without_a_length_and_a_request_without_a_body_are_forwarded() {
    for (String body : List.of("", "{\"memo\": \"문 앞\"}")) {
      HttpClientRequest request = request("c-1", HttpMethod.POST, "/orders").await();
      if (!body.isEmpty()) {
        request.setChunked(true).write(body.substring(0, 5));
      }
      Future<HttpClientResponse> answer = request.response();
      request.end(body.isEmpty() ? body : body.substring(5));
      assertThat(answer.compose(HttpClientResponse::body).await()).hasToString("fine " + body);
    }
  }

  @Test
  void header_fields_have_the_same_limit_as_in_http_1_1() {
    assertThat(withGroups(30_000).head().statusCode()).isEqualTo(200);
    Answer refused = withGroups(33_000);
    assertThat(refused.head().statusCode()).isEqualTo(431);
    assertThat(refused.head().getHeader("Access-Control-Allow-Origin")).isEqualTo(PAGE);
    assertThat(refused.body()).contains("33012 of them in x-groups", "at most 32768 bytes");
    HttpClientResponse longPath = get("c-1", "/" + "x".repeat(5_000));
    assertThat(longPath.statusCode()).isEqualTo(414);
    assertThat(status("c-2")).isEqualTo(200);
    assertThat(get("c-1", "/stores").request().connection())
        .isSameAs(refused.head().request().connection());
  }

  private record Answer(HttpClientResponse head, String body) {}

  private Answer withGroups(int bytes) {
    return request("c-1", HttpMethod.GET, "/stores")
        .compose(
            request ->
                request.putHeader("x-groups", "g".repeat(bytes)).putHeader("origin", PAGE).send())
        .compose(head -> head.body().map(body -> new Answer(head, body.toString())))
        .await();
  }

  @Test
  void a_subject_has_a_limited_number_of_event_streams() {
    List<HttpClientResponse> watched = new ArrayList<>();
    for (int i = 0; i < MAX_STREAMS_PER_SUBJECT; i++) {
      watched.add(get("c-1", LIVE));
    }
    HttpClientResponse refused = get("c-1", LIVE);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.getHeader("Retry-After")).isEqualTo("5");
    assertThat(status("c-1")).isEqualTo(200);
    assertThat(get("c-2", LIVE).statusCode()).isEqualTo(200);
    watched.get(0).request().reset().await();
    await().until(() -> get("c-1", LIVE).statusCode() == 200);
    assertThat(get("c-1", LIVE).statusCode()).isEqualTo(429);
  }

  @Test
  void an_address_has_no_more_event_streams_than_connections() {
    for (int i = 0; i < MAX_STREAMS_PER_ADDRESS; i++) {
      assertThat(get("c-" + i, LIVE).statusCode()).isEqualTo(200);
    }
    HttpClientResponse refused = get("c-9", LIVE);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(status("c-9")).isEqualTo(200);
    refused.request().connection().close().await();
    await().until(() -> listeners.get() == 0);
    await().until(() -> get("c-9", LIVE).statusCode() == 200);
  }
}
