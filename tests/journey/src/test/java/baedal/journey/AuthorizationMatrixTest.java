package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.journey.Contracts.Operation;
import baedal.runtime.Caller;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Who may do what: every operation of every contract, for every role, with every kind of invalid
 * token, on own and on other people's resources; through the gateway and at each service's port.
 */
class AuthorizationMatrixTest {

  private static final List<String> ROLES =
      List.of(
          Caller.CUSTOMER,
          Caller.OWNER,
          Caller.RIDER,
          Caller.MARKETING,
          Caller.ADMIN,
          Caller.SERVICE,
          "stranger");

  /** The roles that own resources. */
  private static final Set<String> OWNING_ROLES =
      Set.of(Caller.CUSTOMER, Caller.OWNER, Caller.RIDER);

  private static final String GATEWAY = "gateway";
  private static final Set<String> FOREIGN = Set.of("none", "empty", "403", "404", "409");

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

  /** An operation at one of the addresses that serve it. */
  private record Route(String name, String url, Operation operation) {

    static Stream<Route> of(Operation operation) {
      Route own = new Route("own port", system.settings.url(operation.service()), operation);
      Route gateway = new Route(GATEWAY, system.settings.url(GATEWAY), operation);
      boolean internal = operation.isInternal() || operation.service().equals("gateway");
      return internal ? Stream.of(own) : Stream.of(gateway, own);
    }

    DynamicTest test(String suffix, Check check) {
      return DynamicTest.dynamicTest(
          operation + " at the " + name + suffix, () -> check.check(this));
    }

    HttpResponse<String> ask(String token, Map<String, String> known) throws IOException {
      HttpResponse<String> answer = example(operation, token, known).sendTo(url);
      if (name.equals(GATEWAY)) {
        system.contract.check(answer);
      }
      return answer;
    }
  }

  private interface Check {
    void check(Route route) throws IOException;
  }

  private static Stream<DynamicTest> atEveryRoute(Check check) {
    return Contracts.all().stream().flatMap(Route::of).map(route -> route.test("", check));
  }

