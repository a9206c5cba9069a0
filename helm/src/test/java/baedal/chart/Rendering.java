package baedal.chart;

import com.marcnuri.helm.DryRun;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What {@code helm install} creates.
 *
 * @param manifests all objects, hooks included
 * @param text the manifests as Helm wrote them
 * @param notes the text that Helm prints after an install
 */
record Rendering(List<Manifest> manifests, String text, String notes) {

  /** The folder of the chart. Maven runs the tests in it. */
  static final Path CHART = Path.of("").toAbsolutePath();

  static final String RELEASE = "shop";

  private static final Map<Profile, Rendering> RENDERED = new ConcurrentHashMap<>();

  /** Renders a profile, or returns what an earlier call rendered. */
  static Rendering of(Profile profile) {
    return RENDERED.computeIfAbsent(profile, Rendering::again);
  }

  static Rendering again(Profile profile) {
    try (Cluster cluster = profile.cluster()) {
      return install(CHART, cluster, profile.files(), Map.of());
    }
  }

  /**
   * Installs a chart.
   *
   * @throws IllegalStateException with Helm's message if the chart refuses the values
   */
  static Rendering install(
      Path chart, Cluster cluster, List<Path> files, Map<String, Object> values) {
    InstallCommand install =
        new Helm(chart)
            .install()
            .withName(RELEASE)
            .withNamespace(Cluster.NAMESPACE)
            .withKubeConfigContents(cluster.kubeconfig())
            .disableOpenApiValidation();
    files.forEach(install::withValuesFile);
    values.forEach(install::set);
    try {
      install.call();
    } catch (IllegalStateException e) {
      // The stub cluster creates no objects, so every install fails. Before that it has a release.
      return cluster.release().map(Rendering::of).orElseThrow(() -> e);
    }
    throw new AssertionError("the stub cluster created objects");
  }

  /**
   * Renders the chart without a cluster, as {@code helm template} and GitOps tools do.
   *
   * @throws IllegalStateException with Helm's message if the chart refuses the values
   */
  static void withoutCluster(Path chart, List<Path> files, Map<String, Object> values) {
    InstallCommand render =
        new Helm(chart)
            .install()
            .withName(RELEASE)
            .withNamespace(Cluster.NAMESPACE)
            .clientOnly()
            .dryRun()
            .withDryRunOption(DryRun.CLIENT)
            .withKubeVersion("1.34.1");
    files.forEach(render::withValuesFile);
    values.forEach(render::set);
    render.call();
  }

  private static Rendering of(Node release) {
    StringBuilder text = new StringBuilder(release.at("manifest").text());
    for (Node hook : release.at("hooks").items()) {
      text.append("\n---\n# Source: ").append(hook.at("path").text()).append('\n');
      text.append(hook.at("manifest").text());
    }
    return new Rendering(
        Manifest.read("", text.toString()), text.toString(), release.at("info", "notes").text());
  }

  List<Manifest> ofKind(String... kinds) {
    return manifests.stream().filter(manifest -> manifest.isKind(kinds)).toList();
  }

  Optional<Manifest> find(String kind, String name) {
    return ofKind(kind).stream().filter(manifest -> manifest.name().equals(name)).findFirst();
  }

  /** All objects that start pods. */
  List<Manifest> workloads() {
    List<Manifest> workloads = new ArrayList<>(manifests);
    workloads.removeIf(manifest -> manifest.pod().isEmpty());
    return workloads;
  }
}
