package baedal.gateway;

import static baedal.gateway.TestGateway.LOOPBACK;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** New orders wait while as many as allowed are in progress. Other requests do not wait. */
class OrderAdmissionTest {

  private static final int CUSTOMERS = 3 * AdmissionLimit.INITIAL;

  private TestGateway gateway;
  private WebClient client;
  private final ConcurrentLinkedQueue<HttpServerRequest> held = new ConcurrentLinkedQueue<>();
  private final AtomicInteger placed = new AtomicInteger();

  private void start(String orderWait) {
    gateway =
        new TestGateway(
            Map.of(
                "ORDER_WAIT", orderWait, "PAYMENT_TIMEOUT", "9s", "PAYMENT_BREAKER_RESET", "10s"));
    client =
        WebClient.create(
            gateway.vertx,
            new WebClientOptions(),
            new PoolOptions().setHttp1MaxSize(2 * CUSTOMERS));
    gateway.stub(
        "order",
        request -> {
          placed.incrementAndGet();
          held.add(request);
        });
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void orders_beyond_the_limit_get_503_with_retry_after_and_are_not_placed() {
    start("1s");
    List<HttpResponse<Buffer>> answers = answers(orders());
    List<HttpResponse<Buffer>> refused = with(answers, 503);
    assertThat(refused).isNotEmpty();
    assertThat(refused)
        .allSatisfy(
            answer -> {
              assertThat(answer.getHeader("Retry-After")).isEqualTo("2");
              assertThat(answer.bodyAsJsonObject().getString("type")).isEqualTo("/problems/busy");
            });
    assertThat(placed).hasValue(CUSTOMERS - refused.size());
    assertThat(metric("baedal_admission_refused_total")).isEqualTo(refused.size());
  }

  @Test
  void payments_and_reads_do_not_wait_while_new_orders_wait() {
    start("1m");
    gateway.stub("payment", request -> request.response().setStatusCode(201).end("{}"));
    List<Future<HttpResponse<Buffer>>> orders = orders();
    Eventually.await().until(() -> metric("baedal_admission_waiting") > 0);
    JsonObject payment = new JsonObject().put("orderId", "o-1").put("method", "KAKAO_PAY");
    assertThat(gateway.call(HttpMethod.POST, "/payments", payment).statusCode()).isEqualTo(201);
    assertThat(gateway.callAnonymously(HttpMethod.GET, "/stores").statusCode()).isEqualTo(200);
    Future<HttpResponse<Buffer>> read =
        client
            .get(gateway.port(), LOOPBACK, "/orders/o-1")
            .putHeader("Authorization", gateway.bearer())
            .send();
    Eventually.await().until(() -> held.stream().anyMatch(r -> r.path().equals("/orders/o-1")));
    assertThat(metric("baedal_admission_waiting")).isPositive();
    release();
    assertThat(read.await().statusCode()).isEqualTo(201);
    assertThat(orders).allSatisfy(order -> assertThat(order.await().statusCode()).isEqualTo(201));
  }

  @Test
  void waiting_orders_are_placed_when_others_have_ended() {
    start("1m");
    List<Future<HttpResponse<Buffer>>> orders = orders();
    Eventually.await().until(() -> metric("baedal_admission_waiting") > 0);
    release();
    assertThat(orders).allSatisfy(order -> assertThat(order.await().statusCode()).isEqualTo(201));
    assertThat(metric("baedal_admission_waiting")).isZero();
  }

  /** Each order is of another customer. No body is sent before the order is admitted. */
  private List<Future<HttpResponse<Buffer>>> orders() {
    List<Future<HttpResponse<Buffer>>> orders = new ArrayList<>();
    for (int i = 0; i < CUSTOMERS; i++) {
      orders.add(
          client
              .post(gateway.port(), LOOPBACK, "/orders")
              .putHeader("Authorization", gateway.bearer("c-" + i))
              .sendJsonObject(TestGateway.ORDER));
    }
    return orders;
  }

  /** Waits for all answers. Lets the order service answer once the others have been refused. */
  private List<HttpResponse<Buffer>> answers(List<Future<HttpResponse<Buffer>>> orders) {
    Eventually.await()
        .until(
            () ->
                orders.stream().filter(Future::isComplete).count() + held.size() >= orders.size());
    release();
    return orders.stream().map(order -> order.await()).toList();
  }

  private void release() {
    gateway.stub("order", request -> request.response().setStatusCode(201).end("{}"));
    Stream.generate(held::poll)
        .takeWhile(request -> request != null)
        .forEach(request -> request.response().setStatusCode(201).end("{}"));
  }

  private static List<HttpResponse<Buffer>> with(List<HttpResponse<Buffer>> all, int status) {
    return all.stream().filter(answer -> answer.statusCode() == status).toList();
  }

  private double metric(String name) {
    return client
        .get(gateway.operationsPort(), LOOPBACK, "/metrics")
        .send()
        .await()
        .bodyAsString()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }
}
