package baedal.gateway;

import static baedal.backing.Eventually.until;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The breaker between callers and a payment service that does what each test wants. */
class PaymentBreakerTest {

  private static final int FAILURES = 3;
  private static final int CROWD = 30;

  private final Front front =
      new Front(
          Map.of(
              "PAYMENT_TIMEOUT", "300ms",
              "PAYMENT_BREAKER_FAILURES", Integer.toString(FAILURES),
              "PAYMENT_BREAKER_WINDOW", "10s",
              "PAYMENT_BREAKER_RESET", "500ms"));
  private final WebClient client =
      WebClient.create(
          front.vertx, new WebClientOptions(), new PoolOptions().setHttp1MaxSize(CROWD));

  @BeforeEach
  void answerByOrder() {
    front.service =
        request -> {
          if (request.path().equals("/payments")) {
            request.body().onSuccess(body -> answer(request, body.toJsonObject()));
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
  private static void answer(HttpServerRequest request, JsonObject body) {
    String[] wanted = body.getString("orderId").split("-", 2);
    if (wanted[0].equals("hang")) {
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
    return client
        .post(front.port(), Front.LOOPBACK, "/payments")
        .putHeader("Authorization", front.bearer())
        .sendJsonObject(new JsonObject().put("orderId", orderId).put("method", "KAKAO_PAY"));
  }

  private String state() {
    return client
        .get(front.port(), Front.LOOPBACK, "/health")
        .send()
        .await()
        .bodyAsJsonObject()
        .getJsonObject("breakers")
        .getString("payment");
  }

  private void open() {
    until(
        () -> {
          pay("hang");
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
      assertThat(slow.getHeader("Retry-After")).isEqualTo("1");
    }
    assertThat(state()).isEqualTo("OPEN");
    until(() -> pay("201-answered").statusCode() == 201);
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
    until(() -> pay("201-answered").statusCode() == 201);
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
    until(() -> pay("402-answered").statusCode() == 402);
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
    until(() -> pay("404").statusCode() == 404);
    for (String orderId : List.of("400", "404", "409", "201", "503-not-asked")) {
      assertThat(pay(orderId).bodyAsJsonObject().getString("own")).isEqualTo("words");
      assertThat(state()).as(orderId).isEqualTo("HALF_OPEN");
    }
    assertThat(pay("hang").statusCode()).isEqualTo(503);
    assertThat(state()).isEqualTo("OPEN");
    until(() -> state().equals("HALF_OPEN"));
    assertThat(pay("201-answered").statusCode()).isEqualTo(201);
    assertThat(state()).isEqualTo("CLOSED");
  }

  @Test
  void while_one_call_probes_the_others_hear_at_once_to_come_later() {
    open();
    until(() -> state().equals("HALF_OPEN"));
    Future<HttpResponse<Buffer>> probe = paying("hang");
    List<Future<HttpResponse<Buffer>>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(paying("201-answered"));
    }
    Future.all(others).await();
    assertThat(probe.isComplete()).isFalse();
    assertThat(others).allSatisfy(other -> assertThat(other.result().statusCode()).isEqualTo(503));
    assertThat(probe.await().statusCode()).isEqualTo(503);
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
