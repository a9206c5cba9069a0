package baedal.dev;

import java.util.Locale;

/**
 * Decides which address a service uses for another service, its store or the broker. A test returns
 * the address of a proxy.
 */
@FunctionalInterface
public interface EndpointRouting {

  /** Every service uses the real addresses. */
  EndpointRouting DIRECT = (service, setting, uri) -> uri;

  /**
   * The value of {@code setting} ({@code ORDER_URL}, {@code POSTGRES_URI} …) for {@code service};
   * {@code uri} is the real address. Called each time that a service starts.
   */
  String route(String service, String setting, String uri);

  /** The setting that holds the URL of {@code service}. */
  static String urlSetting(String service) {
    return service.toUpperCase(Locale.ROOT) + "_URL";
  }
}
