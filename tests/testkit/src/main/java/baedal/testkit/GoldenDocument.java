package baedal.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Documents as earlier code stored them: files in the folder {@code golden} beside a test's class.
 * A stored value whose name the code no longer knows would silently become a default, so these
 * files change only together with a migration of what is stored.
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
