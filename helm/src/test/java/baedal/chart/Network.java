package baedal.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Decides as a network plugin which pods of a release reach each other. */
final class Network {

  private final Release release;
  private final List<Manifest> policies;

  Network(Rendering rendering) {
    release = new Release(rendering.manifests(), Set.of());
    policies = rendering.ofKind("NetworkPolicy");
  }

  /**
   * All connections that are allowed, as "from -> to:port" with the names of components and ports.
   */
  Set<String> connections() {
    Set<String> connections = new TreeSet<>();
    for (Manifest from : workloads()) {
      for (Manifest to : workloads()) {
        for (Node port : ports(to)) {
          if (allows("egress", from, to, port) && allows("ingress", to, from, port)) {
            connections.add(
                from.component() + " -> " + to.component() + ":" + port.at("name").text());
          }
        }
      }
    }
    return connections;
  }

  /** The workloads without a policy for this direction; without one, everything is allowed. */
  List<String> unprotected(String direction) {
    return workloads().stream()
        .filter(workload -> policiesOf(workload, direction).isEmpty())
        .map(Manifest::component)
        .toList();
  }

  /** The rules of a workload in one direction: "egress" or "ingress". */
  List<Node> rules(Manifest workload, String direction) {
    List<Node> rules = new ArrayList<>();
    policiesOf(workload, direction)
        .forEach(policy -> rules.addAll(policy.at("spec", direction).items()));
    return rules;
  }

  List<Manifest> workloads() {
    return release.manifests().stream().filter(of -> of.pod().isPresent()).toList();
  }

  private static List<Node> ports(Manifest workload) {
    return workload.containers().stream()
        .flatMap(container -> container.at("ports").items().stream())
        .toList();
  }

  private List<Manifest> policiesOf(Manifest workload, String direction) {
    String type = direction.equals("egress") ? "Egress" : "Ingress";
    return policies.stream()
        .filter(policy -> policy.at("spec", "policyTypes").texts().anyMatch(type::equals))
        .filter(policy -> release.selected(policy.at("spec", "podSelector")).contains(workload))
        .toList();
  }

  private boolean allows(String direction, Manifest subject, Manifest other, Node port) {
    boolean egress = direction.equals("egress");
    return policiesOf(subject, direction).isEmpty()
        || rules(subject, direction).stream()
            .anyMatch(
                rule ->
                    allowsPort(rule.at("ports"), port)
                        && allowsPeer(rule.at(egress ? "to" : "from"), other));
  }

  private static boolean allowsPort(Node allowed, Node port) {
    return allowed.items().isEmpty()
        || allowed.items().stream()
            .anyMatch(
                of ->
                    of.at("port").equals(port.at("containerPort"))
                        || of.at("port").equals(port.at("name")));
  }

  /** A peer in other namespaces only, or a block of addresses, is no pod of the release. */
  private boolean allowsPeer(Node peers, Manifest other) {
    return !peers.isPresent()
        || peers.items().stream()
            .anyMatch(
                peer ->
                    peer.at("podSelector").isPresent()
                        && !peer.at("namespaceSelector").isPresent()
                        && release.selected(peer.at("podSelector")).contains(other));
  }
}
