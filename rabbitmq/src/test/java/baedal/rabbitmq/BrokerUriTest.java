package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.AuthoritiesProvider;
import baedal.runtime.Config;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker behind TLS: which certificates a service accepts before it sends anything. */
class BrokerUriTest {

  private static final SelfSignedCertificate BROKER = SelfSignedCertificate.create("localhost");

  private final Vertx vertx = Vertx.vertx();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private final NetServer broker =
      vertx
          .createNetServer(
              new NetServerOptions().setSsl(true).setKeyCertOptions(BROKER.keyCertOptions()))
          .exceptionHandler(e -> refusals.incrementAndGet())
          .connectHandler(socket -> socket.handler(data -> received.add(data.getString(0, 4))))
          .listen(0, "localhost")
          .await();

  @TempDir Path folder;

  @AfterEach
  void stop() {
    Security.removeProvider(AuthoritiesProvider.NAME);
    vertx.close().await();
  }

  private void connect() {
    EventPublisher publisher =
        new EventPublisher(vertx, "amqps://order:secret@localhost:" + broker.actualPort(), "order");
    publisher.start();
  }

  private void trustTheBroker() throws Exception {
    Files.copy(Path.of(BROKER.certificatePath()), folder.resolve("ca.crt"));
    AuthoritiesProvider.install(Config.of(Map.of("CA_DIRECTORY", folder.toString())));
  }

  @Test
  void a_service_talks_to_a_broker_with_a_trusted_certificate() throws Exception {
    trustTheBroker();
    connect();
    await().until(() -> received.contains("AMQP"));
  }

  @Test
  void a_service_sends_nothing_to_a_broker_with_an_untrusted_certificate() {
    connect();
    await().until(() -> refusals.get() > 1);
    assertThat(received).isEmpty();
  }
}
