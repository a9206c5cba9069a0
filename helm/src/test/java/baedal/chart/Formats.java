package baedal.chart;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the form of names, labels, schedules, ports and images. */
final class Formats {

  private static final String NAME = "[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?";
  private static final String SERVICE_NAME = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final String PORT_NAME = "(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?";
  private static final String LABEL = "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?";
  private static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]*";
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");
  private static final Pattern QUANTITY = Pattern.compile("([0-9.]+)(m|k|M|G|T|Ki|Mi|Gi|Ti)?");

  /** A version that does not change: a tag that names one, or a digest. */
  private static final String EXACT_IMAGE =
      "[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+(:(?!latest$|stable$)[\\w.-]+|(:[\\w.-]+)?@sha256:[0-9a-f]{64})";

  /** Replaced by fields years ago, and ignored or refused by now. */
  private static final List<String> OLD_ANNOTATIONS =
      List.of(
          "kubernetes.io/ingress.class",
          "seccomp.security.alpha.kubernetes.io/",
          "container.apparmor.security.beta.kubernetes.io/",
          "service.alpha.kubernetes.io/",
          "volume.beta.kubernetes.io/");

  private Formats() {}

  static void check(Manifest manifest, Faults faults) {
    String name = manifest.isKind("Service") ? SERVICE_NAME : NAME;
    faults.unless(
        manifest.name().matches(name), manifest, "metadata.name is not a name of Kubernetes");
    faults.unless(
        !manifest.runsForever() || manifest.name().length() <= 52,
        manifest,
        "the names of its pods are too long");
    faults.unless(
        !manifest.at("metadata", "namespace").isPresent()
            || manifest.at("metadata", "namespace").is(Cluster.NAMESPACE),
        manifest,
        "metadata.namespace is not that of the release");
    labels(manifest, manifest.at("metadata", "labels"), faults);
    annotations(manifest, manifest.at("metadata", "annotations"), faults);
    manifest.pod().ifPresent(pod -> labels(manifest, pod.at("metadata", "labels"), faults));
    manifest
        .pod()
        .ifPresent(pod -> annotations(manifest, pod.at("metadata", "annotations"), faults));
    manifest.containers().forEach(container -> container(manifest, container, faults));
    if (manifest.isKind("CronJob")) {
      schedule(manifest, faults);
    }
  }

  private static void labels(Manifest manifest, Node labels, Faults faults) {
    labels
        .fields()
        .forEach(
            (key, value) ->
                faults.unless(
                    value.value() instanceof String && value.text().matches(LABEL),
                    manifest,
                    "the label " + key + " must be a text of at most 63 characters"));
  }

  private static void annotations(Manifest manifest, Node annotations, Faults faults) {
    annotations
        .fields()
        .forEach(
            (key, value) -> {
              faults.unless(
                  value.value() instanceof String,
                  manifest,
                  "the annotation " + key + " is no text");
              faults.unless(
                  OLD_ANNOTATIONS.stream().noneMatch(key::startsWith),
                  manifest,
                  "the annotation " + key + " is deprecated");
            });
  }

  private static void container(Manifest manifest, Node container, Faults faults) {
    faults.unless(
        container.at("image").text().matches(EXACT_IMAGE),
        manifest,
        "image " + container.at("image").text() + " must name a registry and an exact version");
    container
        .at("env")
        .items()
        .forEach(
            variable ->
                faults.unless(
                    variable.at("name").text().matches(VARIABLE),
                    manifest,
                    "the variable " + variable.at("name").text() + " is no name of a variable"));
    for (Node port : container.at("ports").items()) {
      faults.unless(
          port.at("name").text().matches(PORT_NAME),
          manifest,
          "the name of a port must have at most 15 characters");
      faults.unless(
          port.at("containerPort").value() instanceof Integer number
              && number > 0
              && number < 65_536,
          manifest,
          "a port must be between 1 and 65535");
    }
    for (Node mount : container.at("volumeMounts").items()) {
      faults.unless(
          mount.at("mountPath").text().startsWith("/"), manifest, "a mountPath must begin with /");
    }
    for (String resource : List.of("cpu", "memory")) {
      Node request = container.at("resources", "requests", resource);
      Node limit = container.at("resources", "limits", resource);
      faults.unless(
          !request.isPresent() || !limit.isPresent() || amount(request) <= amount(limit),
          manifest,
          "the request of " + resource + " is above its limit");
    }
  }

  /** The amount in bytes or processors, or NaN if the quantity has a wrong form. */
  private static double amount(Node quantity) {
    Matcher matcher = QUANTITY.matcher(quantity.text());
    if (!matcher.matches()) {
      return Double.NaN;
    }
    double number = Double.parseDouble(matcher.group(1));
    String unit = matcher.group(2) == null ? "" : matcher.group(2);
    return switch (unit) {
      case "m" -> number / 1_000;
      case "k" -> number * 1e3;
      case "M" -> number * 1e6;
      case "G" -> number * 1e9;
      case "T" -> number * 1e12;
      case "Ki" -> number * 0x1p10;
      case "Mi" -> number * 0x1p20;
      case "Gi" -> number * 0x1p30;
      case "Ti" -> number * 0x1p40;
      default -> number;
    };
  }

  private static void schedule(Manifest manifest, Faults faults) {
    List<String> fields = List.of(manifest.at("spec", "schedule").text().split(" ", -1));
    List<Integer> highest = List.of(59, 23, 31, 12, 7);
    boolean correct = fields.size() == highest.size();
    for (int i = 0; correct && i < highest.size(); i++) {
      int limit = highest.get(i);
      correct =
          fields.get(i).matches("(\\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?(,[0-9]+(-[0-9]+)?)*")
              && NUMBER
                  .matcher(fields.get(i))
                  .results()
                  .allMatch(number -> Integer.parseInt(number.group()) <= limit);
    }
    faults.unless(correct, manifest, "spec.schedule is not a schedule of five fields");
  }
}
