package baedal.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Config;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerDefinitionsTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(Map<String, String> environment, String... arguments) {
    return BrokerDefinitions.run(
        List.of(arguments),
        Config.of(environment),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  /** {@code -Dbaedal.write=true} writes the file again after an intended change. */
  @Test
  void the_published_definitions_are_those_of_the_topology() throws Exception {
    Path file = Path.of("src/main/resources/baedal/rabbitmq/definitions.json");
    String wanted = Topology.definitions("/").toPrettyString() + "\n";
    if (Boolean.getBoolean("baedal.write")) {
      Files.writeString(file, wanted);
    }
    assertThat(Files.readString(file)).isEqualTo(wanted).doesNotContain("password");
  }

  private JsonNode printed() throws IOException {
    return Json.mapper().readTree(out.toString(UTF_8));
  }

  @Test
  void all_definitions_are_in_the_named_virtual_host() throws Exception {
    assertThat(run(Map.of("AMQP_PASSWORD_ORDER", "secret"), "shop", "order")).isZero();
    JsonNode definitions = printed();
    assertThat(definitions.findValuesAsText("vhost")).containsOnly("shop").hasSizeGreaterThan(50);
    assertThat(definitions.at("/vhosts/0/name").asText()).isEqualTo("shop");
    assertThat(definitions.get("queues").findValuesAsText("name"))
        .isEqualTo(Topology.definitions("/").get("queues").findValuesAsText("name"));
  }

  @Test
  void a_user_gets_the_least_permissions_and_a_salted_hash() throws Exception {
    assertThat(run(Map.of("AMQP_PASSWORD_MYPAGE", "secret"), "shop", "mypage")).isZero();
    JsonNode user = printed().at("/users/0");
    assertThat(user.path("name").asText()).isEqualTo("mypage");
    assertThat(user.path("tags").asText()).isEmpty();
    assertThat(isHashOf("secret", user.path("password_hash").asText())).isTrue();
    JsonNode may = printed().at("/permissions/0");
    assertThat(
            new BrokerPermissions(
                may.path("configure").asText(),
                may.path("write").asText(),
                may.path("read").asText()))
        .isEqualTo(BrokerPermissions.of("mypage"));
    assertThat(out.toString(UTF_8)).doesNotContain("secret");
  }

  @Test
  void an_administrator_may_do_everything() throws Exception {
    assertThat(run(Map.of("AMQP_PASSWORD_ADMINISTRATOR", "secret"), "shop", "administrator"))
        .isZero();
    assertThat(printed().at("/users/0/tags").asText()).isEqualTo("administrator");
    assertThat(printed().at("/permissions/0/configure").asText()).isEqualTo(".*");
  }

  @Test
  void a_user_without_a_password_is_refused() {
    assertThat(run(Map.of(), "shop", "order")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("AMQP_PASSWORD_ORDER is not set");
    assertThat(out.size()).isZero();
  }

  @Test
  void an_unknown_user_is_refused() {
    assertThat(run(Map.of("AMQP_PASSWORD_ORDERS", "secret"), "shop", "orders")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("orders");
    assertThat(out.size()).isZero();
  }

  @Test
  void without_arguments_the_usage_is_printed() {
    assertThat(run(Map.of())).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("usage: ", "mypage", "AMQP_PASSWORD_NAME");
  }

  private static boolean isHashOf(String password, String hash) throws Exception {
    byte[] bytes = Base64.getDecoder().decode(hash);
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(bytes, 0, 4);
    return Arrays.equals(
        sha.digest(password.getBytes(UTF_8)), Arrays.copyOfRange(bytes, 4, bytes.length));
  }
}
