package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Health and metrics on the operators' port, and which of them the public port shows. */
class OperationsTest {

  private static final int MANY = 30;

  private final TestGateway gateway =
      new TestGateway(
          Map.of(
              "PAYMENT_TIMEOUT", "100ms",
              "PAYMENT_BREAKER_FAILURES", "1",
              "PAYMENT_BREAKER_RESET", "2s"));
  private final WebClient client = WebClient.create(gateway.vertx);

  @AfterEach
  void stop() {
    gateway.close();
  }

  private HttpResponse<Buffer> operations(String path) {
    return client.get(gateway.operationsPort(), TestGateway.LOOPBACK, path).send().await();
  }

  private HttpResponse<Buffer> pay() {
    return client
        .post(gateway.port(), TestGateway.LOOPBACK, "/payments")
        .putHeader("Authorization", gateway.bearer())
        .sendJsonObject(new JsonObject().put("orderId", "1").put("method", "KAKAO_PAY"))
        .await();
  }

  @Test
  void metrics_and_detailed_health_are_on_the_operations_port_only() {
    for (String path : List.of("/metrics", "/health/live", "/health/ready")) {
      assertThat(operations(path).statusCode()).as(path).isEqualTo(200);
      assertThat(gateway.ask("GET " + path + " HTTP/1.1")).as(path).startsWith("HTTP/1.1 404");
    }
    assertThat(gateway.ask("GET /health HTTP/1.1")).startsWith("HTTP/1.1 200");
    for (String path : List.of("/metrics", "/health/live", "/health/ready")) {
      int port = gateway.operationsPort();
      assertThat(client.head(port, TestGateway.LOOPBACK, path).send().await().statusCode())
          .as(path)
          .isEqualTo(200);
      HttpResponse<Buffer> wrong = client.put(port, TestGateway.LOOPBACK, path).send().await();
      assertThat(wrong.statusCode()).as(path).isEqualTo(405);
      assertThat(wrong.getHeader("Allow")).as(path).isEqualTo("GET, HEAD");
    }
    for (String path : List.of("/health", "/orders", "/dev/tokens")) {
      assertThat(operations(path).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void every_405_has_the_allowed_methods() {
    for (String path : List.of("/", "/health", "/docs", "/openapi.json", "/asyncapi.yaml")) {
      String answer = gateway.ask("DELETE " + path + " HTTP/1.1");
      assertThat(answer).as(path).startsWith("HTTP/1.1 405");
      assertThat(TestGateway.header(answer, "Allow")).as(path).containsExactly("GET, HEAD");
    }
    for (String path : List.of("/checkouts", "/dev/tokens")) {
      String answer =
          gateway.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(path).startsWith("HTTP/1.1 405");
      assertThat(TestGateway.header(answer, "Allow")).as(path).containsExactly("POST");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /dev/tokens", "PUT /dev/payment-provider", "POST /dev//tokens"})
  void a_site_name_that_resolves_to_this_machine_gets_403_from_the_dev_routes(String request) {
    String body = "{\"sub\":\"x\",\"roles\":[\"admin\"]}";
    for (String host : List.of("evil.example:8088", "127.0.0.1.evil.example")) {
      String answer =
          gateway.raw(
              "%s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nContent-Type: application/json\r\n"
                      .formatted(request, host, host)
                  + "Content-Length: %d\r\nConnection: close\r\n\r\n%s"
                      .formatted(body.length(), body));
      assertThat(answer).startsWith("HTTP/1.1 403").doesNotContain("token\"");
    }
  }

  @Test
  void the_state_of_the_breaker_is_in_health_metrics_and_logs() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(PaymentBreaker.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    try {
      assertState(0, "CLOSED");
      gateway.service =
          request ->
              request
                  .response()
                  .setStatusCode(request.path().equals("/payments") ? 500 : 200)
                  .end("{}");
      await().until(() -> pay().statusCode() == 503 && metric() == 2);
      gateway.service =
          request -> request.response().putHeader("Payment-Provider", "answered").end("{}");
      await().until(() -> pay().statusCode() == 200);
      assertState(0, "CLOSED");
      assertThat(logged.list)
          .extracting(ILoggingEvent::getMessage)
          .contains(
              "circuit breaker open: the payment provider fails or is slow",
              "circuit breaker half-open: a few calls test whether the provider works",
              "circuit breaker closed: the payment provider works again");
    } finally {
      logger.detachAppender(logged);
    }
  }

  private void assertState(int metric, String health) {
    assertThat(metric()).isEqualTo(metric);
    assertThat(gateway.ask("GET /health HTTP/1.1")).contains("\"payment\":\"" + health + "\"");
  }

  private double metric() {
    return operations("/metrics")
        .bodyAsString()
        .lines()
        .filter(line -> line.startsWith("baedal_breaker_state{breaker=\"payment\"}"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void concurrent_requests_for_health_share_one_check_of_the_services() {
    AtomicInteger asked = new AtomicInteger();
    gateway.service = silent -> asked.incrementAndGet();
    WebClient many =
        WebClient.create(
            gateway.vertx, new WebClientOptions(), new PoolOptions().setHttp1MaxSize(MANY));
    List<Future<HttpResponse<Buffer>>> answers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      answers.add(many.get(gateway.port(), TestGateway.LOOPBACK, "/health").send());
    }
    Future.all(answers).await();
    assertThat(answers).allMatch(answer -> answer.result().statusCode() == 503);
    assertThat(asked.get()).isPositive().isLessThan(MANY);
  }

  @Test
  void a_service_that_stalls_in_its_response_is_down_until_it_recovers() {
    gateway.service = stalling -> stalling.response().putHeader("Content-Length", "100").write("{");
    assertThat(gateway.ask("GET /health HTTP/1.1")).contains("503", "\"order\":\"DOWN\"");
    gateway.service = well -> well.response().end();
    assertThat(gateway.ask("GET /health HTTP/1.1")).contains("\"order\":\"UP\"");
  }
}
