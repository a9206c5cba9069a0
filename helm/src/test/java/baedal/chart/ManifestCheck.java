package baedal.chart;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds what an API server, or a cluster that runs the objects, would refuse or ignore. */
final class ManifestCheck {

  private ManifestCheck() {}

  /**
   * Returns the faults of all objects of one release.
   *
   * @param external the names that other objects of the namespace may have, for example those of
   *     Secrets that an operator of the cluster creates
   */
  static List<String> faults(List<Manifest> manifests, Set<String> external) {
    Faults faults = new Faults();
    for (Manifest manifest : manifests) {
      Optional<Api> api = Api.find(manifest.version(), manifest.kind());
      if (api.isEmpty()) {
        faults.add(
            manifest,
            "not every Kubernetes from 1.31 to 1.35 serves "
                + manifest.version()
                + ", or it is deprecated; if it is fine, add it to served-apis.txt");
      } else if (api.get().custom()) {
        CustomResourceCheck.check(manifest, faults);
      } else {
        ModelCheck.faults(manifest).forEach(fault -> faults.add(manifest, fault));
        AllowedValues.check(manifest, faults);
      }
      Formats.check(manifest, faults);
      PodCheck.check(manifest, faults);
    }
    Release release = new Release(manifests, external);
    SelectorCheck.check(release, faults);
    ScalingCheck.check(release, faults);
    PodReferences.check(release, faults);
    References.check(release, faults);
    return faults.list();
  }
}
