package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checks the chart as a whole: lint, its package, and what a render depends on. */
class ChartTest {

  /** A name in the header of a tar entry ends with a zero byte. */
  private static final Pattern TAR_ENTRY = Pattern.compile("baedal/[\\w./-]+(?=\0)");

  @ParameterizedTest
  @EnumSource
  void lint_finds_nothing_under_each_profile(Profile profile, @TempDir Path folder)
      throws IOException {
    LintResult result = lint(ChartCopy.in(folder).withDefaults(profile.files()));
    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
  }

  @Test
  void lint_fails_if_a_template_is_broken(@TempDir Path folder) throws IOException {
    ChartCopy chart = ChartCopy.in(folder).replace("templates/services.yaml", "{{- end }}", "");
    assertThat(lint(chart).isFailed()).isTrue();
  }

  private static LintResult lint(ChartCopy chart) {
    return new Helm(chart.folder()).lint().strict().call();
  }

  /** The defaults generate secrets, which only a cluster keeps. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEFAULTS")
  void rendering_twice_gives_the_same_text(Profile profile) {
    assertThat(Rendering.again(profile).text()).isEqualTo(Rendering.of(profile).text());
  }

  @Test
  void an_upgrade_keeps_the_generated_secrets() {
    Rendering first = Rendering.of(Profile.DEFAULTS);
    try (Cluster cluster = Cluster.plain()) {
      first.ofKind("Secret").forEach(cluster::with);
      Rendering second = Rendering.install(Rendering.CHART, cluster, List.of(), Map.of());
      assertThat(second.text()).isEqualTo(first.text());
    }
    assertThat(Rendering.again(Profile.DEFAULTS).text())
        .as("a new install has other secrets")
        .isNotEqualTo(first.text());
  }

  @ParameterizedTest
  @EnumSource
  void the_notes_say_what_to_do_next(Profile profile) {
    assertThat(Rendering.of(profile).notes())
        .containsPattern("helm test .*" + Rendering.RELEASE)
        .contains("kubectl")
        .doesNotContain("<no value>", "%!");
  }

  @Test
  void the_package_contains_the_chart_and_nothing_of_its_tests(@TempDir Path folder)
      throws IOException {
    new Helm(Rendering.CHART).packageIt().withDestination(folder).call();
    try (var packages = Files.list(folder);
        InputStream in =
            new GZIPInputStream(Files.newInputStream(packages.findFirst().orElseThrow()))) {
      String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      List<String> names = TAR_ENTRY.matcher(content).results().map(MatchResult::group).toList();
      assertThat(names)
          .contains("baedal/Chart.yaml", "baedal/values.schema.json", "baedal/README.md")
          .noneMatch(name -> name.matches("baedal/(pom.xml|(src|target|ci)/.*)"));
    }
  }
}
