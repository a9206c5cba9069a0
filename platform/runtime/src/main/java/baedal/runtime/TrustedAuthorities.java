package baedal.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trusts the certificate authorities of the JDK and those in the PEM files of one folder. It reads
 * the folder again before a handshake, so a new connection trusts a renewed authority. {@link
 * AuthoritiesProvider} gives it to all clients of the process.
 */
final class TrustedAuthorities extends X509ExtendedTrustManager {

  private static final Logger log = LoggerFactory.getLogger(TrustedAuthorities.class);

  private final Path folder;
  private final long pauseNanos;
  private Set<Certificate> read = Set.of();
  private X509ExtendedTrustManager current;
  private long readAt;

  /** The last error, so that it is logged once. */
  private String problem = "";

  /**
   * @param pause the minimum time between two readings of the folder
   * @throws IllegalArgumentException if the folder cannot be read, or a file in it is no PEM file
   */
  TrustedAuthorities(Path folder, Duration pause) {
    this.folder = folder;
    pauseNanos = pause.toNanos();
    try {
      refresh();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "CA_DIRECTORY must name a folder of PEM files with certificates: " + e, e);
    }
  }

  private void refresh() throws IOException, GeneralSecurityException {
    readAt = System.nanoTime();
    Set<Certificate> found = certificates();
    if (current == null || !found.equals(read)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int entry = 0;
      for (Certificate certificate : found) {
        store.setCertificateEntry("folder-" + entry++, certificate);
      }
      for (Certificate certificate : ofTheJdk(null).getAcceptedIssuers()) {
        store.setCertificateEntry("jdk-" + entry++, certificate);
      }
      current = ofTheJdk(store);
      read = found;
      log.atInfo().addKeyValue("certificates", found.size()).log("read the trusted authorities");
    }
  }

  /** Kubernetes puts the files into a hidden folder, and links to them. */
  private Set<Certificate> certificates() throws IOException, GeneralSecurityException {
    Set<Certificate> found = new LinkedHashSet<>();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        Collection<? extends Certificate> inFile =
            CertificateFactory.getInstance("X.509").generateCertificates(in);
        if (inFile.isEmpty()) {
          throw new IOException(file + " holds no certificate");
        }
        found.addAll(inFile);
      }
    }
    return found;
  }

  /** The JDK's own trust manager; null for the authorities of the JDK. */
  private static X509ExtendedTrustManager ofTheJdk(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory = AuthoritiesProvider.ofTheJdk();
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager trust) {
        return trust;
      }
    }
    throw new GeneralSecurityException("the JDK has no trust manager");
  }

  private synchronized X509ExtendedTrustManager current() {
    if (System.nanoTime() - readAt >= pauseNanos) {
      try {
        refresh();
        problem = "";
      } catch (IOException | GeneralSecurityException e) {
        if (!e.toString().equals(problem)) {
          problem = e.toString();
          log.atWarn()
              .addKeyValue("cause", e)
              .log("the trusted authorities stay: the files of CA_DIRECTORY cannot be read");
        }
      }
    }
    return current;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    current().checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    current().checkServerTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    current().checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    current().checkServerTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    current().checkClientTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    current().checkServerTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return current().getAcceptedIssuers();
  }
}
