package baedal.runtime;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes verifiers of tokens from the signing keys in an issuer's JSON Web Key Set (RFC 7517). */
final class SigningKeySet {

  private static final int MAX_KEYS = 100;
  private static final List<String> RSA =
      List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");
  private static final Map<String, String> CURVES =
      Map.of("P-256", "ES256", "P-384", "ES384", "P-521", "ES512");

  /**
   * A key id with one algorithm that the key may be used with. The verifier of a token is found by
   * both, so a token cannot choose an algorithm that its key does not allow.
   *
   * @param kid the key id; empty if the key or the token has none
   */
  record Name(String kid, String algorithm) {

    boolean hasKidOf(Name other) {
      return kid.equals(other.kid);
    }
  }

  private SigningKeySet() {}

  static boolean isAllowed(String algorithm) {
    return RSA.contains(algorithm) || CURVES.containsValue(algorithm);
  }

  /**
   * The verifiers by key name; an empty map if no key is usable. They apply {@code checks} to every
   * token.
   */
  static Map<Name, JWTAuth> verifiers(Vertx vertx, JsonObject keySet, JWTOptions checks) {
    Map<Name, JWTAuth> verifiers = new HashMap<>();
    keySet.getJsonArray("keys", new JsonArray()).stream()
        .limit(MAX_KEYS)
        .map(JsonObject.class::cast)
        .filter(key -> "sig".equals(key.getString("use", "sig")))
        .forEach(
            key -> {
              for (String algorithm : algorithms(key)) {
                verifiers.put(
                    new Name(key.getString("kid", ""), algorithm),
                    verifier(vertx, key, algorithm, checks));
              }
            });
    return verifiers;
  }

  /** The allowed algorithms for the key's type, or only the algorithm that the key itself names. */
  private static List<String> algorithms(JsonObject key) {
    List<String> ofType =
        switch (key.getString("kty", "")) {
          case "RSA" -> RSA;
          case "EC" ->
              CURVES.containsKey(key.getString("crv", ""))
                  ? List.of(CURVES.get(key.getString("crv")))
                  : List.of();
          default -> List.of();
        };
    String named = key.getString("alg");
    return ofType.stream().filter(a -> named == null || named.equals(a)).toList();
  }

  /** Ignores the key's certificate: an expired or unreadable one must not disable the key. */
  private static JWTAuth verifier(
      Vertx vertx, JsonObject key, String algorithm, JWTOptions checks) {
    JsonObject plain = key.copy().put("alg", algorithm);
    plain.remove("x5c");
    return JWTAuth.create(vertx, new JWTAuthOptions().addJwk(plain).setJWTOptions(checks));
  }
}
