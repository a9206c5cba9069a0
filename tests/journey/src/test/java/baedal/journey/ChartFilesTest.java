package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.rabbitmq.BrokerDefinitions;
import baedal.rabbitmq.BrokerPermissions;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The files that the Helm chart repeats agree with the originals. */
class ChartFilesTest {

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
  void the_realm_of_the_chart_gives_tokens_the_claims_of_the_production_realm() throws IOException {
    JsonNode chart = read("helm/files/keycloak/baedal-realm.json");
    JsonNode production = read("gateway/keycloak/baedal-realm.json");
    for (String part : List.of("realm", "roles", "defaultRole", "components", "clientScopes")) {
      assertThat(chart.path(part)).as(part).isEqualTo(production.path(part));
    }
  }
}
