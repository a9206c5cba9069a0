package baedal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.OrderEvent;
import baedal.runtime.Boot;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Refusal;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Notes, each with a title that may not be taken, in a real database. */
class IdempotentInsertTest {

  private static final int CONCURRENT_REQUESTS = 40;
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final IdempotencyKey KEY = new IdempotencyKey("caller-1", "key-1", "hash-1");

  private static final String INSERT =
      """
      INSERT INTO notes (id, status, revision, sequence, changed_at, body, title)
      VALUES ($1, $2, 1, $3, $4, $5::text::jsonb, $11)
      """;

  record Note(String id, String status, Instant changedAt) {}

  private static final PgAggregates.Shape<Note> SHAPE =
      new PgAggregates.Shape<>() {
        @Override
        public String id(Note note) {
          return note.id();
        }

        @Override
        public String status(Note note) {
          return note.status();
        }

        @Override
        public Instant changedAt(Note note) {
          return note.changedAt();
        }
      };

  private final Vertx vertx = Boot.vertx();
  private final PgDatabase store = new PgDatabase(vertx, TestServers.postgres(), PgSchema.BACKBONE);
  private final AtomicInteger wakes = new AtomicInteger();
  private final PgAggregates<Note> notes =
      new PgAggregates<>(store.pool(), "notes", Note.class, SHAPE, wakes::incrementAndGet);
  private final IdempotentInsert<Note> answeredAtOnce =
      IdempotentInsert.answeredAtOnce(store.pool(), notes, Note.class, INSERT + " RETURNING id");
  private final IdempotentInsert<Note> answeredLater =
      IdempotentInsert.answeredLater(
          store.pool(),
          notes,
          Note.class,
          INSERT + " ON CONFLICT DO NOTHING RETURNING id",
          "notes",
          "note_id");

  @BeforeEach
  void createTables() {
    Promise<Void> migrated = Promise.promise();
    store.prepare(migrated::complete);
    migrated.future().await();
    execute(
        """
        CREATE TABLE notes (
          id text PRIMARY KEY, status text NOT NULL, revision bigint NOT NULL, sequence bigint NOT NULL,
          changed_at timestamptz NOT NULL, body jsonb NOT NULL, title text NOT NULL UNIQUE)
        """);
    execute(
        """
        CREATE TABLE idempotency (
          caller text NOT NULL, key text NOT NULL, body_hash text NOT NULL, answer jsonb, note_id text,
          PRIMARY KEY (caller, key))
        """);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void concurrent_requests_with_one_key_insert_one_row_and_get_the_same_state() {
    List<Future<Note>> requests =
        IntStream.range(0, CONCURRENT_REQUESTS)
            .mapToObj(i -> answeredAtOnce.insertOrFind(newNote(), title("title " + i), KEY))
            .toList();
    Future.all(requests).await();
    assertThat(requests.stream().map(Future::result).distinct()).hasSize(1);
    assertThat(count("notes")).isEqualTo(1);
    assertThat(count("outbox")).isEqualTo(1);
    assertThat(wakes).hasValue(1);
  }

  @Test
  void a_used_key_inserts_nothing() {
    assertThat(answeredLater.insert(newNote(), title("first"), KEY).await()).isTrue();
    assertThat(answeredLater.insert(newNote(), title("second"), KEY).await()).isFalse();
    assertThat(count("notes")).isEqualTo(1);
    assertThat(count("outbox")).isEqualTo(1);
    assertThat(wakes).hasValue(1);
  }

  @Test
  void each_request_without_a_key_inserts_a_row() {
    assertThat(answeredAtOnce.insert(newNote(), title("first"), null).await()).isTrue();
    assertThat(answeredAtOnce.insert(newNote(), title("second"), null).await()).isTrue();
    assertThat(count("notes")).isEqualTo(2);
    assertThat(count("idempotency")).isZero();
  }

  @Test
  void another_body_with_the_same_key_is_refused() {
    answeredAtOnce.insert(newNote(), title("first"), KEY).await();
    IdempotencyKey otherBody = new IdempotencyKey(KEY.caller(), KEY.key(), "hash-2");
    for (Future<?> refused :
        List.of(
            answeredAtOnce.find(otherBody),
            answeredAtOnce.insertOrFind(newNote(), title("second"), otherBody))) {
      Refusal refusal = catchThrowableOfType(Refusal.class, refused::await);
      assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNPROCESSABLE);
      assertThat(refusal.type()).isEqualTo("idempotency-key-reused");
    }
    assertThat(count("notes")).isEqualTo(1);
  }

