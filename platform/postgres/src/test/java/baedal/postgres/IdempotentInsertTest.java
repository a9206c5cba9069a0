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

/** Inserts articles with unique titles and with idempotency keys into a real database. */
class IdempotentInsertTest {

  private static final int CONCURRENT_REQUESTS = 40;
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final IdempotencyKey KEY = new IdempotencyKey("caller-1", "key-1", "hash-1");

  private static final String INSERT =
      """
      INSERT INTO articles (id, status, revision, sequence, changed_at, body, title)
      VALUES ($1, $2, 1, $3, $4, $5::text::jsonb, $11)
      """;

  record Article(String id, String status, Instant changedAt) {}

  private static final PgAggregates.Shape<Article> SHAPE =
      new PgAggregates.Shape<>() {
        @Override
        public String id(Article article) {
          return article.id();
        }

        @Override
        public String status(Article article) {
          return article.status();
        }

        @Override
        public Instant changedAt(Article article) {
          return article.changedAt();
        }
      };

  private final Vertx vertx = Boot.vertx();
  private final PgDatabase store = new PgDatabase(vertx, TestServers.postgres(), PgSchema.BACKBONE);
  private final AtomicInteger wakes = new AtomicInteger();
  private final PgAggregates<Article> articles =
      new PgAggregates<>(store.pool(), "articles", Article.class, SHAPE, wakes::incrementAndGet);
  private final IdempotentInsert<Article> answeredAtOnce =
      IdempotentInsert.answeredAtOnce(
          store.pool(), articles, Article.class, INSERT + " RETURNING id");
  private final IdempotentInsert<Article> answeredLater =
      IdempotentInsert.answeredLater(
          store.pool(),
          articles,
          Article.class,
          INSERT + " ON CONFLICT DO NOTHING RETURNING id",
          "articles",
          "article_id");

  @BeforeEach
  void createTables() {
    Promise<Void> migrated = Promise.promise();
    store.prepare(migrated::complete);
    migrated.future().await();
    execute(
        """
        CREATE TABLE articles (
          id text PRIMARY KEY, status text NOT NULL, revision bigint NOT NULL, sequence bigint NOT NULL,
          changed_at timestamptz NOT NULL, body jsonb NOT NULL, title text NOT NULL UNIQUE)
        """);
    execute(
        """
        CREATE TABLE idempotency (
          caller text NOT NULL, key text NOT NULL, body_hash text NOT NULL, answer jsonb, article_id text,
          PRIMARY KEY (caller, key))
        """);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void concurrent_requests_with_one_key_insert_one_row_and_get_the_same_state() {
    List<Future<Article>> requests =
        IntStream.range(0, CONCURRENT_REQUESTS)
            .mapToObj(i -> answeredAtOnce.insertOrFind(newArticle(), title("title " + i), KEY))
            .toList();
    Future.all(requests).await();
    assertThat(requests.stream().map(Future::result).distinct()).hasSize(1);
    assertThat(count("articles")).isEqualTo(1);
    assertThat(count("outbox")).isEqualTo(1);
    assertThat(wakes).hasValue(1);
  }

  @Test
  void a_used_key_inserts_nothing() {
    assertThat(answeredLater.insert(newArticle(), title("first"), KEY).await()).isTrue();
    assertThat(answeredLater.insert(newArticle(), title("second"), KEY).await()).isFalse();
    assertThat(count("articles")).isEqualTo(1);
    assertThat(count("outbox")).isEqualTo(1);
    assertThat(wakes).hasValue(1);
  }

  @Test
  void each_request_without_a_key_inserts_a_row() {
    assertThat(answeredAtOnce.insert(newArticle(), title("first"), null).await()).isTrue();
    assertThat(answeredAtOnce.insert(newArticle(), title("second"), null).await()).isTrue();
    assertThat(count("articles")).isEqualTo(2);
    assertThat(count("idempotency")).isZero();
  }

  @Test
  void another_body_with_the_same_key_is_refused() {
    answeredAtOnce.insert(newArticle(), title("first"), KEY).await();
    IdempotencyKey otherBody = new IdempotencyKey(KEY.caller(), KEY.key(), "hash-2");
    for (Future<?> refused :
        List.of(
            answeredAtOnce.find(otherBody),
            answeredAtOnce.insertOrFind(newArticle(), title("second"), otherBody))) {
      Refusal refusal = catchThrowableOfType(Refusal.class, refused::await);
      assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNPROCESSABLE);
      assertThat(refusal.type()).isEqualTo("idempotency-key-reused");
    }
    assertThat(count("articles")).isEqualTo(1);
  }

  @Test
  void a_key_belongs_to_its_caller() {
    answeredAtOnce.insert(newArticle(), title("first"), KEY).await();
    IdempotencyKey ofAnother = new IdempotencyKey("caller-2", KEY.key(), KEY.bodyHash());
    assertThat(answeredAtOnce.find(ofAnother).await()).isEmpty();
    assertThat(answeredAtOnce.insert(newArticle(), title("second"), ofAnother).await()).isTrue();
  }

  @Test
  void the_inserted_state_stays_the_answer_when_the_row_changes() {
    Change<Article> made = newArticle();
    answeredAtOnce.insert(made, title("first"), KEY).await();
    articles.change(made.state().id(), IdempotentInsertTest::closed).await();
    assertThat(answeredAtOnce.find(KEY).await())
        .contains(new IdempotentInsert.Keyed<>(made.state(), true));
    assertThat(answeredAtOnce.insertOrFind(newArticle(), title("second"), KEY).await())
        .isEqualTo(made.state());
  }

  @Test
  void a_key_without_an_answer_returns_the_current_state() {
    Change<Article> made = newArticle();
    answeredLater.insert(made, title("first"), KEY).await();
    Article present = articles.change(made.state().id(), IdempotentInsertTest::closed).await();
    assertThat(answeredLater.find(KEY).await())
        .contains(new IdempotentInsert.Keyed<>(present, false));
    execute("UPDATE idempotency k SET answer = n.body FROM articles n WHERE n.id = k.article_id");
    execute("UPDATE articles SET body = '{}'");
    assertThat(answeredLater.find(KEY).await())
        .contains(new IdempotentInsert.Keyed<>(present, true));
  }

  @Test
  void a_conflicting_row_leaves_its_key_unused() {
    answeredLater.insert(newArticle(), title("taken"), null).await();
    assertThat(answeredLater.insert(newArticle(), title("taken"), KEY).await()).isFalse();
    assertThat(answeredLater.find(KEY).await()).isEmpty();
    assertThat(answeredLater.insert(newArticle(), title("free"), KEY).await()).isTrue();
  }

  @Test
  void a_violation_of_another_index_is_not_reported_as_a_used_key() {
    answeredAtOnce.insert(newArticle(), title("taken"), null).await();
    Future<Boolean> failed = answeredAtOnce.insert(newArticle(), title("taken"), KEY);
    assertThat(catchThrowableOfType(PgException.class, failed::await).getTable())
        .isEqualTo("articles");
    assertThat(answeredAtOnce.find(KEY).await()).isEmpty();
  }

  private static Change<Article> newArticle() {
    Article article = new Article(Ids.next(), "OPEN", NOON);
    return Change.of(article, new OrderEvent.Expired(article.id(), "c-1", "s-1", null, NOON));
  }

  private static Change<Article> closed(Article article) {
    return Change.of(new Article(article.id(), "CLOSED", NOON));
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
