package baedal.mypage;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.runtime.Json;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.ServerAddress;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.mongo.MongoClientBulkWriteResult;
import io.vertx.ext.mongo.MongoClientUpdateResult;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The notifier with a simulated database, which responds at once. */
class NotifierTest {

  private static final String ORDER = "o-1";

  private final Vertx vertx = Vertx.vertx();
  private final List<String> sent = new ArrayList<>();

  /** The id and state of each notification that was inserted. */
  private final Set<String> stored = new HashSet<>();

  private final List<Promise<Void>> unfinishedSends = new ArrayList<>();
  private JsonObject page;
  private Promise<List<JsonObject>> poll = onePending();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private Object answer(String method, Object[] arguments) {
    return switch (method) {
      case "bulkWriteWithOptions" -> insert((List<?>) arguments[1]);
      case "findWithOptions" -> poll.future();
      case "findOne", "findOneWithOptions" -> Future.succeededFuture(page);
      case "updateCollection" ->
          Future.succeededFuture(new MongoClientUpdateResult(1, null, sent.isEmpty() ? 1 : 0));
      default -> throw new UnsupportedOperationException(method);
    };
  }

  private static Promise<List<JsonObject>> onePending() {
    Promise<List<JsonObject>> found = Promise.promise();
    found.complete(
        List.of(
            new JsonObject()
                .put("_id", "n-1")
                .put("orderId", ORDER)
                .put("text", "주문이 접수되었습니다")
                .put("noted", "1")));
    return found;
  }

  private Future<MongoClientBulkWriteResult> insert(List<?> operations) {
    List<BulkWriteError> duplicates = new ArrayList<>();
    for (int i = 0; i < operations.size(); i++) {
      JsonObject notification = ((BulkOperation) operations.get(i)).getDocument();
      if (!stored.add(notification.getString("_id") + " " + notification.getString("state"))) {
        duplicates.add(new BulkWriteError(11_000, "duplicate key", new BsonDocument(), i));
      }
    }
    return duplicates.isEmpty()
        ? Future.succeededFuture(new MongoClientBulkWriteResult())
        : Future.failedFuture(
            new MongoBulkWriteException(
                BulkWriteResult.unacknowledged(), duplicates, null, new ServerAddress(), Set.of()));
  }

  private static MyPage placed() {
    return MyPage.blank(ORDER)
        .details(Details.of("c-1", "통닭천국", 20_000, 1, Instant.EPOCH, Instant.EPOCH), 1);
  }

  private Notifier notifier(Supplier<Future<Void>> messenger) {
    MongoClient mongo =
        (MongoClient)
            Proxy.newProxyInstance(
                MongoClient.class.getClassLoader(),
                new Class<?>[] {MongoClient.class},
                (proxy, method, arguments) -> answer(method.getName(), arguments));
    Clock clock = Boot.clock();
    return new Notifier(
        vertx,
        new MyPageRepository(mongo, new GenerationRepository(mongo, clock)),
        new NotificationRepository(mongo),
        new Messenger() {
          @Override
          public String channel() {
            return "test";
          }

          @Override
          public Future<Void> send(String customerId, String orderId, String text) {
            sent.add(customerId + " " + text);
            return messenger.get();
          }
        },
        clock);
  }

  private static void submit(Notifier notifier, String changeId, String text) {
    NotificationText notification = new NotificationText(changeId, text);
    notifier.submit(List.of(new Submission(ORDER, "c-1", notification))).await();
  }

  private Future<Void> unfinishedSend() {
    Promise<Void> sending = Promise.promise();
    unfinishedSends.add(sending);
    return sending.future();
  }

  @Test
  void a_notification_is_sent_as_soon_as_its_customer_is_known() {
    Notifier notifier = notifier(Future::succeededFuture);
    notifier.poll();
    assertThat(sent).isEmpty();
    page = new JsonObject().put("_id", ORDER).put("state", Json.fromObject(placed()));
    notifier.poll();
    assertThat(sent).containsExactly("c-1 주문이 접수되었습니다");
  }

  @Test
  void a_notification_that_can_be_sent_immediately_is_one_write() {
    Notifier notifier = notifier(Future::succeededFuture);
    submit(notifier, "PAID", "결제");
    submit(notifier, "PAID", "결제");
    assertThat(stored).containsExactly(ORDER + ":PAID SENT");
    assertThat(sent).containsExactly("c-1 결제");
  }

  @Test
  void a_notification_behind_one_in_progress_or_without_customer_is_pending() {
    Notifier notifier = notifier(this::unfinishedSend);
    submit(notifier, "PAID", "결제");
    submit(notifier, "COOKED", "준비");
    NotificationText text = new NotificationText("COOKED", "준비");
    notifier.submit(List.of(new Submission("o-2", null, text))).await();
    assertThat(stored)
        .containsExactlyInAnyOrder(
            ORDER + ":PAID SENT", ORDER + ":COOKED PENDING", "o-2:COOKED PENDING");
    assertThat(sent).containsExactly("c-1 결제");
  }

  /** The pending notification must not be overtaken while the poll for it is in progress. */
  @Test
  void a_notification_behind_a_pending_one_is_pending_too() {
    Notifier notifier = notifier(this::unfinishedSend);
    submit(notifier, "PAID", "결제");
    submit(notifier, "ACCEPTED", "수락");
    poll = Promise.promise();
    unfinishedSends.get(0).complete();
    submit(notifier, "COOKED", "준비");
    assertThat(stored).contains(ORDER + ":ACCEPTED PENDING", ORDER + ":COOKED PENDING");
    assertThat(sent).containsExactly("c-1 결제");
  }
}
