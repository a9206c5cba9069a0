package baedal.chart;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks what every pod of the chart must have: what Pod Security "restricted" demands, and what
 * lets Kubernetes replace, limit and stop it without harm.
 */
final class PodCheck {

  private static final Set<String> VOLUMES =
      Set.of(
          "configMap",
          "downwardAPI",
          "emptyDir",
          "ephemeral",
          "persistentVolumeClaim",
          "projected",
          "secret");

  /** The seconds that a process takes to stop, after the sleep. */
  private static final int STOP_SECONDS = 20;

  private PodCheck() {}

  static void check(Manifest manifest, Faults faults) {
    manifest.pod().ifPresent(pod -> pod(manifest, pod.at("spec"), faults));
  }

  private static void pod(Manifest manifest, Node spec, Faults faults) {
    for (String host : List.of("hostNetwork", "hostPID", "hostIPC")) {
      faults.unless(!spec.at(host).is(true), manifest, host + " breaks Pod Security restricted");
    }
    for (Node volume : spec.at("volumes").items()) {
      Set<String> sources = new TreeSet<>(volume.fields().keySet());
      sources.remove("name");
      faults.unless(
          sources.size() == 1 && VOLUMES.containsAll(sources),
          manifest,
          "the volume " + volume.at("name").text() + " must have one source of " + VOLUMES);
      faults.unless(
          !volume.at("emptyDir").isPresent() || volume.at("emptyDir", "sizeLimit").isPresent(),
          manifest,
          "the emptyDir " + volume.at("name").text() + " has no sizeLimit");
    }
    faults.unless(
        spec.at("automountServiceAccountToken").is(false),
        manifest,
        "automountServiceAccountToken must be false");
    faults.unless(
        spec.at("serviceAccountName").isPresent(),
        manifest,
        "a pod must have a service account of its own");
    faults.unless(!spec.at("serviceAccount").isPresent(), manifest, "serviceAccount is deprecated");
    for (Node container : manifest.containers()) {
      security(manifest, spec.at("securityContext"), container, faults);
      resources(manifest, container, faults);
    }
    if (manifest.runsForever()) {
      spec.at("containers").items().forEach(container -> probes(manifest, container, faults));
      stop(manifest, spec, faults);
    } else {
      bounded(manifest, spec, faults);
    }
  }

  private static void security(Manifest manifest, Node pod, Node container, Faults faults) {
    Node own = container.at("securityContext");
    String name = "container " + container.at("name").text() + ": ";
    faults.unless(
        own.at("allowPrivilegeEscalation").is(false),
        manifest,
        name + "allowPrivilegeEscalation must be false");
    faults.unless(
        !own.at("privileged").is(true), manifest, name + "privileged breaks Pod Security");
    faults.unless(
        own.at("capabilities", "drop").texts().toList().contains("ALL"),
        manifest,
        name + "capabilities.drop must contain ALL");
    faults.unless(
        own.at("capabilities", "add").texts().allMatch("NET_BIND_SERVICE"::equals),
        manifest,
        name + "capabilities.add breaks Pod Security restricted");
    faults.unless(
        either(own, pod, "runAsNonRoot").is(true), manifest, name + "runAsNonRoot must be true");
    Node user = either(own, pod, "runAsUser");
    faults.unless(
        user.isPresent() && !user.is(0), manifest, name + "runAsUser must be a user other than 0");
    Node seccomp = either(own, pod, "seccompProfile");
    faults.unless(
        seccomp.at("type").is("RuntimeDefault") || seccomp.at("type").is("Localhost"),
        manifest,
        name + "seccompProfile must be RuntimeDefault");
    faults.unless(
        own.at("readOnlyRootFilesystem").value() instanceof Boolean,
        manifest,
        name + "readOnlyRootFilesystem must be set");
    for (Node port : container.at("ports").items()) {
      faults.unless(
          !port.at("hostPort").isPresent(), manifest, name + "hostPort breaks Pod Security");
    }
  }

  private static Node either(Node container, Node pod, String field) {
    return container.at(field).isPresent() ? container.at(field) : pod.at(field);
  }

  private static void resources(Manifest manifest, Node container, Faults faults) {
    Node resources = container.at("resources");
    String name = "container " + container.at("name").text() + " has no ";
    faults.unless(
        resources.at("requests", "cpu").isPresent(), manifest, name + "request of processors");
    faults.unless(
        resources.at("requests", "memory").isPresent(), manifest, name + "request of memory");
    faults.unless(resources.at("limits", "memory").isPresent(), manifest, name + "limit of memory");
  }

  private static void probes(Manifest manifest, Node container, Faults faults) {
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      Node of = container.at(probe);
      String name = "container " + container.at("name").text() + ": " + probe;
      long actions =
          List.of("httpGet", "tcpSocket", "exec", "grpc").stream()
              .filter(action -> of.at(action).isPresent())
              .count();
      faults.unless(actions == 1, manifest, name + " must have one action");
      faults.unless(
          !of.at("httpGet").isPresent() || of.at("httpGet", "path").text().startsWith("/"),
          manifest,
          name + " has a path that does not begin with /");
      faults.unless(
          of.at("timeoutSeconds").isPresent() && of.at("periodSeconds").isPresent(),
          manifest,
          name + " must say its timeout and its period");
    }
    faults.unless(
        !container.at("livenessProbe", "httpGet").isPresent()
            || !container
                .at("livenessProbe", "httpGet", "path")
                .equals(container.at("readinessProbe", "httpGet", "path")),
        manifest,
        "the liveness probe asks for readiness, so a failed database restarts the pod");
  }

  private static void stop(Manifest manifest, Node spec, Faults faults) {
    for (Node container : spec.at("containers").items()) {
      Node sleep = container.at("lifecycle", "preStop", "sleep", "seconds");
      Node grace = spec.at("terminationGracePeriodSeconds");
      faults.unless(
          !sleep.isPresent()
              || (grace.isPresent() && grace.number() >= sleep.number() + STOP_SECONDS),
          manifest,
          "terminationGracePeriodSeconds is shorter than the sleep and 20 seconds");
    }
  }

  /** A Job ends at the latest after its deadline. A migration takes as long as its data need. */
  private static void bounded(Manifest manifest, Node spec, Faults faults) {
    Node job =
        switch (manifest.kind()) {
          case "CronJob" -> manifest.at("spec", "jobTemplate", "spec");
          case "Job" -> manifest.at("spec");
          default -> spec;
        };
    faults.unless(
        manifest.component().equals("migrate")
            || job.at("activeDeadlineSeconds").isPresent()
            || spec.at("activeDeadlineSeconds").isPresent(),
        manifest,
        "activeDeadlineSeconds is missing, so a pod that hangs never ends");
    if (manifest.isKind("Job", "CronJob")) {
      faults.unless(job.at("backoffLimit").isPresent(), manifest, "backoffLimit is missing");
    }
  }
}
