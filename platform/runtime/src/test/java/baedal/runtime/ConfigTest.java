package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a server is can be read, or the setting is named and what is in it stays unsaid. */
class ConfigTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://us:sec%ret@redis/0",
        "redis://us:sec ret@redis/0",
        "//us:secret@redis/0",
        "secret"
      })
  void a_uri_that_cannot_be_read_is_named_and_its_password_is_not_repeated(String uri) {
    assertThatThrownBy(() -> Config.of(Map.of("REDIS_URI", uri)).uri("REDIS_URI"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .hasMessageStartingWith("REDIS_URI must be a URI")
        .message()
        .doesNotContain("sec", "ret");
  }

  @Test
  void a_uri_that_can_be_read_is_taken_as_it_is() {
    String uri = "redis://us:p%40ss@redis:6379/0";
    assertThat(Config.of(Map.of("REDIS_URI", uri)).uri("REDIS_URI")).hasToString(uri);
  }
}
