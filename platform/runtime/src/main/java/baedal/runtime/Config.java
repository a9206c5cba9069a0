package baedal.runtime;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The settings of one process, by key. Each service reads them from its environment at the start. A
 * missing or wrong value throws {@link IllegalArgumentException}, with a message that names the
 * key. A blank value counts as missing.
 */
public final class Config {

  private static final String URI_FORM =
      "a URI with a scheme; in its user and password, percent-encode every character other than"
          + " letters and digits";

  private final UnaryOperator<String> source;

  private Config(UnaryOperator<String> source) {
    this.source = source;
  }

  public static Config of(Map<String, String> values) {
    return new Config(Map.copyOf(values)::get);
  }

  /** {@code source} returns the value of a key, or null if the key is not set. */
  public static Config from(UnaryOperator<String> source) {
    return new Config(source);
  }

  public static Config fromEnvironment() {
    return new Config(System::getenv);
  }

  public String text(String key) {
    String value = source.apply(key);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(key + " is not set");
    }
    return value.strip();
  }

  public String text(String key, String fallback) {
    return has(key) ? text(key) : fallback;
  }

  public boolean has(String key) {
    String value = source.apply(key);
    return value != null && !value.isBlank();
  }

  public int number(String key, int fallback) {
    if (!has(key)) {
      return fallback;
    }
    try {
      return Integer.parseInt(text(key));
    } catch (NumberFormatException e) {
      throw wrong(key, "a whole number", e);
    }
  }

  public boolean flag(String key, boolean fallback) {
    if (!has(key)) {
      return fallback;
    }
    return switch (text(key).toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(key, "true or false", null);
    };
  }

  /** An absolute URI. The error message does not repeat the value, which may hold a password. */
  public URI uri(String key) {
    URI uri;
    try {
      uri = new URI(text(key));
    } catch (URISyntaxException holdsTheValue) {
      throw wrong(key, URI_FORM, null);
    }
    if (!uri.isAbsolute()) {
      throw wrong(key, URI_FORM, null);
    }
    return uri;
  }

  /**
   * A time span such as {@code 610ms}, {@code 5s}, {@code 15m}, {@code 24h} or {@code 7d}, or in
   * ISO 8601 ({@code PT15M}).
   */
  public Duration duration(String key, Duration fallback) {
    if (!has(key)) {
      return fallback;
    }
    String value = text(key);
    try {
      return value.startsWith("P") ? Duration.parse(value) : shortDuration(value);
    } catch (RuntimeException e) {
      throw wrong(key, "a time span such as 610ms, 5s, 15m or 24h", e);
    }
  }

  private static Duration shortDuration(String value) {
    String unit = value.replaceAll("[0-9]", "");
    long amount = Long.parseLong(value.substring(0, value.length() - unit.length()));
    return switch (unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> throw new IllegalArgumentException(unit);
    };
  }

  private static IllegalArgumentException wrong(String key, String expected, Exception cause) {
    return new IllegalArgumentException(key + " must be " + expected, cause);
  }
}
