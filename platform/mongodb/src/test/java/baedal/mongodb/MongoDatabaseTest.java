package baedal.mongodb;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The read concern and the write concern that {@link MongoDatabase} sends. */
class MongoDatabaseTest {

  private static final Pattern READ =
      Pattern.compile("readConcern\\x00.{4}\\x02level\\x00.{4}majority", Pattern.DOTALL);
  private static final Pattern WRITTEN =
      Pattern.compile("writeConcern\\x00.{4}\\x02w\\x00.{4}majority", Pattern.DOTALL);

  /** Data that only one server has could be lost with this server. */
  @Test
  void reads_and_writes_use_the_concern_majority() {
    Vertx vertx = Boot.vertx();
    FaultProxy proxy = new FaultProxy(vertx, TestServers.mongo());
    Queue<String> sent = new ConcurrentLinkedQueue<>();
    proxy.listen(message -> sent.add(message.toString(StandardCharsets.ISO_8859_1)));
    MongoDatabase store = new MongoDatabase(vertx, proxy.uri());
    store.client().insert("things", new JsonObject()).await();
    store.client().findOne("things", new JsonObject(), null).await();
    assertThat(String.join("", sent)).containsPattern(WRITTEN).containsPattern(READ);
    vertx.close().await();
  }
}
