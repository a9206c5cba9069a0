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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The breaker between callers and a payment service that does what each test wants. */
class PaymentBreakerTest {

  private static final int FAILURES = 3;
  private static final int CROWD = 30;

  /** At once, in {@link PaymentBreaker}. */
  private static final int PROBES = 8;

  private final AtomicInteger hung = new AtomicInteger();

  private final TestGateway front =
      new TestGateway(
          Map.of(
              "PAYMENT_TIMEOUT", "1s",
              "PAYMENT_BREAKER_FAILURES", Integer.toString(FAILURES),
              "PAYMENT_BREAKER_WINDOW", "10s",
              "PAYMENT_BREAKER_RESET", "2s"));
  private final WebClient client =
      WebClient.create(
          front.vertx, new WebClientOptions(), new PoolOptions().setHttp1MaxSize(CROWD));

  @BeforeEach
  void answerByOrder() {
    front.service =
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
    front.close();
  }

  /** An order's id says what payment answers: a status, with or without the provider's word. */
  private void answer(HttpServerRequest request, JsonObject body) {
    String[] wanted = body.getString("orderId").split("-", 2);
    if (wanted[0].equals("hang")) {
      hung.incrementAndGet();
      return;
    }
    if (wanted.length == 2) {
      request.response().putHeader("Payment-Provider", wanted[1]);
    }
    request.response().setStatusCode(Integer.parseInt(wanted[0])).end("{\"own\":\"words\"}");
  }

  private HttpResponse<Buffer> pay(String orderId) {
    return paying(orderId).await();
  }

  private Future<HttpResponse<Buffer>> paying(String orderId) {
    return paying(front, orderId);
  }

  private Future<HttpResponse<Buffer>> paying(TestGateway to, String orderId) {
    return post(
        to, "/payments", new JsonObject().put("orderId", orderId).put("method", "KAKAO_PAY"));
  }

