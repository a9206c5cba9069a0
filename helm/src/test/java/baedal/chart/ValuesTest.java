package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks that wrong values are refused with a message that says what to do. */
class ValuesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          service.order.replicas              | 3       | 'service'
          services.ordr.replicas              | 3       | 'ordr'
          services.order.replica              | 3       | 'replica'
          services.order.env.ORDER_EXPIRES    | 15m     | ORDER_EXPIRES
          services.order.env.DEV_DOORS        | true    | DEV_DOORS
          services.order.env.POSTGRES_URI     | x       | POSTGRES_URI
          services.order.replicas             | three   | /services/order/replicas
          services.order.logLevel             | LOUD    | /services/order/logLevel
          services.order.autoscaling.mode     | both    | /services/order/autoscaling/mode
          image.pullPolicy                    | Allways | /image/pullPolicy
          networkPolicy.enabled               | maybe   | /networkPolicy/enabled
          backup.schedule                     | daily   | /backup/schedule
          """)
  void the_schema_names_the_wrong_value(String value, String to, String expected) {
    assertThatThrownBy(() -> render(Map.of(value, to)))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          identity.issuer.url=https://id.example.com         | identity.keycloak.enabled must be false
          postgresql.enabled=false                           | postgresql.external.order is not set
          secrets.generate=false                             | secrets.generate must be true
          expose.httpRoute.enabled=true                      | expose.httpRoute.parentRefs must name a Gateway
          expose.service.type=LoadBalancer                   | expose.tls.existingSecret must name a certificate
          services.gateway.autoscaling.mode=queue            | gateway has no queue
          services.order.autoscaling.minReplicas=50          | more than maxReplicas
          secrets.seed=                                      | set secrets.seed
          services.mypage.env.MESSENGER_URL=https://m.test   | externalTo must allow connections to the messenger
          telemetry.serviceMonitor.enabled=true              | metricsFrom must allow connections from Prometheus
          """)
  void a_contradiction_is_refused_with_what_to_do(String setting, String expected) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(setting.replaceFirst("=.*", ""), setting.replaceFirst("[^=]*=", ""));
    assertThatThrownBy(() -> render(values))
        .hasMessageContaining("the values contradict each other")
        .hasMessageContaining(expected);
  }

  @Test
  void values_without_an_issuer_of_people_are_refused() {
    assertThatThrownBy(() -> render(Map.of("identity.keycloak.enabled", "false")))
        .hasMessageContaining("identity");
  }

  @Test
  void a_render_without_a_cluster_refuses_to_generate_secrets() {
    assertThatThrownBy(() -> Rendering.withoutCluster(Rendering.CHART, List.of(), Map.of()))
        .hasMessageContaining("this render cannot read the cluster")
        .hasMessageContaining("set secrets.seed");
  }

  @Test
  void a_render_without_a_cluster_works_with_a_seed() {
    render(Map.of());
  }

  @Test
  void an_operator_that_the_cluster_does_not_have_is_named() {
    try (Cluster cluster = Cluster.plain()) {
      assertThatThrownBy(
              () ->
                  Rendering.install(
                      Rendering.CHART,
                      cluster,
                      Profile.PRODUCTION.files(),
                      Map.of("istio.enabled", "true")))
          .hasMessageContaining("expose.httpRoute.enabled needs the Gateway API")
          .hasMessageContaining("services.mypage.autoscaling.mode=queue needs KEDA")
          .hasMessageContaining("istio.enabled needs Istio")
          .hasMessageContaining("install it first");
    }
  }

  @Test
  void the_schema_is_closed_and_describes_each_value() throws IOException {
    String text = Files.readString(Rendering.CHART.resolve("values.schema.json"));
    List<String> faults = new ArrayList<>();
    walk("", new Node(new Gson().fromJson(text, Map.class)), faults);
    assertThat(faults).isEmpty();
  }

  private static void walk(String path, Node schema, List<String> faults) {
    boolean object = schema.at("type").is("object");
    if (object
        && !schema.at("additionalProperties").isPresent()
        && !schema.at("propertyNames").isPresent()) {
      faults.add(path + " accepts unknown keys");
    }
    schema
        .at("properties")
        .fields()
        .forEach(
            (name, property) -> {
              String below = path + "." + name;
              if (property.at("description").text().isBlank()) {
                faults.add(below + " has no description");
              }
              walk(below, property, faults);
            });
    schema.at("$defs").fields().forEach((name, def) -> walk("$defs." + name, def, faults));
  }

  private static void render(Map<String, Object> values) {
    Rendering.withoutCluster(Rendering.CHART, Profile.MINIMAL.files(), values);
  }
}
