package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.journey.Contracts.Operation;
import baedal.runtime.Json;
import baedal.testkit.SuiteSize;
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
 * Sends malformed requests to every operation, at the gateway and at the services. No answer is a
 * server error or shows a stack trace, and all databases agree afterwards. {@code -Dbaedal.seed=…}
 * selects other requests, {@code -Dbaedal.fuzz.seconds=…} the duration.
 */
class FuzzTest {

  private static final long SEED = Long.getLong("baedal.seed", 1);
  private static final long SECONDS = SuiteSize.of("baedal.fuzz.seconds", 10, 60);
  private static final String PROVIDER_SETTINGS = "/dev/payment-provider";

  /**
   * A path without dot segments. The server resolves these: {@code /orders/..} is the start page.
   */
  private static final Pattern NORMALIZED_PATH = Pattern.compile("/|(/[A-Za-z0-9-]+)+");

  private static final Pattern INTERNALS =
      Pattern.compile(
          "Exception|\\tat |at [a-z]+\\.[a-z.]+\\(|java\\.|io\\.vertx|com\\.mongodb|SELECT |INSERT"
              + " |WRONGTYPE|stack trace");

  private static TestSystem system;
  private static TestTokens tokens;
  private static ResourceFixture resources;

  @BeforeAll
  static void start() throws IOException {
    system = new TestSystem();
    tokens = new TestTokens(system);
    resources = ResourceFixture.create(system);
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  @Test
  void no_malformed_request_causes_a_server_error() throws IOException {
    List<Operation> operations = Contracts.all();
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    long sent = 0;
    do {
      resources.restore();
      for (Operation operation : operations) {
        Random random = new Random(SEED + sent++);
        send(operation, new HostileInput(random));
      }
    } while (System.nanoTime() < end);
    assertThat(sent).isGreaterThanOrEqualTo(operations.size());
    system.assertDatabasesAgree();
  }

  private static void send(Operation operation, HostileInput hostile) throws IOException {
    boolean internal = operation.isInternal() || hostile.onceIn(2);
    String url = system.settings.url(internal ? operation.service() : "gateway");
    RawRequest request = request(operation, hostile);
    String what = "seed %d: %.800s to %s".formatted(SEED, request, url);
    HttpResponse<String> answer;
    try {
      answer = request.sendTo(url);
    } catch (IOException e) {
      throw new AssertionError(what, e);
    }
    check(what, answer);
    if (!internal
        && answer.statusCode() < 300
        && NORMALIZED_PATH.matcher(answer.uri().getRawPath()).matches()) {
      system.contract.check(answer);
    }
    if (operation.path().equals(PROVIDER_SETTINGS) && answer.statusCode() == 204) {
      Buffer example = Buffer.buffer(operation.example(Map.of()).toString());
      RawRequest.of(operation, request.token(), p -> null, operation.contentType(), example)
          .sendTo(url);
    }
  }

  private static RawRequest request(Operation operation, HostileInput hostile) {
    String contentType = operation.contentType();
    Buffer body = null;
    if (contentType != null) {
      contentType = hostile.contentType(contentType);
      body = hostile.body(operation.example(resources.ids()));
    }
    return RawRequest.of(
        operation,
        token(operation, hostile),
        parameter -> value(operation, parameter, hostile),
        contentType,
        body);
  }

  /**
   * One of 20 tokens is invalid. The others have a role that the operation admits. If a resource
   * has an owner with this role, the token is the owner's.
   */
  private static String token(Operation operation, HostileInput hostile) {
    if (hostile.onceIn(20)) {
      return hostile.oneOf(List.copyOf(tokens.invalid().values()));
    }
    String role = hostile.oneOf(List.copyOf(operation.roles()));
    String stranger = "s-" + UUID.randomUUID();
    return tokens.issue(resources.owners().getOrDefault(role, stranger), List.of(role));
  }

  private static String value(Operation operation, JsonNode parameter, HostileInput hostile) {
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
        : resources.ids().getOrDefault(name, parameter.path("example").asText("1"));
  }

  /** This 503 is no fault: on a busy machine a payment may miss its time limit. */
  private static boolean isLatePayment(HttpResponse<String> answer) {
    return answer.statusCode() == 503
        && answer.headers().firstValue("Retry-After").isPresent()
        && answer.body().contains("/problems/payment-unavailable");
  }

  private static void check(String what, HttpResponse<String> answer) throws IOException {
    int status = answer.statusCode();
    String exchange = what + " → " + status + " " + answer.body();
    if (!isLatePayment(answer)) {
      assertThat(status).as(exchange).isLessThan(500);
    }
    if (status >= 400) {
      assertThat(answer.headers().firstValue("Content-Type"))
          .as(exchange)
          .hasValue("application/problem+json");
      assertThat(Json.mapper().readTree(answer.body()).path("status").asInt())
          .as(exchange)
          .isEqualTo(status);
      assertThat(answer.body()).as(exchange).doesNotContainPattern(INTERNALS);
    }
  }
}
