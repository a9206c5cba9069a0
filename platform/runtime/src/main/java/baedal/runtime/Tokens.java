package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
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
 * Bearer tokens: JSON Web Tokens (RFC 7519). Those of services are signed with the secret that the
 * services share (HS256); those of people as {@link Identity} says.
 */
public final class Tokens {

  private static final Logger log = LoggerFactory.getLogger(Tokens.class);
  private static final String ISSUER = "baedal";
  private static final String OURS = "HS256";
  private static final String SCHEME = "Bearer ";
  private static final String CALLER = Tokens.class.getName();
  private static final int MINUTES_A_PERSON = 12 * 60;
  private static final int MINUTES_A_SERVICE = 5;
  private static final Duration SERVICE_RENEWAL = Duration.ofMinutes(2);
  private static final int MIN_SECRET_BYTES = 32;

  /** Checked here, since a verifier whose key cannot be read takes what is not signed. */
  private static final Pattern SIGNED = Pattern.compile("[^.]+\\.[^.]+\\.[^.]+");

  /** OpenID Connect Core 1.0, section 2: no subject is longer. */
  private static final int MAX_SUBJECT_CHARS = 255;

  /** How far two clocks may differ. */
  private static final int SKEW_SECONDS = 5;

  private final JWTAuth jwt;
  private final TokenCache ours = new TokenCache();
  private final Identity.OpenId people;
  private final IssuerKeys issuer;
  private volatile ForService forService;

  private record ForService(String name, String token, Instant issuedAt) {

    boolean isGood(String wanted, Instant now) {
      return name.equals(wanted)
          && !now.isBefore(issuedAt)
          && now.isBefore(issuedAt.plus(SERVICE_RENEWAL));
    }
  }

  /** People's tokens are signed with the secret too, as in a one-machine run. */
  public Tokens(Vertx vertx, String secret) {
    this(vertx, new Identity.OneMachine(secret));
  }

  /**
   * Asks the issuer for its keys from now on; nothing waits for its answer but tokens of people.
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
                .addPubSecKey(new PubSecKeyOptions().setAlgorithm(OURS).setBuffer(secret))
                .setJWTOptions(new JWTOptions().setIssuer(ISSUER).setLeeway(SKEW_SECONDS)));
    if (identity instanceof Identity.OpenId openId) {
      people = openId;
      issuer =
          new IssuerKeys(
              vertx,
              openId.issuer(),
              new JWTOptions()
                  .setIssuer(openId.issuer())
                  .addAudience(openId.audience())
                  .setLeeway(SKEW_SECONDS));
    } else {
      people = null;
      issuer = null;
    }
  }

  /** Makes the service not ready until it has the issuer's keys. */
  void registerWith(Readiness readiness) {
    if (issuer != null) {
      readiness.register(
          "issuer",
          () ->
              issuer.known()
                  ? Future.succeededFuture()
                  : Future.failedFuture("its keys are not there yet"));
    }
  }

  /**
   * Fails with an {@code invalid-token} refusal when the token is not meant for us, or no longer
   * valid; with a 503 one when the issuer's keys are not there to tell.
   */
  public Future<Caller> verify(String token) {
    if (!SIGNED.matcher(token).matches()) {
      return Future.failedFuture(Refusal.invalidToken());
    }
    Future<Caller> caller;
    try {
      caller = issuer == null || isOurs(token) ? own(token) : person(token);
    } catch (RuntimeException e) {
      caller = Future.failedFuture(e);
    }
    return caller.recover(
        e -> {
          log.atDebug().addKeyValue("cause", e).log("a token is refused");
          return Future.failedFuture(e instanceof Refusal ? e : Refusal.invalidToken());
        });
  }

