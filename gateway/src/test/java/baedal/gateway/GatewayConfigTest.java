package baedal.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.Config;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start fails with an invalid setting, and the error names the setting. */
class GatewayConfigTest {

  private static GatewayConfig with(String orderUrl) {
    return with(Map.of("ORDER_URL", orderUrl));
  }

  private static GatewayConfig with(Map<String, String> settings) {
    Map<String, String> values = new HashMap<>();
    for (String service : new String[] {"ORDER", "PAYMENT", "STORE", "RIDER", "COUPON", "MYPAGE"}) {
      values.put(service + "_URL", "http://" + service.toLowerCase(Locale.ROOT) + ":1");
    }
    values.put("TOKEN_SECRET", "a secret of at least thirty-two bytes");
    values.put("DEV_DOORS", "true");
    values.putAll(settings);
    return GatewayConfig.from(Config.of(values));
  }

  @Test
  void a_service_url_may_omit_its_port_and_end_with_a_slash() {
    assertThat(with("http://order/").upstreams().get("order")).isEqualTo("http://order:80");
    assertThat(with("http://order:8081").upstreams().get("order")).isEqualTo("http://order:8081");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://order", "http://order/api", "order:8081", "http://order?x", "mailto:x"})
  void the_error_of_an_invalid_service_url_names_the_setting(String url) {
    assertThatThrownBy(() -> with(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ORDER_URL");
  }

  @Test
  void concurrent_requests_of_an_address_are_unlimited_on_one_machine() {
    PublicHttpConfig cluster = PublicHttpConfig.from(Config.of(Map.of()));
    assertThat(cluster.maxRequestsPerSubject()).isEqualTo(100);
    assertThat(cluster.maxRequestsPerAddress()).isEqualTo(200);
    PublicHttpConfig oneMachine = with(Map.of()).http();
    assertThat(oneMachine.maxRequestsPerSubject()).isEqualTo(100);
    assertThat(oneMachine.maxRequestsPerAddress()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "4095", "262145", "32k"})
  void the_error_of_an_invalid_header_limit_names_the_setting(String bytes) {
    assertThatThrownBy(() -> with(Map.of("MAX_HEADER_BYTES", bytes)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MAX_HEADER_BYTES");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1610ms", "2s", "3s"})
  void the_breaker_must_stay_open_longer_than_a_payment_may_take(String timeout) {
    assertThatThrownBy(
            () -> with(Map.of("PAYMENT_TIMEOUT", timeout, "PAYMENT_BREAKER_RESET", "2s")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PAYMENT_BREAKER_RESET");
  }
}
