package baedal.store;

import static baedal.store.Samples.paid;
import static baedal.testkit.Eventually.await;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderDetailsBuilder;
import baedal.events.OrderEvent;
import baedal.events.StoreEvent;
import baedal.mongodb.MongoDatabase;
import baedal.rabbitmq.EventPublisher;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.runtime.Tokens;
import baedal.testkit.TestServers;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Base class of tests that call a running store service, with a real database and broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RunningStore {

  private static final String SECRET = "a secret that only this test knows, of 32 bytes";
  private static final String STORE_BODY =
      """
      {"name": "%s", "kind": "FOOD", "address": {"text": "서울 마포구", "lat": %s, "lng": %s}}
      """;

  private final Vertx vertx = Boot.vertx();
  final String amqp = TestServers.amqp();
  final String mongo = TestServers.mongo();
  final MongoClient mongoClient = new MongoDatabase(vertx, mongo).client();
  final Tokens tokens = new Tokens(vertx, SECRET);
  private final StoreVerticle service =
      new StoreVerticle(
          StoreConfig.from(
              Config.of(
                  Map.of(
                      "PORT",
                      "0",
                      "MONGO_URI",
                      mongo,
                      "AMQP_URI",
                      amqp,
                      "TOKEN_SECRET",
                      SECRET,
                      "DEV_DOORS",
                      "true",
                      "WARM_UP",
                      "0s"))));
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<EventMessage> published = new CopyOnWriteArrayList<>();
  final EventPublisher orders = new EventPublisher(vertx, amqp, "test");
  final String owner = tokens.issue("o-1", List.of("owner"), List.of());
  final String stranger = tokens.issue("o-2", List.of("owner"), List.of());
  final String customer = tokens.issue("c-1", List.of("customer"), List.of());
  private Connection subscriber;

  @BeforeAll
  void start() throws Exception {
    TopologyDeclaration.declare(vertx, amqp).await();
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(amqp);
    subscriber = factory.newConnection();
    var channel = subscriber.createChannel();
    String queue = channel.queueDeclare().getQueue();
    channel.queueBind(queue, "store", "#");
    channel.basicConsume(
        queue,
        true,
        (tag, delivery) ->
            published.add(
                EventMessages.decode(new String(delivery.getBody(), StandardCharsets.UTF_8))),
        tag -> {});
    orders.start();
    vertx.deployVerticle(service).await();
    await()
        .until(
            () -> orders.connected() && call("GET", "/health/ready", null, null).status() == 200);
  }

  @AfterAll
  void stop() throws IOException {
    subscriber.close();
    vertx.close().await();
  }

  StoreRepository replica() {
    return new StoreRepository(mongoClient, () -> {});
  }

  CompletableFuture<HttpResponse<String>> open(String key, String body) {
    return open(key, owner, body);
  }

  CompletableFuture<HttpResponse<String>> open(String key, String token, String body) {
    return send("POST", "/stores", key, token, body);
  }

  String open(String name, double lat, double lng) {
    return call("POST", "/stores", owner, store(name, lat, lng)).body().getString("storeId");
  }

  CompletableFuture<HttpResponse<String>> send(
      String method, String path, String key, String token, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  static EventMessage orderPaid(String orderId, String storeId, Line... lines) {
    OrderEvent.Paid sample = paid(orderId, lines);
    OrderDetails details = OrderDetailsBuilder.builder(sample.order()).storeId(storeId).build();
    Event event =
        new OrderEvent.Paid(
            orderId, details, sample.paymentId(), sample.method(), sample.collect(), sample.at());
    return EventMessages.wrap(List.of(event), 1, Samples.NOON).get(0);
  }

  List<EventMessage> published(String subject) {
    return published.stream().filter(message -> message.subject().equals(subject)).toList();
  }

  List<StoreEvent.MenuChanged> menuChanges(String storeId) {
    return published(storeId).stream()
        .map(EventMessage::data)
        .filter(StoreEvent.MenuChanged.class::isInstance)
        .map(StoreEvent.MenuChanged.class::cast)
        .toList();
  }

  static String store(String name, double lat, double lng) {
    return STORE_BODY.formatted(name.replace("\\", "\\\\"), lat, lng);
  }

  static String menu(long price, int stock) {
    return "{\"name\": \"후라이드\", \"price\": " + price + ", \"stock\": " + stock + "}";
  }

  static List<JsonObject> items(Answer answer) {
    JsonArray items = answer.body().getJsonArray("items");
    return items.stream().map(JsonObject.class::cast).toList();
  }

  record Answer(int status, JsonObject body) {}

  Answer call(String method, String path, String token, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      boolean json = response.body().startsWith("{");
      return new Answer(response.statusCode(), json ? new JsonObject(response.body()) : null);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
