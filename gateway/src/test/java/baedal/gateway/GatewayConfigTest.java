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

/** What is set is possible, or the gateway does not start. */
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
  void a_port_may_be_left_out_and_a_slash_does_no_harm() {
    assertThat(with("http://order/").upstreams().get("order")).isEqualTo("http://order:80");
    assertThat(with("http://order:8081").upstreams().get("order")).isEqualTo("http://order:8081");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://order", "http://order/api", "order:8081", "http://order?x", "mailto:x"})
  void what_the_gateway_could_not_follow_is_refused_by_name(String url) {
    assertThatThrownBy(() -> with(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ORDER_URL");
  }

  @Test
  void concurrent_requests_are_bounded_but_not_by_an_address_that_all_share() {
    PublicHttpConfig cluster = PublicHttpConfig.from(Config.of(Map.of()));
    assertThat(cluster.maxRequestsPerSubject()).isEqualTo(100);
    assertThat(cluster.maxRequestsPerAddress()).isEqualTo(200);
    PublicHttpConfig oneMachine = with(Map.of()).edge();
    assertThat(oneMachine.maxRequestsPerSubject()).isEqualTo(100);
    assertThat(oneMachine.maxRequestsPerAddress()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "4095", "262145", "32k"})
  void a_limit_of_header_fields_that_makes_no_sense_is_refused_by_name(String bytes) {
    assertThatThrownBy(() -> with(Map.of("MAX_HEADER_BYTES", bytes)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MAX_HEADER_BYTES");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2s", "3s"})
  void a_call_ends_before_the_breaker_is_half_open(String timeout) {
    assertThatThrownBy(
            () -> with(Map.of("PAYMENT_TIMEOUT", timeout, "PAYMENT_BREAKER_RESET", "2s")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PAYMENT_BREAKER_RESET");
  }
}
