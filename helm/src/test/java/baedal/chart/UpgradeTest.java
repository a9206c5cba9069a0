package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Checks that an upgrade changes no field that the API server refuses to change.
 *
 * <p>{@code released.yaml} has these fields as the last released version of the chart rendered
 * them. Record it before a release: {@code ./mvnw test -pl helm -am -Dtest=UpgradeTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dbaedal.record=true}.
 */
class UpgradeTest {

  private static final Path RELEASED = Path.of("src/test/resources/baedal/chart/released.yaml");

  /** The fields of a StatefulSet that an upgrade may change. */
  private static final List<String> CHANGEABLE =
      List.of(
          "replicas",
          "template",
          "updateStrategy",
          "revisionHistoryLimit",
          "persistentVolumeClaimRetentionPolicy",
          "minReadySeconds",
          "ordinals");

  @BeforeAll
  static void recordOnDemand() throws IOException {
    if (Boolean.getBoolean("baedal.record")) {
      record();
    }
  }

  @ParameterizedTest
  @EnumSource
  void an_upgrade_from_the_released_version_changes_no_immutable_field(Profile profile)
      throws IOException {
    Node released = new Node(new Yaml().load(Files.readString(RELEASED))).at(profile.name());
    assertThat(released.isPresent()).as("%s is in %s", profile, RELEASED).isTrue();
    assertUnchanged(released, new Node(immutable(Rendering.of(profile))));
  }

  /** A new version, new images, new resources, more replicas and other settings. */
  @ParameterizedTest
  @EnumSource(names = {"MINIMAL", "PRODUCTION", "MESH"})
  void an_upgrade_to_the_next_version_changes_no_immutable_field(
      Profile profile, @TempDir Path folder) throws IOException {
    Rendering next = next(profile, ChartCopy.in(folder));
    assertThat(next.text()).contains("baedal-9.9.9").isNotEqualTo(Rendering.of(profile).text());
    assertUnchanged(new Node(immutable(Rendering.of(profile))), new Node(immutable(next)));
  }

  @Test
  void a_version_in_a_selector_is_found(@TempDir Path folder) throws IOException {
    ChartCopy chart =
        ChartCopy.in(folder)
            .replace(
                "templates/_names.tpl",
                "app.kubernetes.io/component: {{ .component }}",
                "app.kubernetes.io/component: {{ .component }}\n"
                    + "release: {{ .root.Chart.Version }}");
    Map<String, Object> before = immutable(render(Profile.MINIMAL, chart, Map.of()));
    assertThat(changed(new Node(before), new Node(immutable(next(Profile.MINIMAL, chart)))))
        .anyMatch(change -> change.startsWith("apps/v1 Deployment shop-baedal-order: "));
  }

  private static Rendering next(Profile profile, ChartCopy chart) throws IOException {
    chart.replace("Chart.yaml", "version: 0.1.0", "version: 9.9.9");
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("services.defaults.resources.limits.memory", "2Gi");
    values.put("services.defaults.autoscaling.maxReplicas", "30");
    values.put("services.order.logLevel", "DEBUG");
    values.put("services.order.env.ORDER_EXPIRES_AFTER", "20m");
    values.put("image.tag", "9.9.9");
    return render(profile, chart, values);
  }

  private static Rendering render(Profile profile, ChartCopy chart, Map<String, Object> values) {
    try (Cluster cluster = profile.cluster()) {
      return Rendering.install(chart.folder(), cluster, profile.files(), values);
    }
  }

  private static void assertUnchanged(Node before, Node after) {
    assertThat(changed(before, after)).isEmpty();
  }

  /** The objects of both versions whose immutable fields differ. */
  private static List<String> changed(Node before, Node after) {
    List<String> changed = new ArrayList<>();
    before
        .fields()
        .forEach(
            (key, fields) -> {
              Node now = after.at(key);
              if (now.isPresent() && !now.equals(fields)) {
                changed.add(key + ": " + fields.value() + " becomes " + now.value());
              }
            });
    return changed;
  }

  /** The immutable fields of each object, by its kind and name. */
  private static Map<String, Object> immutable(Rendering rendering) {
    Map<String, Object> objects = new TreeMap<>();
    for (Manifest manifest : rendering.manifests()) {
      Map<String, Object> fields = new TreeMap<>();
      fieldsOf(manifest).forEach((name, field) -> fields.put(name, field.value()));
      fields.values().removeIf(java.util.Objects::isNull);
      if (!fields.isEmpty()) {
        objects.put(manifest.version() + " " + manifest, fields);
      }
    }
    return objects;
  }

  private static Map<String, Node> fieldsOf(Manifest manifest) {
    Node spec = manifest.at("spec");
    return switch (manifest.kind()) {
      case "Deployment", "DaemonSet" -> Map.of("selector", spec.at("selector"));
      case "StatefulSet" -> {
        Map<String, Node> fields = new TreeMap<>(spec.fields());
        fields.keySet().removeAll(CHANGEABLE);
        yield fields;
      }
      // A hook is deleted before the next one is created.
      case "Job" ->
          manifest.isHook()
              ? Map.of()
              : Map.of("template", spec.at("template"), "selector", spec.at("selector"));
      case "Service" -> Map.of("headless", new Node(spec.at("clusterIP").is("None")));
      case "PersistentVolumeClaim" -> spec.fields();
      case "Secret" -> Map.of("type", manifest.at("type"));
      case "RoleBinding", "ClusterRoleBinding" -> Map.of("roleRef", manifest.at("roleRef"));
      default -> Map.of();
    };
  }

  private static void record() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    for (Profile profile : Profile.values()) {
      all.put(profile.name(), immutable(Rendering.of(profile)));
    }
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setWidth(120);
    Files.writeString(
        RELEASED,
        "# The immutable fields of each profile, as the last released version rendered them: see"
            + " UpgradeTest.\n"
            + new Yaml(options).dump(all));
  }
}
