package baedal.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;

/**
 * Whose tokens are believed. Services sign their calls to each other with a secret that they share.
 * People come with tokens of an OpenID Connect issuer; only in a one-machine run does the same
 * secret sign theirs too.
 */
public sealed interface Identity {

  /** At least 32 bytes, as HS256 asks for (RFC 7518, 3.2). */
  String secret();

  /** The built-in issuer: whoever may open the dev doors is whoever they say. */
  record OneMachine(String secret) implements Identity {}

  /**
   * {@code issuer} and {@code audience} are what a token's {@code iss} and {@code aud} must say.
   * {@code rolesClaim} is the claim that lists the roles, or a JSON pointer to it such as {@code
   * /realm_access/roles}.
   */
  record OpenId(String secret, String issuer, String audience, String rolesClaim)
      implements Identity {}

  /** Throws for dev doors anywhere else than in a one-machine run, and names why. */
  static Identity from(Config config) {
    String secret = config.text("TOKEN_SECRET");
    if (config.flag("DEV_DOORS", false)) {
      oneMachineOnly(config);
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

  private static void oneMachineOnly(Config config) {
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

  /** Whether what comes from there is what was sent: over TLS, or without leaving the machine. */
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
