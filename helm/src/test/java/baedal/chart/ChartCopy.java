package baedal.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/**
 * A copy of the chart that a test may change.
 *
 * @param folder the copy
 */
record ChartCopy(Path folder) {

  private static final Set<String> NOT_COPIED = Set.of("src", "target", "pom.xml");

  /** Copies the chart into an empty folder. */
  static ChartCopy in(Path folder) throws IOException {
    Path chart = Rendering.CHART;
    try (Stream<Path> files = Files.walk(chart)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path name = chart.relativize(file);
        if (!Files.isDirectory(file) && !NOT_COPIED.contains(name.getName(0).toString())) {
          Path to = folder.resolve(name);
          Files.createDirectories(to.getParent());
          Files.copy(file, to);
        }
      }
    }
    return new ChartCopy(folder);
  }

  ChartCopy replace(String file, String text, String by) throws IOException {
    Path changed = folder.resolve(file);
    String content = Files.readString(changed);
    if (!content.contains(text)) {
      throw new IllegalArgumentException(file + " does not contain: " + text);
    }
    Files.writeString(changed, content.replace(text, by));
    return this;
  }

  /** Makes the values of the files the defaults of the chart, because lint takes no values. */
  ChartCopy withDefaults(List<Path> files) throws IOException {
    Path defaults = folder.resolve("values.yaml");
    Object values = new Yaml().load(Files.readString(defaults));
    for (Path file : files) {
      values = merge(values, new Yaml().load(Files.readString(file)));
    }
    Files.writeString(defaults, new Yaml().dump(values));
    return this;
  }

  private static Object merge(Object below, Object above) {
    if (!(below instanceof Map<?, ?> defaults) || !(above instanceof Map<?, ?> values)) {
      return above;
    }
    Map<Object, Object> merged = new LinkedHashMap<>(defaults);
    values.forEach(
        (key, value) ->
            merged.put(key, defaults.containsKey(key) ? merge(defaults.get(key), value) : value));
    return merged;
  }
}
