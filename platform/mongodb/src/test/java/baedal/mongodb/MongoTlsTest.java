package baedal.mongodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.testkit.TestServers;
import baedal.testkit.TlsProxy;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy ends TLS in front of the MongoDB of the tests. */
class MongoTlsTest {

  @TempDir Path authorities;
  private final Vertx vertx = Vertx.vertx();
  private TlsProxy proxy;

  @BeforeEach
  void start() {
    proxy = new TlsProxy(vertx, URI.create(TestServers.mongo()));
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    proxy.close();
  }

  @Test
  void a_mongo_of_a_trusted_authority_answers() throws IOException {
    proxy.trust(authorities);
    assertThat(ping("localhost")).contains("ok");
  }

  @Test
  void a_mongo_of_an_unknown_authority_is_refused() {
    assertThatThrownBy(() -> ping("localhost")).isInstanceOf(Exception.class);
  }

  @Test
  void a_mongo_with_another_name_is_refused() throws IOException {
    proxy.trust(authorities);
    assertThatThrownBy(() -> ping("127.0.0.1")).isInstanceOf(Exception.class);
  }

  private String ping(String host) {
    String uri = "mongodb://" + host + ":" + proxy.port() + "/test?tls=true";
    MongoDatabase database = new MongoDatabase(vertx, uri);
    return database.client().runCommand("ping", new JsonObject().put("ping", 1)).await().toString();
  }
}
