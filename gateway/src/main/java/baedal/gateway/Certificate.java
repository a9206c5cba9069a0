package baedal.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS settings of the public server: protocols, cipher suites, and the certificate with its
 * key. Reloads certificate and key when their files change.
 */
final class Certificate {

  private static final Set<String> PROTOCOLS = Set.of("TLSv1.3", "TLSv1.2");

  /**
   * Only suites with forward secrecy and authenticated encryption (RFC 9325, 4.2). HTTP/2 prohibits
   * all other suites (RFC 9113, 9.2.2).
   */
  private static final List<String> CIPHER_SUITES =
      List.of(
          "TLS_AES_256_GCM_SHA384",
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /**
   * The system property with which a server forbids clients to renegotiate TLS. The JDK reads it
   * once, before its first handshake as a server.
   */
  private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

  private static final List<String> KEY_TYPES = List.of("RSA", "EC", "EdDSA");

  private static final Logger log = LoggerFactory.getLogger(Certificate.class);
  private static final long RELOAD_MILLIS = 2_000;

  /** The contents of the certificate file and of the key file, both in PEM. */
  private record Pair(Buffer certificate, Buffer key) {

    PemKeyCertOptions options() {
      return new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
    }
  }

  private final Vertx vertx;
  private final PublicHttpConfig.Tls files;
  private Pair current;

  /** The error of the last attempt to load the files; empty if that attempt succeeded. */
  private String problem = "";

  /**
   * Reads the files. Throws {@link IllegalArgumentException} if they do not hold a certificate and
   * its key.
   */
  Certificate(Vertx vertx, PublicHttpConfig.Tls files) {
    this.vertx = vertx;
    this.files = files;
    try {
      current = read();
    } catch (Exception e) {
      throw new IllegalArgumentException("TLS_CERT and TLS_KEY: " + e.getMessage(), e);
    }
  }

  /** Sets protocols, cipher suites, certificate and key. Forbids renegotiation in the whole JVM. */
  HttpServerOptions applyTo(HttpServerOptions options) {
    System.setProperty(NO_RENEGOTIATION, "true");
    CIPHER_SUITES.forEach(options::addEnabledCipherSuite);
    return options
        .setSsl(true)
        .setUseAlpn(true)
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setKeyCertOptions(current.options());
  }

  /**
   * Reads the files every two seconds. Gives {@code server} a new certificate as soon as both the
   * certificate and its key are in the files.
   */
  void reloadInto(HttpServer server, ServerSSLOptions options) {
    vertx.setPeriodic(
        RELOAD_MILLIS,
        id ->
            vertx
                .executeBlocking(this::read)
                .onFailure(this::keepCurrent)
                .onSuccess(
                    pair -> {
                      if (pair.equals(current)) {
                        problem = "";
                      } else {
                        replace(pair, server, options);
                      }
                    }));
  }

  private void replace(Pair pair, HttpServer server, ServerSSLOptions options) {
    server
        .updateSSLOptions(options.copy().setKeyCertOptions(pair.options()), true)
        .onFailure(this::keepCurrent)
        .onSuccess(
            done -> {
              current = pair;
              problem = "";
              log.info("certificate reloaded");
            });
  }

  /**
   * Keeps the current certificate. Logs the error only once, although each later attempt to load
   * the same files fails with the same error.
   */
  private void keepCurrent(Throwable cause) {
    if (!cause.toString().equals(problem)) {
      problem = cause.toString();
      log.atWarn()
          .addKeyValue("cause", cause)
          .log("certificate not reloaded: the previous one stays in use");
    }
  }

  /**
   * Throws if a file cannot be read or holds no certificate or key, or if the key does not belong
   * to the certificate.
   */
  private Pair read() throws Exception {
    Pair pair = new Pair(contents(files.certificate()), contents(files.key()));
    for (KeyManager manager : pair.options().getKeyManagerFactory(vertx).getKeyManagers()) {
      if (manager instanceof X509KeyManager keys && !keyMatches(keys)) {
        throw new GeneralSecurityException("the key does not belong to the certificate");
      }
    }
    return pair;
  }

  private static Buffer contents(Path file) throws IOException {
    return Buffer.buffer(Files.readAllBytes(file));
  }

  private static boolean keyMatches(X509KeyManager keys) throws GeneralSecurityException {
    for (String type : KEY_TYPES) {
      String[] aliases = keys.getServerAliases(type, null);
      if (aliases != null && aliases.length > 0) {
        PublicKey publicKey = keys.getCertificateChain(aliases[0])[0].getPublicKey();
        return matches(type, keys.getPrivateKey(aliases[0]), publicKey);
      }
    }
    throw new GeneralSecurityException("the type of the key must be one of " + KEY_TYPES);
  }

  private static boolean matches(String type, PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            switch (type) {
              case "RSA" -> "SHA256withRSA";
              case "EC" -> "SHA256withECDSA";
              default -> type;
            });
    byte[] content = {1};
    try {
      signature.initSign(key);
    } catch (InvalidKeyException anotherType) {
      return false;
    }
    signature.update(content);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(content);
    return signature.verify(signed);
  }
}
