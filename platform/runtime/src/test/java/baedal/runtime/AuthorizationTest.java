package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which callers the contract admits to an operation. */
class AuthorizationTest {

  private final TestApi api = TestApi.things();

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void an_operation_requires_a_token_unless_its_x_roles_say_anyone() {
    assertThat(
            api.client.get(api.port(), TestApi.LOOPBACK, "/things/1").send().await().statusCode())
        .isEqualTo(401);
    assertThat(
            api.client
                .get(api.port(), TestApi.LOOPBACK, "/things?near=1,2")
                .send()
                .await()
                .statusCode())
        .isEqualTo(503);
    String foreign =
        new Tokens(api.vertx, TestApi.SECRET + "!").issue("x", List.of("maker"), List.of());
    var forged =
        api.client
            .get(api.port(), TestApi.LOOPBACK, "/things/1")
            .bearerTokenAuthentication(foreign)
            .send()
            .await();
    assertThat(forged.statusCode()).isEqualTo(401);
  }

  @Test
  void a_caller_without_the_role_of_the_operation_gets_a_403() {
    assertThat(api.call(HttpMethod.POST, "/things", "breaker", "{}").statusCode()).isEqualTo(403);
    assertThat(
            api.call(HttpMethod.GET, "/things/1", "breaker", null)
                .bodyAsJsonObject()
                .getString("thingId"))
        .isEqualTo("me");
  }

  @Test
  void a_token_without_a_valid_expiry_is_refused() {
    JWTAuth issuer =
        JWTAuth.create(
            api.vertx,
            new JWTAuthOptions()
                .addPubSecKey(
                    new PubSecKeyOptions().setAlgorithm("HS256").setBuffer(TestApi.SECRET)));
    for (JsonObject claims : List.of(new JsonObject(), new JsonObject().put("exp", "x"))) {
      claims.put("sub", "c-1").put("iss", "baedal").put("roles", new JsonArray().add("maker"));
      String token = issuer.generateToken(claims, new JWTOptions().setAlgorithm("HS256"));
      assertThat(
              api.client
                  .get(api.port(), TestApi.LOOPBACK, "/things/1")
                  .bearerTokenAuthentication(token)
                  .send()
                  .await()
                  .statusCode())
          .as(claims.encode())
          .isEqualTo(401);
    }
  }
}
