package baedal.runtime;

import baedal.runtime.SigningKeySet.Name;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signing keys of an OpenID Connect issuer, found through its discovery document. {@link
 * Tokens} verifies people's tokens with them. They are fetched at the start, every five minutes,
 * and when a token names an unknown key. While the issuer is unavailable, the keys of the last
 * successful fetch stay in use.
 */
final class IssuerKeys {

  private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);
  private static final Duration REFRESH = Duration.ofMinutes(5);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /** The minimum time between two fetches that are caused by unknown keys in tokens. */
  private static final Duration MIN_BETWEEN_FETCHES = Duration.ofSeconds(10);

  /**
   * The issuer is assumed to publish a new key within this time after it has signed the first token
   * with that key.
   */
  private static final Duration PUBLISHED_WITHIN = Duration.ofMinutes(1);

  private record Fetch(Future<Map<Name, JWTAuth>> keys, long beganAtNanos, Instant beganAt) {}

  private final Vertx vertx;
  private final WebClient client;
  private final String issuer;
  private final JWTOptions checks;
  private Map<Name, JWTAuth> keys = Map.of();
  private Fetch lastFetch;
  private long fetchedForTokenAtNanos = System.nanoTime() - MIN_BETWEEN_FETCHES.toNanos();
  private long timer = -1;

  /** {@code checks} are the requirements for the claims of every token, such as its audience. */
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

  /** False until the first successful fetch. */
  synchronized boolean areKnown() {
    return !keys.isEmpty();
  }

  /**
   * Finds the verifier for a token that has just arrived. {@code name} is the name of its signing
   * key. {@code issuedAt} is the token's {@code iat} claim, or null. Fails with a 401 refusal if
   * the issuer has no such key. Fails with a 503 refusal if it is unknown whether the issuer has
   * this key: the issuer is unavailable, or the next fetch must wait.
   */
  Future<JWTAuth> find(Name name, Instant issuedAt) {
    return find(name, issuedAt, System.nanoTime());
  }

  /** A fetch that began before the token arrived may lack the token's key: the key may be newer. */
  private synchronized Future<JWTAuth> find(Name name, Instant issuedAt, long arrivedAtNanos) {
    if (keys.containsKey(name)) {
      return Future.succeededFuture(keys.get(name));
    }
    if (!name.kid().isEmpty() && keys.keySet().stream().anyMatch(name::hasKidOf)) {
      return Future.failedFuture(Refusal.invalidToken());
    }
    if (lastFetch.keys().isComplete() && nanosUntilNextFetch() <= 0) {
      fetchedForTokenAtNanos = System.nanoTime();
      fetch();
    }
    Fetch fetch = lastFetch;
    if (fetch.keys().succeeded()) {
      return Future.failedFuture(keyMissing(fetch, issuedAt, arrivedAtNanos));
    }
    return ContextFutures.onCallersContext(fetch.keys())
        .transform(
            fetched -> {
              if (fetched.failed()) {
                return Future.failedFuture(unavailable(RETRY));
              }
              return fetched.result().containsKey(name) || fetch.beganAtNanos() - arrivedAtNanos < 0
                  ? find(name, issuedAt, arrivedAtNanos)
                  : Future.failedFuture(Refusal.invalidToken());
            });
  }

  private Refusal keyMissing(Fetch fetch, Instant issuedAt, long arrivedAtNanos) {
    boolean proven =
        fetch.beganAtNanos() - arrivedAtNanos >= 0
            || (issuedAt != null && issuedAt.plus(PUBLISHED_WITHIN).isBefore(fetch.beganAt()));
    return proven
        ? Refusal.invalidToken()
        : unavailable(Duration.ofNanos(Math.max(0, nanosUntilNextFetch())));
  }

  private static Refusal unavailable(Duration retryAfter) {
    return Refusal.unavailable(
        "issuer-unavailable",
        "the signing key of the token cannot be fetched yet: " + Refusal.RETRY_LATER,
        retryAfter);
  }

  private long nanosUntilNextFetch() {
    return fetchedForTokenAtNanos + MIN_BETWEEN_FETCHES.toNanos() - System.nanoTime();
  }

  private synchronized void fetch() {
    vertx.cancelTimer(timer);
    long beganAtNanos = System.nanoTime();
    Instant beganAt = Instant.now();
    Future<Map<Name, JWTAuth>> fetched =
        get(issuer.replaceAll("/$", "") + "/.well-known/openid-configuration")
            .compose(document -> get(keySetUri(document)))
            .map(this::verifiers)
            .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .onSuccess(this::use)
            .onFailure(this::retry);
    lastFetch = new Fetch(fetched, beganAtNanos, beganAt);
  }

  private synchronized void use(Map<Name, JWTAuth> fetched) {
    keys = fetched;
    fetchAfter(REFRESH);
  }

  private void retry(Throwable cause) {
    log.atWarn()
        .addKeyValue("issuer", issuer)
        .addKeyValue("cause", cause)
        .log("the issuer's keys cannot be fetched");
    fetchAfter(RETRY);
  }

  private synchronized void fetchAfter(Duration delay) {
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
                throw new IllegalStateException(
                    "the status of " + uri + " is " + response.statusCode() + ", not 200");
              }
              return response.bodyAsJsonObject();
            });
  }

  /**
   * Returns the URI of the key set. Fails if the discovery document names another issuer (OpenID
   * Connect Discovery 1.0, 4.3) or a URI that is not trustworthy.
   */
  private String keySetUri(JsonObject document) {
    String uri = document.getString("jwks_uri", "");
    if (!issuer.equals(document.getString("issuer")) || !Identity.isTrustworthy(URI.create(uri))) {
      throw new IllegalStateException(
          "the discovery document names another issuer than " + issuer + ", or no safe jwks_uri");
    }
    return uri;
  }

  private Map<Name, JWTAuth> verifiers(JsonObject keySet) {
    Map<Name, JWTAuth> verifiers = SigningKeySet.verifiers(vertx, keySet, checks);
    if (verifiers.isEmpty()) {
      throw new IllegalStateException("the issuer " + issuer + " has no usable signing key");
    }
    return verifiers;
  }
}
