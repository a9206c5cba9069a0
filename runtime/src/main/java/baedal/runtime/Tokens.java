package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Bearer tokens: JSON Web Tokens (RFC 7519), HS256 with one secret shared by the services. */
public final class Tokens {

  private static final String ISSUER = "baedal";
  private static final String SCHEME = "Bearer ";
  private static final int MINUTES_A_PERSON = 12 * 60;
  private static final int MINUTES_A_SERVICE = 5;
  private static final int MIN_SECRET_BYTES = 32;

  private final JWTAuth jwt;

  /** The secret has at least 32 bytes, as HS256 asks for (RFC 7518, 3.2). */
  public Tokens(Vertx vertx, String secret) {
    if (secret.getBytes(StandardCharsets.UTF_8).length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "TOKEN_SECRET must have at least " + MIN_SECRET_BYTES + " bytes");
    }
    jwt =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(new PubSecKeyOptions().setAlgorithm("HS256").setBuffer(secret))
                .setJWTOptions(new JWTOptions().setIssuer(ISSUER).setLeeway(5)));
  }

  /**
   * Fails with an {@code unauthenticated} refusal when the token is not ours, or no longer valid.
   */
  public Future<Caller> verify(String token) {
    Future<User> user;
    try {
      user = jwt.authenticate(new TokenCredentials(token));
    } catch (RuntimeException e) {
      user = Future.failedFuture(e);
    }
    return user.map(Tokens::caller)
        .recover(
            e ->
                Future.failedFuture(
                    Refusal.unauthenticated("the token is not valid: get a new one")));
  }

  /** The caller that an {@code Authorization} header (may be null) names. */
  public Future<Caller> verifyHeader(String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Future.failedFuture(
          Refusal.unauthenticated("this needs a token: send Authorization: Bearer …"));
    }
    return verify(header.substring(SCHEME.length()).strip());
  }

  public String issue(String sub, Collection<String> roles, Collection<String> stores) {
    return issue(sub, roles, stores, MINUTES_A_PERSON);
  }

  /** A short-lived token with which one service calls another in its own name. */
  public String forService(String name) {
    return issue(name, List.of(Caller.SERVICE), List.of(), MINUTES_A_SERVICE);
  }

  private String issue(
      String sub, Collection<String> roles, Collection<String> stores, int minutes) {
    JsonObject claims =
        new JsonObject()
            .put("sub", sub)
            .put("roles", new JsonArray(List.copyOf(roles)))
            .put("stores", new JsonArray(List.copyOf(stores)));
    return jwt.generateToken(
        claims,
        new JWTOptions().setAlgorithm("HS256").setIssuer(ISSUER).setExpiresInMinutes(minutes));
  }

  private static Caller caller(User user) {
    JsonObject claims = user.principal();
    String sub = claims.getString("sub");
    if (sub == null || sub.isBlank()) {
      throw new IllegalArgumentException("a token without a subject");
    }
    if (user.get("exp") == null) {
      throw new IllegalArgumentException("a token that is valid for ever");
    }
    return new Caller(sub, texts(claims, "roles"), texts(claims, "stores"));
  }

  private static Set<String> texts(JsonObject claims, String claim) {
    Set<String> texts = new HashSet<>();
    if (claims.getValue(claim) instanceof JsonArray array) {
      array.forEach(
          value -> {
            if (value instanceof String text) {
              texts.add(text);
            }
          });
    }
    return texts;
  }
}
