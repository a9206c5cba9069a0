package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * The sender of a request, as the token names it.
 *
 * @param sub the subject: the id of a person or the name of a service
 * @param stores the ids of the stores that an owner may act for
 */
public record Caller(String sub, Set<String> roles, Set<String> stores) {

  public static final String CUSTOMER = "customer";
  public static final String OWNER = "owner";
  public static final String RIDER = "rider";
  public static final String MARKETING = "marketing";
  public static final String ADMIN = "admin";
  public static final String SERVICE = "service";

  /** The caller of a request without a token. Only operations for {@code anyone} admit it. */
  public static final Caller ANONYMOUS = new Caller("", Set.of(), Set.of());

  private static final String KEY = Caller.class.getName();

  public Caller {
    roles = Set.copyOf(roles);
    stores = Set.copyOf(stores);
  }

  /**
   * The caller that {@link Authorization} found, or {@link #ANONYMOUS} before the authorization of
   * the request.
   */
  public static Caller of(RoutingContext ctx) {
    Caller caller = ctx.get(KEY);
    return caller == null ? ANONYMOUS : caller;
  }

  void putInto(RoutingContext ctx) {
    ctx.put(KEY, this);
  }

  public boolean has(String role) {
    return roles.contains(role);
  }

  /** Throws a 403 refusal if the caller does not have the role. */
  public void require(String role) {
    if (!has(role)) {
      throw Refusal.forbidden("this operation needs a token with the role " + role);
    }
  }
}
