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
   * The accepted values of the header {@code typ}. Most issuers write JWT, others {@code at+jwt}
   * (RFC 9068, 2.1).
   */
  private static final Set<String> HEADER_TYPES = Set.of("", "jwt", ACCESS_TOKEN);

  /** The values of the claim {@code typ} in Keycloak's access tokens. */
  private static final Set<String> KEYCLOAK_ACCESS = Set.of("bearer", "dpop");

  /** The values of the claim {@code typ} in tokens of Keycloak that are not access tokens. */
  private static final Set<String> KEYCLOAK_OTHERS =
      Set.of("id", "serialized-id", "refresh", "offline", "logout");

  /** Claims that only ID tokens have (OpenID Connect Core 1.0, 2 and 3.3.2.11). */
  private static final List<String> ID_TOKEN_CLAIMS = List.of("nonce", "at_hash", "c_hash");

  /** The name of the event in logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.4). */
  private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

  /** Throws a {@link RuntimeException} if the token cannot be read. */
  static UnverifiedToken of(String token) {
    String[] parts = token.split("\\.", -1);
    return new UnverifiedToken(json(parts[0]), json(parts[1]));
  }

  private static JsonObject json(String part) {
    return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(part)));
  }

  /** The algorithm of the signature. Null if the header names none. */
  String algorithm() {
    return header.getString("alg");
  }

  /** The time of the claim {@code iat}. Null if the token has none. */
  Instant issuedAt() {
    return claims.getValue("iat") instanceof Number seconds
        ? Instant.ofEpochSecond(seconds.longValue())
        : null;
  }

  /**
   * False if the token shows that it is an ID, refresh or logout token. An issuer signs such tokens
   * with the same keys as access tokens (RFC 8725, 3.12). A token that names itself an access token
   * may have a {@code nonce}, because Keycloak before version 25 adds one.
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
