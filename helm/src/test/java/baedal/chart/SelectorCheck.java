package baedal.chart;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks that each selector selects the pods that it should. */
final class SelectorCheck {

  private SelectorCheck() {}

  static void check(Release release, Faults faults) {
    Set<Object> keys = new HashSet<>();
    for (Manifest manifest : release.manifests()) {
      faults.unless(keys.add(manifest.key()), manifest, "the release has this object twice");
      switch (manifest.kind()) {
        case "Deployment", "StatefulSet", "DaemonSet" -> workload(manifest, release, faults);
        case "Service" -> service(manifest, release, faults);
        case "PodDisruptionBudget" -> budget(manifest, release, faults);
        case "NetworkPolicy" -> policy(manifest, release, faults);
        default -> {}
      }
    }
  }

  private static void workload(Manifest manifest, Release release, Faults faults) {
    Node selector = manifest.at("spec", "selector", "matchLabels");
    Node labels = manifest.pod().orElseThrow().at("metadata", "labels");
    faults.unless(
        !selector.fields().isEmpty() && labels.hasAll(selector),
        manifest,
        "the selector does not match the labels of the pods");
    faults.unless(
        release.podsWith(selector).size() <= 1 || !labels.hasAll(selector),
        manifest,
        "the selector also matches pods of another object");
    faults.unless(
        selector.fields().keySet().stream().noneMatch(label -> label.contains("version")),
        manifest,
        "the selector contains a version, which an upgrade cannot change");
    manifest
        .pod()
        .orElseThrow()
        .at("spec", "topologySpreadConstraints")
        .items()
        .forEach(
            spread ->
                faults.unless(
                    labels.hasAll(spread.at("labelSelector", "matchLabels")),
                    manifest,
                    "a topology spread constraint does not count the pods themselves"));
  }

  private static void service(Manifest manifest, Release release, Faults faults) {
    List<Manifest> behind = release.podsWith(manifest.at("spec", "selector"));
    boolean selects = !manifest.at("spec", "selector").fields().isEmpty();
    faults.unless(
        selects && !behind.isEmpty(), manifest, "the selector of the Service matches no pod");
    faults.unless(
        !selects || behind.size() <= 1, manifest, "the Service selects pods of several workloads");
    for (Node port : manifest.at("spec", "ports").items()) {
      Node target = port.at("targetPort").isPresent() ? port.at("targetPort") : port.at("port");
      faults.unless(
          behind.stream().allMatch(workload -> Release.listens(workload, target)),
          manifest,
          "no container behind the Service has the port " + target.text());
    }
  }

  private static void budget(Manifest manifest, Release release, Faults faults) {
    Node spec = manifest.at("spec");
    faults.unless(
        spec.at("minAvailable").isPresent() != spec.at("maxUnavailable").isPresent(),
        manifest,
        "a PodDisruptionBudget has either minAvailable or maxUnavailable");
    faults.unless(
        release.selected(spec.at("selector")).size() == 1 && spec.at("selector").isPresent(),
        manifest,
        "a PodDisruptionBudget must select the pods of one workload");
  }

  private static void policy(Manifest manifest, Release release, Faults faults) {
    Node spec = manifest.at("spec");
    List<Manifest> subjects = release.selected(spec.at("podSelector"));
    faults.unless(!subjects.isEmpty(), manifest, "the policy selects no pod");
    List<String> types = spec.at("policyTypes").texts().toList();
    for (String type : List.of("Ingress", "Egress")) {
      String rules = type.equals("Ingress") ? "ingress" : "egress";
      faults.unless(
          !spec.at(rules).isPresent() || types.contains(type),
          manifest,
          "the policy has rules of " + rules + ", but policyTypes does not have " + type);
      for (Node rule : spec.at(rules).items()) {
        for (Node peer : rule.at(type.equals("Ingress") ? "from" : "to").items()) {
          peer(manifest, release, peer, faults);
        }
      }
    }
    spec.at("ingress").items().stream()
        .flatMap(rule -> rule.at("ports").items().stream())
        .forEach(
            port ->
                faults.unless(
                    subjects.stream()
                        .anyMatch(workload -> Release.listens(workload, port.at("port"))),
                    manifest,
                    "no selected pod has the port " + port.at("port").text()));
  }

  private static void peer(Manifest manifest, Release release, Node peer, Faults faults) {
    faults.unless(
        !peer.fields().isEmpty(), manifest, "a peer without a selector allows the whole network");
    faults.unless(
        !peer.at("podSelector").isPresent()
            || peer.at("namespaceSelector").isPresent()
            || !release.selected(peer.at("podSelector")).isEmpty(),
        manifest,
        "a peer of the policy selects no pod of the release");
  }
}
