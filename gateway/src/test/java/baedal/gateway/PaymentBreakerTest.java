package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The payment breaker, with a stub of the payment service that answers by the id of the order. */
class PaymentBreakerTest {

  private static final int FAILURES = 3;
  private static final int MANY = 30;

  /** Time of the provider for a charge, {@code PAYMENT_TIMEOUT}. */
  private static final int PROVIDER_MILLIS = 1_000;

  /** The maximum number of concurrent probes of {@link PaymentBreaker}. */
  private static final int PROBES = 8;

  private final AtomicInteger late = new AtomicInteger();

  private final TestGateway gateway =
      new TestGateway(
          Map.of(
              "PAYMENT_TIMEOUT", "1s",
              "PAYMENT_BREAKER_FAILURES", Integer.toString(FAILURES),
              "PAYMENT_BREAKER_WINDOW", "10s",
              "PAYMENT_BREAKER_RESET", "2s"));
  private final WebClient client =
      WebClient.create(
          gateway.vertx, new WebClientOptions(), new PoolOptions().setHttp1MaxSize(MANY));

  @BeforeEach
  void answerByOrder() {
    gateway.service =
        request -> {
          if (request.path().equals("/payments")) {
            request.body().onSuccess(body -> answer(request, body.toJsonObject()));
          } else if (request.path().equals("/orders")) {
            request.response().setStatusCode(201).end("{\"orderId\":\"201\"}");
          } else {
            request.response().end();
          }
        };
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  /**
   * Answers by the order id: {@code 201-answered} is a status and a {@code Payment-Provider}
   * header; {@code late} is answered like a charge for which the provider takes too long; {@code
   * hang} gets no answer.
   */
  private void answer(HttpServerRequest request, JsonObject body) {
    String[] wanted = body.getString("orderId").split("-", 2);
    if (wanted[0].equals("hang")) {
      return;
    }
    if (wanted[0].equals("late")) {
      late.incrementAndGet();
      gateway.vertx.setTimer(PROVIDER_MILLIS, id -> answerLate(request));
      return;
    }
    if (wanted.length == 2) {
      request.response().putHeader("Payment-Provider", wanted[1]);
    }
    request.response().setStatusCode(Integer.parseInt(wanted[0])).end("{\"from\":\"payment\"}");
  }

  private static void answerLate(HttpServerRequest request) {
    request
        .response()
        .setStatusCode(503)
        .putHeader("Payment-Provider", "late")
        .putHeader("Retry-After", "2")
        .end("{\"type\":\"/problems/payment-unavailable\"}");
  }

  private HttpResponse<Buffer> pay(String orderId) {
    return paying(orderId).await();
  }

  private Future<HttpResponse<Buffer>> paying(String orderId) {
    return paying(gateway, orderId);
  }

  private Future<HttpResponse<Buffer>> paying(TestGateway to, String orderId) {
    return post(
        to, "/payments", new JsonObject().put("orderId", orderId).put("method", "KAKAO_PAY"));
  }

  private HttpResponse<Buffer> payOnDelivery(String orderId) {
    return post(
            gateway,
            "/payments",
            new JsonObject().put("orderId", orderId).put("method", "ON_DELIVERY"))
        .await();
  }

  private Future<HttpResponse<Buffer>> post(TestGateway to, String path, JsonObject body) {
    return client
        .post(to.port(), TestGateway.LOOPBACK, path)
        .putHeader("Authorization", to.bearer())
        .sendJsonObject(body);
  }

  private String state() {
    return client
        .get(gateway.port(), TestGateway.LOOPBACK, "/health")
        .send()
        .await()
        .bodyAsJsonObject()
        .getJsonObject("breakers")
        .getString("payment");
  }

  private void openBreaker() {
    await()
        .until(
            () -> {
              Future.all(Stream.generate(() -> paying("late")).limit(FAILURES).toList()).await();
              return state().equals("OPEN");
            });
  }

  @Test
  void a_slow_payment_is_a_503_in_time_and_opens_the_breaker_until_it_recovers() {
    for (int i = 0; i < 5; i++) {
      HttpResponse<Buffer> slow = pay("late");
      assertThat(slow.statusCode()).isEqualTo(503);
      assertThat(slow.bodyAsJsonObject().getString("type"))
          .isEqualTo("/problems/payment-unavailable");
      assertThat(slow.getHeader("Retry-After")).isIn("1", "2");
    }
    assertThat(state()).isEqualTo("OPEN");
    await().until(() -> pay("201-answered").statusCode() == 201);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void calls_begun_before_the_breaker_opened_do_not_open_it_again() {
    for (int i = 0; i < FAILURES; i++) {
      assertThat(pay("late").statusCode()).isEqualTo(503);
    }
    List<Future<HttpResponse<Buffer>>> slow = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      slow.add(paying("late"));
    }
    Future.all(slow).await();
    assertThat(state()).isEqualTo("OPEN");
    await().until(() -> pay("201-answered").statusCode() == 201);
    for (int i = 0; i < 3; i++) {
      assertThat(pay("201-answered").statusCode()).isEqualTo(201);
    }
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void a_declined_payment_is_forwarded_and_counts_as_a_success() {
    for (int i = 0; i < 5; i++) {
      assertThat(pay("402-answered").statusCode()).isEqualTo(402);
    }
    assertThat(state()).isEqualTo("CLOSED");
    openBreaker();
    await().until(() -> pay("402-answered").statusCode() == 402);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void responses_without_the_provider_do_not_keep_the_breaker_closed() {
    for (int i = 0; i < 50; i++) {
      assertThat(pay("404").statusCode()).isEqualTo(404);
    }
    for (int i = 0; i < 5; i++) {
      pay("late");
      pay("201");
    }
    assertThat(state()).isEqualTo("OPEN");
  }

  @Test
  void responses_without_the_provider_do_not_close_the_breaker() {
    openBreaker();
    await().until(() -> pay("404").statusCode() == 404);
    for (String orderId : List.of("400", "404", "409", "201", "503-not-asked")) {
      assertThat(pay(orderId).bodyAsJsonObject().getString("from")).isEqualTo("payment");
      assertThat(state()).as(orderId).isEqualTo("HALF_OPEN");
    }
    assertThat(pay("late").statusCode()).isEqualTo(503);
    assertThat(state()).isEqualTo("OPEN");
    await().until(() -> state().equals("HALF_OPEN"));
    assertThat(pay("201-answered").statusCode()).isEqualTo(201);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void while_calls_probe_further_calls_are_a_503_after_a_short_wait() {
    openBreaker();
    List<Future<HttpResponse<Buffer>>> probes = new ArrayList<>();
    await().until(() -> state().equals("HALF_OPEN") && allLate(probes));
    List<Future<HttpResponse<Buffer>>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(paying("201-answered"));
    }
    Future.all(others).await();
    assertThat(others).allSatisfy(other -> assertThat(other.result().statusCode()).isEqualTo(503));
    Future.all(probes).await();
    assertThat(probes).allSatisfy(probe -> assertThat(probe.result().statusCode()).isEqualTo(503));
    assertThat(state()).isEqualTo("OPEN");
  }

  /**
   * Sends as many payments as may probe at once; the stub answers all of them late. Returns false
   * if one of them ended before the stub had received all.
   */
  private boolean allLate(List<Future<HttpResponse<Buffer>>> probes) {
    probes.clear();
    late.set(0);
    for (int i = 0; i < PROBES; i++) {
      probes.add(paying("late"));
    }
    await().until(() -> late.get() == PROBES || probes.stream().anyMatch(Future::isComplete));
    return probes.stream().noneMatch(Future::isComplete);
  }

  @Test
  void one_successful_probe_closes_the_breaker_and_a_later_failure_is_ignored() {
    openBreaker();
    await().until(() -> state().equals("HALF_OPEN"));
    Future<HttpResponse<Buffer>> slow = paying("late");
    assertThat(pay("201-answered").statusCode()).isEqualTo(201);
    assertThat(state()).isEqualTo("CLOSED");
    assertThat(slow.await().statusCode()).isEqualTo(503);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void retry_after_is_the_rest_of_the_reset_time() {
    try (TestGateway longReset =
        new TestGateway(
            Map.of(
                "PAYMENT_TIMEOUT", "100ms",
                "PAYMENT_BREAKER_FAILURES", Integer.toString(FAILURES),
                "PAYMENT_BREAKER_RESET", "30s"))) {
      longReset.service = PaymentBreakerTest::answerLate;
      List<Integer> waits = new ArrayList<>();
      await()
          .until(
              () -> {
                waits.add(
                    Integer.parseInt(paying(longReset, "1").await().getHeader("Retry-After")));
                return waits.get(waits.size() - 1) > 2;
              });
      assertThat(waits.get(0)).isEqualTo(2);
      assertThat(waits.get(waits.size() - 1)).isBetween(25, 30);
      await()
          .until(
              () -> Integer.parseInt(paying(longReset, "1").await().getHeader("Retry-After")) < 29);
    }
  }

  @Test
  void a_payment_on_delivery_is_accepted_while_the_breaker_is_open() {
    openBreaker();
    for (int i = 0; i < PROBES; i++) {
      assertThat(payOnDelivery("201").statusCode()).isEqualTo(201);
    }
    JsonObject address =
        new JsonObject().put("text", "서울 마포구 공덕동").put("lat", 37.544).put("lng", 126.951);
    JsonObject order =
        TestGateway.ORDER.copy().put("fulfilment", "DELIVERY").put("address", address);
    JsonObject checkout =
        new JsonObject()
            .put("order", order)
            .put("payment", new JsonObject().put("method", "ON_DELIVERY"));
    assertThat(post(gateway, "/checkouts", checkout).await().statusCode()).isEqualTo(201);
    assertThat(state()).isNotEqualTo("CLOSED");
  }

  @Test
  void a_failed_payment_on_delivery_is_a_503_and_does_not_open_the_breaker() {
    for (int i = 0; i < FAILURES + 2; i++) {
      for (String orderId : List.of("hang", "500", "503")) {
        HttpResponse<Buffer> later = payOnDelivery(orderId);
        assertThat(later.statusCode()).as(orderId).isEqualTo(503);
        assertThat(later.getHeader("Retry-After")).isEqualTo("2");
        assertThat(later.bodyAsJsonObject().getString("type"))
            .isEqualTo("/problems/payment-unavailable");
      }
    }
    gateway.service = request -> request.connection().close();
    assertThat(payOnDelivery("201").statusCode()).isEqualTo(503);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void an_answered_payment_on_delivery_does_not_close_the_breaker() {
    openBreaker();
    await().until(() -> state().equals("HALF_OPEN"));
    assertThat(payOnDelivery("201-answered").statusCode()).isEqualTo(201);
    assertThat(state()).isEqualTo("HALF_OPEN");
  }

  @Test
  void a_503_that_does_not_blame_the_provider_is_forwarded_and_not_a_failure() {
    for (String provider : List.of("not-asked", "no-time")) {
      for (int i = 0; i < MANY; i++) {
        HttpResponse<Buffer> undecided = pay("503-" + provider);
        assertThat(undecided.statusCode()).isEqualTo(503);
        assertThat(undecided.bodyAsJsonObject().getString("from")).isEqualTo("payment");
      }
    }
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void a_provider_whose_calls_fail_opens_the_breaker() {
    await()
        .until(
            () -> {
              assertThat(pay("503-failed").statusCode()).isEqualTo(503);
              return state().equals("OPEN");
            });
  }

  @Test
  void calls_without_a_response_do_not_open_the_breaker_if_payment_answers_nothing() {
    for (int round = 0; round < 2; round++) {
      List<Future<HttpResponse<Buffer>>> unanswered =
          Stream.generate(() -> paying("hang")).limit(MANY).toList();
      Future.all(unanswered).await();
      assertThat(unanswered)
          .allSatisfy(call -> assertThat(call.result().statusCode()).isEqualTo(503));
    }
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void probes_without_a_verdict_leave_the_breaker_half_open() {
    openBreaker();
    await().until(() -> state().equals("HALF_OPEN"));
    for (String orderId : List.of("hang", "503-no-time")) {
      assertThat(pay(orderId).statusCode()).isEqualTo(503);
      assertThat(state()).as(orderId).isEqualTo("HALF_OPEN");
    }
  }

  @Test
  void payment_gets_the_time_of_the_caller_and_of_the_provider() {
    Map<String, String> times = new ConcurrentHashMap<>();
    gateway.service =
        request -> {
          times.put("caller", request.getHeader("Request-Timeout"));
          times.put("provider", request.getHeader("Provider-Timeout"));
          request.response().setStatusCode(201).end("{}");
        };
    assertThat(pay("1").statusCode()).isEqualTo(201);
    assertThat(times).containsOnly(Map.entry("caller", "1390"), Map.entry("provider", "1000"));
  }
}