  private HttpResponse<Buffer> promise(String orderId) {
    return post(
            front,
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
        .get(front.port(), TestGateway.LOOPBACK, "/health")
        .send()
        .await()
        .bodyAsJsonObject()
        .getJsonObject("breakers")
        .getString("payment");
  }

  private void open() {
    await()
        .until(
            () -> {
              Future.all(Stream.generate(() -> paying("hang")).limit(FAILURES).toList()).await();
              return state().equals("OPEN");
            });
  }

  @Test
  void a_slow_payment_is_answered_in_time_and_opens_the_breaker_that_heals_by_itself() {
    for (int i = 0; i < 5; i++) {
      HttpResponse<Buffer> slow = pay("hang");
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
  void what_was_on_its_way_when_the_breaker_opened_does_not_open_it_again() {
    for (int i = 0; i < FAILURES; i++) {
      assertThat(pay("hang").statusCode()).isEqualTo(503);
    }
    List<Future<HttpResponse<Buffer>>> slow = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      slow.add(paying("hang"));
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
  void a_declined_payment_passes_through_and_shows_that_payment_is_well() {
    for (int i = 0; i < 5; i++) {
      assertThat(pay("402-answered").statusCode()).isEqualTo(402);
    }
    assertThat(state()).isEqualTo("CLOSED");
    open();
    await().until(() -> pay("402-answered").statusCode() == 402);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void what_needed_no_provider_does_not_keep_the_breaker_closed() {
    for (int i = 0; i < 50; i++) {
      assertThat(pay("404").statusCode()).isEqualTo(404);
    }
    for (int i = 0; i < 5; i++) {
      pay("hang");
      pay("201");
    }
    assertThat(state()).isEqualTo("OPEN");
  }

  @Test
  void what_needed_no_provider_does_not_close_the_breaker_and_the_next_call_probes() {
    open();
    await().until(() -> pay("404").statusCode() == 404);
    for (String orderId : List.of("400", "404", "409", "201", "503-not-asked")) {
      assertThat(pay(orderId).bodyAsJsonObject().getString("own")).isEqualTo("words");
      assertThat(state()).as(orderId).isEqualTo("HALF_OPEN");
    }
    assertThat(pay("hang").statusCode()).isEqualTo(503);
    assertThat(state()).isEqualTo("OPEN");
    await().until(() -> state().equals("HALF_OPEN"));
    assertThat(pay("201-answered").statusCode()).isEqualTo(201);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void while_a_few_calls_probe_the_others_hear_in_a_moment_to_come_later() {
    open();
    List<Future<HttpResponse<Buffer>>> probes = new ArrayList<>();
    await().until(() -> state().equals("HALF_OPEN") && allHang(probes));
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

  /** Unless one of them gave up before all were there. */
  private boolean allHang(List<Future<HttpResponse<Buffer>>> probes) {
    probes.clear();
    hung.set(0);
    for (int i = 0; i < PROBES; i++) {
      probes.add(paying("hang"));
    }
    await().until(() -> hung.get() == PROBES || probes.stream().anyMatch(Future::isComplete));
    return probes.stream().noneMatch(Future::isComplete);
  }

  @Test
  void of_those_who_probe_one_is_enough_to_close_the_breaker_and_none_opens_it_again() {
    open();
    await().until(() -> state().equals("HALF_OPEN"));
    Future<HttpResponse<Buffer>> hanging = paying("hang");
    assertThat(pay("201-answered").statusCode()).isEqualTo(201);
    assertThat(state()).isEqualTo("CLOSED");
    assertThat(hanging.await().statusCode()).isEqualTo(503);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void who_is_to_pay_later_hears_when_that_makes_sense() {
    try (TestGateway patient =
        new TestGateway(
            Map.of(
                "PAYMENT_TIMEOUT", "100ms",
                "PAYMENT_BREAKER_FAILURES", Integer.toString(FAILURES),
                "PAYMENT_BREAKER_RESET", "30s"))) {
      patient.service = request -> {};
      List<Integer> told = new ArrayList<>();
      await()
          .until(
              () -> {
                told.add(Integer.parseInt(paying(patient, "1").await().getHeader("Retry-After")));
                return told.get(told.size() - 1) > 2;
              });
      assertThat(told.get(0)).isEqualTo(2);
      assertThat(told.get(told.size() - 1)).isBetween(25, 30);
      await()
          .until(
              () -> Integer.parseInt(paying(patient, "1").await().getHeader("Retry-After")) < 29);
    }
  }

  @Test
  void a_promise_to_pay_on_delivery_is_taken_while_the_breaker_is_open() {
    open();
    for (int i = 0; i < PROBES; i++) {
      assertThat(promise("201").statusCode()).isEqualTo(201);
    }
    JsonObject address =
        new JsonObject().put("text", "서울 마포구 공덕동").put("lat", 37.544).put("lng", 126.951);
    JsonObject order =
        TestGateway.ORDER.copy().put("fulfilment", "DELIVERY").put("address", address);
    JsonObject checkout =
        new JsonObject()
            .put("order", order)
            .put("payment", new JsonObject().put("method", "ON_DELIVERY"));
    assertThat(post(front, "/checkouts", checkout).await().statusCode()).isEqualTo(201);
    assertThat(state()).isNotEqualTo("CLOSED");
  }

  @Test
  void a_promise_is_a_503_while_payment_is_down_or_silent_and_moves_no_breaker() {
    for (int i = 0; i < FAILURES + 2; i++) {
      for (String orderId : List.of("hang", "500", "503")) {
        HttpResponse<Buffer> later = promise(orderId);
        assertThat(later.statusCode()).as(orderId).isEqualTo(503);
        assertThat(later.getHeader("Retry-After")).isEqualTo("2");
        assertThat(later.bodyAsJsonObject().getString("type"))
            .isEqualTo("/problems/payment-unavailable");
      }
    }
    front.service = request -> request.connection().close();
    assertThat(promise("201").statusCode()).isEqualTo(503);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void an_answered_promise_does_not_close_the_breaker() {
    open();
    await().until(() -> state().equals("HALF_OPEN"));
    assertThat(promise("201-answered").statusCode()).isEqualTo(201);
    assertThat(state()).isEqualTo("HALF_OPEN");
  }

  @Test
  void an_attempt_that_is_not_settled_yet_is_no_failure_of_payment() {
    for (int i = 0; i < CROWD; i++) {
      HttpResponse<Buffer> unsettled = pay("503-not-asked");
      assertThat(unsettled.statusCode()).isEqualTo(503);
      assertThat(unsettled.bodyAsJsonObject().getString("own")).isEqualTo("words");
    }
    assertThat(state()).isEqualTo("CLOSED");
  }
}
