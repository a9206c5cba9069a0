package baedal.runtime;

import baedal.runtime.Issuer.SigningKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Instant;

/** A running {@link Issuer} that publishes {@link #KEY}, and {@link Tokens} that trust it. */
final class OpenIdFixture implements AutoCloseable {

  static final String AUDIENCE = "baedal";
  static final SigningKey KEY = SigningKey.of("one", "RS256");

  /** A key that the issuer does not publish at first. */
  static final SigningKey OTHER = SigningKey.of("two", "RS256");

  /** The {@link #outcome} of an accepted token. */
  static final String OK = "ok";

  static final String INVALID = "invalid-token";
  static final String UNAVAILABLE = "issuer-unavailable";

  final Vertx vertx = Boot.vertx();
  final Issuer issuer;
  private Tokens tokens;

  OpenIdFixture() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      issuer = new Issuer(vertx, free.getLocalPort());
    }
    issuer.publish(KEY);
    issuer.start();
    startTokens("roles");
  }

  /** Replaces {@link #tokens()} by a new one, which fetches the issuer's keys again. */
  Tokens startTokens(String rolesClaim) {
    tokens =
        new Tokens(vertx, new Identity.OpenId(TestApi.SECRET, issuer.uri(), AUDIENCE, rolesClaim));
    return tokens;
  }

  Tokens tokens() {
    return tokens;
  }

  @Override
  public void close() {
    vertx.close().await();
  }

  /** The claims of a valid token. */
  JsonObject claims() {
    return new JsonObject()
        .put("iss", issuer.uri())
        .put("aud", AUDIENCE)
        .put("sub", "c-1")
        .put("exp", in(60))
        .put("roles", new JsonArray().add("customer"))
        .put("stores", new JsonArray().add("s-1"));
  }

  /** The claims of a token that was issued two minutes ago, before the last fetch of keys. */
  JsonObject claimsIssuedLongAgo() {
    return claims().put("iat", in(-120));
  }

  /** The time in {@code seconds} from now, in seconds since the epoch. */
  static long in(long seconds) {
    return Instant.now().getEpochSecond() + seconds;
  }

  /** A token that is valid if the issuer publishes {@code key}. */
  String token(SigningKey key) {
    return token(key, claims());
  }

  String token(SigningKey key, JsonObject claims) {
    return key.token(vertx, claims);
  }

  /** {@link #OK}, or the type of the refusal. */
  String outcome(String token) {
    return tokens
        .verify(token)
        .map(caller -> OK)
        .recover(e -> Future.succeededFuture(((Refusal) e).type()))
        .await();
  }
}
