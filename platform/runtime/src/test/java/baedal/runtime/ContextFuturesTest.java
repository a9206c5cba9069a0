package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContextFuturesTest {

  private static final String LOOPBACK = "127.0.0.1";

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void each_of_those_who_wait_for_the_same_goes_on_under_its_own_name() throws Exception {
    Promise<String> said = Promise.promise();
    CountDownLatch waiting = new CountDownLatch(2);
    int port =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  RequestId.begin(request);
                  ContextFutures.here(said.future())
                      .onSuccess(what -> request.response().end(what + RequestId.current()));
                  waiting.countDown();
                })
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    WebClient client = WebClient.create(vertx);
    List<Future<HttpResponse<Buffer>>> asked =
        List.of("a", "b").stream()
            .map(name -> client.get(port, LOOPBACK, "/").putHeader(RequestId.HEADER, name).send())
            .toList();
    assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
    said.complete("for ");
    assertThat(asked)
        .map(answer -> answer.await().bodyAsString())
        .containsExactly("for a", "for b");
  }
}
