package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.journey.Contracts.Operation;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever is sent, to whichever operation, at the gateway and past it: no fault of ours, no stack
 * trace, a problem that can be read, and nothing out of joint afterwards. {@code -Dbaedal.seed=…}
 * sends something else than each build does, {@code -Dbaedal.fuzz.seconds=…} goes on for longer.
 */
class FuzzTest {

  private static final long SEED = Long.getLong("baedal.seed", 1);
  private static final long SECONDS = Long.getLong("baedal.fuzz.seconds", 20);
  private static final String KNOBS = "/dev/payment-provider";

  /** A path that is not taken for another one: {@code /orders/..} is the start page. */
  private static final Pattern ORDINARY = Pattern.compile("/|(/[A-Za-z0-9-]+)+");

  private static final Pattern INSIDE =
      Pattern.compile(
          "Exception|\\tat |at [a-z]+\\.[a-z.]+\\(|java\\.|io\\.vertx|com\\.mongodb|SELECT |INSERT |WRONGTYPE|stack trace");

  private static TestSystem town;
  private static TestTokens papers;
  private static ResourceFixture lives;

  @BeforeAll
  static void start() throws IOException {
    town = new TestSystem();
    papers = new TestTokens(town);
    lives = ResourceFixture.in(town);
  }

  @AfterAll
  static void stop() {
    town.close();
  }

  @Test
  void nothing_that_is_sent_is_our_fault() throws IOException {
    List<Operation> operations = Contracts.all();
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    long sent = 0;
    do {
      lives.restore();
      for (Operation operation : operations) {
        Random random = new Random(SEED + sent++);
        ask(operation, new Hostile(random));
      }
    } while (System.nanoTime() < end);
    assertThat(sent).isGreaterThanOrEqualTo(operations.size());
    town.agrees();
  }

  private static void ask(Operation operation, Hostile hostile) throws IOException {
    boolean hidden = operation.isInternal() || hostile.onceIn(2);
    String url = town.settings.url(hidden ? operation.service() : "gateway");
    RawRequest plain = plain(operation, hostile);
    String what = "seed %d: %.800s to %s".formatted(SEED, plain, url);
    HttpResponse<String> answer;
    try {
      answer = plain.to(url);
    } catch (IOException e) {
      throw new AssertionError(what, e);
    }
    check(what, answer);
    if (!hidden
        && answer.statusCode() < 300
        && ORDINARY.matcher(answer.uri().getRawPath()).matches()) {
      town.promises.keptBy(answer);
    }
    if (operation.path().equals(KNOBS) && answer.statusCode() == 204) {
      Buffer example = Buffer.buffer(operation.example(Map.of()).toString());
      RawRequest.of(operation, plain.token(), p -> null, operation.contentType(), example).to(url);
    }
  }

  private static RawRequest plain(Operation operation, Hostile hostile) {
    String contentType = operation.contentType();
    Buffer body = null;
    if (contentType != null) {
      contentType = hostile.contentType(contentType);
      body = hostile.body(operation.example(lives.ids()));
    }
    return RawRequest.of(
        operation,
        token(operation, hostile),
        parameter -> value(operation, parameter, hostile),
        contentType,
        body);
  }

  /** Mostly of somebody who may, and who owns what is asked for. */
  private static String token(Operation operation, Hostile hostile) {
    if (hostile.onceIn(20)) {
      return hostile.oneOf(List.copyOf(papers.bad().values()));
    }
    String role = hostile.oneOf(List.copyOf(operation.roles()));
    String stranger = "s-" + UUID.randomUUID();
    return papers.of(lives.owns().getOrDefault(role, stranger), List.of(role));
  }

  private static String value(Operation operation, JsonNode parameter, Hostile hostile) {
    String name = parameter.path("name").asText();
    String in = parameter.path("in").asText();
    if (in.equals("header")) {
      return hostile.onceIn(3) ? hostile.header() : null;
    }
    if (in.equals("query") && !parameter.path("required").asBoolean() && hostile.onceIn(2)) {
      return null;
    }
    if (hostile.onceIn(3)) {
      return hostile.text();
    }
    return name.equals("service")
        ? operation.service()
        : lives.ids().getOrDefault(name, parameter.path("example").asText("1"));
  }

  /** Payments have a time limit, and the machine may be busy. */
  private static boolean isToPayLater(HttpResponse<String> answer) {
    return answer.statusCode() == 503
        && answer.headers().firstValue("Retry-After").isPresent()
        && answer.body().contains("/problems/payment-unavailable");
  }

  private static void check(String what, HttpResponse<String> answer) throws IOException {
    int status = answer.statusCode();
    String told = what + " → " + status + " " + answer.body();
    if (!isToPayLater(answer)) {
      assertThat(status).as(told).isLessThan(500);
    }
    if (status >= 400) {
      assertThat(answer.headers().firstValue("Content-Type"))
          .as(told)
          .hasValue("application/problem+json");
      assertThat(Json.mapper().readTree(answer.body()).path("status").asInt())
          .as(told)
          .isEqualTo(status);
      assertThat(answer.body()).as(told).doesNotContainPattern(INSIDE);
    }
  }
}
