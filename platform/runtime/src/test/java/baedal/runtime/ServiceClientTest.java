package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.WebClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceClientTest {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration TIMEOUT = Duration.ofMillis(200);

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_service_that_stalls_in_the_middle_of_its_response_is_unavailable() {
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
    var answer = client.put("/x", new JsonObject(), TIMEOUT).toCompletionStage();
    assertThatThrownBy(() -> answer.toCompletableFuture().get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE));
  }

  @Test
  void a_client_closes_a_connection_that_it_does_not_use() throws Exception {
    Promise<Void> closed = Promise.promise();
    int port =
        vertx
            .createHttpServer()
            .connectionHandler(connection -> connection.closeHandler(v -> closed.complete()))
            .requestHandler(request -> request.response().end("{}"))
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    Tokens tokens = new Tokens(vertx, "a secret of at least thirty-two bytes");
    ServiceClient client =
        new ServiceClient(vertx, "order", "http://" + LOOPBACK + ":" + port, tokens, "payment");
    client.get("/x", Duration.ofSeconds(15)).await();
    assertThat(closed.future().isComplete()).isFalse();
    closed.future().await(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429})
  void a_caller_gets_a_503_when_the_called_service_refuses_this_service(int status) {
    int port =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .response()
                        .setStatusCode(status)
                        .end("{\"type\":\"/problems/invalid-token\",\"detail\":\"a clock\"}"))
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    Tokens tokens = new Tokens(vertx, "a secret of at least thirty-two bytes");
    ServiceClient client =
        new ServiceClient(vertx, "order", "http://" + LOOPBACK + ":" + port, tokens, "payment");
    assertThatThrownBy(() -> client.get("/x", Duration.ofSeconds(15)).await())
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.type()).isEqualTo("order-unavailable"));
  }

  @Test
  void a_call_repeats_the_id_of_the_request_that_caused_it() {
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "../../dev/payment-provider",
        "%2e%2e",
        "o-1/..",
        "o-1?due=0",
        "o-1#",
        "o-1;x",
        "o-1/",
        "",
        "o 1",
        "o-1\r\nX: y",
        "o-1\n"
      })
  void an_id_with_path_characters_is_refused_before_the_call(String id) {
    List<String> reached = new CopyOnWriteArrayList<>();
    int port =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  reached.add(request.uri());
                  request.response().end("{}");
                })
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    Tokens tokens = new Tokens(vertx, "a secret of at least thirty-two bytes");
    ServiceClient client =
        new ServiceClient(vertx, "order", "http://" + LOOPBACK + ":" + port, tokens, "payment");
    assertThatThrownBy(
            () -> client.get("/internal/orders/" + id + "/due", Duration.ofSeconds(15)).await())
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NOT_FOUND));
    client.get("/internal/orders/o-1/due", Duration.ofSeconds(15)).await();
    assertThat(reached).containsExactly("/internal/orders/o-1/due");
  }
}
