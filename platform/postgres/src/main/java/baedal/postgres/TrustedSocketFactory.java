package baedal.postgres;

import java.security.GeneralSecurityException;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.postgresql.ssl.WrappedFactory;

/**
 * The TLS sockets of JDBC. The JDK's own default context reads its authorities once, and only its
 * own. This factory trusts the same authorities as every other client of the process. The driver
 * creates it by its name.
 */
public final class TrustedSocketFactory extends WrappedFactory {

  /** The driver passes the parameters of the connection, which are not used. */
  public TrustedSocketFactory(Properties connection) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, PgTls.authorities().getTrustManagers(), null);
    factory = context.getSocketFactory();
  }
}
