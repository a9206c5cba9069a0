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

/** The adapter against a provider that answers, or does not, as each test wants. */
class HttpProviderTest {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration IMPATIENCE = Duration.ofMillis(200);
  private static final long WON = 40_000;
  private static final String YES = says("APPROVED", "p-1", "40000");

  /** What reached the provider. */
  private record Asked(String request, String key, String bearer, JsonObject body) {}

  private final Vertx vertx = Boot.vertx();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Handler<HttpServerRequest> provider;
  private HttpProvider adapter;
  private int port;

  @BeforeEach
  void start() {
    port =
        vertx
            .createHttpServer()
            .requestHandler(this::hear)
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    adapter = adapter(port, PATIENCE);
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private void hear(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              asked.add(
                  new Asked(
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

  private static String says(String status, String id, String amount) {
    return "{\"id\": \"%s\", \"status\": \"%s\", \"amount\": %s}".formatted(id, status, amount);
  }

  private Future<Outcome> charge() {
    return adapter.charge("p-1", WON, "CARD", "4242424242424242");
  }

  /** Each question of which the answer decides where money is. */
  private List<Future<?>> everyQuestion(PaymentProvider of) {
    return List.of(
        of.charge("p-1", WON, "CARD", "4242424242424242"),
        of.lookup("p-1", WON),
        of.close("p-1", WON),
        of.refund("p-1", WON));
  }

  private static void assertUnclear(List<Future<?>> answers) {
    for (Future<?> answer : answers) {
      assertThatThrownBy(
              () -> answer.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
  }

  @Test
  void a_charge_says_what_is_taken_from_where_and_under_which_key() {
    provider = answers(201, YES);
    assertThat(charge().await()).isEqualTo(new Outcome.Approved());
    assertThat(asked)
        .containsExactly(
            new Asked(
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
  void a_clear_no_is_declined_whether_it_is_told_at_once_or_later() {
    provider = answers(402, says("DECLINED", "p-1", "40000"));
    assertThat(charge().await()).isInstanceOf(Outcome.Declined.class);
    provider = answers(200, says("DECLINED", "p-1", "40000"));
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
        Arguments.of(200, says("APPROVED", "p-2", "40000")),
        Arguments.of(200, says("APPROVED", "p-1", "39999")),
        Arguments.of(200, says("APPROVED", "p-1", "40000.9")),
        Arguments.of(200, says("DECLINED", "p-2", "40000")),
        Arguments.of(200, says("REFUNDED", "p-1", "39999")),
        Arguments.of(200, says("REFUNDED", "p-2", "40000")),
        Arguments.of(200, says("PENDING", "p-1", "40000")),
        Arguments.of(200, says("UNKNOWN", "p-1", "null")),
        Arguments.of(202, YES),
        Arguments.of(204, ""),
        Arguments.of(304, ""),
        Arguments.of(400, says("DECLINED", "p-1", "40000")),
        Arguments.of(401, "{}"),
        Arguments.of(402, ""),
        Arguments.of(402, YES),
        Arguments.of(402, says("DECLINED", "p-2", "40000")),
        Arguments.of(404, ""),
        Arguments.of(404, "default backend - 404"),
        Arguments.of(404, says("DECLINED", "p-1", "40000")),
        Arguments.of(404, says("UNKNOWN", "p-2", "null")),
        Arguments.of(409, "{}"),
        Arguments.of(429, "{}"),
        Arguments.of(500, YES),
        Arguments.of(502, "<html>Bad gateway</html>"),
        Arguments.of(503, says("DECLINED", "p-1", "40000")));
  }

  @ParameterizedTest
  @MethodSource("unclearAnswers")
  void an_unclear_answer_is_neither_yes_nor_no(int status, String body) {
    provider = answers(status, body);
    assertUnclear(everyQuestion(adapter));
    assertThat(asked).as("asked once each").hasSize(4);
  }

  @Test
  void silence_is_neither_yes_nor_no() {
    provider = request -> {};
    assertUnclear(everyQuestion(adapter(port, IMPATIENCE)));
  }

  @Test
  void an_answer_that_never_ends_is_neither_yes_nor_no() {
    provider =
        request -> {
          request.response().setChunked(true).write(" ");
          vertx.setPeriodic(IMPATIENCE.toMillis() / 4, id -> request.response().write(" "));
        };
    assertUnclear(everyQuestion(adapter(port, IMPATIENCE)));
  }

  @Test
  void a_provider_that_is_away_says_neither_yes_nor_no() throws IOException {
    assertUnclear(everyQuestion(adapter(Ports.free(), PATIENCE)));
  }

  @Test
  void a_connection_cut_before_or_within_the_answer_is_neither_yes_nor_no() {
    provider = request -> request.connection().close();
    assertUnclear(everyQuestion(adapter));
    provider =
        request ->
            request
                .response()
                .putHeader("Content-Length", Integer.toString(YES.length() + 1))
                .write(YES)
                .onComplete(written -> request.connection().close());
    assertUnclear(everyQuestion(adapter));
  }

  @ParameterizedTest
  @MethodSource("redirects")
  void nobody_elsewhere_may_answer_or_hear_of_our_key(int status) {
    provider =
        request -> {
          if (request.path().equals("/elsewhere")) {
            request.response().end(YES);
          } else {
            request.response().setStatusCode(status).putHeader("Location", "/elsewhere").end();
          }
        };
    assertUnclear(everyQuestion(adapter));
    assertThat(asked).extracting(Asked::request).noneMatch(r -> r.endsWith("/elsewhere"));
  }

  static IntStream redirects() {
    return IntStream.of(301, 302, 303, 307, 308);
  }

  @Test
  void many_charges_at_once_do_not_wait_for_one_another() {
    int atOnce = 40;
    List<HttpServerRequest> waiting = new ArrayList<>();
    provider =
        request -> {
          waiting.add(request);
          if (waiting.size() == atOnce) {
            waiting.forEach(answers(201, YES)::handle);
          }
        };
    List<Future<Outcome>> charges = IntStream.range(0, atOnce).mapToObj(i -> charge()).toList();
    assertThat(charges.stream().map(charge -> charge.await()))
        .allMatch(Outcome.Approved.class::isInstance);
  }

  @Test
  void a_charge_whose_answer_was_lost_is_asked_for_by_its_id_and_made_once() {
    Bank bank = new Bank();
    provider =
        request -> {
          bank.charge(asked.get(asked.size() - 1));
          request.connection().close();
        };
    assertUnclear(List.of(charge()));
    provider = bank;
    assertThat(adapter.lookup("p-1", WON).await()).isEqualTo(new Outcome.Approved());
    assertThat(charge().await()).isEqualTo(new Outcome.Approved());
    assertThat(adapter.close("p-1", WON).await()).isEqualTo(new Outcome.Approved());
    assertThat(bank.taken).isEqualTo(WON);
    assertThat(asked.get(1).request()).isEqualTo("GET /charges/p-1");
  }

  @Test
  void a_charge_that_was_never_made_is_unknown_and_comes_too_late_once_it_is_closed() {
    Bank bank = new Bank();
    provider = bank;
    assertThat(adapter.lookup("p-1", WON).await()).isEqualTo(new Outcome.Unknown());
    assertThat(adapter.close("p-1", WON).await()).isInstanceOf(Outcome.Declined.class);
    assertThat(charge().await()).isInstanceOf(Outcome.Declined.class);
    assertThat(bank.taken).isZero();
  }

  @Test
  void a_refund_has_a_key_of_its_own_and_twice_is_once() {
    Bank bank = new Bank();
    provider = bank;
    charge().await();
    adapter.refund("p-1", WON).await();
    adapter.refund("p-1", WON).await();
    assertThat(bank.taken).isZero();
    assertThat(asked).extracting(Asked::key).containsExactly("p-1", "p-1-refund", "p-1-refund");
    assertThat(asked.get(1).request()).isEqualTo("POST /charges/p-1/refund");
    assertThat(asked.get(1).body()).isEqualTo(new JsonObject().put("amount", WON));
  }

  /** A provider that keeps the contract, for one payment. */
  private final class Bank implements Handler<HttpServerRequest> {

    private final List<String> keys = new ArrayList<>();
    private String status = "UNKNOWN";
    private long taken;

    private void charge(Asked charge) {
      if (status.equals("UNKNOWN")) {
        keys.add(charge.key());
        status = "APPROVED";
        taken += charge.body().getLong("amount");
      }
    }

    @Override
    public void handle(HttpServerRequest request) {
      Asked last = asked.get(asked.size() - 1);
      switch (last.request()) {
        case "POST /charges" -> charge(last);
        case "POST /charges/p-1/close" -> status = status.equals("UNKNOWN") ? "DECLINED" : status;
        case "POST /charges/p-1/refund" -> {
          if (!keys.contains(last.key())) {
            keys.add(last.key());
            status = "REFUNDED";
            taken -= last.body().getLong("amount");
          }
        }
        default -> {}
      }
      int code = status.equals("UNKNOWN") ? 404 : 200;
      request.response().setStatusCode(code).end(Buffer.buffer(says(status, "p-1", "" + WON)));
    }
  }
}
