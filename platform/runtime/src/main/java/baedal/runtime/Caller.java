package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * Who is calling: the token's subject, its roles, and for a store's staff the stores they work for.
 */
public record Caller(String sub, Set<String> roles, Set<String> stores) {

  public static final String CUSTOMER = "customer";
  public static final String OWNER = "owner";
  public static final String RIDER = "rider";
  public static final String MARKETING = "marketing";
  public static final String ADMIN = "admin";
  public static final String SERVICE = "service";

  /** Somebody without a token: allowed only where the contract says {@code anyone}. */
  public static final Caller NOBODY = new Caller("", Set.of(), Set.of());

  private static final String KEY = Caller.class.getName();

  public Caller {
    roles = Set.copyOf(roles);
    stores = Set.copyOf(stores);
  }

  /** The caller of this request, as the token check of {@link HttpApi} found it. */
  public static Caller of(RoutingContext ctx) {
    Caller caller = ctx.get(KEY);
    return caller == null ? NOBODY : caller;
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
