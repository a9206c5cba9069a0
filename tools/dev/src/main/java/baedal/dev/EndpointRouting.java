package baedal.dev;

import java.util.Locale;

/**
 * By which way a service goes to another one, to its store or to the broker: a test may put a wire
 * of its own between.
 */
@FunctionalInterface
public interface EndpointRouting {

  /** Each goes straight to the other. */
  EndpointRouting STRAIGHT = (service, setting, uri) -> uri;

  /**
   * What {@code service} is told as its {@code setting} ({@code ORDER_URL}, {@code POSTGRES_URI} …)
   * instead of {@code uri}; asked each time that a service starts.
   */
  String way(String service, String setting, String uri);

  /** The setting that says where {@code service} is. */
  static String to(String service) {
    return service.toUpperCase(Locale.ROOT) + "_URL";
  }
}
