package baedal.chart;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a set of manifests. */
final class Faults {

  private final List<String> found = new ArrayList<>();

  void add(Manifest manifest, String fault) {
    found.add(manifest + ": " + fault);
  }

  /** Adds a fault if {@code correct} is false. */
  void unless(boolean correct, Manifest manifest, String fault) {
    if (!correct) {
      add(manifest, fault);
    }
  }

  List<String> list() {
    return List.copyOf(found);
  }
}
