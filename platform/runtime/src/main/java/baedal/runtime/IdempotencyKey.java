package baedal.runtime;

import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What a caller asked for under a key of theirs: asking again is answered as the first time. */
public record IdempotencyKey(String caller, String key, String bodyHash) {

  /** How long a key is kept with its answer. */
  public static final Duration KEPT = Duration.ofHours(24);

  private static final String HEADER = "Idempotency-Key";

  /** Empty for a request without the header; {@code asked} is what the body says. */
  public static Optional<IdempotencyKey> of(RoutingContext ctx, Object asked) {
    return of(ctx, asked, Digest::sha256);
  }

  /**
   * As the other, with a {@code digest} of one's own for a body that must not be guessed from it.
   */
  public static Optional<IdempotencyKey> of(
      RoutingContext ctx, Object asked, UnaryOperator<String> digest) {
    return Optional.ofNullable(ctx.request().getHeader(HEADER))
        .map(
            key -> new IdempotencyKey(Caller.of(ctx).sub(), key, digest.apply(Json.encode(asked))));
  }

  /** A name for caller and key together, which nobody can make collide with another. */
  public String fingerprint() {
    return Digest.sha256(Json.encode(List.of(caller, key)));
  }

  /** Refuses another body under the same key. */
  public void sameAs(String firstBodyHash) {
    if (!Digest.same(bodyHash, firstBodyHash)) {
      throw Refusal.of(
          Refusal.Kind.UNPROCESSABLE,
          "idempotency-key-reused",
          "this Idempotency-Key was used with another body: use a new one");
    }
  }
}
