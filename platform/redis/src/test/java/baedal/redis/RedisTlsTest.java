package baedal.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.testkit.TestServers;
import baedal.testkit.TlsProxy;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy ends TLS in front of the Redis of the tests. */
class RedisTlsTest {

  @TempDir Path authorities;
  private final Vertx vertx = Vertx.vertx();
  private TlsProxy proxy;

  @BeforeEach
  void start() {
    proxy = new TlsProxy(vertx, URI.create(TestServers.redis()));
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    proxy.close();
  }

  @Test
  void a_redis_of_a_trusted_authority_answers() throws IOException {
    proxy.trust(authorities);
    assertThat(ping("localhost")).isEqualTo("PONG");
  }

  @Test
  void a_redis_of_an_unknown_authority_is_refused() {
    assertThatThrownBy(() -> ping("localhost")).isInstanceOf(Exception.class);
  }

  @Test
  void a_redis_with_another_name_is_refused() throws IOException {
    proxy.trust(authorities);
    assertThatThrownBy(() -> ping("127.0.0.1")).isInstanceOf(Exception.class);
  }

  private String ping(String host) {
    RedisDatabase database =
        new RedisDatabase(vertx, "rediss://" + host + ":" + proxy.port() + "/0");
    return database.api().ping(List.of()).await().toString();
  }
}
