package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded MongoDB has answered for is there after its process was killed. */
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
