package baedal.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The values with which the chart is tested. */
enum Profile {
  /** {@code values.yaml} only. */
  DEFAULTS(false, ""),
  MINIMAL(false, "ci/minimal-values.yaml"),
  INGRESS(false, "src/test/resources/baedal/chart/ingress-values.yaml"),
  PRODUCTION(true, "ci/production-values.yaml"),
  MESH(true, "ci/mesh-values.yaml"),
  EVERYTHING(true, "ci/everything-values.yaml");

  private final boolean operators;
  private final String file;

  Profile(boolean operators, String file) {
    this.operators = operators;
    this.file = file;
  }

  List<Path> files() {
    return file.isEmpty() ? List.of() : List.of(Rendering.CHART.resolve(file));
  }

  /** Whether the cluster has the operators of the custom resources. */
  boolean operators() {
    return operators;
  }

  /** The cluster that the values are for. */
  Cluster cluster() {
    return operators ? Cluster.withOperators() : Cluster.plain();
  }

  /** All texts in the files: among them are the names of Secrets that others create. */
  Set<String> externalNames() {
    Set<String> texts = new HashSet<>();
    for (Path file : files()) {
      try {
        Manifest.read(file.toString(), Files.readString(file))
            .forEach(values -> collect(values.root(), texts));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return texts;
  }

  private static void collect(Node node, Set<String> texts) {
    node.items().forEach(item -> collect(item, texts));
    node.fields().values().forEach(field -> collect(field, texts));
    texts.add(node.text());
  }
}
