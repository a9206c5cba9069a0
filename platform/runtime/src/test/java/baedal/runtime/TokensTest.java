package baedal.runtime;

import static baedal.runtime.OpenIdFixture.AUDIENCE;
import static baedal.runtime.OpenIdFixture.INVALID;
import static baedal.runtime.OpenIdFixture.KEY;
import static baedal.runtime.OpenIdFixture.OK;
import static baedal.runtime.OpenIdFixture.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of people, issued by an OpenID Connect issuer, and tokens of services. */
class TokensTest {

  private final OpenIdFixture openId;

  TokensTest() throws IOException {
    openId = new OpenIdFixture();
  }

  @AfterEach
  void stop() {
    openId.close();
  }

  @Test
  void the_caller_has_the_subject_roles_and_stores_of_the_token() {
    assertThat(openId.tokens().verify(openId.token(KEY)).await())
        .isEqualTo(new Caller("c-1", Set.of("customer"), Set.of("s-1")));
  }

  @Test
  void roles_are_read_from_a_nested_claim_if_the_setting_is_a_json_pointer() {
    openId.startTokens("/realm_access/roles");
    JsonObject claims =
        openId
            .claims()
            .put("realm_access", new JsonObject().put("roles", new JsonArray().add("owner")));
    assertThat(openId.tokens().verify(openId.token(KEY, claims)).await().roles())
        .containsExactly("owner");
    claims.remove("realm_access");
    assertThat(openId.tokens().verify(openId.token(KEY, claims)).await().roles()).isEmpty();
  }

  @Test
  void a_token_of_the_issuer_never_has_the_role_of_services() {
    JsonObject claims =
        openId.claims().put("roles", new JsonArray().add("service").add("customer"));
    assertThat(openId.tokens().verify(openId.token(KEY, claims)).await().roles())
        .containsExactly("customer");
  }

  @Test
  void a_token_with_another_audience_issuer_subject_or_time_is_refused() {
    assertThat(outcomeWith("aud", "another")).isEqualTo(INVALID);
    assertThat(outcomeWith("aud", null)).isEqualTo(INVALID);
    assertThat(outcomeWith("aud", new JsonArray().add("x").add(AUDIENCE))).isEqualTo(OK);
    assertThat(outcomeWith("iss", openId.issuer.uri() + "/")).isEqualTo(INVALID);
    assertThat(outcomeWith("iss", "baedal")).isEqualTo(INVALID);
    assertThat(outcomeWith("sub", " ")).isEqualTo(INVALID);
    assertThat(outcomeWith("sub", "c".repeat(256))).isEqualTo(INVALID);
    assertThat(outcomeWith("sub", "c".repeat(255))).isEqualTo(OK);
    assertThat(outcomeWith("exp", in(-60))).isEqualTo(INVALID);
    assertThat(outcomeWith("exp", null)).isEqualTo(INVALID);
    assertThat(outcomeWith("exp", in(-2))).as("two clocks differ a little").isEqualTo(OK);
    assertThat(outcomeWith("nbf", in(60))).isEqualTo(INVALID);
    assertThat(outcomeWith("nbf", in(2))).as("two clocks differ a little").isEqualTo(OK);
    JsonObject withoutExpiry = openId.claims();
    withoutExpiry.remove("exp");
    assertThat(openId.outcome(openId.token(KEY, withoutExpiry))).isEqualTo(INVALID);
  }

  private String outcomeWith(String claim, Object value) {
    return openId.outcome(openId.token(KEY, openId.claims().put(claim, value)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "true",
        "null",
        "[\"c-1\"]",
        "{}",
        "\"c\\u0000\"",
        "\"c\\n1\"",
        "\"c\\u007f\"",
        "\"c\\u0085\"",
        "\"c\\ud800\"",
        "\"\\udc00c\"",
        "\"\\udc00\\ud800\"",
        "\"\\u1100\\u1161\"",
        "\"\\u200b\""
      })
  void a_subject_that_is_not_plain_text_is_refused(String subject) {
    String claims = openId.claims().encode();
    assertThat(claims).contains("\"c-1\"");
    assertThat(openId.outcome(KEY.sign(new JsonObject(), claims.replace("\"c-1\"", subject))))
        .isEqualTo(INVALID);
    assertThat(
            openId.outcome(KEY.sign(new JsonObject(), claims.replace("c-1", "고객-\\ud83c\\udf5c"))))
        .isEqualTo(OK);
  }

  @Test
  void a_store_id_that_is_not_plain_text_is_ignored() {
    JsonObject claims = openId.claims().put("stores", new JsonArray().add("s\0").add("s-2").add(7));
    assertThat(openId.tokens().verify(openId.token(KEY, claims)).await().stores())
        .containsExactly("s-2");
  }

  @Test
  void with_an_issuer_the_secret_signs_tokens_of_services_only() {
    assertThat(openId.tokens().verify(openId.tokens().forService("order")).await().roles())
        .containsExactly(Caller.SERVICE);
    assertThat(openId.outcome(openId.tokens().issue("c-1", List.of("customer"), List.of())))
        .isEqualTo(INVALID);
    assertThat(openId.outcome(openId.tokens().issue("c-1", List.of("service", "admin"), List.of())))
        .isEqualTo(INVALID);
    assertThat(openId.outcome(new Tokens(openId.vertx, TestApi.SECRET + "!").forService("order")))
        .isEqualTo(INVALID);
  }
}
