package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues and verifies bearer tokens: JSON Web Tokens (RFC 7519). Tokens of services are signed with
 * the secret that all services share (HS256). {@link Identity} decides who signs tokens of people.
 */
public final class Tokens {

  private static final Logger log = LoggerFactory.getLogger(Tokens.class);
  private static final String ISSUER = "baedal";
  private static final String SHARED_SECRET_ALGORITHM = "HS256";
  private static final String SCHEME = "Bearer ";
  private static final String CALLER = Tokens.class.getName();
  private static final int PERSON_MINUTES = 12 * 60;
  private static final int SERVICE_MINUTES = 5;
  private static final Duration SERVICE_RENEWAL = Duration.ofMinutes(2);
  private static final int MIN_SECRET_BYTES = 32;

  /** A signed token. The verifier of Vert.x accepts unsigned tokens if its key is unreadable. */
  private static final Pattern SIGNED = Pattern.compile("[^.]+\\.[^.]+\\.[^.]+");

  /** The largest difference between two clocks that is tolerated. */
  private static final int SKEW_SECONDS = 5;

  private final JWTAuth jwt;
  private final TokenCache verified = new TokenCache();
  private final Identity.OpenId openId;
  private final IssuerKeys issuerKeys;
  private volatile ServiceToken serviceToken;

  private record ServiceToken(String service, String token, Instant issuedAt) {

    boolean isReusable(String caller, Instant now) {
      return service.equals(caller)
          && !now.isBefore(issuedAt)
          && now.isBefore(issuedAt.plus(SERVICE_RENEWAL));
    }
  }

  /** For a one-machine run, in which the secret signs tokens of people, too. */
  public Tokens(Vertx vertx, String secret) {
    this(vertx, new Identity.OneMachine(secret));
  }

  /**
   * With an OpenID Connect issuer, this begins to fetch the issuer's keys. Only the verification of
   * people's tokens waits for these keys.
   */
  public Tokens(Vertx vertx, Identity identity) {
    String secret = identity.secret();
    if (secret.getBytes(StandardCharsets.UTF_8).length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "TOKEN_SECRET must have at least " + MIN_SECRET_BYTES + " bytes");
    }
    jwt =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(
                    new PubSecKeyOptions().setAlgorithm(SHARED_SECRET_ALGORITHM).setBuffer(secret))
                .setJWTOptions(new JWTOptions().setIssuer(ISSUER).setLeeway(SKEW_SECONDS)));
    openId = identity instanceof Identity.OpenId issuer ? issuer : null;
    issuerKeys =
        openId == null
            ? null
            : new IssuerKeys(
                vertx,
                openId.issuer(),
                new JWTOptions()
                    .setIssuer(openId.issuer())
                    .addAudience(openId.audience())
                    .setLeeway(SKEW_SECONDS));
  }

  /** Adds a readiness check: the service is not ready until it has the issuer's keys. */
  void registerWith(Readiness readiness) {
    if (issuerKeys != null) {
      readiness.register(
          "issuer",
          () ->
              issuerKeys.areKnown()
                  ? Future.succeededFuture()
                  : Future.failedFuture("the issuer's keys have not been fetched yet"));
    }
  }

  /**
   * Returns the caller that a token names. Fails with an {@code invalid-token} refusal if the token
   * is forged, expired or meant for another audience. Fails with a 503 refusal if the issuer's keys
   * are not available.
   */
  public Future<Caller> verify(String token) {
    if (!SIGNED.matcher(token).matches()) {
      return Future.failedFuture(Refusal.invalidToken());
    }
    Future<Caller> caller;
    try {
      caller =
          issuerKeys == null || isSignedWithSecret(token)
              ? verifyWithSecret(token)
              : verifyWithIssuerKeys(token);
    } catch (RuntimeException e) {
      caller = Future.failedFuture(e);
    }
    return caller.recover(
        e -> {
          log.atDebug().addKeyValue("cause", e).log("token refused");
          return Future.failedFuture(e instanceof Refusal ? e : Refusal.invalidToken());
        });
  }

  /**
   * As {@link #verify}. {@code header} is the value of the {@code Authorization} header, or null if
   * the request has none.
   */
  public Future<Caller> verifyHeader(String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Future.failedFuture(Refusal.tokenMissing());
    }
    return verify(header.substring(SCHEME.length()).strip());
  }

  /** The caller of this request. The token is verified once. Later calls return the same future. */
  public Future<Caller> caller(RoutingContext ctx) {
    Future<Caller> caller = ctx.get(CALLER);
    if (caller == null) {
      caller = verifyHeader(ctx.request().getHeader(HttpHeaders.AUTHORIZATION));
      ctx.put(CALLER, caller);
    }
    return caller;
  }

  /** Issues a token of a person, valid for twelve hours and signed with the shared secret. */
  public String issue(String sub, Collection<String> roles, Collection<String> stores) {
    return issue(sub, roles, stores, PERSON_MINUTES);
  }

  /**
   * Returns a token with which a service calls another service. The token is valid for five
   * minutes. Calls within two minutes return the same token.
   */
  public String forService(String service) {
    ServiceToken last = serviceToken;
    Instant now = Instant.now();
    if (last == null || !last.isReusable(service, now)) {
      String token = issue(service, List.of(Caller.SERVICE), List.of(), SERVICE_MINUTES);
      last = new ServiceToken(service, token, now);
      serviceToken = last;
    }
    return last.token;
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
        new JWTOptions()
            .setAlgorithm(SHARED_SECRET_ALGORITHM)
            .setIssuer(ISSUER)
            .setExpiresInMinutes(minutes));
  }

  private static boolean isSignedWithSecret(String token) {
    return SHARED_SECRET_ALGORITHM.equals(UnverifiedToken.of(token).algorithm());
  }

  /** If people's tokens come from an issuer, the shared secret is accepted for services only. */
  private Future<Caller> verifyWithSecret(String token) {
    Caller known = verified.find(token);
    return known != null
        ? Future.succeededFuture(known)
        : jwt.authenticate(new TokenCredentials(token))
            .map(
                user -> {
                  Caller caller = caller(user, "roles");
                  if (issuerKeys != null && !caller.roles().equals(Set.of(Caller.SERVICE))) {
                    throw Refusal.invalidToken();
                  }
                  verified.put(token, caller, ((Number) user.get("exp")).longValue());
                  return caller;
                });
  }

  /** Removes the role {@code service} from the caller: an issuer issues tokens to people only. */
  private Future<Caller> verifyWithIssuerKeys(String token) {
    UnverifiedToken unverified = UnverifiedToken.of(token);
    String algorithm = unverified.algorithm();
    if (!SigningKeySet.isAllowed(algorithm)
        || unverified.header().containsKey("crit")
        || !unverified.mayBeAccessToken()) {
      throw Refusal.invalidToken();
    }
    String kid = unverified.header().getString("kid", "");
    return issuerKeys
        .find(new SigningKeySet.Name(kid, algorithm), unverified.issuedAt())
        .compose(verifier -> verifier.authenticate(new TokenCredentials(token)))
        .map(user -> caller(user, openId.rolesClaim()))
        .map(
            caller -> {
              Set<String> roles = new HashSet<>(caller.roles());
              roles.remove(Caller.SERVICE);
              return new Caller(caller.sub(), roles, caller.stores());
            });
  }

  private static Caller caller(User user, String rolesClaim) {
    if (user.get("exp") == null) {
      throw new IllegalArgumentException("the token has no expiry");
    }
    return CallerClaims.read(user.principal(), rolesClaim);
  }
}
