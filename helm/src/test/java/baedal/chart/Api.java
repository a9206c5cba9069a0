package baedal.chart;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A kind of object that a Kubernetes API server serves, as {@code served-apis.txt} lists it.
 *
 * @param version the group and the version, for example {@code apps/v1}
 * @param plural the name in paths
 */
record Api(String version, String plural, String kind, boolean namespaced) {

  /** All kinds that a manifest of the chart may have. */
  static final List<Api> ALL = read();

  static Optional<Api> find(String version, String kind) {
    return ALL.stream()
        .filter(api -> api.version.equals(version) && api.kind.equals(kind))
        .findFirst();
  }

  /** Whether an operator brings this kind, so that a plain Kubernetes does not serve it. */
  boolean custom() {
    String group = version.replaceAll("/.*", "");
    return group.startsWith("gateway.") || (group.contains(".") && !group.endsWith(".k8s.io"));
  }

  /** The path of the API, below which the paths of its objects are. */
  String path() {
    return (version.contains("/") ? "/apis/" : "/api/") + version;
  }

  private static List<Api> read() {
    try (InputStream in = Api.class.getResourceAsStream("served-apis.txt")) {
      String lines = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split(" +"))
          .map(cell -> new Api(cell[0], cell[1], cell[2], cell[3].equals("namespaced")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
