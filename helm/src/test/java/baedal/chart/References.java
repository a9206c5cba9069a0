package baedal.chart;

import java.util.List;
import java.util.Optional;

/** Checks that what an object other than a pod names exists. */
final class References {

  private References() {}

  static void check(Release release, Faults faults) {
    for (Manifest manifest : release.manifests()) {
      Node spec = manifest.at("spec");
      switch (manifest.kind()) {
        case "StatefulSet" -> statefulSet(release, manifest, faults);
        case "Ingress" -> ingress(release, manifest, faults);
        case "HTTPRoute" -> route(release, manifest, faults);
        case "ScaledObject" -> scaledObject(release, manifest, faults);
        case "TriggerAuthentication" ->
            spec.at("secretTargetRef")
                .items()
                .forEach(
                    secret ->
                        faults.unless(
                            release.has("Secret", secret.at("name").text()),
                            manifest,
                            "there is no Secret " + secret.at("name").text()));
        case "ServiceMonitor" -> serviceMonitor(release, manifest, faults);
        case "DestinationRule" ->
            faults.unless(
                release.has("Service", spec.at("host").text().replaceAll("\\..*", "")),
                manifest,
                "there is no Service " + spec.at("host").text());
        case "AuthorizationPolicy", "PeerAuthentication" ->
            faults.unless(
                !release.podsWith(spec.at("selector", "matchLabels")).isEmpty(),
                manifest,
                "the selector matches no pod");
        case "RoleBinding" -> roleBinding(release, manifest, faults);
        default -> {}
      }
    }
  }

  private static void statefulSet(Release release, Manifest manifest, Faults faults) {
    Optional<Manifest> service = release.find("Service", manifest.at("spec", "serviceName").text());
    faults.unless(
        service.isPresent()
            && service.get().at("spec", "clusterIP").is("None")
            && release.podsWith(service.get().at("spec", "selector")).contains(manifest),
        manifest,
        "serviceName must be a headless Service that selects these pods");
    manifest
        .at("spec", "volumeClaimTemplates")
        .items()
        .forEach(
            claim ->
                faults.unless(
                    claim.at("metadata", "labels").fields().keySet().stream()
                        .noneMatch(
                            label -> label.contains("version") || label.equals("helm.sh/chart")),
                    manifest,
                    "volumeClaimTemplates contain a version, which an upgrade cannot change"));
  }

  private static void ingress(Release release, Manifest manifest, Faults faults) {
    for (Node rule : manifest.at("spec", "rules").items()) {
      for (Node path : rule.at("http", "paths").items()) {
        Node service = path.at("backend", "service");
        Node port = service.at("port");
        backend(
            release,
            manifest,
            service.at("name"),
            port.at("name").isPresent() ? port.at("name") : port.at("number"),
            faults);
      }
    }
  }

  private static void route(Release release, Manifest manifest, Faults faults) {
    for (Node rule : manifest.at("spec", "rules").items()) {
      for (Node backend : rule.at("backendRefs").items()) {
        backend(release, manifest, backend.at("name"), backend.at("port"), faults);
      }
    }
  }

  private static void backend(
      Release release, Manifest manifest, Node name, Node port, Faults faults) {
    faults.unless(
        ports(release.find("Service", name.text()).stream().toList()).stream()
            .anyMatch(open -> open.at("name").equals(port) || open.at("port").equals(port)),
        manifest,
        "there is no Service " + name.text() + " with the port " + port.text());
  }

  private static List<Node> ports(List<Manifest> services) {
    return services.stream()
        .flatMap(service -> service.at("spec", "ports").items().stream())
        .toList();
  }

  private static void scaledObject(Release release, Manifest manifest, Faults faults) {
    for (Node trigger : manifest.at("spec", "triggers").items()) {
      Node name = trigger.at("authenticationRef", "name");
      faults.unless(
          !name.isPresent() || release.has("TriggerAuthentication", name.text()),
          manifest,
          "there is no TriggerAuthentication " + name.text());
    }
  }

  private static void serviceMonitor(Release release, Manifest manifest, Faults faults) {
    Node selector = manifest.at("spec", "selector");
    List<Manifest> services =
        release.ofKind("Service").stream()
            .filter(
                service -> {
                  Node labels = service.at("metadata", "labels");
                  return labels.hasAll(selector.at("matchLabels"))
                      && selector.at("matchExpressions").items().stream()
                          .allMatch(wanted -> Release.matches(labels, wanted));
                })
            .toList();
    faults.unless(!services.isEmpty(), manifest, "the selector matches no Service");
    for (Node endpoint : manifest.at("spec", "endpoints").items()) {
      faults.unless(
          ports(services).stream().anyMatch(port -> port.at("name").equals(endpoint.at("port"))),
          manifest,
          "no selected Service has the port " + endpoint.at("port").text());
    }
  }

  private static void roleBinding(Release release, Manifest manifest, Faults faults) {
    Node role = manifest.at("roleRef");
    faults.unless(
        release.has(role.at("kind").text(), role.at("name").text()),
        manifest,
        "there is no " + role.at("kind").text() + " " + role.at("name").text());
    for (Node subject : manifest.at("subjects").items()) {
      faults.unless(
          release.has(subject.at("kind").text(), subject.at("name").text()),
          manifest,
          "there is no " + subject.at("kind").text() + " " + subject.at("name").text());
    }
  }
}
