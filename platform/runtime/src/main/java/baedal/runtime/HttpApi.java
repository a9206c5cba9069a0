package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The HTTP server of a service or the gateway. A request passes {@link RequestGuards} and the body
 * reader. {@link ContractRoutes} then check its token, role, parameters and body. After these
 * checks the request reaches the service's own route. The server also has the health and metrics
 * routes of {@link OperatorRoutes}.
 */
public final class HttpApi {

  /**
   * The order ({@code Route.order}) of the first route of {@link RequestGuards}. This route starts
   * the deadline of the body and refuses no request. Routes with a lower order run before this
   * route.
   */
  public static final int BODY_DEADLINE_ORDER = -200;

  /**
   * The order of the remaining routes of {@link RequestGuards}, which can refuse a request. A route
   * with a lower order also handles the requests that these routes refuse. A route with an order
   * between this one and zero runs before the body is read. A route without an order runs after the
   * body is read.
   */
  public static final int REQUEST_CHECKS_ORDER = -100;

  /** Enough for an access token of a person in hundreds of groups, which has 12 KiB and more. */
  public static final int DEFAULT_MAX_HEADER_BYTES = 32 * 1024;

  /**
   * The client gets 503 if there is no response after this time. The operation may still succeed. A
   * retry with the same idempotency key then gets the result of the operation.
   */
  public static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);

  /** The smallest allowed MAX_HEADER_BYTES: a smaller one leaves no room for an access token. */
  private static final int LEAST_MAX_HEADER_BYTES = 4 * 1024;

  /**
   * The largest allowed MAX_HEADER_BYTES: with a larger one, the open requests of one address can
   * take too much memory.
   */
  private static final int MOST_MAX_HEADER_BYTES = 256 * 1024;

  private static final int MAX_BODY_BYTES = 64 * 1024;
  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx;
  private final Readiness readiness;
  private final Router router;
  private final RequestGuards guards;
  private final OperatorRoutes operatorRoutes;
  private final List<Route> publicOperatorRoutes;
  private final ContractRoutes contractRoutes;
  private final Set<Route> ownRoutes;
  private final ConnectionLifetime connections;
  private final ServerLifecycle servers;

  /**
   * Makes a server that does not listen yet. {@code furtherContracts} describe routes that other
   * modules add, and routes that exist only with some settings, such as the dev routes.
   */
  public HttpApi(
      Vertx vertx,
      String service,
      URL contract,
      Tokens tokens,
      Readiness readiness,
      URL... furtherContracts) {
    this(vertx, service, contract, tokens, readiness, System::nanoTime, furtherContracts);
  }

  /** {@code nanoClock} measures the age of connections. */
  HttpApi(
      Vertx vertx,
      String service,
      URL contract,
      Tokens tokens,
      Readiness readiness,
      LongSupplier nanoClock,
      URL... furtherContracts) {
    this.vertx = vertx;
    this.readiness = readiness;
    tokens.registerWith(readiness);
    Boot.json();
    List<Operation> operations = new ArrayList<>(Contract.read(contract).operations());
    for (URL further : furtherContracts) {
      operations.addAll(Contract.read(further).operations());
    }
    contractRoutes = new ContractRoutes(vertx, operations, tokens);
    guards = new RequestGuards(vertx, contractRoutes, MAX_BODY_BYTES);
    operatorRoutes = new OperatorRoutes(readiness);
    connections = new ConnectionLifetime(nanoClock);
    servers = new ServerLifecycle(vertx, service, connections);

    router = Problems.router(vertx);
    guards.mount(router);
    router.route().handler(Expectations::continueBeforeBody);
    router
        .route()
        .handler(
            BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES).setHandleFileUploads(false));
    publicOperatorRoutes = operatorRoutes.mount(router);
    contractRoutes.mount(router);
    ownRoutes = new HashSet<>(router.getRoutes());
  }

  /**
   * Moves health and metrics from the public port to a separate port. The future holds the number
   * of that port; {@code port} 0 takes a free port.
   */
  public Future<Integer> operate(String host, int port) {
    publicOperatorRoutes.forEach(Route::remove);
    Router operators = Problems.router(vertx);
    guards.mountExpectations(operators);
    operatorRoutes.mount(operators);
    return servers.listenForOperators(operators, host, port);
  }

  /**
   * Every operation responds with 503 while {@code condition} is false. Services pass a condition
   * that is true once their database is prepared.
   */
  public HttpApi onlyWhen(BooleanSupplier condition) {
    contractRoutes.onlyWhen(condition);
    return this;
  }

  /** The router to which the service adds its own routes. Each must be in the contract. */
  public Router router() {
    return router;
  }

  /**
   * The setting MAX_HEADER_BYTES: the limit in bytes for all header fields of a request together.
   */
  public static int maxHeaderBytes(Config config) {
    int bytes = config.number("MAX_HEADER_BYTES", DEFAULT_MAX_HEADER_BYTES);
    if (bytes < LEAST_MAX_HEADER_BYTES || bytes > MOST_MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "MAX_HEADER_BYTES must be from "
              + LEAST_MAX_HEADER_BYTES
              + " to "
              + MOST_MAX_HEADER_BYTES);
    }
    return bytes;
  }

  /** The setting DRAIN_DELAY: the time that {@link #drain} takes. */
  public static Duration drainDelay(Config config) {
    Duration delay = config.duration("DRAIN_DELAY", Duration.ZERO);
    if (delay.isNegative()) {
      throw new IllegalArgumentException("DRAIN_DELAY must not be negative");
    }
    return delay;
  }

  /** Listens on loopback. The future holds the port; {@code port} 0 takes a free port. */
  public Future<Integer> listen(int port) {
    return listen(LOOPBACK, port, DEFAULT_MAX_HEADER_BYTES);
  }

  /**
   * Creates a server and begins to listen. {@code maxHeaderBytes} is the gateway's limit for header
   * fields. The server allows 8 KiB more, for the fields that the gateway adds.
   */
  public Future<Integer> listen(String host, int port, int maxHeaderBytes) {
    return listen(servers.create(host, port, maxHeaderBytes, this::accept));
  }

  /**
   * Begins to listen with a server that the caller has created and that passes its requests to
   * {@link #accept}. Fails if a route is not in the contract or an operation has no route.
   */
  public Future<Integer> listen(HttpServer server) {
    List<Route> serviceRoutes =
        router.getRoutes().stream().filter(route -> !ownRoutes.contains(route)).toList();
    List<String> differences = contractRoutes.differences(serviceRoutes);
    if (!differences.isEmpty()) {
      return Future.failedFuture(
          new IllegalStateException("contract and routes differ: " + differences));
    }
    for (Route route : router.getRoutes()) {
      if (route.methods() != null && route.methods().contains(HttpMethod.GET)) {
        route.method(HttpMethod.HEAD);
      }
    }
    return servers.listen(server);
  }

  /**
   * Gives the request its id and passes it to the router. Refuses the request if its Host header is
   * not valid.
   */
  public void accept(HttpServerRequest request) {
    RequestId.begin(request);
    connections.check(request);
    if (RequestGuards.hasUsableHost(request)) {
      router.handle(RequestTarget.normalized(request));
    } else {
      EarlyRefusal.answer(request, RequestGuards.unusableHost());
    }
  }

  /**
   * Reports not ready, and continues to accept requests for {@code delay}. In this time load
   * balancers stop to send new connections, and every open connection ends with its next response.
   */
  public Future<Void> drain(Duration delay) {
    readiness.stopping();
    connections.drain();
    return delay.isZero() ? Future.succeededFuture() : vertx.timer(delay.toMillis()).mapEmpty();
  }

  /**
   * Accepts no more connections, and finishes the requests in progress within ten seconds. The
   * operators' port closes last.
   */
  public Future<Void> close() {
    readiness.stopping();
    return servers.close();
  }
}
