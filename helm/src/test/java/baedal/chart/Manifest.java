package baedal.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * One object that the chart creates.
 *
 * @param source the template, or the file
 * @param root the whole object
 */
record Manifest(String source, Node root) {

  /**
   * Reads the documents of a YAML text. It fails if a map has a key twice, which Helm and the API
   * server accept silently.
   */
  static List<Manifest> read(String source, String yaml) {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    strict.setCodePointLimit(50_000_000);
    List<Manifest> manifests = new ArrayList<>();
    String from = source;
    for (String document : List.of(yaml.split("(?m)^---\\s*$\\R?", -1))) {
      Optional<String> named = document.lines().filter(l -> l.startsWith("# Source: ")).findFirst();
      from = named.map(line -> line.substring("# Source: ".length())).orElse(from);
      Object content = new Yaml(new SafeConstructor(strict)).load(document);
      if (content != null) {
        manifests.add(new Manifest(from, new Node(content)));
      }
    }
    return manifests;
  }

  Node at(String... path) {
    return root.at(path);
  }

  String version() {
    return at("apiVersion").text();
  }

  String kind() {
    return at("kind").text();
  }

  String name() {
    return at("metadata", "name").text();
  }

  boolean isKind(String... kinds) {
    return List.of(kinds).contains(kind());
  }

  /** The workload that the object belongs to, for example "order". */
  String component() {
    return at("metadata", "labels", "app.kubernetes.io/component").text();
  }

  Node annotation(String name) {
    return at("metadata", "annotations", name);
  }

  boolean isHook() {
    return annotation("helm.sh/hook").isPresent();
  }

  /** The pod, or the template of the pods that this object starts. */
  Optional<Node> pod() {
    Node pod =
        switch (kind()) {
          case "Pod" -> root;
          case "Deployment", "StatefulSet", "DaemonSet", "Job" -> at("spec", "template");
          case "CronJob" -> at("spec", "jobTemplate", "spec", "template");
          default -> new Node(null);
        };
    return Optional.of(pod).filter(Node::isPresent);
  }

  /** All containers of the pod, those for the start included. */
  List<Node> containers() {
    List<Node> containers = new ArrayList<>();
    pod()
        .ifPresent(
            pod -> {
              containers.addAll(pod.at("spec", "initContainers").items());
              containers.addAll(pod.at("spec", "containers").items());
            });
    return containers;
  }

  /** Whether the pods of this object run until someone stops them. */
  boolean runsForever() {
    return isKind("Deployment", "StatefulSet", "DaemonSet");
  }

  @Override
  public String toString() {
    return kind() + " " + name();
  }

  /** The key under which a cluster stores the object. */
  Map.Entry<String, String> key() {
    return Map.entry(version() + " " + kind(), name());
  }
}
