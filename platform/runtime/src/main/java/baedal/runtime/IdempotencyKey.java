package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The idempotency key of a request, its caller, and a hash of its body. Handlers of POST use it to
 * give a repeated request the response of the first one.
 */
public record IdempotencyKey(String caller, String key, String bodyHash) {

  /** How long a service's database keeps a key with its response. */
  public static final Duration KEPT = Duration.ofHours(24);

  private static final String HEADER = "Idempotency-Key";

  /** Empty if the header is missing. {@code body} is the request's body after parsing. */
  public static Optional<IdempotencyKey> of(RoutingContext ctx, Object body) {
    return of(ctx, body, Digest::sha256);
  }

  /**
   * As {@link #of(RoutingContext, Object)}, with another hash function. A body with a card number
   * needs a keyed hash, because the number could be guessed from a plain hash.
   */
  public static Optional<IdempotencyKey> of(
      RoutingContext ctx, Object body, UnaryOperator<String> digest) {
    return Optional.ofNullable(ctx.request().getHeader(HEADER))
        .map(key -> new IdempotencyKey(Caller.of(ctx).sub(), key, digest.apply(Json.encode(body))));
  }

  /**
   * A hash of caller and key together, so that equal keys of two callers have different
   * fingerprints.
   */
  public String fingerprint() {
    return Digest.sha256(Json.encode(List.of(caller, key)));
  }

  /** Refuses a request whose body differs from that of the first request with this key. */
  public void sameAs(String firstBodyHash) {
    if (!Digest.same(bodyHash, firstBodyHash)) {
      throw Refusal.of(
          Refusal.Kind.UNPROCESSABLE,
          "idempotency-key-reused",
          "this Idempotency-Key was used with another body: send a new key");
    }
  }
}
