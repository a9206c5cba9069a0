package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Renders the chart with the real Helm 4, and compares the result with what the other tests see. It
 * is skipped on a machine without Helm 4. {@code -Dbaedal.helm=/path/to/helm} names one.
 */
class HelmCommandTest {

  private static Optional<Path> found;

  private Path helm;

  @BeforeAll
  static void findHelm() throws Exception {
    found = candidates().filter(Files::isExecutable).findFirst();
    if (found.isPresent() && !run(found.get(), "version", "--short").contains("v4.")) {
      found = Optional.empty();
    }
  }

  @BeforeEach
  void skipWithoutHelm() {
    helm = found.orElse(null);
    assumeTrue(
        helm != null,
        "SKIPPED: there is no Helm 4. Install it, or set -Dbaedal.helm=/path/to/helm");
  }

  private static Stream<Path> candidates() {
    String named = System.getProperty("baedal.helm");
    return named != null
        ? Stream.of(Path.of(named))
        : Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, "helm"));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEFAULTS")
  void helm_4_renders_the_same_objects(Profile profile) throws Exception {
    assertThat(Manifest.read("helm template", template(profile)))
        .extracting(Manifest::root)
        .containsExactlyInAnyOrderElementsOf(
            Rendering.of(profile).manifests().stream().map(Manifest::root).toList());
  }

  @ParameterizedTest
  @EnumSource
  void helm_4_lint_finds_nothing(Profile profile) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("lint", Rendering.CHART.toString(), "--strict", "--quiet"));
    profile.files().forEach(file -> command.addAll(List.of("--values", file.toString())));
    assertThat(run(helm, command.toArray(String[]::new))).doesNotContain("[ERROR]", "[WARNING]");
  }

  @Test
  void helm_4_packages_the_chart(@TempDir Path folder) throws Exception {
    run(helm, "package", Rendering.CHART.toString(), "--destination", folder.toString());
    assertThat(folder).isDirectoryContaining("glob:**/baedal-*.tgz");
  }

  private String template(Profile profile) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "template",
                Rendering.RELEASE,
                Rendering.CHART.toString(),
                "--namespace",
                Cluster.NAMESPACE,
                "--kube-version",
                "1.34.1"));
    profile.files().forEach(file -> command.addAll(List.of("--values", file.toString())));
    for (Api api : Api.ALL) {
      if (api.custom() && profile.operators()) {
        command.addAll(List.of("--api-versions", api.version()));
        command.addAll(List.of("--api-versions", api.version() + "/" + api.kind()));
      }
    }
    return run(helm, command.toArray(String[]::new));
  }

  private static String run(Path program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", command, output).isZero();
    return output;
  }
}
