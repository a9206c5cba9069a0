package baedal.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;

/**
 * Whose tokens a service accepts. Services sign their tokens with a secret that they share. People
 * have tokens of an OpenID Connect issuer; only in a one-machine run the secret signs theirs, too.
 */
public sealed interface Identity {

  /** At least 32 bytes, as HS256 requires (RFC 7518, 3.2). */
  String secret();

  /** The built-in issuer: a dev route gives everybody any token they ask for. */
  record OneMachine(String secret) implements Identity {}

  /**
   * An OpenID Connect issuer of people's tokens.
   *
   * @param issuer the required {@code iss} claim
   * @param audience the required {@code aud} claim
   * @param rolesClaim the claim that lists the roles, or a JSON pointer to it such as {@code
   *     /realm_access/roles}
   */
  record OpenId(String secret, String issuer, String audience, String rolesClaim)
      implements Identity {}

  /** Throws, with the reason, when DEV_DOORS is set elsewhere than in a one-machine run. */
  static Identity from(Config config) {
    String secret = config.text("TOKEN_SECRET");
    if (config.flag("DEV_DOORS", false)) {
      requireOneMachine(config);
      return new OneMachine(secret);
    }
    URI issuer = config.uri("OIDC_ISSUER");
    if (!isTrustworthy(issuer)) {
      throw new IllegalArgumentException("OIDC_ISSUER must be of the form https://host/path");
    }
    return new OpenId(
        secret,
        issuer.toString(),
        config.text("OIDC_AUDIENCE"),
        config.text("OIDC_ROLES_CLAIM", "roles"));
  }

  private static void requireOneMachine(Config config) {
    String host = config.text("HTTP_HOST", "127.0.0.1");
    String why =
        config.has("KUBERNETES_SERVICE_HOST")
            ? "KUBERNETES_SERVICE_HOST is set"
            : config.has("OIDC_ISSUER")
                ? "OIDC_ISSUER is set"
                : isLoopback(host) ? null : "HTTP_HOST is " + host + ", not loopback";
    if (why != null) {
      throw new IllegalArgumentException(
          "DEV_DOORS makes anybody anyone, so it is for one-machine runs only: " + why);
    }
  }

  /** Whether nobody can change a response on its way: it uses TLS, or stays on this machine. */
  static boolean isTrustworthy(URI uri) {
    return uri.getHost() != null
        && ("https".equals(uri.getScheme())
            || ("http".equals(uri.getScheme()) && isLoopback(uri.getHost())));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (IOException e) {
      return false;
    }
  }
}
