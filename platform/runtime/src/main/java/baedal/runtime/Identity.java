package baedal.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;

/**
 * The settings from which {@link Tokens} knows which tokens a service accepts. Services sign their
 * tokens with a secret that they share. Tokens of people come from an OpenID Connect issuer. Only
 * in a one-machine run does the secret sign tokens of people, too.
 */
public sealed interface Identity {

  /** The secret that all services share. HS256 requires at least 32 bytes (RFC 7518, 3.2). */
  String secret();

  /** Whether the secret signs tokens of people, too. */
  default boolean signsPeople() {
    return this instanceof OneMachine;
  }

  /** The built-in issuer of a one-machine run: a dev route issues any token to any client. */
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

  /**
   * Reads the settings. Throws {@link IllegalArgumentException} if DEV_DOORS is true outside a
   * one-machine run.
   */
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
          "DEV_DOORS lets every client take any role, so only a one-machine run may set it: "
              + why);
    }
  }

  /**
   * Whether a response from this URI cannot be changed on its way: TLS protects it, or it does not
   * leave this machine.
   */
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
