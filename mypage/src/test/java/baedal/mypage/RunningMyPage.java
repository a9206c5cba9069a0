package baedal.mypage;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.DeliveryJob;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.rabbitmq.EventPublisher;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Boot;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import baedal.runtime.Ids;
import baedal.runtime.Tokens;
import baedal.testkit.TestServers;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * The base of tests that call two running replicas of MyPage. The broker and the database are real;
 * the messenger and the order service are simulated, and record their requests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RunningMyPage {

  static final String SECRET = "a secret of at least thirty-two bytes";
  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  static final List<String> NOTIFIED =
      List.of(
          "통닭천국 주문이 결제가 완료되었습니다.",
          "통닭천국에서 주문을 수락했습니다.",
          "준비를 시작했습니다.",
          "준비가 끝났습니다.",
          "라이더가 출발했습니다.",
          "배달이 완료되었습니다. 맛있게 드세요!");

  final Vertx vertx = Boot.vertx();
  final Tokens tokens = new Tokens(vertx, SECRET);
  final WebClient client = WebClient.create(vertx);
  final HttpClient streams = EventStream.client(vertx);
  final List<JsonObject> sent = new CopyOnWriteArrayList<>();

  /** Customers for whom the simulated messenger sends no response. */
  final Set<String> unanswered = ConcurrentHashMap.newKeySet();

  /** How the simulated order service responds, by order id. */
  final Map<String, Handler<HttpServerRequest>> orders = new ConcurrentHashMap<>();

  final List<String> requestedOrders = new CopyOnWriteArrayList<>();
  MyPageConfig config;
  EventPublisher publisher;
  int firstReplica;
  int secondReplica;

  record Replica(String id, int port) {}

  @BeforeAll
  void start() {
    String amqp = TestServers.amqp();
    TopologyDeclaration.declare(vertx, amqp).await();
    publisher = new EventPublisher(vertx, amqp, "test");
    publisher.start();
    int messenger =
        vertx
            .createHttpServer()
            .requestHandler(this::respondAsMessenger)
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    int order =
        vertx
            .createHttpServer()
            .requestHandler(this::respondAsOrderService)
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    config =
        new MyPageConfig(
            "127.0.0.1",
            0,
            HttpApi.DEFAULT_MAX_HEADER_BYTES,
            TestServers.mongo(),
            amqp,
            new Identity.OneMachine(SECRET),
            "http://127.0.0.1:" + order,
            "http://127.0.0.1:" + messenger + "/messages",
            "key",
            Duration.ZERO,
            Duration.ZERO);
    firstReplica = deploy().port();
    secondReplica = deploy().port();
    await().until(publisher::connected);
  }

  @AfterAll
  void stop() {
    vertx.close().await();
  }

  /** Responds as the order service does. */
  void respondAsOrderService(HttpServerRequest request) {
    String[] path = request.path().split("/", -1);
    requestedOrders.add(path[3]);
    orders
        .getOrDefault(
            path[3],
            unknown ->
                unknown
                    .response()
                    .setStatusCode(404)
                    .end("{\"type\":\"/problems/not-found\",\"detail\":\"no order\"}"))
        .handle(request);
  }

  /** Creates an order of which MyPage has received no event. Returns its id. */
  String orderWithoutEvents(String customer) {
    String orderId = Ids.next();
    String due = new JsonObject().put("orderId", orderId).put("customerId", customer).encode();
    orders.put(orderId, request -> request.response().end(due));
    return orderId;
  }

  void respondAsMessenger(HttpServerRequest request) {
    request
        .body()
        .map(Buffer::toJsonObject)
        .onSuccess(
            message -> {
              sent.add(message);
              if (!unanswered.contains(message.getString("to"))) {
                request.response().end();
              }
            });
  }

  Replica deploy() {
    MyPageVerticle mypage = new MyPageVerticle(config);
    String id = vertx.deployVerticle(mypage).await();
    await()
        .until(
            () ->
                client.get(mypage.port(), "127.0.0.1", "/health/ready").send().await().statusCode()
                    == 200);
    return new Replica(id, mypage.port());
  }

  /** Numbers the events of each aggregate as its service would. */
  List<EventMessage> numbered(Event... events) {
    Map<Class<?>, Long> counts = new HashMap<>();
    List<EventMessage> messages = new ArrayList<>();
    for (Event event : events) {
      long sequence = counts.merge(event.getClass().getDeclaringClass(), 1L, Long::sum);
      messages.addAll(EventMessages.wrap(List.of(event), sequence, NOW));
    }
    return messages;
  }

  Instant at(int second) {
    return NOW.plusSeconds(second);
  }

  DeliveryJob job(String customer) {
    return new DeliveryJob(
        "s-1", "통닭천국", customer, Fulfilment.DELIVERY, null, null, null, null, 0, null, null);
  }

  OrderDetails details(String customer, long version) {
    return Details.of(customer, "통닭천국", 20_000, version, at(0), at(900));
  }

  /** The events of a delivered order. The customer gets the notifications {@link #NOTIFIED}. */
  List<EventMessage> deliveredOrder(String orderId, String customer) {
    return numbered(
        new OrderEvent.Placed(orderId, details(customer, 1)),
        new PaymentEvent.Paid(orderId, "p-1", 20_000, PaymentMethod.CARD, 1, at(1)),
        new OrderEvent.Paid(orderId, details(customer, 2), "p-1", PaymentMethod.CARD, 0, at(2)),
        new StoreEvent.OrderAccepted(orderId, job(customer), at(3)),
        new StoreEvent.CookStarted(orderId, "s-1", at(4)),
        new StoreEvent.CookFinished(orderId, job(customer), at(5)),
        new RiderEvent.Claimed(orderId, "r-1", at(6)),
        new RiderEvent.Picked(orderId, "r-1", at(7)),
        new RiderEvent.Delivered(orderId, "r-1", 0, at(8)),
        new OrderEvent.Delivered(orderId, customer, "s-1", "r-1", 20_000, at(8)),
        new OrderEvent.Completed(orderId, customer, "s-1", 20_000, true, at(9)));
  }

  void publish(List<EventMessage> messages) {
    publisher.publish(messages.stream().map(EventMessages::encode).toList()).await();
  }

  /** Places an order and waits for its page. Returns the id of the order. */
  String placedOrder(String customer) {
    String orderId = Ids.next();
    publish(numbered(new OrderEvent.Placed(orderId, details(customer, 1))));
    await().until(() -> get(firstReplica, "/mypages/" + orderId, customer).statusCode() == 200);
    return orderId;
  }

  /** Reads all pages of a list, two items at a time. Returns one field of each item. */
  List<String> readAll(String path, String customer, String field) {
    List<String> found = new ArrayList<>();
    String cursor = path.contains("?") ? "&limit=2" : "?limit=2";
    while (cursor != null) {
      JsonObject page = get(firstReplica, path + cursor, customer).bodyAsJsonObject();
      assertThat(page.getJsonArray("items")).hasSizeLessThanOrEqualTo(2);
      page.getJsonArray("items").forEach(item -> found.add(((JsonObject) item).getString(field)));
      String next = page.getString("next");
      cursor = next == null ? null : (path.contains("?") ? "&" : "?") + "limit=2&cursor=" + next;
    }
    return found;
  }

  /** The texts that the messenger received for a customer. */
  List<String> textsSentTo(String customer) {
    return sent.stream()
        .filter(message -> message.getString("to").equals(customer))
        .map(message -> message.getString("text"))
        .toList();
  }

  String token(String sub, String role) {
    return tokens.issue(sub, List.of(role), List.of());
  }

  HttpResponse<Buffer> get(int port, String path, String customer) {
    return client
        .get(port, "127.0.0.1", path)
        .bearerTokenAuthentication(token(customer, "customer"))
        .send()
        .await();
  }
}
