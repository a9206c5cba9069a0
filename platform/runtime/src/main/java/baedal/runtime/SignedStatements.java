package baedal.runtime;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * Signs statements of one service that another service verifies, such as the amount due of an
 * order. A statement is valid for a short time. The key is derived from the secret of all services
 * and from the purpose of the statements. So a statement is never accepted as a token or for
 * another purpose, and a token is never accepted as a statement.
 */
public final class SignedStatements {

  private static final String EXPIRES_AT = "exp";

  private final String key;
  private final Clock clock;

  /** {@code secret} is that of {@link Identity#secret}. */
  public SignedStatements(String secret, String purpose, Clock clock) {
    key = Digest.hmacSha256(secret, "statement: " + purpose);
    this.clock = clock;
  }

  /** Returns the signed statement. All of its characters are allowed in a header field. */
  public String sign(JsonObject content, Duration validFor) {
    JsonObject stated = content.copy().put(EXPIRES_AT, clock.millis() + validFor.toMillis());
    String text =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(stated.encode().getBytes(StandardCharsets.UTF_8));
    return text + "." + Digest.hmacSha256(key, text);
  }

  /** The content of a statement. Empty if it is not signed with this key, or has expired. */
  public Optional<JsonObject> verify(String statement) {
    String[] parts = statement.split("\\.", -1);
    if (parts.length != 2 || !Digest.same(Digest.hmacSha256(key, parts[0]), parts[1])) {
      return Optional.empty();
    }
    byte[] json = Base64.getUrlDecoder().decode(parts[0]);
    JsonObject stated = new JsonObject(new String(json, StandardCharsets.UTF_8));
    boolean valid = clock.millis() < stated.getLong(EXPIRES_AT);
    stated.remove(EXPIRES_AT);
    return valid ? Optional.of(stated) : Optional.empty();
  }
}
