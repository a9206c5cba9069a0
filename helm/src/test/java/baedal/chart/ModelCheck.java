package baedal.chart;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares an object with the model of its kind in the official Java client: unknown fields, wrong
 * types and missing required fields are faults. What the model reads and writes again must be the
 * same.
 */
final class ModelCheck {

  private static final Gson GSON = new Gson();

  static {
    // Creates the readers of all models.
    new JSON();
  }

  private ModelCheck() {}

  static List<String> faults(Manifest manifest) {
    JsonElement written = GSON.toJsonTree(manifest.root().value());
    try {
      Class<?> model = model(manifest);
      Object read = JSON.deserialize(GSON.toJson(written), model);
      List<String> faults = new ArrayList<>();
      compare("", written, JsonParser.parseString(JSON.serialize(read)), faults);
      return faults;
    } catch (ClassNotFoundException e) {
      return List.of("there is no model of " + manifest.version() + " " + manifest.kind());
    } catch (RuntimeException e) {
      // The client appends the whole object.
      return List.of(String.valueOf(e.getMessage()).replaceAll("(?s) JSON: .*", ""));
    }
  }

  private static Class<?> model(Manifest manifest) throws ClassNotFoundException {
    String version = manifest.version().replaceAll(".*/", "");
    String name = version.substring(0, 1).toUpperCase(Locale.ROOT) + version.substring(1);
    return Class.forName("io.kubernetes.client.openapi.models." + name + manifest.kind());
  }

  /** The two may differ only in how they write a quantity: 1000m and 1, and in explicit nulls. */
  private static void compare(
      String path, JsonElement written, JsonElement read, List<String> faults) {
    if (written.isJsonObject() && read != null && read.isJsonObject()) {
      JsonObject fields = read.getAsJsonObject();
      for (Map.Entry<String, JsonElement> field : written.getAsJsonObject().entrySet()) {
        if (!field.getValue().isJsonNull()) {
          compare(
              path + "." + field.getKey(), field.getValue(), fields.get(field.getKey()), faults);
        }
      }
    } else if (written.isJsonArray() && read != null && read.isJsonArray()) {
      for (int i = 0; i < written.getAsJsonArray().size(); i++) {
        JsonElement item = i < read.getAsJsonArray().size() ? read.getAsJsonArray().get(i) : null;
        compare(path + "[" + i + "]", written.getAsJsonArray().get(i), item, faults);
      }
    } else if (!same(written, read) && !isQuantity(path)) {
      faults.add(path.substring(1) + " is " + written + ", but the API reads " + read);
    }
  }

  private static boolean same(JsonElement written, JsonElement read) {
    if (written.isJsonPrimitive()
        && written.getAsJsonPrimitive().isNumber()
        && read != null
        && read.isJsonPrimitive()
        && read.getAsJsonPrimitive().isNumber()) {
      return written.getAsDouble() == read.getAsDouble();
    }
    return written.equals(read);
  }

  private static boolean isQuantity(String path) {
    return path.matches(".*\\.(requests|limits|min|max|default|defaultRequest|hard)\\.[a-z./-]+")
        || path.endsWith(".averageValue")
        || path.endsWith(".sizeLimit");
  }
}
