package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Checks what the pods of the services promise. {@code PodCheck} checks what every pod must have.
 */
class PodsTest {

  private static final String PROBES =
      "../platform/runtime/src/main/java/baedal/runtime/OperatorRoutes.java";

  /** The seconds that a process takes to stop after DRAIN_DELAY. */
  private static final int STOP_SECONDS = 20;

  private static List<Manifest> services(Profile profile) {
    List<Manifest> services =
        Rendering.of(profile).ofKind("Deployment").stream()
            .filter(deployment -> !deployment.component().equals("keycloak"))
            .toList();
    assertThat(services)
        .extracting(Manifest::component)
        .containsExactlyInAnyOrder(
            "order", "payment", "store", "rider", "coupon", "mypage", "gateway");
    return services;
  }

  private static Node container(Manifest service) {
    return service.containers().get(0);
  }

  @ParameterizedTest
  @EnumSource
  void the_probes_ask_routes_that_the_services_have(Profile profile) throws IOException {
    String routes = Files.readString(Rendering.CHART.resolve(PROBES));
    Map<String, String> paths =
        Map.of(
            "startupProbe", "/health/live",
            "readinessProbe", "/health/ready",
            "livenessProbe", "/health/live");
    for (Manifest service : services(profile)) {
      paths.forEach(
          (probe, path) -> {
            assertThat(routes).contains("\"" + path + "\"");
            Node get = container(service).at(probe, "httpGet");
            assertThat(get.at("path").text()).as("%s of %s", probe, service).isEqualTo(path);
            String port = service.component().equals("gateway") ? "operations" : "http";
            assertThat(get.at("port").text()).as("%s of %s", probe, service).isEqualTo(port);
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_pod_leaves_its_service_before_it_stops(Profile profile) {
    for (Manifest service : services(profile)) {
      int sleep = container(service).at("lifecycle", "preStop", "sleep", "seconds").number();
      String drain =
          Variables.of(container(service), Rendering.of(profile)).getOrDefault("DRAIN_DELAY", "0s");
      int grace = service.pod().orElseThrow().at("spec", "terminationGracePeriodSeconds").number();
      assertThat(sleep).as("%s sleeps", service).isPositive();
      assertThat(grace)
          .as("%s has the time to sleep, drain and stop", service)
          .isGreaterThanOrEqualTo(sleep + Integer.parseInt(drain.replace("s", "")) + STOP_SECONDS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_rollout_never_has_fewer_ready_pods(Profile profile) {
    for (Manifest service : services(profile)) {
      Node rollout = service.at("spec", "strategy", "rollingUpdate");
      assertThat(rollout.at("maxUnavailable").number()).as("%s", service).isZero();
      assertThat(rollout.at("maxSurge").number()).as("%s", service).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_budget_lets_a_drain_evict_one_pod_at_a_time(Profile profile) {
    Rendering rendering = Rendering.of(profile);
    Set<String> protectedComponents = new HashSet<>();
    for (Manifest budget : rendering.ofKind("PodDisruptionBudget")) {
      assertThat(budget.at("spec", "maxUnavailable").number()).as("%s", budget).isEqualTo(1);
      assertThat(budget.at("spec", "unhealthyPodEvictionPolicy").text())
          .as("%s", budget)
          .isEqualTo("AlwaysAllow");
      protectedComponents.add(budget.component());
    }
    assertThat(protectedComponents)
        .containsAll(services(profile).stream().map(Manifest::component).toList());
    if (rendering.ofKind("StatefulSet").stream()
        .anyMatch(of -> of.component().equals("rabbitmq"))) {
      assertThat(protectedComponents).contains("rabbitmq");
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_pods_of_each_version_are_spread(Profile profile) {
    for (Manifest service : services(profile)) {
      assertThat(service.pod().orElseThrow().at("spec", "topologySpreadConstraints").items())
          .as("%s", service)
          .isNotEmpty()
          .allSatisfy(
              spread ->
                  assertThat(spread.at("matchLabelKeys").texts())
                      .containsExactly("pod-template-hash"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_service_has_a_file_system_that_it_cannot_change(Profile profile) {
    for (Manifest service : services(profile)) {
      assertThat(container(service).at("securityContext", "readOnlyRootFilesystem").is(true))
          .as("%s", service)
          .isTrue();
      assertThat(service.pod().orElseThrow().at("spec", "securityContext", "runAsUser").number())
          .as("%s", service)
          .isEqualTo(10_001);
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_heap_of_a_service_follows_its_memory_limit(Profile profile) {
    for (Manifest service : services(profile)) {
      Map<String, String> variables = Variables.of(container(service), Rendering.of(profile));
      assertThat(variables.get("JAVA_TOOL_OPTIONS"))
          .as("%s", service)
          .containsPattern("-XX:MaxRAMPercentage=[4-7][0-9]")
          .doesNotContain("-Xmx");
      Node resources = container(service).at("resources");
      assertThat(resources.at("requests", "memory"))
          .as("a pod of %s is not evicted for memory that it was promised", service)
          .isEqualTo(resources.at("limits", "memory"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void each_component_has_a_service_account_without_a_token(Profile profile) {
    Rendering rendering = Rendering.of(profile);
    for (Manifest workload : rendering.workloads()) {
      String account = workload.pod().orElseThrow().at("spec", "serviceAccountName").text();
      Manifest found = rendering.find("ServiceAccount", account).orElseThrow();
      assertThat(found.component()).as("%s", workload).isEqualTo(workload.component());
      assertThat(found.at("automountServiceAccountToken").is(false)).as("%s", found).isTrue();
    }
  }

  @Test
  void a_changed_log_level_restarts_no_pod() {
    Rendering changed = with("services.order.logLevel", "WARN");
    assertThat(order(changed)).isEqualTo(order(Rendering.of(Profile.MINIMAL)));
    assertThat(changed.text()).isNotEqualTo(Rendering.of(Profile.MINIMAL).text());
  }

  @Test
  void any_other_changed_setting_restarts_the_pods_of_its_service_only() {
    Rendering before = Rendering.of(Profile.MINIMAL);
    Rendering changed = with("services.order.env.ORDER_EXPIRES_AFTER", "10m");
    assertThat(order(changed)).isNotEqualTo(order(before));
    for (Manifest service : changed.ofKind("Deployment")) {
      if (!service.component().equals("order")) {
        assertThat(before.ofKind("Deployment")).contains(service);
      }
    }
  }

  @Test
  void a_replaced_registry_is_that_of_every_image() {
    String registry = "mirror.example.com";
    for (Manifest workload : with("image.registry", registry).workloads()) {
      for (Node container : workload.containers()) {
        assertThat(container.at("image").text()).as("%s", workload).startsWith(registry + "/");
      }
    }
  }

  @Test
  void rabbitmq_has_three_nodes_and_waits_for_its_quorums_before_a_stop() {
    Manifest rabbitmq =
        Rendering.of(Profile.DEFAULTS).ofKind("StatefulSet").stream()
            .filter(of -> of.component().equals("rabbitmq"))
            .findFirst()
            .orElseThrow();
    assertThat(rabbitmq.at("spec", "replicas").number()).isEqualTo(3);
    assertThat(rabbitmq.containers())
        .extracting(container -> container.at("lifecycle", "preStop").toString())
        .anyMatch(command -> command.contains("await_online_quorum_plus_one"));
  }

  @Test
  void each_database_for_trying_out_keeps_its_data_in_a_claim() {
    List<Manifest> servers = Rendering.of(Profile.DEFAULTS).ofKind("StatefulSet");
    assertThat(servers)
        .extracting(Manifest::component)
        .contains("postgresql", "mongodb", "redis", "rabbitmq");
    for (Manifest server : servers) {
      assertThat(server.at("spec", "volumeClaimTemplates").items()).as("%s", server).isNotEmpty();
    }
  }

  private static Rendering with(String value, Object to) {
    try (Cluster cluster = Cluster.plain()) {
      return Rendering.install(
          Rendering.CHART, cluster, Profile.MINIMAL.files(), Map.of(value, to));
    }
  }

  private static Manifest order(Rendering rendering) {
    return rendering.ofKind("Deployment").stream()
        .filter(deployment -> deployment.component().equals("order"))
        .findFirst()
        .orElseThrow();
  }
}
