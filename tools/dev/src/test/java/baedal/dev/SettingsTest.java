package baedal.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ports and external servers that the environment sets, and the errors for invalid ones. */
class SettingsTest {

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "0", "65536", "-1", "80a", "8088.0"})
  void an_invalid_port_is_named_with_its_setting(String value) {
    assertThatThrownBy(() -> Settings.from(Map.of("STORE_PORT", value)))
        .isInstanceOf(Failure.class)
        .hasMessage("STORE_PORT must be a port number, not '" + value + "'");
  }

  @Test
  void two_settings_with_the_same_port_are_both_named() {
    assertThatThrownBy(() -> Settings.from(Map.of("REDIS_PORT", "8088")))
        .isInstanceOf(Failure.class)
        .hasMessageContainingAll("GATEWAY_PORT", "REDIS_PORT", "8088");
  }

  @ParameterizedTest
  @CsvSource({
    "POSTGRES_URI, jdbc:postgresql://127.0.0.1:5432, postgresql://",
    "POSTGRES_URI, postgresql://u:hidden@127.0.0.1:5432/db, postgresql://",
    "MONGO_URI, mongodb://127.0.0.1/?replicaSet=rs, mongodb://",
    "REDIS_URI, redis://:hidden@127.0.0.1:6379/2, redis://",
    "AMQP_URI, 127.0.0.1:5672, amqp://"
  })
  void a_uri_of_another_form_is_refused_without_showing_its_password(
      String variable, String uri, String form) {
    assertThatThrownBy(() -> Settings.from(Map.of(variable, uri)))
        .isInstanceOf(Failure.class)
        .hasMessageContainingAll(variable, form)
        .hasMessageNotContaining("hidden");
  }

  @Test
  void the_ports_of_external_servers_are_not_bound() {
    Map<String, String> environment = new HashMap<>();
    environment.put("AMQP_URI", "amqp://user:password@broker:5672/vhost");
    environment.put("MONGO_URI", "mongodb://one:27017,two:27017");
    environment.put("REDIS_URI", "");
    assertThat(Settings.from(environment).portsToBind(environment))
        .doesNotContain("AMQP_PORT", "MANAGEMENT_PORT", "MONGO_PORT")
        .contains("REDIS_PORT", "POSTGRES_PORT", "GATEWAY_PORT", "ORDER_PORT")
        .hasSize(10);
  }

  @Test
  void a_port_in_use_is_named_with_the_setting_that_changes_it() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Settings settings = Settings.from(Map.of("RIDER_PORT", "" + taken.getLocalPort()));
      assertThatThrownBy(() -> settings.freePort("RIDER_PORT"))
          .isInstanceOf(Failure.class)
          .hasMessageContainingAll(
              "port " + taken.getLocalPort() + " is not available", "set RIDER_PORT");
    }
  }

  @Test
  void an_exception_without_a_message_is_described_by_its_class() {
    assertThat(Failure.describe(new AccessDeniedException("/data")))
        .isEqualTo("access denied: /data");
    assertThat(Failure.describe(new ConnectException())).isEqualTo("connect");
    assertThat(Failure.describe(new Failure("no room"))).isEqualTo("no room");
  }
}
