package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.testkit.TestServers;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Clients that disconnect, or send unusual but valid requests, cause no log line at INFO or above.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientGoneLogTest {

  private static final String PAUSE_MILLIS = "1000";
  private static final byte[] HALF_A_BODY = "{\"orderId\": ".getBytes(StandardCharsets.US_ASCII);

  private static final JsonObject PAYMENT = new JsonObject().put("method", "KAKAO_PAY");
  private static final Map<String, JsonObject> BODIES =
      Map.of(
          "/orders", TestGateway.ORDER,
          "/payments", PAYMENT.copy().put("orderId", "o-1"),
          "/checkouts", new JsonObject().put("order", TestGateway.ORDER).put("payment", PAYMENT));

  private final String redis = TestServers.redis();
  private final TestGateway gateway =
      TestGateway.withTls(
          Map.of(
              "REDIS_URI", redis,
              "REDIS_TIMEOUT", "10s",
              "RATE_PER_ADDRESS", "1000",
              "RATE_PER_SUBJECT", "1000"));

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
            lines.add(event.getLevel() + " " + event.getFormattedMessage());
          }
        }
      };

  private final RedisAPI redisClient = RedisAPI.api(Redis.createClient(gateway.vertx, redis));

  @BeforeEach
  void attachAppender() {
    gateway.service = ClientGoneLogTest::serve;
    appender.start();
    root.addAppender(appender);
  }

  @AfterEach
  void detachAppender() {
    root.detachAppender(appender);
    lines.clear();
  }

  @AfterAll
  void stop() {
    gateway.close();
  }

  private static void serve(HttpServerRequest request) {
    request
        .body()
        .onSuccess(body -> request.response().end("fine " + body.length()))
        .onFailure(gone -> {});
  }

  /**
   * Sends two requests on the same event loop first: their answers come after all log lines of
   * earlier requests.
   */
  private void assertNothingLogged() throws Exception {
    try (RawHttp2 other = new RawHttp2(gateway.port(), 2)) {
      other.get(1, "/stores", null).get(3, "/orders", gateway.bearer("c-2")).send();
      assertThat(other.status()).isEqualTo(200);
      assertThat(other.status()).isEqualTo(200);
    }
    assertThat(lines).isEmpty();
  }

  @Test
  void a_reset_while_redis_is_asked_for_the_rate_limit_is_not_logged() throws Exception {
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      client.get(1, "/stores", null).send();
      assertThat(client.status()).isEqualTo(200);
      redisClient.client(List.of("PAUSE", PAUSE_MILLIS)).await();
      for (int stream = 3; stream < 100; stream += 2) {
        client
            .get(stream, "/stores", stream % 4 == 1 ? gateway.bearer() : null)
            .number(RawHttp2.RST_STREAM, stream, RawHttp2.CANCEL);
      }
      client.send();
      assertNothingLogged();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"})
  void an_http_2_connection_without_a_valid_preface_is_not_logged(String first) throws Exception {
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1, first)) {
      client.lastFrame();
      assertNothingLogged();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/stores", "/orders", "/health", "/nowhere"})
  void a_get_with_a_body_is_not_logged(String path) throws Exception {
    String token = path.equals("/orders") ? gateway.bearer() : null;
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      client
          .request(1, "GET", path, token, null, false)
          .frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[100])
          .request(3, "GET", path, token, "100", false)
          .frame(RawHttp2.DATA, RawHttp2.END_STREAM, 3, new byte[100])
          .send();
      int status = path.equals("/nowhere") ? 404 : 200;
      assertThat(client.status()).isEqualTo(status);
      assertThat(client.status()).isEqualTo(status);
      assertNothingLogged();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/orders", "/checkouts", "/payments", "/nowhere"})
  void a_client_that_disconnects_during_its_body_is_not_logged(String path) throws Exception {
    for (boolean reset : List.of(true, false)) {
      try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
        for (int stream = 1; stream < 20; stream += 2) {
          client
              .request(
                  stream, "POST", path, gateway.bearer(), stream % 4 == 1 ? "100" : null, false)
              .frame(RawHttp2.DATA, 0, stream, HALF_A_BODY);
        }
        client.barrier();
        for (int stream = 1; reset && stream < 20; stream += 2) {
          client.number(RawHttp2.RST_STREAM, stream, RawHttp2.CANCEL);
        }
        client.barrier();
      }
      assertNothingLogged();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/checkouts", "/payments", "/deadLetters", "/health", "/orders"})
  void a_client_that_disconnects_before_its_response_is_not_logged(String path) throws Exception {
    boolean isPost = !path.equals("/deadLetters") && !path.equals("/health");
    AtomicInteger received = new AtomicInteger();
    Promise<Void> answer = Promise.promise();
    gateway.service =
        request -> {
          received.incrementAndGet();
          request
              .body()
              .compose(body -> answer.future())
              .onSuccess(v -> request.response().setStatusCode(409).end("{}"));
        };
    try (RawHttp2 client = new RawHttp2(gateway.port(), 1)) {
      client.request(
          1,
          isPost ? "POST" : "GET",
          path,
          gateway.bearer("a-1", path.equals("/deadLetters") ? "admin" : "customer"),
          null,
          !isPost);
      if (isPost) {
        client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, BODIES.get(path).toBuffer().getBytes());
      }
      client.send();
      await().until(() -> received.get() > 0);
      client.number(RawHttp2.RST_STREAM, 1, RawHttp2.CANCEL).barrier();
    }
    gateway.service = ClientGoneLogTest::serve;
    answer.complete();
    assertNothingLogged();
  }
}
