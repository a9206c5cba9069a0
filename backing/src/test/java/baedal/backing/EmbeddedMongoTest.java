package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded MongoDB answers is true, and still is when its process was killed. */
class EmbeddedMongoTest {

  private static final int WRITERS = 30;
  private static final int ENOUGH = 600;
  private static final String COLLECTION = "written";

  private final Vertx vertx = Vertx.vertx();
  private final Queue<String> answered = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** One who reads meets those who write, in the one document that all want. */
  @Test
  void a_document_is_read_whole_while_it_is_being_changed() throws IOException {
    Mongo server = Mongo.inMemory(Ports.free());
    MongoClient client = client(server);
    JsonObject one = new JsonObject().put("_id", "one");
    client.insert(COLLECTION, one.copy().put("n", 0).put("field-0", 0)).await();
    List<Future<?>> changes = new ArrayList<>();
    List<Future<JsonObject>> reads = new ArrayList<>();
    for (int i = 0; i < ENOUGH; i++) {
      JsonObject fields = new JsonObject().put("n", i).put("field-" + i, i);
      changes.add(client.updateCollection(COLLECTION, one, new JsonObject().put("$set", fields)));
      reads.add(client.findOne(COLLECTION, one, null));
    }
    Future.all(changes).await();
    Future.all(reads).await();
    assertThat(reads)
        .extracting(Future::result)
        .allMatch(read -> read.containsKey("field-" + read.getInteger("n")));
    client.close().await();
    server.stop();
  }

  private MongoClient client(Mongo server) {
    return MongoClient.create(
        vertx,
        new JsonObject()
            .put("connection_string", server.uri())
            .put("db_name", "test")
            .put("maxPoolSize", WRITERS));
  }

  /** One document after another, until the server is gone. */
  private static Future<Void> write(MongoClient client, String id, int n, Queue<String> answered) {
    String document = id + "-" + n;
    return client
        .insert(COLLECTION, new JsonObject().put("_id", document).put("text", "배달".repeat(50)))
        .compose(
            v -> {
              answered.add(document);
              return write(client, id, n + 1, answered);
            });
  }

  @Test
  void what_was_answered_in_the_middle_of_everything_survives_a_kill(@TempDir Path home)
      throws IOException {
    int port = Ports.free();
    Mongo server = Mongo.start(home, port, true);
    MongoClient client = client(server);
    IntStream.range(0, WRITERS).forEach(i -> write(client, "w" + i, 0, answered));
    Eventually.until(() -> answered.size() >= ENOUGH);
    server.kill();
    client.close().await();
    List<String> promised = List.copyOf(answered);
    Mongo again = Mongo.start(home, port, true);
    MongoClient reader = client(again);
    List<String> found =
        reader.find(COLLECTION, new JsonObject()).await().stream()
            .map(document -> document.getString("_id"))
            .toList();
    reader.close().await();
    again.stop();
    assertThat(found).containsAll(promised);
  }
}
