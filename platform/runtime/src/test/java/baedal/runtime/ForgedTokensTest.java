package baedal.runtime;

import static baedal.runtime.OpenIdFixture.INVALID;
import static baedal.runtime.OpenIdFixture.KEY;
import static baedal.runtime.OpenIdFixture.OK;
import static baedal.runtime.OpenIdFixture.OTHER;
import static baedal.runtime.OpenIdFixture.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Issuer.SigningKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that were not signed by a trusted key are refused. */
class ForgedTokensTest {

  private final OpenIdFixture openId;

  ForgedTokensTest() throws IOException {
    openId = new OpenIdFixture();
  }

  @AfterEach
  void stop() {
    openId.close();
  }

  @Test
  void a_key_is_used_with_its_own_algorithm_only() {
    assertThat(openId.outcome(openId.token(KEY.as("RS512")))).isEqualTo(INVALID);
    assertThat(openId.outcome(openId.token(KEY.as("PS256")))).isEqualTo(INVALID);
    assertThat(
            openId.outcome(
                openId.token(new SigningKey("one", "RS256", OTHER.pair()), openId.claims())))
        .isEqualTo(INVALID);
  }

  @Test
  void the_public_key_is_not_accepted_as_a_shared_secret() {
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(KEY.pair().getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    for (String secret : List.of(pem, KEY.publicKey().getString("n"))) {
      JWTAuth forger =
          JWTAuth.create(
              openId.vertx,
              new JWTAuthOptions()
                  .addPubSecKey(
                      new PubSecKeyOptions().setId("one").setAlgorithm("HS256").setBuffer(secret)));
      assertThat(
              openId.outcome(
                  forger.generateToken(openId.claims(), new JWTOptions().setAlgorithm("HS256"))))
          .isEqualTo(INVALID);
    }
    openId.issuer.publishJson(
        KEY.publicKey(),
        new JsonObject().put("kid", "oct").put("kty", "oct").put("alg", "HS256").put("k", "AAAA"));
    assertThat(
            openId.outcome(
                tokenWith(new JsonObject().put("alg", "HS512").put("kid", "oct"), "AAAA")))
        .isEqualTo(INVALID);
  }

  @Test
  void an_unsigned_token_is_refused_even_if_its_key_cannot_be_read() {
    openId.issuer.publishJson(
        KEY.publicKey(), KEY.publicKey().put("kid", "bad").put("n", "").put("e", new JsonArray()));
    assertThat(
            openId.outcome(
                tokenWith(new JsonObject().put("alg", "RS256").put("kid", "new"), "AAAA")))
        .isEqualTo(INVALID);
    for (String algorithm : List.of("none", "None", "RS256")) {
      for (String kid : List.of("one", "bad", "unknown")) {
        JsonObject header = new JsonObject().put("alg", algorithm).put("kid", kid);
        for (String end : List.of("", ".", ".AAAA")) {
          String unsigned = tokenWith(header, "");
          assertThat(openId.outcome(unsigned.substring(0, unsigned.length() - 1) + end))
              .as(header + end)
              .isIn(INVALID, UNAVAILABLE);
        }
      }
    }
    assertThat(openId.outcome(openId.token(KEY))).isEqualTo(OK);
  }

  private String tokenWith(JsonObject header, String signature) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return base64.encodeToString(header.encode().getBytes(StandardCharsets.UTF_8))
        + "."
        + base64.encodeToString(openId.claims().encode().getBytes(StandardCharsets.UTF_8))
        + "."
        + signature;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a.b.c", "e30.e30.e30", "bnVsbA.e30.AA", "{}.{}.{}"})
  void a_text_that_is_not_a_token_is_refused(String token) {
    assertThat(openId.outcome(token)).isEqualTo(INVALID);
  }
}
