package baedal.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.error.YAMLException;

/** Checks each manifest strictly, and proves the checks on manifests with one fault each. */
class ManifestTest {

  static Stream<Arguments> badManifests() {
    return Manifest.read("bad.yaml", resource("bad.yaml")).get(0).root().items().stream()
        .map(bad -> Arguments.of(bad.at("name").text(), bad));
  }

  @ParameterizedTest
  @EnumSource
  void the_manifests_of_the_chart_have_no_fault(Profile profile) {
    assertThat(ManifestCheck.faults(Rendering.of(profile).manifests(), profile.externalNames()))
        .isEmpty();
  }

  @Test
  void the_good_manifests_have_no_fault() {
    assertThat(ManifestCheck.faults(Manifest.read("good.yaml", resource("good.yaml")), Set.of()))
        .isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badManifests")
  void a_manifest_with_one_fault_is_refused(String name, Node bad) {
    assertThat(String.join("\n", faults(bad))).contains(bad.at("fault").text());
  }

  private static List<String> faults(Node bad) {
    List<Manifest> manifests = new ArrayList<>();
    try {
      for (String document : List.of(resource("good.yaml").split("(?m)^---$", -1))) {
        for (Manifest good : Manifest.read("good.yaml", document)) {
          boolean changed = bad.at("object").is(good.toString());
          manifests.addAll(Manifest.read("good.yaml", changed ? change(document, bad) : document));
        }
      }
      manifests.addAll(Manifest.read("bad.yaml", bad.at("add").text()));
    } catch (YAMLException e) {
      return List.of(e.getMessage());
    }
    return ManifestCheck.faults(manifests, Set.of());
  }

  private static String change(String document, Node bad) {
    String old = bad.at("replace").text();
    int start = document.indexOf(old);
    assertThat(start).as("good.yaml contains %s", old).isPositive();
    return document.substring(0, start)
        + bad.at("by").text()
        + document.substring(start + old.length());
  }

  private static String resource(String file) {
    try (InputStream in = Objects.requireNonNull(ManifestTest.class.getResourceAsStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
