package baedal.chart;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All objects of one release, which refer to each other.
 *
 * @param external the names of objects that the release does not have, and may refer to
 */
record Release(List<Manifest> manifests, Set<String> external) {

  List<Manifest> ofKind(String... kinds) {
    return manifests.stream().filter(manifest -> manifest.isKind(kinds)).toList();
  }

  Optional<Manifest> find(String kind, String name) {
    return ofKind(kind).stream().filter(manifest -> manifest.name().equals(name)).findFirst();
  }

  /** Whether the release has an object, or may expect it in the namespace. */
  boolean has(String kind, String name) {
    return find(kind, name).isPresent()
        || external.contains(name)
        || (kind.equals("Secret")
            && ofKind("ExternalSecret").stream()
                .anyMatch(secret -> secret.at("spec", "target", "name").is(name)));
  }

  /** The workloads whose pods have all labels of {@code matchLabels}. */
  List<Manifest> podsWith(Node matchLabels) {
    return manifests.stream()
        .filter(
            manifest ->
                manifest
                    .pod()
                    .filter(pod -> pod.at("metadata", "labels").hasAll(matchLabels))
                    .isPresent())
        .toList();
  }

  /** The workloads that a label selector selects. */
  List<Manifest> selected(Node selector) {
    return podsWith(selector.at("matchLabels")).stream()
        .filter(
            workload ->
                selector.at("matchExpressions").items().stream()
                    .allMatch(
                        wanted ->
                            matches(workload.pod().orElseThrow().at("metadata", "labels"), wanted)))
        .toList();
  }

  static boolean matches(Node labels, Node expression) {
    Node value = labels.at(expression.at("key").text());
    boolean listed = expression.at("values").items().contains(value);
    return switch (expression.at("operator").text()) {
      case "In" -> listed;
      case "NotIn" -> !listed;
      case "Exists" -> value.isPresent();
      case "DoesNotExist" -> !value.isPresent();
      default -> throw new IllegalArgumentException(expression.toString());
    };
  }

  /** Whether a container of the workload has a port with this name or number. */
  static boolean listens(Manifest workload, Node port) {
    return workload.containers().stream()
        .flatMap(container -> container.at("ports").items().stream())
        .anyMatch(open -> open.at("name").equals(port) || open.at("containerPort").equals(port));
  }
}
