package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.WebClient;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceClientTest {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration IMPATIENCE = Duration.ofMillis(200);

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_service_that_stops_in_the_middle_of_its_answer_is_away() {
    int port =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().setChunked(true).write("{"))
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    Tokens tokens = new Tokens(vertx, "a secret of at least thirty-two bytes");
    ServiceClient client =
        new ServiceClient(vertx, "order", "http://" + LOOPBACK + ":" + port, tokens, "payment");
    var answer = client.put("/x", new JsonObject(), IMPATIENCE).toCompletionStage();
    assertThatThrownBy(() -> answer.toCompletableFuture().get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            Refusal.class, no -> assertThat(no.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE));
  }

  @Test
  void a_call_for_the_sake_of_a_request_bears_its_name() {
    int called =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .response()
                        .end("{\"name\":\"" + request.getHeader(RequestId.HEADER) + "\"}"))
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    Tokens tokens = new Tokens(vertx, "a secret of at least thirty-two bytes");
    ServiceClient client =
        new ServiceClient(vertx, "order", "http://" + LOOPBACK + ":" + called, tokens, "payment");
    int calling =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  RequestId.begin(request);
                  client
                      .get("/x", Duration.ofSeconds(15))
                      .onSuccess(answer -> request.response().end(answer.toBuffer()));
                })
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    assertThat(
            WebClient.create(vertx)
                .get(calling, LOOPBACK, "/")
                .putHeader(RequestId.HEADER, "app-7")
                .send()
                .await()
                .bodyAsJsonObject()
                .getString("name"))
        .isEqualTo("app-7");
  }
}
