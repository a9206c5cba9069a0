package baedal.runtime;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The header and claims of a JSON Web Token before its signature is verified. {@link Tokens} uses
 * them to refuse a token or to find the key that verifies it, and trusts them for nothing else.
 */
record UnverifiedToken(JsonObject header, JsonObject claims) {

  private static final String ACCESS_TOKEN = "at+jwt";

  /**
   * The values of the header {@code typ} that access tokens have (RFC 9068, 2.1); most have JWT.
   */
  private static final Set<String> HEADER_TYPES = Set.of("", "jwt", ACCESS_TOKEN);

  /** The claim {@code typ} of Keycloak's access tokens. */
  private static final Set<String> KEYCLOAK_ACCESS = Set.of("bearer", "dpop");

  /** The claim {@code typ} of Keycloak's other tokens. */
  private static final Set<String> KEYCLOAK_OTHERS =
      Set.of("id", "serialized-id", "refresh", "offline", "logout");

  /** Claims that only ID tokens have (OpenID Connect Core 1.0, 2 and 3.3.2.11). */
  private static final List<String> ID_TOKEN_CLAIMS = List.of("nonce", "at_hash", "c_hash");

  /** OpenID Connect Back-Channel Logout 1.0, 2.4. */
  private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

  /** Throws a {@link RuntimeException} when the token cannot be read. */
  static UnverifiedToken of(String token) {
    String[] parts = token.split("\\.", -1);
    return new UnverifiedToken(json(parts[0]), json(parts[1]));
  }

  private static JsonObject json(String part) {
    return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(part)));
  }

  /** Null when the header names none. */
  String algorithm() {
    return header.getString("alg");
  }

  /** Null when the token does not say. */
  Instant issuedAt() {
    return claims.getValue("iat") instanceof Number seconds
        ? Instant.ofEpochSecond(seconds.longValue())
        : null;
  }

  /**
   * False for tokens that are visibly of another kind (RFC 8725, 3.12): an issuer signs ID tokens
   * and logout tokens with the same keys. A token that says it is an access token may have a {@code
   * nonce}, as those of Keycloak before version 25 do.
   */
  boolean mayBeAccessToken() {
    String headerType = lowerCase(header.getValue("typ")).replaceFirst("^application/", "");
    String claimType = lowerCase(claims.getValue("typ"));
    String use = lowerCase(claims.getValue("token_use"));
    if (!HEADER_TYPES.contains(headerType)
        || KEYCLOAK_OTHERS.contains(claimType)
        || use.equals("id")
        || hasLogoutEvent()) {
      return false;
    }
    return headerType.equals(ACCESS_TOKEN)
        || KEYCLOAK_ACCESS.contains(claimType)
        || use.equals("access")
        || ID_TOKEN_CLAIMS.stream().noneMatch(claims::containsKey);
  }

  private boolean hasLogoutEvent() {
    return claims.getValue("events") instanceof JsonObject events
        && events.containsKey(LOGOUT_EVENT);
  }

  private static String lowerCase(Object value) {
    return Stream.ofNullable(value)
        .map(Object::toString)
        .findFirst()
        .orElse("")
        .toLowerCase(Locale.ROOT);
  }
}
