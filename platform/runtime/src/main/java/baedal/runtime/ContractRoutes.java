package baedal.runtime;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds one route for each operation of a service's contracts. Each of these routes runs before the
 * service's own route for the operation. It starts the response timeout, and checks the token, the
 * role, the parameters and the body.
 */
final class ContractRoutes {

  private static final Logger log = LoggerFactory.getLogger(ContractRoutes.class);

  private final Vertx vertx;
  private final List<Operation> operations;
  private final Tokens tokens;
  private BooleanSupplier prepared = () -> true;

  ContractRoutes(Vertx vertx, List<Operation> operations, Tokens tokens) {
    this.vertx = vertx;
    this.operations = List.copyOf(operations);
    this.tokens = tokens;
  }

  /** Every operation responds with 503 while {@code condition} is false. */
  void onlyWhen(BooleanSupplier condition) {
    prepared = condition;
  }

  void mount(Router router) {
    for (Operation operation : operations) {
      router.route(operation.httpMethod(), operation.route()).handler(ctx -> admit(operation, ctx));
    }
  }

  boolean hasPathUnder(String prefix) {
    return operations.stream().anyMatch(operation -> operation.route().startsWith(prefix));
  }

  /** The name of the path parameter in this segment, or an empty text. The first segment is 1. */
  String parameterAt(String path, int segment) {
    return operations.stream()
        .filter(operation -> operation.matches(path))
        .map(operation -> operation.parameterAt(segment))
        .findFirst()
        .orElse("");
  }

  /** Lists the operations without a route, and the service's routes without an operation. */
  List<String> differences(List<Route> serviceRoutes) {
    Set<String> routed = new HashSet<>();
    for (Route route : serviceRoutes) {
      if (route.getPath() != null && route.methods() != null) {
        for (HttpMethod method : route.methods()) {
          routed.add(method.name() + " " + route.getPath());
        }
      }
    }
    Set<String> declared = new HashSet<>();
    operations.forEach(operation -> declared.add(operation.method() + " " + operation.route()));
    List<String> differences = new ArrayList<>();
    declared.stream()
        .filter(route -> !routed.contains(route))
        .forEach(route -> differences.add(route + " has no route"));
    routed.stream()
        .filter(route -> !declared.contains(route))
        .forEach(route -> differences.add(route + " is not in the contract"));
    return differences;
  }

  private void admit(Operation operation, RoutingContext ctx) {
    if (!prepared.getAsBoolean()) {
      ctx.fail(503);
      return;
    }
    startResponseTimeout(ctx);
    operation
        .authorization()
        .authorize(ctx, tokens)
        .onSuccess(
            caller -> {
              try {
                operation.validation().check(ctx);
              } catch (Refusal refusal) {
                ctx.fail(refusal);
                return;
              }
              caller.putInto(ctx);
              ctx.next();
            })
        .onFailure(ctx::fail);
  }

  private void startResponseTimeout(RoutingContext ctx) {
    long timer =
        vertx.setTimer(
            HttpApi.ANSWERS_WITHIN.toMillis(),
            id -> {
              log.atWarn()
                  .addKeyValue("path", ctx.request().path())
                  .addKeyValue("timeoutSeconds", HttpApi.ANSWERS_WITHIN.toSeconds())
                  .log("response timeout: the client gets 503");
              ctx.fail(503);
            });
    ctx.addHeadersEndHandler(v -> vertx.cancelTimer(timer));
    ctx.addEndHandler(v -> vertx.cancelTimer(timer));
  }
}
