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
  void requests_that_wait_for_one_future_keep_their_own_request_ids() throws Exception {
    Promise<String> shared = Promise.promise();
    CountDownLatch waiting = new CountDownLatch(2);
    int port =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  RequestId.begin(request);
                  ContextFutures.onCallersContext(shared.future())
                      .onSuccess(text -> request.response().end(text + RequestId.current()));
                  waiting.countDown();
                })
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    WebClient client = WebClient.create(vertx);
    List<Future<HttpResponse<Buffer>>> responses =
        List.of("a", "b").stream()
            .map(name -> client.get(port, LOOPBACK, "/").putHeader(RequestId.HEADER, name).send())
            .toList();
    assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
    shared.complete("for ");
    assertThat(responses)
        .map(response -> response.await().bodyAsString())
        .containsExactly("for a", "for b");
  }
}
