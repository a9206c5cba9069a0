package baedal.runtime;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The checks that {@link HttpApi} makes on every request before its body is read. A request passes
 * the handlers in {@link #mount} in the order in which they are listed.
 */
final class RequestGuards {

  /**
   * Maximum length of the host and port that a request names. A DNS name has at most 253
   * characters. The length is limited because the gateway repeats the host in several header
   * fields.
   */
  private static final int MAX_AUTHORITY_CHARS = 300;

  private final ContractRoutes contractRoutes;
  private final Expectations expectations;
  private final BodyDeadline bodyDeadline;

  RequestGuards(Vertx vertx, ContractRoutes contractRoutes, int maxBodyBytes) {
    this.contractRoutes = contractRoutes;
    expectations = new Expectations(maxBodyBytes);
    bodyDeadline = new BodyDeadline(vertx);
  }

  void mount(Router router) {
    router
        .route()
        .order(HttpApi.BODY_DEADLINE_ORDER)
        .handler(bodyDeadline::start)
        .handler(Expectations::closeWithoutContinue)
        .failureHandler(Problems::render);
    router
        .route()
        .order(HttpApi.REQUEST_CHECKS_ORDER)
        .handler(this::checkTarget)
        .handler(expectations::check)
        .handler(MediaTypes::refuseForms)
        .handler(MediaTypes::refuseContentCodings);
    if (contractRoutes.hasPathUnder(LoopbackOnly.DEV_PATH)) {
      router
          .route(LoopbackOnly.DEV_PATH + "*")
          .order(HttpApi.REQUEST_CHECKS_ORDER)
          .handler(LoopbackOnly::check);
    }
  }

  /**
   * Adds the only check that the operators' port needs: its routes read no body and no parameter.
   */
  void mountExpectations(Router router) {
    router
        .route()
        .handler(Expectations::closeWithoutContinue)
        .handler(expectations::check)
        .failureHandler(Problems::render);
  }

  /**
   * Whether the router can handle the Host of the request. The router would answer 500 to an
   * invalid Host. HTTP/1.0 needs no Host (RFC 9112, 3.2).
   */
  static boolean hasUsableHost(HttpServerRequest request) {
    if (request.authority() == null) {
      return request.version() == HttpVersion.HTTP_1_0
          && !request.headers().contains(HttpHeaders.HOST);
    }
    return request.authority().toString().length() <= MAX_AUTHORITY_CHARS;
  }

  static Refusal unusableHost() {
    return Refusal.of(
        Refusal.Kind.INVALID,
        "bad-request",
        "the Host is missing or not valid: send one Host header with a valid host");
  }

  /** Refuses a path or query that cannot be decoded, before any route reads it. */
  private void checkTarget(RoutingContext ctx) {
    try {
      String path = ctx.request().path();
      ctx.normalizedPath();
      URLDecoder.decode(path, StandardCharsets.UTF_8);
      ctx.queryParams();
      List<Refusal.Fault> faults =
          RequestTarget.faults(
              ctx.request().uri(), segment -> contractRoutes.parameterAt(path, segment));
      if (!faults.isEmpty()) {
        ctx.fail(Refusal.invalid(faults));
        return;
      }
    } catch (IllegalArgumentException e) {
      ctx.fail(400);
      return;
    }
    ctx.next();
  }
}
