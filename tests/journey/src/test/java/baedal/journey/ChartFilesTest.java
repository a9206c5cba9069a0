package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.rabbitmq.BrokerDefinitions;
import baedal.rabbitmq.BrokerPermissions;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The files that the Helm chart repeats agree with the originals. */
class ChartFilesTest {

  private static final String TEST_CLIENT = "baedal-test";

  private static JsonNode read(String file) throws IOException {
    return Json.mapper().readTree(Readme.TOP.resolve(file).toFile());
  }

  @Test
  void the_chart_has_the_topology_and_the_permissions_of_the_program() throws IOException {
    BrokerDefinitions definitions = new BrokerDefinitions("baedal");
    BrokerPermissions.USERS.forEach(user -> definitions.service(user, "unused"));
    ObjectNode expected = definitions.administrator("administrator", "unused").json();
    expected.remove("users");
    expected
        .withArray("permissions")
        .addObject()
        .put("user", "monitoring")
        .put("vhost", "baedal")
        .put("configure", "^$")
        .put("write", "^$")
        .put("read", "^$");
    // Read again, because the kinds of numbers differ.
    assertThat(read("helm/files/rabbitmq/definitions.json"))
        .isEqualTo(Json.mapper().readTree(expected.toString()));
  }

  @Test
  void the_realm_of_the_chart_is_the_production_realm_with_people_and_a_test_client()
      throws IOException {
    JsonNode chart = read("helm/files/keycloak/baedal-realm.json");
    remove(chart.withArray("users"), user -> user.has("credentials"));
    remove(chart.withArray("clients"), it -> it.path("clientId").asText().equals(TEST_CLIENT));
    remove(chart.withArray("scopeMappings"), it -> it.path("client").asText().equals(TEST_CLIENT));
    assertThat(chart).isEqualTo(read("gateway/keycloak/baedal-realm.json"));
  }

  private static void remove(ArrayNode array, Predicate<JsonNode> unwanted) {
    for (int i = array.size() - 1; i >= 0; i--) {
      if (unwanted.test(array.get(i))) {
        array.remove(i);
      }
    }
  }
}
