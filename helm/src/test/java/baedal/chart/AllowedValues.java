package baedal.chart;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The fields that accept only some texts. The models of the Java client do not know these. */
final class AllowedValues {

  private static final Map<Pattern, Set<String>> ALLOWED = new LinkedHashMap<>();

  static {
    allow("(Deployment|StatefulSet|DaemonSet) .*\\.template\\.spec\\.restartPolicy", "Always");
    allow("(Job|CronJob) .*\\.template\\.spec\\.restartPolicy", "Never", "OnFailure");
    allow("Pod spec\\.restartPolicy", "Always", "Never", "OnFailure");
    allow(".*ontainers\\.imagePullPolicy", "Always", "IfNotPresent", "Never");
    allow(".*ontainers\\.terminationMessagePolicy", "File", "FallbackToLogsOnError");
    allow(".*\\.dnsPolicy", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
    allow(".*\\.ports\\.protocol", "TCP", "UDP", "SCTP");
    allow(".*\\.httpGet\\.scheme", "HTTP", "HTTPS");
    allow(".*\\.whenUnsatisfiable", "DoNotSchedule", "ScheduleAnyway");
    allow(".*\\.(nodeAffinityPolicy|nodeTaintsPolicy)", "Honor", "Ignore");
    allow(".*\\.matchExpressions\\.operator", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt");
    allow(".*\\.tolerations\\.operator", "Equal", "Exists");
    allow(".*\\.tolerations\\.effect", "NoSchedule", "PreferNoSchedule", "NoExecute");
    allow(".*\\.seccompProfile\\.type", "RuntimeDefault", "Localhost", "Unconfined");
    allow(".*\\.fsGroupChangePolicy", "OnRootMismatch", "Always");
    allow(".*\\.emptyDir\\.medium", "Memory", "");
    allow(".*\\.accessModes", "ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");
    allow(".*\\.volumeMode", "Filesystem", "Block");
    allow("Service spec\\.type", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
    allow("Service spec\\.sessionAffinity", "None", "ClientIP");
    allow("Service spec\\.(external|internal)TrafficPolicy", "Cluster", "Local");
    allow("Service spec\\.ipFamilyPolicy", "SingleStack", "PreferDualStack", "RequireDualStack");
    allow("Deployment spec\\.strategy\\.type", "RollingUpdate", "Recreate");
    allow("(StatefulSet|DaemonSet) spec\\.updateStrategy\\.type", "RollingUpdate", "OnDelete");
    allow("StatefulSet spec\\.podManagementPolicy", "OrderedReady", "Parallel");
    allow(".*PersistentVolumeClaimRetentionPolicy\\.(whenDeleted|whenScaled)", "Retain", "Delete");
    allow("StatefulSet spec\\.persistentVolumeClaimRetentionPolicy\\.when.*", "Retain", "Delete");
    allow("CronJob spec\\.concurrencyPolicy", "Allow", "Forbid", "Replace");
    allow(".*\\.podReplacementPolicy", "TerminatingOrFailed", "Failed");
    allow(".*\\.podFailurePolicy\\.rules\\.action", "FailJob", "FailIndex", "Ignore", "Count");
    allow("Ingress .*\\.pathType", "Exact", "Prefix", "ImplementationSpecific");
    allow("NetworkPolicy spec\\.policyTypes", "Ingress", "Egress");
    allow("PodDisruptionBudget .*EvictionPolicy", "IfHealthyBudget", "AlwaysAllow");
    allow(
        "HorizontalPodAutoscaler spec\\.metrics\\.type",
        "Resource",
        "ContainerResource",
        "Pods",
        "Object",
        "External");
    allow("HorizontalPodAutoscaler .*\\.target\\.type", "Utilization", "Value", "AverageValue");
    allow("HorizontalPodAutoscaler .*\\.selectPolicy", "Max", "Min", "Disabled");
    allow("HorizontalPodAutoscaler .*\\.policies\\.type", "Pods", "Percent");
  }

  private AllowedValues() {}

  static void check(Manifest manifest, Faults faults) {
    if (!manifest.isKind("ConfigMap", "Secret")) {
      walk(manifest, "", manifest.root(), faults);
    }
  }

  private static void walk(Manifest manifest, String path, Node node, Faults faults) {
    node.items().forEach(item -> walk(manifest, path, item, faults));
    node.fields()
        .forEach(
            (key, field) -> walk(manifest, path.isEmpty() ? key : path + "." + key, field, faults));
    if (node.items().isEmpty() && node.fields().isEmpty() && node.isPresent()) {
      String of = manifest.kind() + " " + path;
      ALLOWED.forEach(
          (field, values) ->
              faults.unless(
                  !field.matcher(of).matches() || values.contains(node.text()),
                  manifest,
                  path + " is \"" + node.text() + "\", but must be one of " + values));
    }
  }

  private static void allow(String field, String... values) {
    ALLOWED.put(Pattern.compile(field), new java.util.TreeSet<>(java.util.List.of(values)));
  }
}
