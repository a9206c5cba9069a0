package baedal.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads documents that earlier versions of the code stored, for tests of compatibility. They are
 * files in the folder {@code golden} beside a test's class. Change such a file only together with a
 * migration of the stored data: if the code does not know a stored field, it silently uses a
 * default value.
 */
public final class GoldenDocument {

  private GoldenDocument() {}

  public static JsonObject read(Class<?> test, String file) {
    try (InputStream in = test.getResourceAsStream("golden/" + file)) {
      byte[] text = Objects.requireNonNull(in, file).readAllBytes();
      return new JsonObject(new String(text, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }
}
