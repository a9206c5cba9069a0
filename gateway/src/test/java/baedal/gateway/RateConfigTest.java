package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Config;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The default limits, and the errors of invalid settings. */
class RateConfigTest {

  private static RateConfig from(Map<String, String> settings) {
    return RateConfig.from(Config.of(settings));
  }

  @Test
  void requests_are_limited_by_default_except_on_one_machine() {
    RateConfig usual = from(Map.of());
    assertThat(usual.perSubject()).isEqualTo(600);
    assertThat(usual.perAddress()).isEqualTo(6_000);
    assertThat(usual.redisUri()).isEmpty();
    assertThat(usual.trustedProxies()).isEmpty();
    assertThat(from(Map.of("DEV_DOORS", "true"))).isEqualTo(RateConfig.NONE);
    assertThat(from(Map.of("DEV_DOORS", "true", "RATE_PER_SUBJECT", "7")).perSubject())
        .isEqualTo(7);
  }

  @Test
  void proxies_are_addresses_and_networks() {
    assertThat(from(Map.of("TRUSTED_PROXIES", "10.0.0.0/8, ::1")).trustedProxies())
        .isEqualTo(List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("::1/128")));
  }

  @ParameterizedTest
  @CsvSource({
    "RATE_PER_SUBJECT, -1",
    "RATE_PER_ADDRESS, many",
    "TRUSTED_PROXIES, ingress",
    "TRUSTED_PROXIES, 10.0.0.0/33",
    "TRUSTED_PROXIES, 10.0.0.0/x",
    "TRUSTED_PROXIES, 10.0.0.1/-1"
  })
  void the_error_of_an_invalid_setting_names_it(String key, String value) {
    assertThatThrownBy(() -> from(Map.of(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key);
  }
}