  @Test
  void every_operation_says_who_may_call_it_and_how_anothers_things_are_answered() {
    assertThat(Contracts.all()).hasSizeGreaterThan(60);
    for (Operation operation : Contracts.all()) {
      assertThat(operation.roles())
          .as("x-roles of %s", operation)
          .isNotEmpty()
          .isSubsetOf(Stream.concat(ROLES.stream(), Operation.EVERYBODY.stream()).toList());
      assertThat(operation.foreign()).as("x-foreign of %s", operation).isIn(FOREIGN);
      if (operation.contentType() != null) {
        assertThat(operation.body().has("example")).as("an example of %s", operation).isTrue();
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> without_a_token_only_what_is_everybodys_opens() {
    return atEveryRoute(
        route -> {
          HttpResponse<String> answer = route.ask(null, Map.of());
          if (route.operation().needsToken()) {
            assertThat(problem(answer)).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
          } else {
            assertThat(answer.statusCode()).isNotIn(401, 403).isLessThan(500);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> a_bad_token_opens_nothing() {
    return atEveryRoute(
        route -> {
          for (Map.Entry<String, String> invalid : tokens.invalid().entrySet()) {
            HttpResponse<String> answer = route.ask(invalid.getValue(), Map.of());
            assertThat(problem(answer)).as("a token %s", invalid.getKey()).isEqualTo(401);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> a_role_opens_what_is_promised_to_it_and_nothing_else() {
    return atEveryRoute(
        route -> {
          for (String role : ROLES) {
            String token = tokens.issue("m-" + UUID.randomUUID(), List.of(role));
            HttpResponse<String> answer = route.ask(token, Map.of());
            if (route.operation().admits(role)) {
              assertThat(answer.statusCode()).as(role).isNotIn(401, 403).isLessThan(500);
            } else {
              assertThat(problem(answer)).as(role).isEqualTo(403);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> what_is_for_services_only_is_not_behind_the_gateway() {
    return Contracts.all().stream()
        .filter(operation -> operation.isInternal() && !operation.path().startsWith("/dev/"))
        .map(operation -> new Route(GATEWAY, system.settings.url(GATEWAY), operation))
        .map(
            route ->
                route.test(
                    "",
                    d -> {
                      for (String role : ROLES) {
                        String token = tokens.issue("m-1", List.of(role));
                        assertThat(problem(d.ask(token, resources.ids()))).as(role).isEqualTo(404);
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> what_is_anothers_is_answered_as_promised_and_to_its_owner_it_opens() {
    return Contracts.all().stream()
        .filter(operation -> !operation.foreign().equals("none"))
        .flatMap(Route::of)
        .flatMap(
            route ->
                ROLES.stream()
                    .filter(role -> OWNING_ROLES.contains(role) && route.operation().admits(role))
                    .map(role -> route.test(" as " + role, d -> foreignAndOwn(d, role))));
  }

  private static void foreignAndOwn(Route route, String role) throws IOException {
    String expected = route.operation().foreign();
    List<String> strangers = new ArrayList<>();
    strangers.add(tokens.issue("other-" + UUID.randomUUID(), List.of(role)));
    strangers.add(tokens.issue("other-" + UUID.randomUUID(), List.of(role), "another-store"));
    for (String stranger : strangers) {
      resources.restore();
      HttpResponse<String> answer = route.ask(stranger, resources.ids());
      if (expected.equals("empty")) {
        assertThat(items(answer)).as("what a stranger is shown").isEmpty();
      } else {
        assertThat(problem(answer)).as(answer.body()).isEqualTo(Integer.parseInt(expected));
      }
    }
    List<String> own = new ArrayList<>();
    own.add(tokens.issue(resources.owners().get(role), List.of(role)));
    if (role.equals(Caller.OWNER)) {
      own.add(
          tokens.issue(
              "staff-" + UUID.randomUUID(), List.of(role), resources.ids().get("storeId")));
    }
    for (String owner : own) {
      resources.restore();
      HttpResponse<String> answer = route.ask(owner, resources.ids());
      if (expected.equals("empty")) {
        assertThat(items(answer)).as("what is one's own").isNotEmpty();
      } else {
        assertThat(answer.statusCode()).as(answer.body()).isNotIn(401, 403, 404).isLessThan(500);
      }
    }
  }

  @Test
  void ones_own_coupon_is_not_used_on_anothers_order() throws IOException {
    Client stranger = system.customer();
    String coupon =
        stranger
            .post("/coupons/campaigns/" + resources.ids().get("campaignId") + "/take", null)
            .text("couponId");
    Client.Answer answer =
        stranger.post(
            "/coupons/" + coupon + "/use",
            RequestBodies.json().put("orderId", resources.ids().get("orderId")));
    assertThat(answer.status()).isEqualTo(404);
    assertThat(stranger.get("/coupons").body().path("items").path(0).path("status").asText())
        .isEqualTo("ISSUED");
  }

  /** A request with the example of the contract, and the ids of {@code known} in it. */
  private static RawRequest example(Operation operation, String token, Map<String, String> known) {
    Buffer body = null;
    if (operation.contentType() != null) {
      body = Buffer.buffer(operation.example(known).toString());
    }
    return RawRequest.of(
        operation, token, asked -> value(operation, asked, known), operation.contentType(), body);
  }

  private static String value(Operation operation, JsonNode parameter, Map<String, String> known) {
    String name = parameter.path("name").asText();
    if (name.equals("service")) {
      return operation.service();
    }
    return parameter.path("required").asBoolean() || parameter.has("example")
        ? known.getOrDefault(name, parameter.path("example").asText("none"))
        : null;
  }

  /** The status of an answer; fails when it is no complete problem document. */
  private static int problem(HttpResponse<String> answer) throws IOException {
    assertThat(answer.headers().firstValue("Content-Type"))
        .as(answer.body())
        .hasValue("application/problem+json");
    JsonNode problem = Json.mapper().readTree(answer.body());
    assertThat(problem.path("status").asInt()).isEqualTo(answer.statusCode());
    return answer.statusCode();
  }

  private static JsonNode items(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.mapper().readTree(answer.body()).path("items");
  }
}
