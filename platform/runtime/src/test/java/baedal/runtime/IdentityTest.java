package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service starts only if its settings say whose tokens it accepts. */
class IdentityTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";

  private static Identity from(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("TOKEN_SECRET", SECRET);
    return Identity.from(Config.of(all));
  }

  @ParameterizedTest
  @CsvSource({
    "KUBERNETES_SERVICE_HOST, 10.96.0.1",
    "HTTP_HOST, 0.0.0.0",
    "HTTP_HOST, no-such-host.invalid",
    "OIDC_ISSUER, https://id.example.org"
  })
  void dev_routes_are_refused_outside_a_one_machine_run(String key, String value) {
    assertThatThrownBy(() -> from(Map.of("DEV_DOORS", "true", key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("DEV_DOORS")
        .hasMessageContaining(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1"})
  void in_a_one_machine_run_the_secret_also_signs_tokens_of_people(String host) {
    assertThat(from(Map.of("DEV_DOORS", "true", "HTTP_HOST", host)))
        .isEqualTo(new Identity.OneMachine(SECRET));
  }

  @Test
  void without_dev_doors_an_issuer_and_an_audience_are_required() {
    assertThatThrownBy(() -> from(Map.of())).hasMessageContaining("OIDC_ISSUER is not set");
    assertThatThrownBy(() -> from(Map.of("OIDC_ISSUER", "https://id.example.org")))
        .hasMessageContaining("OIDC_AUDIENCE is not set");
    assertThat(from(Map.of("OIDC_ISSUER", "https://id.example.org/", "OIDC_AUDIENCE", "baedal")))
        .isEqualTo(new Identity.OpenId(SECRET, "https://id.example.org/", "baedal", "roles"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://id.example.org", "id.example.org", "ftp://127.0.0.1", "https:/x"})
  void an_issuer_must_use_https(String issuer) {
    assertThatThrownBy(() -> from(Map.of("OIDC_ISSUER", issuer, "OIDC_AUDIENCE", "baedal")))
        .hasMessageContaining("OIDC_ISSUER");
  }
}
