package baedal.runtime;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;

/**
 * Makes {@link TrustedAuthorities} the default of the JDK. So the clients of all databases, of the
 * broker and of other servers use it without a setting of their own.
 */
public final class AuthoritiesProvider extends Provider {

  public static final String NAME = "BaedalAuthorities";

  private static final long serialVersionUID = 1;
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final String TYPE = "TrustManagerFactory";
  private static final String ALGORITHM = "PKIX";

  private AuthoritiesProvider(TrustedAuthorities authorities) {
    super(NAME, "1", "trusts the authorities of CA_DIRECTORY and of the JDK");
    putService(
        new Service(this, TYPE, ALGORITHM, Factory.class.getName(), null, null) {
          @Override
          public Object newInstance(Object parameter) {
            return new Factory(authorities);
          }
        });
  }

  /** Reads the setting CA_DIRECTORY. Without it nothing changes. */
  public static void install(Config config) {
    if (config.has("CA_DIRECTORY")) {
      TrustedAuthorities authorities =
          new TrustedAuthorities(Path.of(config.text("CA_DIRECTORY")), PAUSE);
      Security.insertProviderAt(new AuthoritiesProvider(authorities), 1);
    }
  }

  static TrustManagerFactory ofTheJdk() throws GeneralSecurityException {
    return TrustManagerFactory.getInstance(ALGORITHM, "SunJSSE");
  }

  /** A factory that was given no key store trusts the authorities. */
  private static final class Factory extends TrustManagerFactorySpi {

    private final TrustedAuthorities authorities;
    private TrustManagerFactory jdk;

    Factory(TrustedAuthorities authorities) {
      this.authorities = authorities;
    }

    @Override
    protected void engineInit(KeyStore store) throws KeyStoreException {
      if (store != null) {
        try {
          jdk = ofTheJdk();
          jdk.init(store);
        } catch (GeneralSecurityException e) {
          throw new KeyStoreException(e);
        }
      }
    }

    @Override
    protected void engineInit(ManagerFactoryParameters parameters)
        throws InvalidAlgorithmParameterException {
      try {
        jdk = ofTheJdk();
        jdk.init(parameters);
      } catch (GeneralSecurityException e) {
        throw new InvalidAlgorithmParameterException(e);
      }
    }

    @Override
    protected TrustManager[] engineGetTrustManagers() {
      return jdk == null ? new TrustManager[] {authorities} : jdk.getTrustManagers();
    }
  }
}
