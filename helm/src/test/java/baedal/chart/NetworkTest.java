package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares what the network allows with the arrows of {@code docs/architecture.md}. */
class NetworkTest {

  /** What the picture leaves out: sign-in, operation, and the nodes of one server. */
  private static final Set<String> BESIDE_THE_PICTURE =
      Set.of(
          "order -> keycloak",
          "payment -> keycloak",
          "store -> keycloak",
          "rider -> keycloak",
          "coupon -> keycloak",
          "mypage -> keycloak",
          "gateway -> keycloak",
          "test -> keycloak",
          "test -> gateway",
          "audit -> postgresql",
          "audit -> mongodb",
          "audit -> redis",
          "audit -> rabbitmq",
          "migrate -> postgresql",
          "migrate -> mongodb",
          "backup -> postgresql",
          "backup -> mongodb",
          "backup -> redis",
          "backup -> rabbitmq",
          "rabbitmq -> rabbitmq");

  @Test
  void the_picture_has_arrows_of_each_kind() throws IOException {
    assertThat(Architecture.arrows())
        .contains(
            "gateway -> mypage",
            "payment -> order",
            "order -> payment",
            "order -> postgresql",
            "mypage -> mongodb",
            "gateway -> redis",
            "store -> rabbitmq",
            "mypage -> rabbitmq")
        .doesNotContain("order -> mongodb", "store -> order", "gateway -> rabbitmq")
        .hasSize(23);
  }

  @ParameterizedTest
  @EnumSource
  void each_arrow_has_a_policy_and_nothing_else_has(Profile profile) throws IOException {
    Rendering rendering = Rendering.of(profile);
    assertThat(pairs(new Network(rendering).connections())).isEqualTo(expected(rendering));
  }

  /** All arrows whose both ends are pods of the rendering. */
  private static Set<String> expected(Rendering rendering) throws IOException {
    Set<String> components =
        rendering.workloads().stream().map(Manifest::component).collect(Collectors.toSet());
    Set<String> expected = new TreeSet<>(Architecture.arrows());
    expected.addAll(BESIDE_THE_PICTURE);
    expected.removeIf(arrow -> !components.containsAll(List.of(arrow.split(" -> ", -1))));
    return expected;
  }