  /** The caller that an {@code Authorization} header (may be null) names. */
  public Future<Caller> verifyHeader(String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Future.failedFuture(
          Refusal.unauthenticated("this needs a token: send Authorization: Bearer …"));
    }
    return verify(header.substring(SCHEME.length()).strip());
  }

  /** The caller of this request; its token is checked once, however often one asks. */
  public Future<Caller> caller(RoutingContext ctx) {
    Future<Caller> caller = ctx.get(CALLER);
    if (caller == null) {
      caller = verifyHeader(ctx.request().getHeader(HttpHeaders.AUTHORIZATION));
      ctx.put(CALLER, caller);
    }
    return caller;
  }

  public String issue(String sub, Collection<String> roles, Collection<String> stores) {
    return issue(sub, roles, stores, MINUTES_A_PERSON);
  }

  /**
   * A short-lived token with which one service calls another in its own name; the same for the
   * first minutes of its life.
   */
  public String forService(String name) {
    ForService last = forService;
    Instant now = Instant.now();
    if (last == null || !last.isGood(name, now)) {
      last =
          new ForService(
              name, issue(name, List.of(Caller.SERVICE), List.of(), MINUTES_A_SERVICE), now);
      forService = last;
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
        claims, new JWTOptions().setAlgorithm(OURS).setIssuer(ISSUER).setExpiresInMinutes(minutes));
  }

  private static boolean isOurs(String token) {
    return OURS.equals(UnverifiedToken.of(token).algorithm());
  }

  /** Beside an issuer, the shared secret speaks for services alone. */
  private Future<Caller> own(String token) {
    Caller known = ours.find(token);
    return known != null
        ? Future.succeededFuture(known)
        : jwt.authenticate(new TokenCredentials(token))
            .map(
                user -> {
                  Caller caller = caller(user, "roles");
                  if (issuer != null && !caller.roles().equals(Set.of(Caller.SERVICE))) {
                    throw Refusal.invalidToken();
                  }
                  ours.put(token, caller, ((Number) user.get("exp")).longValue());
                  return caller;
                });
  }

  /** Whatever an issuer says, nobody of its people is a service. */
  private Future<Caller> person(String token) {
    UnverifiedToken shown = UnverifiedToken.of(token);
    String algorithm = shown.algorithm();
    if (!IssuerKeys.isAllowed(algorithm)
        || shown.header().containsKey("crit")
        || !shown.mayBeAccessToken()) {
      throw Refusal.invalidToken();
    }
    return issuer
        .find(new IssuerKeys.Name(shown.header().getString("kid", ""), algorithm), shown.issuedAt())
        .compose(key -> key.authenticate(new TokenCredentials(token)))
        .map(user -> caller(user, people.rolesClaim()))
        .map(
            caller -> {
              Set<String> roles = new HashSet<>(caller.roles());
              roles.remove(Caller.SERVICE);
              return new Caller(caller.sub(), roles, caller.stores());
            });
  }

  private static Caller caller(User user, String rolesClaim) {
    JsonObject claims = user.principal();
    if (!(claims.getValue("sub") instanceof String sub)
        || Text.isBlank(sub)
        || sub.length() > MAX_SUBJECT_CHARS
        || !isPlain(sub)) {
      throw new IllegalArgumentException("the subject is missing, too long or not plain text");
    }
    if (user.get("exp") == null) {
      throw new IllegalArgumentException("a token that is valid for ever");
    }
    Object roles =
        rolesClaim.startsWith("/")
            ? JsonPointer.from(rolesClaim).queryJson(claims)
            : claims.getValue(rolesClaim);
    return new Caller(sub, texts(roles), texts(claims.getValue("stores")));
  }

  /**
   * No control characters and no lone surrogates: a store could not keep them as they are. In
   * normalization form C, as the texts of requests that name a person.
   */
  private static boolean isPlain(String text) {
    return Text.nfc(text).equals(text)
        && text.codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  private static Set<String> texts(Object claim) {
    Set<String> texts = new HashSet<>();
    if (claim instanceof JsonArray array) {
      array.forEach(
          value -> {
            if (value instanceof String text && isPlain(text)) {
              texts.add(text);
            }
          });
    }
    return texts;
  }
}
