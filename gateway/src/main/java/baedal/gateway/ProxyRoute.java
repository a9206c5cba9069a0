package baedal.gateway;

import java.util.List;
import java.util.stream.Stream;

/**
 * A public path, and the service to which {@link Proxies} forwards requests for this path and all
 * paths below it. Clients cannot reach a path of a service that has no route here.
 *
 * @param readableWithoutToken whether GET and HEAD need no token
 */
record ProxyRoute(String path, String service, boolean readableWithoutToken) {

  static final ProxyRoute EVENT_STREAM = new ProxyRoute("/mypages/:orderId/live", "mypage", false);

  /** For all methods except POST: {@link PaymentApi} answers {@code POST /payments}. */
  static final ProxyRoute PAYMENTS = new ProxyRoute("/payments", "payment", false);

  static final List<ProxyRoute> SERVICES =
      List.of(
          new ProxyRoute("/orders", "order", false),
          new ProxyRoute("/stores", "store", true),
          new ProxyRoute("/foodCookings", "store", false),
          new ProxyRoute("/deliveries", "rider", false),
          new ProxyRoute("/riders", "rider", false),
          new ProxyRoute("/coupons", "coupon", false),
          new ProxyRoute("/mypages", "mypage", false),
          new ProxyRoute("/notifications", "mypage", false),
          new ProxyRoute("/rebuilds", "mypage", false));

  private static final String DEAD_LETTERS = "/deadLetters";

  static ProxyRoute deadLettersOf(String service) {
    return new ProxyRoute(DEAD_LETTERS + "/" + service, service, false);
  }

  /**
   * Whether clients can reach this path of a service's contract, such as {@code /orders/{orderId}}.
   */
  static boolean isPublic(String path) {
    return Stream.concat(
            SERVICES.stream().map(ProxyRoute::path), Stream.of(PAYMENTS.path(), DEAD_LETTERS))
        .anyMatch(open -> path.equals(open) || path.startsWith(open + "/"));
  }
}
