package baedal.gateway;

import baedal.runtime.HttpApi;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.function.Consumer;

/**
 * The handlers of the gateway, in the order in which a request passes them. {@link #mount} is the
 * only place that decides this order. Before a request reaches the first handler, {@link
 * PublicHttpServer} has limited the connection, decoded the request strictly, and checked its size.
 *
 * <p>{@link HttpApi} mounts handlers of its own at fixed route orders, before this class mounts
 * any. A router calls routes by ascending order number, and routes with the same number in the
 * sequence in which they were mounted. So some handlers of the gateway run before those of {@code
 * HttpApi}, some between them, and some after them. Comments in {@link #mount} show where the
 * handlers of {@code HttpApi} run.
 */
final class GatewayPipeline {

  private static final int FIRST = HttpApi.BODY_DEADLINE_ORDER - 1;
  private static final int BEFORE_CHECKS = HttpApi.REQUEST_CHECKS_ORDER - 1;

  /**
   * The order number of handlers that run before the body reader. {@link HttpApi} mounts the body
   * reader without a number, and such routes get the numbers 0, 1, and so on.
   */
  private static final int BEFORE_BODY_READER = -1;

  private final ConnectionLimits connections;
  private final Cors cors;
  private final RateLimits rateLimits;
  private final Proxies proxies;
  private final ConcurrentRequestLimits concurrentRequests;
  private final OrderAdmission admission;
  private final List<Consumer<Router>> apis;

  GatewayPipeline(
      ConnectionLimits connections,
      Cors cors,
      RateLimits rateLimits,
      Proxies proxies,
      ConcurrentRequestLimits concurrentRequests,
      OrderAdmission admission,
      List<Consumer<Router>> apis) {
    this.connections = connections;
    this.cors = cors;
    this.rateLimits = rateLimits;
    this.proxies = proxies;
    this.concurrentRequests = concurrentRequests;
    this.admission = admission;
    this.apis = apis;
  }

  void mount(Router router) {
    // While a request is open, its connection is not closed as idle.
    router.route().order(FIRST).handler(connections::holdOpen);
    // Adds headers to every response, including the errors of later handlers.
    router.route().order(FIRST).handler(SecurityHeaders::addToResponse);
    // Answers preflight requests, and adds CORS headers to other responses. Runs before the limits,
    // so that a page can also read their 429 or 503.
    router.route().order(FIRST).handler(cors::handle);

    // HttpApi at BODY_DEADLINE_ORDER: BodyDeadline allows ten seconds for a body. Expectations
    // closes the connection after a final response to a client that waits for 100 Continue.

    // Counts each request for the rate limits. Runs before the checks that refuse malformed
    // requests, so that malformed requests are counted, too.
    router.route().order(BEFORE_CHECKS).handler(rateLimits::limit);

    // HttpApi at REQUEST_CHECKS_ORDER: RequestGuards refuses an invalid path, query, Expect, media
    // type or content coding. LoopbackOnly protects the dev routes.

    // Event streams have limits of their own, so they are not counted as concurrent requests.
    proxies.mountEventStreams(router, BEFORE_BODY_READER);
    router.route().order(BEFORE_BODY_READER).handler(concurrentRequests::limit);
    // A new order waits here while Baedal is saturated, before its body is read.
    admission.mount(router, BEFORE_BODY_READER);
    // Verifies the token and streams the request to its service, without reading its body.
    proxies.mountServices(router, BEFORE_BODY_READER);

    // HttpApi at orders from 0: it sends 100 Continue and reads the body, up to 64 KiB. Then
    // ContractRoutes checks token, role, parameters and body of each operation of the contract.

    // Paths that the gateway serves itself. Any other path is a 404.
    apis.forEach(api -> api.accept(router));
  }
}
