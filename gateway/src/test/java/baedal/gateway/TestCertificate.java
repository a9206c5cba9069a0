package baedal.gateway;

import io.vertx.core.net.SelfSignedCertificate;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A self-signed certificate and its key, in files that are deleted when the JVM ends. The JVM
 * creates one certificate for each name, because an RSA key takes seconds.
 */
record TestCertificate(Path certificate, Path key) {

  private static final Map<String, TestCertificate> CREATED = new ConcurrentHashMap<>();

  static TestCertificate of(String name) {
    return CREATED.computeIfAbsent(name, TestCertificate::create);
  }

  private static TestCertificate create(String name) {
    SelfSignedCertificate created = SelfSignedCertificate.create(name);
    Path certificate = Path.of(created.certificatePath());
    Path key = Path.of(created.privateKeyPath());
    certificate.toFile().deleteOnExit();
    key.toFile().deleteOnExit();
    return new TestCertificate(certificate, key);
  }
}
