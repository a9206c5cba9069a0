package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys with which an OpenID Connect issuer signs, as its discovery document leads to them:
 * fetched at the start, every few minutes, and when a token names one that is not known. While the
 * issuer is away the known ones stay.
 */
final class IssuerKeys {

  private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final int MAX_KEYS = 100;

  /** Whatever tokens name, the issuer is asked because of them no more often than this. */
  private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(10);

  /** An issuer shows a new key to everybody before, or this long after, it signs with it. */
  private static final Duration PUBLISHED_WITHIN = Duration.ofMinutes(1);

  private static final List<String> RSA =
      List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");
  private static final Map<String, String> CURVES =
      Map.of("P-256", "ES256", "P-384", "ES384", "P-521", "ES512");

  /** A key and the one algorithm it is used with: no token can have it used with another. */
  record Name(String kid, String algorithm) {

    boolean hasKidOf(Name other) {
      return kid.equals(other.kid);
    }
  }

  private record Fetch(Future<Map<Name, JWTAuth>> done, long beganAtNanos, Instant beganAt) {}

  private final Vertx vertx;
  private final WebClient client;
  private final String issuer;
  private final JWTOptions checks;
  private Map<Name, JWTAuth> keys = Map.of();
  private Fetch fetch;
  private long askedAt = System.nanoTime() - BETWEEN_QUESTIONS.toNanos();
  private long timer = -1;

  /** {@code checks} are applied to every token, whichever key signed it. */
  IssuerKeys(Vertx vertx, String issuer, JWTOptions checks) {
    this.vertx = vertx;
    this.issuer = issuer;
    this.checks = checks;
    client =
        WebClient.create(
            vertx,
            new WebClientOptions()
                .setConnectTimeout((int) TIMEOUT.toMillis())
                .setIdleTimeout((int) TIMEOUT.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setFollowRedirects(false));
    fetch();
  }

  static boolean isAllowed(String algorithm) {
    return RSA.contains(algorithm) || CURVES.containsValue(algorithm);
  }

  /** Whether the issuer has answered yet. */
  synchronized boolean known() {
    return !keys.isEmpty();
  }

  /**
   * The verifier of a token that came just now and was issued at {@code issuedAt} (null when the
   * token does not say). Fails with a 401 refusal when the issuer shows no such key, and with a 503
   * one when that cannot be known now: the issuer is away, or may not be asked again yet.
   */
  Future<JWTAuth> find(Name name, Instant issuedAt) {
    return find(name, issuedAt, System.nanoTime());
  }

  /** A fetch that began before the token came may be too old to say that there is no such key. */
  private synchronized Future<JWTAuth> find(Name name, Instant issuedAt, long cameNanos) {
    if (keys.containsKey(name)) {
      return Future.succeededFuture(keys.get(name));
    }
    if (!name.kid().isEmpty() && keys.keySet().stream().anyMatch(name::hasKidOf)) {
      return Future.failedFuture(Refusal.invalidToken());
    }
    if (fetch.done().isComplete() && nanosUntilNextQuestion() <= 0) {
      askedAt = System.nanoTime();
      fetch();
    }
    Fetch last = fetch;
    if (last.done().succeeded()) {
      return Future.failedFuture(absent(last, issuedAt, cameNanos));
    }
    return ContextFutures.onCallersContext(last.done())
        .transform(
            done -> {
              if (done.failed()) {
                return Future.failedFuture(unavailable(RETRY));
              }
              return done.result().containsKey(name) || last.beganAtNanos() - cameNanos < 0
                  ? find(name, issuedAt, cameNanos)
                  : Future.failedFuture(Refusal.invalidToken());
            });
  }

  private Refusal absent(Fetch last, Instant issuedAt, long cameNanos) {
    boolean fresh =
        last.beganAtNanos() - cameNanos >= 0
            || (issuedAt != null && issuedAt.plus(PUBLISHED_WITHIN).isBefore(last.beganAt()));
    return fresh
        ? Refusal.invalidToken()
        : unavailable(Duration.ofNanos(Math.max(0, nanosUntilNextQuestion())));
  }

  private static Refusal unavailable(Duration retryAfter) {
    return Refusal.unavailable(
        "issuer-unavailable",
        "the token cannot be checked right now: try again a little later",
        retryAfter);
  }

  private long nanosUntilNextQuestion() {
    return askedAt + BETWEEN_QUESTIONS.toNanos() - System.nanoTime();
  }

  private synchronized void fetch() {
    vertx.cancelTimer(timer);
    long beganAtNanos = System.nanoTime();
    Instant beganAt = Instant.now();
    Future<Map<Name, JWTAuth>> done =
        get(issuer.replaceAll("/$", "") + "/.well-known/openid-configuration")
            .compose(document -> get(keysOf(document)))
            .map(this::read)
            .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .onSuccess(this::got)
            .onFailure(this::missed);
    fetch = new Fetch(done, beganAtNanos, beganAt);
  }

  private synchronized void got(Map<Name, JWTAuth> fetched) {
    keys = fetched;
    again(FRESH);
  }

  private void missed(Throwable cause) {
    log.atWarn()
        .addKeyValue("issuer", issuer)
        .addKeyValue("cause", cause)
        .log("the issuer's keys cannot be fetched");
    again(RETRY);
  }

  private synchronized void again(Duration delay) {
    timer = vertx.setTimer(delay.toMillis(), id -> fetch());
  }

  private Future<JsonObject> get(String uri) {
    return client
        .getAbs(uri)
        .timeout(TIMEOUT.toMillis())
        .send()
        .map(
            response -> {
              if (response.statusCode() != 200) {
                throw new IllegalStateException(uri + " answers " + response.statusCode());
              }
              return response.bodyAsJsonObject();
            });
  }

  /** The document must be the issuer's own (OpenID Connect Discovery 1.0, 4.3). */
  private String keysOf(JsonObject document) {
    String uri = document.getString("jwks_uri", "");
    if (!issuer.equals(document.getString("issuer")) || !Identity.isTrustworthy(URI.create(uri))) {
      throw new IllegalStateException("the discovery document is not that of " + issuer);
    }
    return uri;
  }

  private Map<Name, JWTAuth> read(JsonObject set) {
    Map<Name, JWTAuth> read = new HashMap<>();
    set.getJsonArray("keys", new JsonArray()).stream()
        .limit(MAX_KEYS)
        .map(JsonObject.class::cast)
        .filter(key -> "sig".equals(key.getString("use", "sig")))
        .forEach(
            key ->
                algorithms(key)
                    .forEach(
                        algorithm ->
                            read.put(
                                new Name(key.getString("kid", ""), algorithm),
                                verifier(key, algorithm))));
    if (read.isEmpty()) {
      throw new IllegalStateException("no key of " + issuer + " is one for signatures");
    }
    return read;
  }

  private static List<String> algorithms(JsonObject key) {
    List<String> fitting =
        switch (key.getString("kty", "")) {
          case "RSA" -> RSA;
          case "EC" ->
              CURVES.containsKey(key.getString("crv", ""))
                  ? List.of(CURVES.get(key.getString("crv")))
                  : List.of();
          default -> List.of();
        };
    String only = key.getString("alg");
    return fitting.stream().filter(a -> only == null || only.equals(a)).toList();
  }

  /** The key itself counts, whatever becomes of a certificate that is shown with it. */
  private JWTAuth verifier(JsonObject key, String algorithm) {
    JsonObject plain = key.copy().put("alg", algorithm);
    plain.remove("x5c");
    return JWTAuth.create(vertx, new JWTAuthOptions().addJwk(plain).setJWTOptions(checks));
  }
}
