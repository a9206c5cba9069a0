package baedal.chart;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Checks that at most one autoscaler owns the replicas of a workload. */
final class ScalingCheck {

  private ScalingCheck() {}

  static void check(Release release, Faults faults) {
    Set<String> scaled = new HashSet<>();
    for (Manifest scaler : release.ofKind("HorizontalPodAutoscaler", "ScaledObject")) {
      Node target = scaler.at("spec", "scaleTargetRef");
      String kind = target.at("kind").isPresent() ? target.at("kind").text() : "Deployment";
      Optional<Manifest> workload = release.find(kind, target.at("name").text());
      faults.unless(workload.isPresent(), scaler, "its target does not exist");
      faults.unless(
          scaled.add(kind + " " + target.at("name").text()),
          scaler,
          "another autoscaler has the same target");
      workload.ifPresent(
          of ->
              faults.unless(
                  !of.at("spec", "replicas").isPresent(),
                  of,
                  "replicas are set although an autoscaler owns them, so each upgrade resets"
                      + " them"));
      limits(scaler, faults);
      containers(scaler, workload, faults);
    }
  }

  private static void limits(Manifest scaler, Faults faults) {
    boolean keda = scaler.isKind("ScaledObject");
    Node lowest = scaler.at("spec", keda ? "minReplicaCount" : "minReplicas");
    Node highest = scaler.at("spec", keda ? "maxReplicaCount" : "maxReplicas");
    faults.unless(
        lowest.isPresent() && highest.isPresent() && lowest.number() <= highest.number(),
        scaler,
        "the lowest number of replicas must not be above the highest");
  }

  private static void containers(Manifest scaler, Optional<Manifest> workload, Faults faults) {
    for (Node metric : scaler.at("spec", "metrics").items()) {
      Node container = metric.at("containerResource", "container");
      faults.unless(
          !container.isPresent()
              || workload.stream()
                  .flatMap(of -> of.containers().stream())
                  .anyMatch(of -> of.at("name").equals(container)),
          scaler,
          "its target has no container " + container.text());
    }
  }
}
