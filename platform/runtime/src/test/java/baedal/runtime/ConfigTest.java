package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** URIs in settings. They may contain passwords. */
class ConfigTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://us:sec%ret@redis/0",
        "redis://us:sec ret@redis/0",
        "//us:secret@redis/0",
        "secret"
      })
  void an_invalid_uri_is_refused_without_repeating_its_password(String uri) {
    assertThatThrownBy(() -> Config.of(Map.of("REDIS_URI", uri)).uri("REDIS_URI"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .hasMessageStartingWith("REDIS_URI must be a URI")
        .message()
        .doesNotContain("sec", "ret");
  }

  @Test
  void a_valid_uri_is_used_unchanged() {
    String uri = "redis://us:p%40ss@redis:6379/0";
    assertThat(Config.of(Map.of("REDIS_URI", uri)).uri("REDIS_URI")).hasToString(uri);
  }
}
