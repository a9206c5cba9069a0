package baedal.dev;

import java.util.Locale;

/**
 * Decides which address a service uses for another service, for its database or for the broker. A
 * test implements this interface to put a proxy in front of one of these addresses.
 */
@FunctionalInterface
public interface EndpointRouting {

  /** Every service uses the real addresses. */
  EndpointRouting DIRECT = (service, setting, uri) -> uri;

  /**
   * Returns the value of {@code setting} ({@code ORDER_URL}, {@code POSTGRES_URI} …) for {@code
   * service}. {@code uri} is the real address. The system calls this each time a service starts.
   */
  String route(String service, String setting, String uri);

  /** The setting that holds the URL of {@code service}. */
  static String urlSetting(String service) {
    return service.toUpperCase(Locale.ROOT) + "_URL";
  }
}
