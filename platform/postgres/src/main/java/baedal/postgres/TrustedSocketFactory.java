package baedal.postgres;

import java.security.GeneralSecurityException;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.postgresql.ssl.WrappedFactory;

/**
 * The TLS sockets of JDBC. They trust the authorities of CA_DIRECTORY, too. The default TLS context
 * of the JDK does not: it reads only the JDK's own authorities, once. The driver creates this class
 * by its name.
 */
public final class TrustedSocketFactory extends WrappedFactory {

  /** The driver passes the parameters of the connection, which are not used. */
  public TrustedSocketFactory(Properties connection) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, PgTls.authorities().getTrustManagers(), null);
    factory = context.getSocketFactory();
  }
}
