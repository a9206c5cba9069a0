package baedal.backing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.MongoClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files of the embedded MongoDB as a kill of the process leaves them. A test copies the files
 * while the server runs, and opens the copies.
 */
class JournalTest {

  private static final String COLLECTION = "orders";
  private static final JsonObject EVERY = new JsonObject();

  private final Vertx vertx = Vertx.vertx();
  private final List<Runnable> closing = new ArrayList<>();
  private Path file;
  private DurableBackend backend;
  private MongoClient client;

  @TempDir private Path home;

  @BeforeEach
  void start() {
    file = home.resolve("mongo.mv.db");
    backend = new DurableBackend(file);
    client = client(backend);
    client.createIndex(COLLECTION, new JsonObject().put("state", 1)).await();
  }

  private MongoClient client(DurableBackend of) {
    try {
      Mongo server = Mongo.embedded(of, Ports.free());
      JsonObject config = new JsonObject().put("connection_string", server.uri());
      MongoClient opened = MongoClient.create(vertx, config.put("db_name", "test"));
      closing.add(() -> opened.close().await());
      closing.add(server::stop);
      return opened;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void stop() {
    closing.forEach(Runnable::run);
    vertx.close().await();
  }

  private void put(String id, String state) {
    client.save(COLLECTION, new JsonObject().put("_id", id).put("state", state)).await();
  }

  private void remove(String id) {
    client.removeDocument(COLLECTION, new JsonObject().put("_id", id)).await();
  }

  private static byte[] journalOf(Path file) throws IOException {
    return Files.readAllBytes(DataFile.journalOf(file));
  }

  /** Opens these files and returns the states of all documents, by id. Checks the index. */
  private Map<String, String> states(byte[] data, byte[] journal) throws IOException {
    Path copy = Files.createTempDirectory(home, "copy").resolve("mongo.mv.db");
    Files.write(copy, data);
    Files.write(DataFile.journalOf(copy), journal);
    MongoClient reader = client(new DurableBackend(copy));
    Map<String, String> states = new TreeMap<>();
    for (JsonObject one : reader.find(COLLECTION, EVERY).await()) {
      states.put(one.getString("_id"), one.getString("state"));
    }
    for (String state : List.of("PLACED", "PAID", "COOKED")) {
      assertThat(reader.find(COLLECTION, new JsonObject().put("state", state)).await())
          .as(state)
          .extracting(one -> one.getString("_id"))
          .containsExactlyInAnyOrderElementsOf(
              states.keySet().stream().filter(id -> state.equals(states.get(id))).toList());
    }
    return states;
  }

  @Test
  void changes_since_the_checkpoint_are_read_from_the_journal() throws IOException {
    put("1", "PLACED");
    put("2", "PLACED");
    backend.file().checkpoint();
    byte[] checkpoint = Files.readAllBytes(file);
    put("1", "PAID");
    remove("2");
    put("3", "COOKED");
    assertThat(Files.readAllBytes(file)).as("no checkpoint for each command").isEqualTo(checkpoint);
    assertThat(states(checkpoint, journalOf(file))).isEqualTo(Map.of("1", "PAID", "3", "COOKED"));
  }

  @Test
  void a_record_that_was_written_in_part_is_ignored() throws IOException {
    put("1", "PLACED");
    int before = journalOf(file).length;
    client
        .bulkWrite(
            COLLECTION,
            List.of(
                BulkOperation.createInsert(new JsonObject().put("_id", "2").put("state", "PAID")),
                BulkOperation.createInsert(new JsonObject().put("_id", "3").put("state", "PAID"))))
        .await();
    byte[] journal = journalOf(file);
    byte[] data = Files.readAllBytes(file);
    for (int length = before; length < journal.length; length += 13) {
      assertThat(states(data, Arrays.copyOf(journal, length)))
          .as(length + " of " + journal.length + " bytes")
          .isEqualTo(Map.of("1", "PLACED"));
    }
    byte[] damaged = journal.clone();
    damaged[damaged.length - 2]++;
    assertThat(states(data, damaged)).isEqualTo(Map.of("1", "PLACED"));
    assertThat(states(data, journal)).hasSize(3);
  }

  @Test
  void changes_after_an_ignored_record_are_kept() throws IOException {
    put("1", "PLACED");
    int before = journalOf(file).length;
    put("2", "PLACED");
    Path copy = home.resolve("copy.mv.db");
    Files.copy(file, copy);
    Files.write(DataFile.journalOf(copy), Arrays.copyOf(journalOf(file), before + 20));
    client = client(new DurableBackend(copy));
    put("3", "PAID");
    assertThat(states(Files.readAllBytes(copy), journalOf(copy)))
        .isEqualTo(Map.of("1", "PLACED", "3", "PAID"));
  }

  /**
   * The process is killed after the checkpoint is in the data file, before the journal is empty.
   */
  @Test
  void a_journal_that_is_older_than_the_checkpoint_is_ignored() throws IOException {
    put("1", "PLACED");
    put("2", "PLACED");
    byte[] old = journalOf(file);
    client.dropCollection(COLLECTION).await();
    assertThat(states(Files.readAllBytes(file), old)).isEmpty();
    client.createIndex(COLLECTION, new JsonObject().put("state", 1)).await();
    put("1", "COOKED");
    backend.file().checkpoint();
    assertThat(states(Files.readAllBytes(file), old)).isEqualTo(Map.of("1", "COOKED"));
  }

  @Test
  void new_collections_and_indexes_are_in_the_data_file_before_the_answer() throws IOException {
    client.dropCollection(COLLECTION).await();
    put("1", "PAID");
    client.createIndex(COLLECTION, new JsonObject().put("state", 1)).await();
    put("2", "PAID");
    assertThat(states(Files.readAllBytes(file), journalOf(file)))
        .isEqualTo(Map.of("1", "PAID", "2", "PAID"));
    client.dropIndex(COLLECTION, "state_1").await();
    put("1", "COOKED");
    assertThat(states(Files.readAllBytes(file), journalOf(file)))
        .isEqualTo(Map.of("1", "COOKED", "2", "PAID"));
  }

  @Test
  void a_command_whose_journal_record_cannot_be_written_is_not_answered() throws IOException {
    put("1", "PLACED");
    byte[] data = Files.readAllBytes(file);
    byte[] journal = journalOf(file);
    backend.file().journal().close();
    JsonObject second = new JsonObject().put("_id", "2").put("state", "PAID");
    assertThat(client.insert(COLLECTION, second).map(true).otherwise(false).await()).isFalse();
    assertThat(client.findOne(COLLECTION, EVERY, null).map(true).otherwise(false).await())
        .isFalse();
    assertThat(states(data, journal)).isEqualTo(Map.of("1", "PLACED"));
  }

  @Test
  void the_files_do_not_grow_while_documents_are_updated() throws IOException {
    String text = "배달".repeat(500);
    for (int round = 0; round < 100; round++) {
      List<BulkOperation> updates = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        JsonObject document = new JsonObject().put("round", round).put("text", text);
        updates.add(
            BulkOperation.createReplace(
                new JsonObject().put("_id", "id-" + (i * 7 + round * 31) % 1_000), document, true));
      }
      client.bulkWrite(COLLECTION, updates).await();
    }
    assertThat(Files.size(file)).isLessThan(24L << 20);
    assertThat(Files.size(DataFile.journalOf(file))).isLessThan(10L << 20);
  }
}
