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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Checks who may call each operation of each OpenAPI document: every role, every kind of invalid
 * token, a caller's own resources and those of others. The requests go to the gateway and to the
 * port of the service.
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
    system = TestSystem.shared();
    tokens = new TestTokens(system);
    resources = ResourceFixture.create(system);
  }

  /** An operation, and one of the URLs at which it is served. */
  private record Route(String name, String url, Operation operation) {

    static Stream<Route> of(Operation operation) {
      Route own = new Route("own port", system.settings.url(operation.service()), operation);
      Route gateway = new Route(GATEWAY, system.settings.url(GATEWAY), operation);
      if (operation.service().equals(GATEWAY)) {
        return Stream.of(gateway);
      }
      return operation.isInternal() ? Stream.of(own) : Stream.of(gateway, own);
    }

    DynamicTest test(String suffix, Check check) {
      return DynamicTest.dynamicTest(
          operation + " at the " + name + suffix, () -> check.check(this));
    }

    HttpResponse<String> send(String token, Map<String, String> known) throws IOException {
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
  void every_operation_declares_its_roles_and_its_response_to_other_persons() {
    assertThat(Contracts.all()).hasSizeGreaterThan(60);
    for (Operation operation : Contracts.all()) {
      assertThat(operation.roles())
          .as("x-roles of %s", operation)
          .isNotEmpty()
          .isSubsetOf(Stream.concat(ROLES.stream(), Operation.EVERYBODY.stream()).toList());
      assertThat(operation.foreign()).as("x-foreign of %s", operation).isIn(FOREIGN);
      if (operation.contentType() != null) {
        assertThat(operation.body().has("example")).as("the example of %s", operation).isTrue();
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> a_request_without_a_token_gets_401_unless_the_operation_is_public() {
    return atEveryRoute(
        route -> {
          HttpResponse<String> answer = route.send(null, Map.of());
          if (route.operation().needsToken()) {
            assertThat(problem(answer)).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
          } else {
            assertThat(answer.statusCode()).isNotIn(401, 403).isLessThan(500);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> an_invalid_token_gets_401_at_every_operation() {
    return atEveryRoute(
        route -> {
          for (Map.Entry<String, String> invalid : tokens.invalid().entrySet()) {
            HttpResponse<String> answer = route.send(invalid.getValue(), Map.of());
            assertThat(problem(answer)).as("a token %s", invalid.getKey()).isEqualTo(401);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> a_role_gets_403_unless_the_contract_admits_it() {
    return atEveryRoute(
        route -> {
          for (String role : ROLES) {
            String token = tokens.issue("m-" + UUID.randomUUID(), List.of(role));
            HttpResponse<String> answer = route.send(token, Map.of());
            if (route.operation().admits(role)) {
              assertThat(answer.statusCode()).as(role).isNotIn(401, 403).isLessThan(500);
            } else {
              assertThat(problem(answer)).as(role).isEqualTo(403);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> the_gateway_answers_404_to_operations_that_only_services_may_call() {
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
                        assertThat(problem(d.send(token, resources.ids()))).as(role).isEqualTo(404);
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> a_resource_is_open_to_its_owner_and_other_persons_get_the_declared_answer() {
    return Contracts.all().stream()
        .filter(operation -> !operation.foreign().equals("none"))
        .flatMap(Route::of)
        .flatMap(
            route ->
                ROLES.stream()
                    .filter(role -> OWNING_ROLES.contains(role) && route.operation().admits(role))
                    .map(role -> route.test(" as " + role, d -> checkForeignAndOwn(d, role))));
  }

  private static void checkForeignAndOwn(Route route, String role) throws IOException {
    String expected = route.operation().foreign();
    List<String> strangers = new ArrayList<>();
    strangers.add(tokens.issue("other-" + UUID.randomUUID(), List.of(role)));
    strangers.add(tokens.issue("other-" + UUID.randomUUID(), List.of(role), "another-store"));
    for (String stranger : strangers) {
      resources.restore();
      HttpResponse<String> answer = route.send(stranger, resources.ids());
      if (expected.equals("empty")) {
        assertThat(items(answer)).as("the items that a stranger sees").isEmpty();
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
      HttpResponse<String> answer = route.send(owner, resources.ids());
      if (expected.equals("empty")) {
        assertThat(items(answer)).as("the items that the owner sees").isNotEmpty();
      } else {
        assertThat(answer.statusCode()).as(answer.body()).isNotIn(401, 403, 404).isLessThan(500);
      }
    }
  }

  @Test
  void a_coupon_cannot_be_used_for_the_order_of_another_customer() throws IOException {
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

  /** A request with the contract's example, in which {@code known} replaces the ids. */
  private static RawRequest example(Operation operation, String token, Map<String, String> known) {
    Buffer body = null;
    if (operation.contentType() != null) {
      body = Buffer.buffer(operation.example(known).toString());
    }
    return RawRequest.of(
        operation,
        token,
        parameter -> value(operation, parameter, known),
        operation.contentType(),
        body);
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

  /** Asserts that the answer is a problem document with its status; returns the status. */
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
