package baedal.mypage;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.mongo.MongoClientUpdateResult;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Notes of a store that answers before anybody can look away. */
class NotifierTest {

  private static final String ORDER = "o-1";

  private final Vertx vertx = Vertx.vertx();
  private final List<String> sent = new ArrayList<>();
  private JsonObject page;

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private Object answer(String method) {
    return switch (method) {
      case "findWithOptions" ->
          Future.succeededFuture(
              List.of(
                  new JsonObject()
                      .put("_id", "n-1")
                      .put("orderId", ORDER)
                      .put("text", "주문이 접수되었습니다")
                      .put("noted", "1")));
      case "findOne", "findOneWithOptions" -> Future.succeededFuture(page);
      case "updateCollection" ->
          Future.succeededFuture(new MongoClientUpdateResult(1, null, sent.isEmpty() ? 1 : 0));
      default -> throw new UnsupportedOperationException(method);
    };
  }

  private static MyPage placed() {
    return MyPage.blank(ORDER)
        .details(Details.of("c-1", "통닭천국", 20_000, 1, Instant.EPOCH, Instant.EPOCH), 1);
  }

  @Test
  void a_note_whose_customer_becomes_known_is_sent_then() {
    MongoClient store =
        (MongoClient)
            Proxy.newProxyInstance(
                MongoClient.class.getClassLoader(),
                new Class<?>[] {MongoClient.class},
                (proxy, method, arguments) -> answer(method.getName()));
    Clock clock = Clock.systemUTC();
    MyPageRepository pages = new MyPageRepository(store, new GenerationRepository(store, clock));
    Messenger messenger =
        new Messenger() {
          @Override
          public String channel() {
            return "test";
          }

          @Override
          public Future<Void> send(String customerId, String orderId, String text) {
            sent.add(customerId);
            return Future.succeededFuture();
          }
        };
    Notifier notifier = new Notifier(vertx, pages, messenger, clock);
    notifier.wake();
    assertThat(sent).isEmpty();
    page = new JsonObject().put("_id", ORDER).put("state", Json.fromObject(placed()));
    notifier.wake();
    assertThat(sent).containsExactly("c-1");
  }
}
