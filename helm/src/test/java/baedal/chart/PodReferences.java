package baedal.chart;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks that what a pod names exists: volumes, ConfigMaps, Secrets, accounts and ports. */
final class PodReferences {

  private PodReferences() {}

  static void check(Release release, Faults faults) {
    for (Manifest manifest : release.manifests()) {
      manifest.pod().ifPresent(pod -> pod(release, manifest, pod.at("spec"), faults));
    }
  }

  private static void pod(Release release, Manifest manifest, Node spec, Faults faults) {
    Node account = spec.at("serviceAccountName");
    faults.unless(
        !account.isPresent() || release.has("ServiceAccount", account.text()),
        manifest,
        "the release has no ServiceAccount " + account.text());
    Set<String> names = new HashSet<>();
    for (Node container : manifest.containers()) {
      faults.unless(
          names.add(container.at("name").text()),
          manifest,
          "two containers have the name " + container.at("name").text());
      variables(release, manifest, container, faults);
      ports(manifest, container, faults);
    }
    volumes(release, manifest, spec, faults);
  }

  private static void variables(Release release, Manifest manifest, Node container, Faults faults) {
    Set<String> names = new HashSet<>();
    for (Node variable : container.at("env").items()) {
      faults.unless(
          names.add(variable.at("name").text()),
          manifest,
          "the variable " + variable.at("name").text() + " is set twice");
      Node from = variable.at("valueFrom");
      reference(release, manifest, "Secret", from.at("secretKeyRef"), faults);
      reference(release, manifest, "ConfigMap", from.at("configMapKeyRef"), faults);
    }
    for (Node from : container.at("envFrom").items()) {
      reference(release, manifest, "Secret", from.at("secretRef"), faults);
      reference(release, manifest, "ConfigMap", from.at("configMapRef"), faults);
    }
  }

  /** Checks a reference {@code {name, key, optional}}. */
  private static void reference(
      Release release, Manifest manifest, String kind, Node reference, Faults faults) {
    if (!reference.isPresent() || reference.at("optional").is(true)) {
      return;
    }
    String name = reference.at("name").text();
    faults.unless(release.has(kind, name), manifest, "there is no " + kind + " " + name);
    key(release, manifest, kind, name, reference.at("key"), faults);
  }

  private static void key(
      Release release, Manifest manifest, String kind, String name, Node key, Faults faults) {
    Optional<Manifest> found = release.find(kind, name);
    faults.unless(
        !key.isPresent()
            || found.isEmpty()
            || found.get().at("data", key.text()).isPresent()
            || found.get().at("stringData", key.text()).isPresent()
            || found.get().at("binaryData", key.text()).isPresent(),
        manifest,
        "the " + kind + " " + name + " has no key " + key.text());
  }

  private static void ports(Manifest manifest, Node container, Faults faults) {
    Set<Node> names = new HashSet<>();
    Set<Node> numbers = new HashSet<>();
    for (Node port : container.at("ports").items()) {
      faults.unless(
          names.add(port.at("name")) && numbers.add(port.at("containerPort")),
          manifest,
          "the port " + port.at("name").text() + " is open twice");
    }
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      for (String action : List.of("httpGet", "tcpSocket")) {
        Node port = container.at(probe, action, "port");
        faults.unless(
            !port.isPresent() || names.contains(port) || numbers.contains(port),
            manifest,
            "the " + probe + " asks the port " + port.text() + ", which is not open");
      }
    }
  }

  private static void volumes(Release release, Manifest manifest, Node spec, Faults faults) {
    Set<Node> volumes = new HashSet<>();
    for (Node volume : spec.at("volumes").items()) {
      faults.unless(
          volumes.add(volume.at("name")),
          manifest,
          "two volumes have the name " + volume.at("name").text());
      source(release, manifest, volume, faults);
      volume
          .at("projected", "sources")
          .items()
          .forEach(source -> source(release, manifest, source, faults));
      Node claim = volume.at("persistentVolumeClaim", "claimName");
      faults.unless(
          !claim.isPresent() || release.has("PersistentVolumeClaim", claim.text()),
          manifest,
          "there is no PersistentVolumeClaim " + claim.text());
    }
    manifest.at("spec", "volumeClaimTemplates").items().stream()
        .map(claim -> claim.at("metadata", "name"))
        .forEach(volumes::add);
    Set<Node> used = new HashSet<>();
    for (Node container : manifest.containers()) {
      Set<Node> paths = new HashSet<>();
      for (Node mount : container.at("volumeMounts").items()) {
        used.add(mount.at("name"));
        faults.unless(
            paths.add(mount.at("mountPath")),
            manifest,
            "two volumes are mounted at " + mount.at("mountPath").text());
        faults.unless(
            volumes.contains(mount.at("name")),
            manifest,
            "there is no volume " + mount.at("name").text());
      }
    }
    for (Node volume : volumes) {
      faults.unless(
          used.contains(volume), manifest, "no container mounts the volume " + volume.text());
    }
  }

  private static void source(Release release, Manifest manifest, Node source, Faults faults) {
    for (String kind : List.of("Secret", "ConfigMap")) {
      Node of = source.at(kind.equals("Secret") ? "secret" : "configMap");
      Node name = of.at(of.at("secretName").isPresent() ? "secretName" : "name");
      if (!of.isPresent() || of.at("optional").is(true)) {
        continue;
      }
      faults.unless(
          release.has(kind, name.text()), manifest, "there is no " + kind + " " + name.text());
      for (Node item : of.at("items").items()) {
        key(release, manifest, kind, name.text(), item.at("key"), faults);
      }
    }
  }
}
