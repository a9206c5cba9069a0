package baedal.gateway;

import baedal.runtime.HttpApi;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.function.Consumer;

/**
 * The handlers of the gateway, in the order in which a request passes them. {@link #mount} is the
 * only place that decides this order. A request reaches it from {@link PublicHttpServer}, which has
 * limited the connection, read the request strictly, and checked its size.
 *
 * <p>{@link HttpApi} mounts handlers of its own at fixed route orders, before this class mounts
 * any. A router calls its routes by rising order, and those of one order as they were mounted. So
 * the gateway's handlers stand before, between and after those of {@code HttpApi}; comments in
 * {@link #mount} show where.
 */
final class GatewayPipeline {

  private static final int FIRST = HttpApi.BODY_DEADLINE_ORDER - 1;
  private static final int BEFORE_CHECKS = HttpApi.REQUEST_CHECKS_ORDER - 1;

  /** The orders of routes that are given none begin at 0. */
  private static final int BEFORE_BODY_READER = -1;

  private final ConnectionLimits connections;
  private final Cors cors;
  private final RateLimits rateLimits;
  private final Proxies proxies;
  private final ConcurrentRequestLimits concurrentRequests;
  private final List<Consumer<Router>> apis;

  GatewayPipeline(
      ConnectionLimits connections,
      Cors cors,
      RateLimits rateLimits,
      Proxies proxies,
      ConcurrentRequestLimits concurrentRequests,
      List<Consumer<Router>> apis) {
    this.connections = connections;
    this.cors = cors;
    this.rateLimits = rateLimits;
    this.proxies = proxies;
    this.concurrentRequests = concurrentRequests;
    this.apis = apis;
  }

  void mount(Router router) {
    // An open request keeps its connection from being closed as idle.
    router.route().order(FIRST).handler(connections::holdOpen);
    // Every response gets these headers, also an error that a later handler makes.
    router.route().order(FIRST).handler(SecurityHeaders::addToResponse);
    // Answers preflights. Before the limits, so that a page can read their refusals.
    router.route().order(FIRST).handler(cors::handle);

    // HttpApi at BODY_DEADLINE_ORDER: BodyDeadline allows ten seconds for a body. Expectations ends
    // the connection of a client that waits for 100 Continue and gets a final response.

    // Counts every request that can be refused from here on, malformed ones too.
    router.route().order(BEFORE_CHECKS).handler(rateLimits::limit);

    // HttpApi at REQUEST_CHECKS_ORDER: RequestGuards refuses an invalid path, query, Expect, media
    // type or content coding. LoopbackOnly guards the dev doors.

    // Event streams have limits of their own, so they leave before concurrent requests are counted.
    proxies.mountEventStreams(router, BEFORE_BODY_READER);
    router.route().order(BEFORE_BODY_READER).handler(concurrentRequests::limit);
    // Verifies the token and streams the request to its service. No body is read here.
    proxies.mountServices(router, BEFORE_BODY_READER);

    // HttpApi at orders from 0: it sends 100 Continue and reads the body, up to 64 KiB. Then
    // ContractRoutes checks token, role, parameters and body of each operation of the contract.

    // What the gateway answers itself. Any other path is 404.
    apis.forEach(api -> api.accept(router));
  }
}
