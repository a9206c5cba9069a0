package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;

/**
 * The roles that may call an operation, from {@code x-roles} in the contract. The value {@code
 * anyone} also admits requests without a token. The value {@code any} admits every valid token.
 */
record Authorization(Set<String> roles) {

  private static final String ANYONE = "anyone";
  private static final String ANY = "any";

  /**
   * Returns the caller of a request. Fails with a 401 refusal if there is no valid token, and with
   * a 403 refusal if the caller has none of the roles. Fails with a 503 refusal while the issuer's
   * keys are not available.
   */
  Future<Caller> authorize(RoutingContext ctx, Tokens tokens) {
    if (roles.contains(ANYONE) && !ctx.request().headers().contains(HttpHeaders.AUTHORIZATION)) {
      return Future.succeededFuture(Caller.ANONYMOUS);
    }
    return tokens
        .caller(ctx)
        .compose(
            caller ->
                isAllowed(caller)
                    ? Future.succeededFuture(caller)
                    : Future.failedFuture(roleMissing()));
  }

  private boolean isAllowed(Caller caller) {
    return roles.contains(ANYONE)
        || roles.contains(ANY)
        || caller.roles().stream().anyMatch(roles::contains);
  }

  private Refusal roleMissing() {
    return Refusal.forbidden(
        "this operation needs a token with the role " + String.join(" or ", new TreeSet<>(roles)));
  }
}
