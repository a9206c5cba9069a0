package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who may call an operation: the roles in {@code x-roles} of the contract. {@code anyone} admits
 * requests without a token, {@code any} every caller with a valid token.
 */
record Authorization(Set<String> roles) {

  private static final String ANYONE = "anyone";
  private static final String ANY = "any";

  /**
   * The caller of a request. Fails with a 401 refusal without a valid token, with a 403 one without
   * the role, and with a 503 one while the token cannot be checked.
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
    return Refusal.forbidden("this needs the role " + String.join(" or ", new TreeSet<>(roles)));
  }
}
