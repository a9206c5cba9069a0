package baedal.mypage;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.runtime.Json;
import com.mongodb.MongoWriteException;
import com.mongodb.ServerAddress;
import com.mongodb.WriteError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
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

/** Notes of a store that answers before anybody can poll away. */
class NotifierTest {

  private static final String ORDER = "o-1";

  private final Vertx vertx = Vertx.vertx();
  private final List<String> sent = new ArrayList<>();
  private final Set<String> noted = new HashSet<>();
  private final List<Promise<Void>> onTheirWay = new ArrayList<>();
  private JsonObject page;
  private Promise<List<JsonObject>> poll = waiting();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private Object answer(String method, Object[] arguments) {
    return switch (method) {
      case "insert" -> insert((JsonObject) arguments[1]);
      case "findWithOptions" -> poll.future();
      case "findOne", "findOneWithOptions" -> Future.succeededFuture(page);
      case "updateCollection" ->
          Future.succeededFuture(new MongoClientUpdateResult(1, null, sent.isEmpty() ? 1 : 0));
      default -> throw new UnsupportedOperationException(method);
    };
  }

  private static Promise<List<JsonObject>> waiting() {
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

  private Future<String> insert(JsonObject note) {
    return noted.add(note.getString("_id") + " " + note.getString("state"))
        ? Future.succeededFuture()
        : Future.failedFuture(
            new MongoWriteException(
                new WriteError(11_000, "duplicate key", new BsonDocument()),
                new ServerAddress(),
                Set.of()));
  }

  private static MyPage placed() {
    return MyPage.blank(ORDER)
        .details(Details.of("c-1", "통닭천국", 20_000, 1, Instant.EPOCH, Instant.EPOCH), 1);
  }

  private Notifier notifier(Supplier<Future<Void>> messenger) {
    MongoClient store =
        (MongoClient)
            Proxy.newProxyInstance(
                MongoClient.class.getClassLoader(),
                new Class<?>[] {MongoClient.class},
                (proxy, method, arguments) -> answer(method.getName(), arguments));
    Clock clock = Boot.clock();
    return new Notifier(
        vertx,
        new MyPageRepository(store, new GenerationRepository(store, clock)),
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

  private static void submit(Notifier notifier, String change, String text) {
    notifier.submit(ORDER, "c-1", new NotificationText(change, text)).await();
  }

  private Future<Void> hanging() {
    Promise<Void> arrives = Promise.promise();
    onTheirWay.add(arrives);
    return arrives.future();
  }

  @Test
  void a_note_whose_customer_becomes_known_is_sent_then() {
    Notifier notifier = notifier(Future::succeededFuture);
    notifier.poll();
    assertThat(sent).isEmpty();
    page = new JsonObject().put("_id", ORDER).put("state", Json.fromObject(placed()));
    notifier.poll();
    assertThat(sent).containsExactly("c-1 주문이 접수되었습니다");
  }

  @Test
  void a_note_that_can_go_at_once_is_one_write_and_goes_once() {
    Notifier notifier = notifier(Future::succeededFuture);
    submit(notifier, "PAID", "결제");
    submit(notifier, "PAID", "결제");
    assertThat(noted).containsExactly(ORDER + ":PAID SENT");
    assertThat(sent).containsExactly("c-1 결제");
  }

  @Test
  void a_note_behind_one_that_is_on_its_way_or_for_nobody_yet_waits() {
    Notifier notifier = notifier(this::hanging);
    submit(notifier, "PAID", "결제");
    submit(notifier, "COOKED", "준비");
    notifier.submit("o-2", null, new NotificationText("COOKED", "준비")).await();
    assertThat(noted)
        .containsExactlyInAnyOrder(
            ORDER + ":PAID SENT", ORDER + ":COOKED PENDING", "o-2:COOKED PENDING");
    assertThat(sent).containsExactly("c-1 결제");
  }

  /** While it is looked for what waits, nothing later overtakes it. */
  @Test
  void a_note_behind_one_that_waits_waits_too() {
    Notifier notifier = notifier(this::hanging);
    submit(notifier, "PAID", "결제");
    submit(notifier, "ACCEPTED", "수락");
    poll = Promise.promise();
    onTheirWay.get(0).complete();
    submit(notifier, "COOKED", "준비");
    assertThat(noted).contains(ORDER + ":ACCEPTED PENDING", ORDER + ":COOKED PENDING");
    assertThat(sent).containsExactly("c-1 결제");
  }
}
