package baedal.runtime;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.VertxModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Converts records to JSON and back, for HTTP, events and databases. Instants are ISO 8601 text.
 * Unknown properties are ignored. Texts are parsed as UTF-8 bytes, because Jackson's parser of
 * characters is slow with field names beyond ASCII.
 */
public final class Json {

  /**
   * Maximum depth of nested JSON. No record is deeper, and this depth does not overflow a stack.
   */
  private static final int MAX_NESTING = 64;

  /**
   * Maximum length of a field name. The parser caches all names, so long ones would fill the
   * memory.
   */
  private static final int MAX_NAME_CHARS = 200;

  static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_NESTING)
          .maxNameLength(MAX_NAME_CHARS)
          .build();

  private static final ObjectMapper MAPPER =
      new ObjectMapper(JsonFactory.builder().streamReadConstraints(LIMITS).build())
          .registerModule(new VertxModule())
          .registerModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};

  private Json() {}

  public static ObjectMapper mapper() {
    return MAPPER;
  }

  public static String encode(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
    }
  }

  /** Throws {@link IllegalArgumentException} if the text is not JSON of that type. */
  public static <T> T decode(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text.getBytes(StandardCharsets.UTF_8), type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read bytes in memory", e);
    }
  }

  /** Throws {@link IllegalArgumentException} if the object is not of that type. */
  public static <T> T toObject(JsonObject json, Class<T> type) {
    try {
      return MAPPER.convertValue(json, type);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + reason(e), e);
    }
  }

  private static String reason(IllegalArgumentException e) {
    return e.getCause() instanceof JsonProcessingException unreadable
        ? unreadable.getOriginalMessage()
        : e.getMessage();
  }

  public static JsonObject fromObject(Object value) {
    return new JsonObject(MAPPER.convertValue(value, FIELDS));
  }
}