  private static Set<String> pairs(Set<String> connections) {
    return connections.stream()
        .map(connection -> connection.replaceFirst(":.*", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @EnumSource
  void clients_of_a_service_reach_its_http_port_only(Profile profile) {
    assertThat(new Network(Rendering.of(profile)).connections())
        .filteredOn(
            arrow -> arrow.matches(".* -> (order|payment|store|rider|coupon|mypage|gateway):.*"))
        .allMatch(arrow -> arrow.endsWith(":http"));
  }

  @ParameterizedTest
  @EnumSource
  void no_pod_may_do_what_no_policy_says(Profile profile) {
    Network network = new Network(Rendering.of(profile));
    assertThat(network.unprotected("ingress")).as("without a policy of ingress").isEmpty();
    assertThat(network.unprotected("egress")).as("without a policy of egress").isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void each_pod_that_connects_to_others_may_resolve_names(Profile profile) throws IOException {
    Rendering rendering = Rendering.of(profile);
    Network network = new Network(rendering);
    Set<String> connecting =
        expected(rendering).stream()
            .map(arrow -> arrow.replaceFirst(" -> .*", ""))
            .collect(Collectors.toSet());
    for (Manifest workload : network.workloads()) {
      if (connecting.contains(workload.component())) {
        assertThat(network.rules(workload, "egress"))
            .as("%s: port 53 by UDP and TCP", workload)
            .anySatisfy(
                rule ->
                    assertThat(rule.at("ports").items())
                        .filteredOn(port -> port.at("port").is(53))
                        .extracting(port -> port.at("protocol").text())
                        .containsExactlyInAnyOrder("UDP", "TCP"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MESH", "EVERYTHING"})
  void each_sidecar_reaches_the_control_plane_of_istio(Profile profile) {
    Network network = new Network(Rendering.of(profile));
    for (Manifest workload : network.workloads()) {
      assertThat(network.rules(workload, "egress"))
          .as("%s", workload)
          .flatExtracting(rule -> rule.at("ports").items())
          .anyMatch(port -> port.at("port").is(15_012));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MESH", "EVERYTHING"})
  void istio_authorizes_each_arrow_and_nothing_else(Profile profile) throws IOException {
    Rendering rendering = Rendering.of(profile);
    Set<String> authorized = new TreeSet<>();
    Set<String> protectedComponents = new TreeSet<>();
    for (Manifest policy : rendering.ofKind("AuthorizationPolicy")) {
      for (Manifest to : podsOf(policy, rendering)) {
        protectedComponents.add(to.component());
        for (Node rule : policy.at("spec", "rules").items()) {
          for (Node from : rule.at("from").items()) {
            from.at("source", "principals")
                .texts()
                .forEach(
                    principal ->
                        accountsComponents(principal, rendering)
                            .forEach(
                                component -> authorized.add(component + " -> " + to.component())));
          }
        }
      }
    }
    Set<String> expected = expected(rendering);
    expected.removeIf(arrow -> !protectedComponents.contains(arrow.replaceFirst(".* -> ", "")));
    assertThat(authorized).isEqualTo(expected);
    assertThat(protectedComponents)
        .contains("order", "payment", "store", "rider", "coupon", "mypage", "gateway");
  }

  @ParameterizedTest
  @EnumSource(names = {"MESH", "EVERYTHING"})
  void istio_encrypts_the_traffic_of_each_service(Profile profile) {
    Rendering rendering = Rendering.of(profile);
    Set<String> strict = new TreeSet<>();
    for (Manifest policy : rendering.ofKind("PeerAuthentication")) {
      if (policy.at("spec", "mtls", "mode").is("STRICT")) {
        podsOf(policy, rendering).forEach(workload -> strict.add(workload.component()));
      }
    }
    assertThat(strict)
        .contains("order", "payment", "store", "rider", "coupon", "mypage", "gateway");
  }

  @ParameterizedTest
  @EnumSource(names = {"MESH", "EVERYTHING"})
  void istio_takes_a_failing_replica_of_each_service_out(Profile profile) {
    Rendering rendering = Rendering.of(profile);
    for (String service : List.of("order", "payment", "store", "rider", "coupon", "mypage")) {
      assertThat(rendering.ofKind("DestinationRule"))
          .as(service)
          .anySatisfy(
              rule -> {
                assertThat(rule.component()).isEqualTo(service);
                assertThat(rule.at("spec", "trafficPolicy", "outlierDetection").isPresent())
                    .isTrue();
              });
    }
  }

  /** Proves the test: a second caller of payment is found. */
  @Test
  void an_arrow_that_the_picture_does_not_have_is_found(@TempDir Path folder) throws IOException {
    ChartCopy chart =
        ChartCopy.in(folder)
            .replace(
                "templates/_services.tpl",
                "  port: 8083\n  store: mongodb\n  broker: true\n  calls: []",
                "  port: 8083\n  store: mongodb\n  broker: true\n  calls: [payment]");
    try (Cluster cluster = Cluster.plain()) {
      Rendering rendering =
          Rendering.install(chart.folder(), cluster, Profile.MINIMAL.files(), Map.of());
      Set<String> found = pairs(new Network(rendering).connections());
      found.removeAll(expected(rendering));
      assertThat(found).containsExactly("store -> payment");
    }
  }

  private static List<Manifest> podsOf(Manifest policy, Rendering rendering) {
    return new Release(rendering.manifests(), Set.of())
        .podsWith(policy.at("spec", "selector", "matchLabels"));
  }

  /** The components whose service account is the last part of a principal. */
  private static Set<String> accountsComponents(String principal, Rendering rendering) {
    String prefix = "cluster.local/ns/" + Cluster.NAMESPACE + "/sa/";
    return rendering.workloads().stream()
        .filter(
            workload ->
                principal.equals(
                    prefix + workload.pod().orElseThrow().at("spec", "serviceAccountName").text()))
        .map(Manifest::component)
        .collect(Collectors.toSet());
  }
}