  @Test
  void a_key_belongs_to_its_caller() {
    answeredAtOnce.insert(newNote(), title("first"), KEY).await();
    IdempotencyKey ofAnother = new IdempotencyKey("caller-2", KEY.key(), KEY.bodyHash());
    assertThat(answeredAtOnce.find(ofAnother).await()).isEmpty();
    assertThat(answeredAtOnce.insert(newNote(), title("second"), ofAnother).await()).isTrue();
  }

  @Test
  void the_inserted_state_stays_the_answer_when_the_row_changes() {
    Change<Note> made = newNote();
    answeredAtOnce.insert(made, title("first"), KEY).await();
    notes.change(made.state().id(), IdempotentInsertTest::closed).await();
    assertThat(answeredAtOnce.find(KEY).await())
        .contains(new IdempotentInsert.Keyed<>(made.state(), true));
    assertThat(answeredAtOnce.insertOrFind(newNote(), title("second"), KEY).await())
        .isEqualTo(made.state());
  }

  @Test
  void a_key_whose_answer_comes_later_gives_the_present_state_until_then() {
    Change<Note> made = newNote();
    answeredLater.insert(made, title("first"), KEY).await();
    Note present = notes.change(made.state().id(), IdempotentInsertTest::closed).await();
    assertThat(answeredLater.find(KEY).await())
        .contains(new IdempotentInsert.Keyed<>(present, false));
    execute("UPDATE idempotency k SET answer = n.body FROM notes n WHERE n.id = k.note_id");
    execute("UPDATE notes SET body = '{}'");
    assertThat(answeredLater.find(KEY).await())
        .contains(new IdempotentInsert.Keyed<>(present, true));
  }

  @Test
  void a_row_that_conflicts_leaves_its_key_free() {
    answeredLater.insert(newNote(), title("taken"), null).await();
    assertThat(answeredLater.insert(newNote(), title("taken"), KEY).await()).isFalse();
    assertThat(answeredLater.find(KEY).await()).isEmpty();
    assertThat(answeredLater.insert(newNote(), title("free"), KEY).await()).isTrue();
  }

  @Test
  void a_violation_of_another_index_is_not_taken_for_a_used_key() {
    answeredAtOnce.insert(newNote(), title("taken"), null).await();
    Future<Boolean> failed = answeredAtOnce.insert(newNote(), title("taken"), KEY);
    assertThat(catchThrowableOfType(PgException.class, failed::await).getTable())
        .isEqualTo("notes");
    assertThat(answeredAtOnce.find(KEY).await()).isEmpty();
  }

  private static Change<Note> newNote() {
    Note note = new Note(Ids.next(), "OPEN", NOON);
    return Change.of(note, new OrderEvent.Expired(note.id(), "c-1", "s-1", null, NOON));
  }

  private static Change<Note> closed(Note note) {
    return Change.of(new Note(note.id(), "CLOSED", NOON));
  }

  private static Tuple title(String title) {
    return Tuple.of(title);
  }

  private void execute(String sql) {
    store.pool().query(sql).execute().await();
  }

  private long count(String table) {
    return store
        .pool()
        .query("SELECT count(*) FROM " + table)
        .execute()
        .await()
        .iterator()
        .next()
        .getLong(0);
  }
}
