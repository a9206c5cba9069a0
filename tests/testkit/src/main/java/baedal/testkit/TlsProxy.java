package baedal.testkit;

import baedal.runtime.AuthoritiesProvider;
import baedal.runtime.Config;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.Map;

/**
 * A TCP proxy that ends TLS in front of a plain server of the tests. Its self-signed certificate is
 * for {@code localhost}.
 */
public final class TlsProxy implements AutoCloseable {

  private final SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
  private final int port;

  /** Listens on a free port until {@code vertx} is closed. */
  public TlsProxy(Vertx vertx, URI server) {
    NetClient plain = vertx.createNetClient();
    port =
        vertx
            .createNetServer(
                new NetServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()))
            .connectHandler(
                client -> {
                  client.pause();
                  plain
                      .connect(server.getPort(), server.getHost())
                      .onSuccess(connected -> link(client, connected));
                })
            .listen(0, "localhost")
            .await()
            .actualPort();
  }

  private static void link(NetSocket client, NetSocket server) {
    server.handler(client::write);
    client.handler(server::write);
    client.resume();
  }

  public int port() {
    return port;
  }

  /** Makes this JVM trust the certificate until {@link #close}, by CA_DIRECTORY. */
  public void trust(Path directory) throws IOException {
    Files.copy(Path.of(certificate.certificatePath()), directory.resolve("proxy.crt"));
    AuthoritiesProvider.install(Config.of(Map.of("CA_DIRECTORY", directory.toString())));
  }

  @Override
  public void close() {
    certificate.delete();
    Security.removeProvider(AuthoritiesProvider.NAME);
  }
}
