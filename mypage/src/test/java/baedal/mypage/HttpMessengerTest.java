package baedal.mypage;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How {@link HttpMessenger} handles failures of the messenger. */
class HttpMessengerTest {

  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_response_that_does_not_end_is_a_failure() {
    int port =
        vertx
            .createHttpServer()
            .requestHandler(
                endless -> {
                  endless.response().setChunked(true);
                  vertx.setPeriodic(500, timer -> endless.response().write(" "));
                })
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    HttpMessenger messenger =
        new HttpMessenger(vertx, "http://" + LOOPBACK + ":" + port + "/messages", "key");
    Future<Void> sent = messenger.send("c-1", "o-1", "주문이 접수되었습니다");
    await().until(sent::isComplete);
    assertThat(sent.failed()).isTrue();
  }
}
