package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.backing.Ports;
import baedal.payment.PaymentProvider.Outcome;
import baedal.runtime.Boot;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The client of a provider's REST API, with a stub of the provider. */
class HttpProviderTest {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration LONG_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration SHORT_TIMEOUT = Duration.ofMillis(200);
  private static final long WON = 40_000;
  private static final String APPROVED = response("APPROVED", "p-1", "40000");

  /** A request that the provider received. */
  private record Received(String request, String key, String bearer, JsonObject body) {}

  private final Vertx vertx = Boot.vertx();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile Handler<HttpServerRequest> provider;
  private HttpProvider adapter;
  private int port;

  @BeforeEach
  void start() {
    port =
        vertx
            .createHttpServer()
            .requestHandler(this::receive)
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    adapter = adapter(port, LONG_TIMEOUT);
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private void receive(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              received.add(
                  new Received(
                      request.method() + " " + request.path(),
                      request.getHeader("Idempotency-Key"),
                      request.getHeader("Authorization"),
                      body.length() == 0 ? null : body.toJsonObject()));
              provider.handle(request);
            });
  }

  private HttpProvider adapter(int at, Duration timeout) {
    return new HttpProvider(vertx, "http://" + LOOPBACK + ":" + at + "/", "secret", timeout);
  }

  private static Handler<HttpServerRequest> answers(int status, String body) {
    return request -> request.response().setStatusCode(status).end(body);
  }

  private static String response(String status, String id, String amount) {
    return "{\"id\": \"%s\", \"status\": \"%s\", \"amount\": %s}".formatted(id, status, amount);
  }

  private Future<Outcome> charge() {
    return adapter.charge("p-1", WON, "CARD", "4242424242424242");
  }

  /** Makes each call of the provider once. */
  private List<Future<?>> callEach(PaymentProvider of) {
    return List.of(
        of.charge("p-1", WON, "CARD", "4242424242424242"),
        of.lookup("p-1", WON),
        of.close("p-1", WON),
        of.refund("p-1", WON));
  }

  private static void assertAllFail(List<Future<?>> answers) {
    for (Future<?> answer : answers) {
      assertThatThrownBy(
              () -> answer.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
  }

  @Test
  void a_charge_request_has_the_amount_the_card_and_an_idempotency_key() {
    provider = answers(201, APPROVED);
    assertThat(charge().await()).isEqualTo(new Outcome.Approved());
    assertThat(received)
        .containsExactly(
            new Received(
                "POST /charges",
                "p-1",
                "Bearer secret",
                new JsonObject()
                    .put("id", "p-1")
                    .put("amount", WON)
                    .put("currency", "KRW")
                    .put("method", "CARD")
                    .put("card", "4242424242424242")));
  }

  @Test
  void a_decline_is_recognised_in_the_response_to_each_call() {
    provider = answers(402, response("DECLINED", "p-1", "40000"));
    assertThat(charge().await()).isInstanceOf(Outcome.Declined.class);
    provider = answers(200, response("DECLINED", "p-1", "40000"));
    assertThat(adapter.lookup("p-1", WON).await()).isInstanceOf(Outcome.Declined.class);
    assertThat(adapter.close("p-1", WON).await()).isInstanceOf(Outcome.Declined.class);
  }

  static Stream<Arguments> unclearAnswers() {
    return Stream.of(
        Arguments.of(200, ""),
        Arguments.of(200, "null"),
        Arguments.of(200, "[]"),
        Arguments.of(200, "{}"),
        Arguments.of(200, "<html>Please log in</html>"),
        Arguments.of(200, "{\"id\": \"p-1\", \"status\": \"APPROVED\", \"amou"),
        Arguments.of(200, "{\"status\": \"APPROVED\", \"amount\": 40000}"),
        Arguments.of(200, "{\"id\": \"p-1\", \"status\": \"APPROVED\"}"),
        Arguments.of(200, "{\"id\": \"p-1\", \"amount\": 40000}"),
        Arguments.of(200, response("APPROVED", "p-2", "40000")),
        Arguments.of(200, response("APPROVED", "p-1", "39999")),
        Arguments.of(200, response("APPROVED", "p-1", "40000.9")),
        Arguments.of(200, response("DECLINED", "p-2", "40000")),
        Arguments.of(200, response("REFUNDED", "p-1", "39999")),
        Arguments.of(200, response("REFUNDED", "p-2", "40000")),
        Arguments.of(200, response("PENDING", "p-1", "40000")),
        Arguments.of(200, response("UNKNOWN", "p-1", "null")),
        Arguments.of(202, APPROVED),
        Arguments.of(204, ""),
        Arguments.of(304, ""),
        Arguments.of(400, response("DECLINED", "p-1", "40000")),
        Arguments.of(401, "{}"),
        Arguments.of(402, ""),
        Arguments.of(402, APPROVED),
        Arguments.of(402, response("DECLINED", "p-2", "40000")),
        Arguments.of(404, ""),
        Arguments.of(404, "default backend - 404"),
        Arguments.of(404, response("DECLINED", "p-1", "40000")),
        Arguments.of(404, response("UNKNOWN", "p-2", "null")),
        Arguments.of(409, "{}"),
        Arguments.of(429, "{}"),
        Arguments.of(500, APPROVED),
        Arguments.of(502, "<html>Bad gateway</html>"),
        Arguments.of(503, response("DECLINED", "p-1", "40000")));
  }

  @ParameterizedTest
  @MethodSource("unclearAnswers")
  void an_unclear_response_fails_the_call(int status, String body) {
    provider = answers(status, body);
    assertAllFail(callEach(adapter));
    assertThat(received).as("one request for each call").hasSize(4);
  }

  @Test
  void a_missing_response_fails_the_call() {
    provider = request -> {};
    assertAllFail(callEach(adapter(port, SHORT_TIMEOUT)));
  }

  @Test
  void a_response_that_never_ends_fails_the_call() {
    provider =
        request -> {
          request.response().setChunked(true).write(" ");
          vertx.setPeriodic(SHORT_TIMEOUT.toMillis() / 4, id -> request.response().write(" "));
        };
    assertAllFail(callEach(adapter(port, SHORT_TIMEOUT)));
  }

  @Test
  void an_unreachable_provider_fails_the_call() throws IOException {
    assertAllFail(callEach(adapter(Ports.free(), LONG_TIMEOUT)));
  }

  @Test
  void a_connection_closed_before_or_within_the_response_fails_the_call() {
    provider = request -> request.connection().close();
    assertAllFail(callEach(adapter));
    provider =
        request ->
            request
                .response()
                .putHeader("Content-Length", Integer.toString(APPROVED.length() + 1))
                .write(APPROVED)
                .onComplete(written -> request.connection().close());
    assertAllFail(callEach(adapter));
  }

  @ParameterizedTest
  @MethodSource("redirects")
  void a_redirect_is_not_followed(int status) {
    provider =
        request -> {
          if (request.path().equals("/redirected")) {
            request.response().end(APPROVED);
          } else {
            request.response().setStatusCode(status).putHeader("Location", "/redirected").end();
          }
        };
    assertAllFail(callEach(adapter));
    assertThat(received).extracting(Received::request).noneMatch(r -> r.endsWith("/redirected"));
  }

  static IntStream redirects() {
    return IntStream.of(301, 302, 303, 307, 308);
  }

  @Test
  void concurrent_charges_do_not_wait_for_one_another() {
    int concurrent = 40;
    List<HttpServerRequest> waiting = new ArrayList<>();
    provider =
        request -> {
          waiting.add(request);
          if (waiting.size() == concurrent) {
            waiting.forEach(answers(201, APPROVED)::handle);
          }
        };
    List<Future<Outcome>> charges = IntStream.range(0, concurrent).mapToObj(i -> charge()).toList();
    assertThat(charges.stream().map(charge -> charge.await()))
        .allMatch(Outcome.Approved.class::isInstance);
  }

  @Test
  void a_charge_with_a_lost_response_is_found_by_its_id_and_made_once() {
    WorkingProvider working = new WorkingProvider();
    provider =
        request -> {
          working.charge(received.get(received.size() - 1));
          request.connection().close();
        };
    assertAllFail(List.of(charge()));
    provider = working;
    assertThat(adapter.lookup("p-1", WON).await()).isEqualTo(new Outcome.Approved());
    assertThat(charge().await()).isEqualTo(new Outcome.Approved());
    assertThat(adapter.close("p-1", WON).await()).isEqualTo(new Outcome.Approved());
    assertThat(working.taken).isEqualTo(WON);
    assertThat(received.get(1).request()).isEqualTo("GET /charges/p-1");
  }

  @Test
  void an_unknown_charge_is_declined_after_it_was_closed() {
    WorkingProvider working = new WorkingProvider();
    provider = working;
    assertThat(adapter.lookup("p-1", WON).await()).isEqualTo(new Outcome.Unknown());
    assertThat(adapter.close("p-1", WON).await()).isInstanceOf(Outcome.Declined.class);
    assertThat(charge().await()).isInstanceOf(Outcome.Declined.class);
    assertThat(working.taken).isZero();
  }

  @Test
  void a_repeated_refund_has_its_own_key_and_is_made_once() {
    WorkingProvider working = new WorkingProvider();
    provider = working;
    charge().await();
    adapter.refund("p-1", WON).await();
    adapter.refund("p-1", WON).await();
    assertThat(working.taken).isZero();
    assertThat(received)
        .extracting(Received::key)
        .containsExactly("p-1", "p-1-refund", "p-1-refund");
    assertThat(received.get(1).request()).isEqualTo("POST /charges/p-1/refund");
    assertThat(received.get(1).body()).isEqualTo(new JsonObject().put("amount", WON));
  }

  @Test
  void a_refund_of_a_part_is_made_once_and_another_amount_later_fails() {
    WorkingProvider working = new WorkingProvider();
    provider = working;
    charge().await();
    adapter.refund("p-1", WON / 2).await();
    adapter.refund("p-1", WON / 2).await();
    assertAllFail(List.of(adapter.refund("p-1", WON)));
    assertThat(working.taken).isEqualTo(WON / 2);
    assertThat(received.get(1).body()).isEqualTo(new JsonObject().put("amount", WON / 2));
  }

  /** A provider that follows the contract, for one payment. */
  private final class WorkingProvider implements Handler<HttpServerRequest> {

    private final List<String> keys = new ArrayList<>();
    private String status = "UNKNOWN";
    private long taken;
    private long refunded;

    private void charge(Received charge) {
      if (status.equals("UNKNOWN")) {
        keys.add(charge.key());
        status = "APPROVED";
        taken += charge.body().getLong("amount");
      }
    }

    @Override
    public void handle(HttpServerRequest request) {
      Received last = received.get(received.size() - 1);
      switch (last.request()) {
        case "POST /charges" -> charge(last);
        case "POST /charges/p-1/close" -> status = status.equals("UNKNOWN") ? "DECLINED" : status;
        case "POST /charges/p-1/refund" -> {
          if (!keys.contains(last.key())) {
            keys.add(last.key());
            status = "REFUNDED";
            refunded = last.body().getLong("amount");
            taken -= refunded;
          }
        }
        default -> {}
      }
      int code = status.equals("UNKNOWN") ? 404 : 200;
      long amount = status.equals("REFUNDED") ? refunded : WON;
      request
          .response()
          .setStatusCode(code)
          .end(Buffer.buffer(response(status, "p-1", "" + amount)));
    }
  }
}
