package baedal.backing;

import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.reverseOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.mongo.UpdateOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.StringDataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The embedded MongoDB with concurrent clients, after a kill, and with files of older versions. */
class EmbeddedMongoTest {

  private static final int WRITERS = 30;
  private static final int WRITES = 600;
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final String COLLECTION = "written";
  private static final int RARE = 20;

  private final Vertx vertx = Vertx.vertx();
  private final Queue<String> answered = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** Some commands read the document while others change it. */
  @Test
  void a_read_returns_a_whole_document_while_other_commands_change_it() throws IOException {
    Mongo server = Mongo.inMemory(Ports.free());
    MongoClient client = client(server);
    JsonObject one = new JsonObject().put("_id", "one");
    client.insert(COLLECTION, one.copy().put("n", 0).put("field-0", 0)).await();
    List<Future<?>> changes = new ArrayList<>();
    List<Future<JsonObject>> reads = new ArrayList<>();
    for (int i = 0; i < WRITES; i++) {
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

  /** Writes one document after another until the server is killed. */
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
  void an_acknowledged_write_survives_a_kill(@TempDir Path home) throws IOException {
    int port = Ports.free();
    Mongo server = Mongo.start(home, port, true);
    MongoClient client = client(server);
    IntStream.range(0, WRITERS).forEach(i -> write(client, "w" + i, 0, answered));
    await().atMost(DEADLINE).until(() -> answered.size() >= WRITES);
    server.kill();
    client.close().await();
    List<String> acknowledged = List.copyOf(answered);
    Mongo again = Mongo.start(home, port, true);
    MongoClient reader = client(again);
    List<String> found =
        reader.find(COLLECTION, new JsonObject()).await().stream()
            .map(document -> document.getString("_id"))
            .toList();
    reader.close().await();
    again.stop();
    assertThat(found).containsAll(acknowledged);
  }

  private static final List<String> STATES = List.of("PLACED", "PAID", "COOKED");

  /** Changes the states of the writer's documents, and removes some, until the server is killed. */
  private Future<Void> change(MongoClient client, int writer, int n) {
    JsonObject id = new JsonObject().put("_id", "w" + writer + "-" + n % 20);
    JsonObject state =
        new JsonObject()
            .put("state", STATES.get(n % STATES.size()))
            .put("kind", n % 2 == 0 ? "rare" : "often");
    JsonObject update = new JsonObject();
    if (n % 5 == 0) {
      update.put("$unset", new JsonObject().put("state", ""));
    } else {
      update.put("$set", state);
    }
    Future<?> changed =
        n % 7 == 0
            ? client.removeDocument(COLLECTION, id)
            : client.updateCollectionWithOptions(
                COLLECTION, id, update, new UpdateOptions().setUpsert(true));
    return changed.compose(
        v -> {
          answered.add("" + n);
          return change(client, writer, n + 1);
        });
  }

  @Test
  void an_index_agrees_with_its_documents_after_the_process_was_killed(@TempDir Path home)
      throws IOException {
    int port = Ports.free();
    Mongo server = Mongo.start(home, port, true);
    MongoClient client = client(server);
    client.createIndex(COLLECTION, new JsonObject().put("state", 1).put("kind", 1)).await();
    IntStream.range(0, WRITERS).forEach(i -> change(client, i, i));
    await().atMost(DEADLINE).until(() -> answered.size() >= 4 * WRITES);
    server.kill();
    client.close().await();
    Mongo again = Mongo.start(home, port, true);
    MongoClient reader = client(again);
    assertIndexAgrees(reader);
    reader.close().await();
    again.stop();
  }

  /** Asserts that queries by the index find the same as a filter of all documents. */
  private static void assertIndexAgrees(MongoClient client) {
    List<JsonObject> all = client.find(COLLECTION, new JsonObject()).await();
    assertThat(all).isNotEmpty();
    for (String state : STATES) {
      assertThat(ids(client.find(COLLECTION, new JsonObject().put("state", state)).await()))
          .as(state)
          .containsExactlyInAnyOrderElementsOf(
              ids(all.stream().filter(one -> state.equals(one.getString("state"))).toList()));
      JsonObject rare = new JsonObject().put("state", state).put("kind", "rare");
      assertThat(ids(client.find(COLLECTION, rare).await()))
          .as("rare %s", state)
          .containsExactlyInAnyOrderElementsOf(
              ids(
                  all.stream()
                      .filter(one -> state.equals(one.getString("state")))
                      .filter(one -> "rare".equals(one.getString("kind")))
                      .toList()));
    }
    JsonObject any = new JsonObject().put("state", new JsonObject().put("$exists", true));
    assertThat(ids(client.find(COLLECTION, any).await()))
        .containsExactlyInAnyOrderElementsOf(
            ids(all.stream().filter(one -> one.containsKey("state")).toList()));
  }

  private static List<String> ids(List<JsonObject> documents) {
    return documents.stream().map(document -> document.getString("_id")).toList();
  }

  /**
   * Writes documents into a new file, with an index by state and kind, and one by a field that none
   * has. At most {@link #RARE} documents of each state have the kind "rare".
   */
  private void fill(Path file, int documents) throws IOException {
    Mongo server = Mongo.embedded(file, Ports.free());
    MongoClient client = client(server);
    client.createIndex(COLLECTION, new JsonObject().put("state", 1).put("kind", 1)).await();
    client.createIndex(COLLECTION, new JsonObject().put("never", 1)).await();
    List<BulkOperation> inserts = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      inserts.add(
          BulkOperation.createInsert(
              new JsonObject()
                  .put("_id", "id-" + i)
                  .put("state", STATES.get(i % STATES.size()))
                  .put("kind", i < RARE * STATES.size() ? "rare" : "often")
                  .put("text", "배달".repeat(200))));
    }
    client.bulkWrite(COLLECTION, inserts).await();
    client.close().await();
    server.stop();
  }

  @Test
  void opening_a_file_does_not_read_its_documents(@TempDir Path home) throws IOException {
    Path file = home.resolve("mongo.mv.db");
    fill(file, 5_000);
    DurableBackend opened = new DurableBackend(file);
    long read = opened.file().store().getFileStore().getReadBytes();
    opened.close();
    assertThat(Files.size(file)).isGreaterThan(5_000 * 1_000);
    assertThat(read).isLessThan(200_000);
    Mongo server = Mongo.embedded(file, Ports.free());
    MongoClient client = client(server);
    assertIndexAgrees(client);
    client.close().await();
    server.stop();
  }

  /** Each index entry that these queries need is in few pages, and each document in another. */
  @Test
  void a_query_by_an_index_reads_only_the_documents_of_its_result(@TempDir Path home)
      throws IOException {
    Path file = home.resolve("mongo.mv.db");
    fill(file, 5_000);
    JsonObject rare = new JsonObject().put("state", "PLACED").put("kind", "rare");
    assertThat(bytesRead(file, rare, new FindOptions(), RARE)).isLessThan(300_000);
    FindOptions newest = new FindOptions().setSort(new JsonObject().put("_id", -1)).setLimit(RARE);
    JsonObject placed = new JsonObject().put("state", "PLACED");
    assertThat(bytesRead(file, placed, newest, RARE)).isLessThan(300_000);
    JsonObject next = placed.copy().put("_id", new JsonObject().put("$lt", "id-2000"));
    assertThat(bytesRead(file, next, newest, RARE)).isLessThan(300_000);
  }

  /** The bytes that a query reads from a file that was just opened. */
  private long bytesRead(Path file, JsonObject query, FindOptions options, int expected)
      throws IOException {
    DurableBackend opened = new DurableBackend(file);
    Mongo server = Mongo.embedded(opened, Ports.free());
    MongoClient client = client(server);
    long before = opened.file().store().getFileStore().getReadBytes();
    List<JsonObject> found = client.findWithOptions(COLLECTION, query, options).await();
    long read = opened.file().store().getFileStore().getReadBytes() - before;
    client.close().await();
    server.stop();
    assertThat(found).hasSize(expected);
    return read;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -1})
  void the_pages_of_a_list_by_id_are_complete_in_both_directions(int direction, @TempDir Path home)
      throws IOException {
    Path file = home.resolve("mongo.mv.db");
    fill(file, 500);
    Mongo server = Mongo.embedded(file, Ports.free());
    MongoClient client = client(server);
    FindOptions options =
        new FindOptions().setSort(new JsonObject().put("_id", direction)).setLimit(40).setSkip(2);
    List<String> found = new ArrayList<>();
    JsonObject query = new JsonObject().put("state", "PAID");
    for (List<String> page = ids(client.findWithOptions(COLLECTION, query, options).await());
        !page.isEmpty();
        page = ids(client.findWithOptions(COLLECTION, query, options).await())) {
      found.addAll(page);
      String operator = direction > 0 ? "$gt" : "$lt";
      query.put("_id", new JsonObject().put(operator, page.get(page.size() - 1)));
      options.setSkip(0);
    }
    List<String> expected =
        IntStream.range(0, 500)
            .filter(i -> i % STATES.size() == STATES.indexOf("PAID"))
            .mapToObj(i -> "id-" + i)
            .sorted(direction > 0 ? naturalOrder() : reverseOrder())
            .toList();
    assertThat(found).isEqualTo(expected.subList(2, expected.size()));
    client.close().await();
    server.stop();
  }

