package baedal.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.runtime.AuthoritiesProvider;
import baedal.runtime.Config;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy ends TLS in front of the Redis of the tests. */
class RedisTlsTest {

  @TempDir Path authorities;
  private final Vertx vertx = Vertx.vertx();
  private final SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
  private int port;

  @BeforeEach
  void start() {
    URI redis = URI.create(TestServers.redis());
    NetClient plain = vertx.createNetClient();
    NetServer proxy =
        vertx
            .createNetServer(
                new NetServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()))
            .connectHandler(
                client -> {
                  client.pause();
                  plain
                      .connect(redis.getPort(), redis.getHost())
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
  void a_redis_of_a_trusted_authority_answers() throws IOException {
    trustRedis();
    assertThat(ping("localhost")).isEqualTo("PONG");
  }

  @Test
  void a_redis_of_an_unknown_authority_is_refused() {
    assertThatThrownBy(() -> ping("localhost")).isInstanceOf(Exception.class);
  }

  @Test
  void a_redis_with_another_name_is_refused() throws IOException {
    trustRedis();
    assertThatThrownBy(() -> ping("127.0.0.1")).isInstanceOf(Exception.class);
  }

  private void trustRedis() throws IOException {
    Files.copy(Path.of(certificate.certificatePath()), authorities.resolve("redis.crt"));
    AuthoritiesProvider.install(Config.of(Map.of("CA_DIRECTORY", authorities.toString())));
  }

  private String ping(String host) {
    RedisDatabase database = new RedisDatabase(vertx, "rediss://" + host + ":" + port + "/0");
    return database.api().ping(List.of()).await().toString();
  }
}
