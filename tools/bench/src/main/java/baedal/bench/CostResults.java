package baedal.bench;

import baedal.runtime.Json;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The results of the cost benchmark: for each part of the load its values by name, in the order of
 * the report. A file holds them as JSON.
 */
record CostResults(Map<String, Map<String, Double>> parts) {

  private static final TypeReference<LinkedHashMap<String, Map<String, Double>>> TYPE =
      new TypeReference<>() {};

  CostResults() {
    this(new LinkedHashMap<>());
  }

  void add(String part, Map<String, Double> values) {
    parts.put(part, values);
  }

  /** NaN if the part has no such value. */
  double value(String part, String name) {
    return parts.getOrDefault(part, Map.of()).getOrDefault(name, Double.NaN);
  }

  static CostResults read(Path file) throws IOException {
    return new CostResults(Json.mapper().readValue(file.toFile(), TYPE));
  }

  void write(Path file) throws IOException {
    Files.writeString(
        file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(parts) + "\n");
  }
}
