package baedal.postgres;

import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS to PostgreSQL, as the parameter {@code sslmode} of the URI says. The modes {@code verify-ca}
 * and {@code verify-full} verify the server with the authorities that the process trusts.
 */
final class PgTls {

  private PgTls() {}

  /** Completes the options of Vert.x: its URI parser reads the mode, but sets no authorities. */
  static PgConnectOptions complete(PgConnectOptions options) {
    SslMode mode = options.getSslMode();
    if (mode == SslMode.DISABLE) {
      return options;
    }
    ClientSSLOptions tls = new ClientSSLOptions();
    tls.setHostnameVerificationAlgorithm(mode == SslMode.VERIFY_FULL ? "HTTPS" : "");
    if (verifies(mode)) {
      tls.setTrustOptions(TrustOptions.wrap(authorities()));
    } else {
      tls.setTrustAll(true);
    }
    return options.setSslOptions(tls);
  }

  /** The same as parameters of a JDBC URL. */
  static String parameters(PgConnectOptions options) {
    SslMode mode = options.getSslMode();
    String factory = verifies(mode) ? "&sslfactory=" + TrustedSocketFactory.class.getName() : "";
    return "&sslmode=" + mode.value + factory;
  }

  private static boolean verifies(SslMode mode) {
    return mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL;
  }

  /** The authorities of the JDK and of CA_DIRECTORY. */
  static TrustManagerFactory authorities() {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK cannot read its certificate authorities", e);
    }
  }
}