  /** Format 1 has no index entries; format 2 has entries of the first field of an index only. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void opening_a_file_of_an_older_format_builds_its_indexes(int format, @TempDir Path home)
      throws IOException {
    Path file = home.resolve("mongo.mv.db");
    fill(file, 500);
    MVStore store = MVStore.open(file.toString());
    List<String> indexes =
        store.getMapNames().stream().filter(name -> name.contains("._index_")).toList();
    assertThat(indexes).hasSize(2);
    indexes.forEach(store::removeMap);
    if (format == 2) {
      for (String index : indexes) {
        MVMap<String, Boolean> entries =
            store.openMap(
                index, new MVMap.Builder<String, Boolean>().keyType(StringDataType.INSTANCE));
        entries.put("", true);
        if (index.contains("state")) {
          entries.put("s4:PAIDid-1", true);
        }
      }
    }
    store.setStoreVersion(format);
    store.close();
    Mongo server = Mongo.embedded(file, Ports.free());
    MongoClient client = client(server);
    assertIndexAgrees(client);
    client.close().await();
    server.stop();
    DurableBackend opened = new DurableBackend(file);
    assertThat(opened.file().store().getStoreVersion()).isEqualTo(3);
    opened.close();
  }

  @Test
  void a_file_of_an_unknown_format_is_refused(@TempDir Path home) throws IOException {
    Path file = home.resolve("mongo.mv.db");
    fill(file, 1);
    MVStore store = MVStore.open(file.toString());
    store.setStoreVersion(4);
    store.close();
    assertThatThrownBy(() -> new DurableBackend(file)).hasMessageContaining("another version");
  }

  @Test
  void a_new_collection_does_not_inherit_index_entries_of_a_dropped_one(@TempDir Path home)
      throws IOException {
    Path file = home.resolve("mongo.mv.db");
    fill(file, 100);
    Mongo server = Mongo.embedded(file, Ports.free());
    MongoClient client = client(server);
    client.dropCollection(COLLECTION).await();
    JsonObject paid = new JsonObject().put("_id", "id-1").put("state", "PAID");
    client.insert(COLLECTION, paid).await();
    client.createIndex(COLLECTION, new JsonObject().put("state", 1)).await();
    assertThat(client.find(COLLECTION, new JsonObject().put("state", "PAID")).await())
        .containsExactly(paid);
    assertThat(client.find(COLLECTION, new JsonObject().put("state", "COOKED")).await()).isEmpty();
    client.close().await();
    server.stop();
  }
}
