package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * Who sends a request: the subject of the token, its roles, and for a store's staff the stores they
 * work for.
 */
public record Caller(String sub, Set<String> roles, Set<String> stores) {

  public static final String CUSTOMER = "customer";
  public static final String OWNER = "owner";
  public static final String RIDER = "rider";
  public static final String MARKETING = "marketing";
  public static final String ADMIN = "admin";
  public static final String SERVICE = "service";

  /** The caller of a request without a token: admitted only where the contract says so. */
  public static final Caller ANONYMOUS = new Caller("", Set.of(), Set.of());

  private static final String KEY = Caller.class.getName();

  public Caller {
    roles = Set.copyOf(roles);
    stores = Set.copyOf(stores);
  }

  /** The caller of this request, as {@link Authorization} found it. */
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

  public void require(String role) {
    if (!has(role)) {
      throw Refusal.forbidden("this needs the role " + role);
    }
  }
}
