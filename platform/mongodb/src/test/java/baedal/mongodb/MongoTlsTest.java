package baedal.mongodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.AuthoritiesProvider;
import baedal.runtime.Config;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy ends TLS in front of the MongoDB of the tests. */
class MongoTlsTest {

  @TempDir Path authorities;
  private final Vertx vertx = Vertx.vertx();
  private final SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
  private int port;

  @BeforeEach
  void start() {
    URI mongo = URI.create(TestServers.mongo());
    NetClient plain = vertx.createNetClient();
    NetServer proxy =
        vertx
            .createNetServer(
                new NetServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()))
            .connectHandler(
                client -> {
                  client.pause();
                  plain
                      .connect(mongo.getPort(), mongo.getHost())
                      .onSuccess(server -> link(client, server));
                })
            .listen(0, "localhost")
            .await();
    port = proxy.actualPort();
  }

  private static void link(NetSocket client, NetSocket server) {
    server.handler(client::write);
    client.handler(server::write);
    client.resume();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    certificate.delete();
    Security.removeProvider(AuthoritiesProvider.NAME);
  }

  @Test
  void a_mongo_of_a_trusted_authority_answers() throws IOException {
    trustMongo();
    assertThat(ping("localhost")).contains("ok");
  }

  @Test
  void a_mongo_of_an_unknown_authority_is_refused() {
    assertThatThrownBy(() -> ping("localhost")).isInstanceOf(Exception.class);
  }

  @Test
  void a_mongo_with_another_name_is_refused() throws IOException {
    trustMongo();
    assertThatThrownBy(() -> ping("127.0.0.1")).isInstanceOf(Exception.class);
  }

  private void trustMongo() throws IOException {
    Files.copy(Path.of(certificate.certificatePath()), authorities.resolve("mongo.crt"));
    AuthoritiesProvider.install(Config.of(Map.of("CA_DIRECTORY", authorities.toString())));
  }

  private String ping(String host) {
    String uri = "mongodb://" + host + ":" + port + "/test?tls=true";
    MongoDatabase database = new MongoDatabase(vertx, uri);
    return database.client().runCommand("ping", new JsonObject().put("ping", 1)).await().toString();
  }
}
