package baedal.chart;

import com.google.gson.Gson;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compares the objects of operators with the schemas in the folder {@code crds}. A schema has only
 * the fields that the chart uses, and refuses all others. Before you add a field, look it up in the
 * documentation of the operator.
 */
final class CustomResourceCheck {

  private static final Gson GSON = new Gson();

  private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

  private CustomResourceCheck() {}

  static void check(Manifest manifest, Faults faults) {
    SCHEMAS
        .computeIfAbsent(manifest.kind(), CustomResourceCheck::schema)
        .validate(GSON.toJson(manifest.at("spec").value()), InputFormat.JSON)
        .forEach(
            error ->
                faults.add(
                    manifest, "spec" + error.getInstanceLocation() + " " + error.getMessage()));
  }

  private static Schema schema(String kind) {
    try (InputStream in = CustomResourceCheck.class.getResourceAsStream("crds/" + kind + ".json")) {
      byte[] text = Objects.requireNonNull(in, kind).readAllBytes();
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new String(text, StandardCharsets.UTF_8), InputFormat.JSON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
