package baedal.runtime;

import static baedal.runtime.OpenIdFixture.INVALID;
import static baedal.runtime.OpenIdFixture.KEY;
import static baedal.runtime.OpenIdFixture.OK;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are accepted as access tokens. */
class UnverifiedTokenTest {

  private final OpenIdFixture openId;

  UnverifiedTokenTest() throws IOException {
    openId = new OpenIdFixture();
  }

  @AfterEach
  void stop() {
    openId.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'nonce': 'n'}",
        "{'at_hash': 'h'}",
        "{'c_hash': 'h'}",
        "{'typ': 'ID', 'azp': 'pages'}",
        "{'typ': 'Refresh'}",
        "{'typ': 'Offline'}",
        "{'typ': 'Logout'}",
        "{'token_use': 'id'}",
        "{'events': {'http://schemas.openid.net/event/backchannel-logout': {}}}",
        "{'header': 'logout+jwt'}",
        "{'header': 'application/logout+jwt'}",
        "{'header': 'secevent+jwt'}",
        "{'header': 'JWT', 'nonce': 'n'}"
      })
  void an_id_refresh_or_logout_token_is_refused(String claims) {
    assertThat(openId.outcome(ofKind(claims))).isEqualTo(INVALID);
  }

  /** The header and claims of tokens of Keycloak, Microsoft, Auth0, Okta, Cognito and RFC 9068. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'header': 'JWT', 'typ': 'Bearer', 'azp': 'pages', 'sid': 's'}",
        "{'header': 'JWT', 'typ': 'Bearer', 'nonce': 'n'}",
        "{'header': 'JWT', 'ver': '2.0', 'aio': 'x', 'scp': 'orders'}",
        "{'header': 'JWT', 'azp': 'x', 'scope': 'openid', 'gty': 'password'}",
        "{'header': 'at+jwt', 'client_id': 'x'}",
        "{'header': 'application/AT+JWT', 'jti': 'x'}",
        "{'token_use': 'access'}",
        "{'events': ['birthday']}",
        "{}"
      })
  void access_tokens_of_the_usual_issuers_are_accepted(String claims) {
    assertThat(openId.outcome(ofKind(claims))).isEqualTo(OK);
  }

  private String ofKind(String claims) {
    JsonObject more = new JsonObject(claims.replace('\'', '"'));
    Object type = more.remove("header");
    JsonObject header = type == null ? new JsonObject() : new JsonObject().put("typ", type);
    return KEY.sign(header, openId.claims().mergeIn(more).encode());
  }
}
