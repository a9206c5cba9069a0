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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas of MyPage over HTTP, with the real broker and a messenger that counts. */
class MyPageServiceTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final List<String> TOLD =
      List.of(
          "통닭천국 주문이 결제가 완료되었습니다.",
          "통닭천국에서 주문을 수락했습니다.",
          "준비를 시작했습니다.",
          "준비가 끝났습니다.",
          "라이더가 출발했습니다.",
          "배달이 완료되었습니다. 맛있게 드세요!");

  private static final Vertx vertx = Boot.vertx();
  private static final Tokens tokens = new Tokens(vertx, SECRET);
  private static final WebClient client = WebClient.create(vertx);
  private static final HttpClient streams = EventStream.client(vertx);
  private static final List<JsonObject> sent = new CopyOnWriteArrayList<>();
  private static final Set<String> silent = ConcurrentHashMap.newKeySet();
  private static final Map<String, Handler<HttpServerRequest>> orders = new ConcurrentHashMap<>();
  private static final List<String> asked = new CopyOnWriteArrayList<>();
  private static MyPageConfig config;
  private static EventPublisher publisher;
  private static int one;
  private static int other;

  private record Replica(String id, int port) {}

  @BeforeAll
  static void start() {
    String amqp = TestServers.amqp();
    TopologyDeclaration.declare(vertx, amqp).await();
    publisher = new EventPublisher(vertx, amqp, "test");
    publisher.start();
    int messenger =
        vertx
            .createHttpServer()
            .requestHandler(MyPageServiceTest::carry)
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    int order =
        vertx
            .createHttpServer()
            .requestHandler(MyPageServiceTest::due)
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
            "key");
    one = deploy().port();
    other = deploy().port();
    await().until(publisher::connected);
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
  }

  /** What the order service would answer; each order has a handler of its own. */
  private static void due(HttpServerRequest request) {
    String[] path = request.path().split("/", -1);
    asked.add(path[3]);
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

  /** The order service knows this order of the customer; its events have not come. */
  private static String ordered(String customer) {
    String orderId = Ids.next();
    String due = new JsonObject().put("orderId", orderId).put("customerId", customer).encode();
    orders.put(orderId, request -> request.response().end(due));
    return orderId;
  }

  private static void carry(HttpServerRequest request) {
    request
        .body()
        .map(Buffer::toJsonObject)
        .onSuccess(
            message -> {
              sent.add(message);
              if (!silent.contains(message.getString("to"))) {
                request.response().end();
              }
            });
  }

  private static Replica deploy() {
    MyPageVerticle mypage = new MyPageVerticle(config);
    String id = vertx.deployVerticle(mypage).await();
    await()
        .until(
            () ->
                client.get(mypage.port(), "127.0.0.1", "/health/ready").send().await().statusCode()
                    == 200);
    return new Replica(id, mypage.port());
  }

  /** Events of one order, numbered as the services would. */
  private static List<EventMessage> numbered(Event... events) {
    Map<Class<?>, Long> counts = new HashMap<>();
    List<EventMessage> messages = new ArrayList<>();
    for (Event event : events) {
      long sequence = counts.merge(event.getClass().getDeclaringClass(), 1L, Long::sum);
      messages.addAll(EventMessages.wrap(List.of(event), sequence, NOW));
    }
    return messages;
  }

  private static Instant at(int second) {
    return NOW.plusSeconds(second);
  }

  private static DeliveryJob job(String customer) {
    return new DeliveryJob(
        "s-1", "통닭천국", customer, Fulfilment.DELIVERY, null, null, null, null, 0, null, null);
  }

  private static OrderDetails details(String customer, long version) {
    return Details.of(customer, "통닭천국", 20_000, version, at(0), at(900));
  }

  /** A good life, of which the customer is told six things. */
  private static List<EventMessage> life(String orderId, String customer) {
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

  private static void tell(List<EventMessage> messages) {
    publisher.publish(messages.stream().map(EventMessages::encode).toList()).await();
  }

  private static String placed(String customer) {
    String orderId = Ids.next();
    tell(numbered(new OrderEvent.Placed(orderId, details(customer, 1))));
    await().until(() -> get(one, "/mypages/" + orderId, customer).statusCode() == 200);
    return orderId;
  }

  @Test
  void a_page_that_is_not_ready_yet_is_a_202_for_its_customer_and_a_404_for_others() {
    String customer = Ids.next();
    String orderId = ordered(customer);
    String page = "/mypages/" + orderId;
    accepted(get(one, page, customer), orderId);
    for (String path : List.of(page, page + "/live")) {
      assertThat(get(one, path, Ids.next()).statusCode()).as("a stranger").isEqualTo(404);
      String unknown = path.replace(orderId, Ids.next());
      assertThat(get(one, unknown, customer).statusCode()).as("no order").isEqualTo(404);
    }
    tell(numbered(new PaymentEvent.Paid(orderId, "p-1", 20_000, PaymentMethod.CARD, 1, at(1))));
    String marker = placed(customer);
    accepted(get(one, page, customer), orderId);
    assertThat(all("/mypages", customer, "orderId")).containsExactly(marker);
    tell(numbered(new OrderEvent.Placed(orderId, details(customer, 1))));
    await().until(() -> get(one, page, customer).statusCode() == 200);
    int before = asked.size();
    assertThat(get(one, page, customer).statusCode()).isEqualTo(200);
    assertThat(get(one, page, Ids.next()).statusCode()).isEqualTo(404);
    assertThat(asked).as("a page that is there needs no question").hasSize(before);
  }

  private static void accepted(HttpResponse<Buffer> answer, String orderId) {
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.getHeader("Retry-After")).isEqualTo("1");
    assertThat(answer.bodyAsJsonObject().getString("orderId")).isEqualTo(orderId);
    assertThat(answer.bodyAsJsonObject().getString("detail")).isNotBlank();
  }

  @Test
  void a_page_of_which_order_cannot_be_asked_is_a_503() {
    String customer = Ids.next();
    List<Handler<HttpServerRequest>> away =
        List.of(
            request -> request.connection().close(),
            request -> request.response().setStatusCode(503).end("{}"),
            request -> request.response().end("<html>"),
            request -> request.response().setChunked(true).write(" "));
    for (Handler<HttpServerRequest> answer : away) {
      String orderId = ordered(customer);
      orders.put(orderId, answer);
      for (String path : List.of("/mypages/" + orderId, "/mypages/" + orderId + "/live")) {
        HttpResponse<Buffer> unknown = get(one, path, customer);
        assertThat(unknown.statusCode()).isEqualTo(503);
        assertThat(unknown.getHeader("Retry-After")).isEqualTo("2");
        assertThat(unknown.bodyAsJsonObject().getString("type"))
            .isEqualTo("/problems/order-unavailable");
      }
    }
  }

  @Test
  void a_stream_of_an_order_without_a_page_begins_empty_and_shows_it_when_it_is_there() {
    String customer = Ids.next();
    String orderId = ordered(customer);
    EventStream stream = watch(one, orderId, customer);
    assertThat(stream.status()).isEqualTo(200);
    assertThat(stream.statuses()).isEmpty();
    tell(numbered(new OrderEvent.Placed(orderId, details(customer, 1))));
    await().until(() -> stream.statuses().equals(List.of("PLACED")));
    stream.leave();
  }

  @Test
  void a_customer_sees_their_own_orders_newest_first_page_by_page() {
    String customer = Ids.next();
    List<String> orders = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      orders.add(0, placed(customer));
      placed(Ids.next());
    }
    assertThat(all("/mypages", customer, "orderId")).isEqualTo(orders);
    tell(
        numbered(
            new OrderEvent.Expired(orders.get(1), customer, "s-1", null, at(900)),
            new OrderEvent.Expired(orders.get(3), customer, "s-1", null, at(900))));
    await().until(() -> all("/mypages?status=EXPIRED", customer, "orderId").size() == 2);
    assertThat(all("/mypages?status=EXPIRED", customer, "orderId"))
        .containsExactly(orders.get(1), orders.get(3));
    assertThat(all("/mypages?status=PLACED", customer, "orderId"))
        .containsExactly(orders.get(0), orders.get(2), orders.get(4));
    assertThat(all("/mypages?status=PAID", customer, "orderId")).isEmpty();
  }

  /** Reads a list two items at a time. */
  private static List<String> all(String path, String customer, String field) {
    List<String> found = new ArrayList<>();
    String cursor = path.contains("?") ? "&limit=2" : "?limit=2";
    while (cursor != null) {
      JsonObject page = get(one, path + cursor, customer).bodyAsJsonObject();
      assertThat(page.getJsonArray("items")).hasSizeLessThanOrEqualTo(2);
      page.getJsonArray("items").forEach(item -> found.add(((JsonObject) item).getString(field)));
      String next = page.getString("next");
      cursor = next == null ? null : (path.contains("?") ? "&" : "?") + "limit=2&cursor=" + next;
    }
    return found;
  }

  @Test
  void the_page_tells_all_that_happened() {
    String customer = Ids.next();
    String orderId = Ids.next();
    tell(life(orderId, customer));
    await()
        .until(
            () ->
                get(one, "/mypages/" + orderId, customer).statusCode() == 200
                    && get(one, "/mypages/" + orderId, customer)
                            .bodyAsJsonObject()
                            .getJsonArray("timeline")
                            .size()
                        == 8);
    JsonObject page = get(other, "/mypages/" + orderId, customer).bodyAsJsonObject();
    assertThat(page.getString("orderId")).isEqualTo(orderId);
    assertThat(page.getString("customerId")).isEqualTo(customer);
    assertThat(page.getString("storeId")).isEqualTo("s-1");
    assertThat(page.getString("storeName")).isEqualTo("통닭천국");
    assertThat(page.getString("status")).isEqualTo("COMPLETED");
    assertThat(page.getLong("due")).isEqualTo(20_000);
    assertThat(page.getJsonObject("payment").encode())
        .isEqualTo("{\"method\":\"CARD\",\"status\":\"PAID\"}");
    assertThat(page.getJsonObject("rider").getString("riderId")).isEqualTo("r-1");
    assertThat(
            page.getJsonArray("timeline").stream().map(s -> ((JsonObject) s).getString("status")))
        .containsExactly(
            "PLACED", "PAID", "ACCEPTED", "COOKING", "COOKED", "PICKED", "DELIVERED", "COMPLETED");
  }

  @Test
  void nobody_sees_what_is_not_theirs() {
    String customer = Ids.next();
    String stranger = Ids.next();
    String orderId = placed(customer);
    for (String path : List.of("/mypages/" + orderId, "/mypages/" + orderId + "/live")) {
      assertThat(get(one, path, stranger).statusCode()).as(path).isEqualTo(404);
      assertThat(get(one, path.replace(orderId, "none"), customer).statusCode()).isEqualTo(404);
    }
    for (String path :
        List.of(
            "/mypages", "/mypages/" + orderId, "/mypages/" + orderId + "/live", "/notifications")) {
      for (String role : List.of("owner", "rider", "marketing", "admin", "service")) {
        assertThat(as(customer, role, path).statusCode()).as(role + " " + path).isEqualTo(403);
      }
      assertThat(client.get(one, "127.0.0.1", path).send().await().statusCode())
          .as(path)
          .isEqualTo(401);
    }
    assertThat(all("/mypages", stranger, "orderId")).isEmpty();
    assertThat(all("/notifications", stranger, "orderId")).isEmpty();
  }

  @Test
  void what_does_not_fit_the_contract_is_refused() {
    String customer = Ids.next();
    for (String path :
        List.of(
            "/mypages?limit=0",
            "/mypages?limit=101",
            "/mypages?limit=x",
            "/mypages?status=HUNGRY",
            "/mypages?cursor=x",
            "/notifications?cursor=x",
            "/notifications?cursor=WyJhIl0",
            "/notifications?limit=-1")) {
      assertThat(get(one, path, customer).statusCode()).as(path).isEqualTo(400);
    }
  }

  @Test
  void both_replicas_show_each_change_in_order_to_who_watches() {
    String customer = Ids.next();
    String orderId = placed(customer);
    List<EventStream> watching =
        List.of(watch(one, orderId, customer), watch(other, orderId, customer));
    List<String> wanted = new ArrayList<>();
    Set<Class<?>> unseen = Set.of(RiderEvent.Delivered.class);
    for (EventMessage message : life(orderId, customer)) {
      tell(List.of(message));
      if (!unseen.contains(message.data().getClass())) {
        int pages = wanted.size() + 1;
        watching.forEach(stream -> await().until(() -> stream.statuses().size() >= pages));
        wanted.add(watching.get(0).statuses().get(pages - 1));
      }
    }
    watching.forEach(stream -> await().until(stream::ended));
    for (EventStream stream : watching) {
      assertThat(stream.statuses())
          .containsExactly(
              "PLACED",
              "PLACED",
              "PAID",
              "ACCEPTED",
              "COOKING",
              "COOKED",
              "COOKED",
              "PICKED",
              "DELIVERED",
              "COMPLETED");
    }
  }

  @Test
  void who_watches_sees_where_the_rider_is() {
    String customer = Ids.next();
    String orderId = Ids.next();
    tell(life(orderId, customer).subList(0, 8));
    await()
        .until(() -> get(one, "/mypages/" + orderId, customer).bodyAsString().contains("PICKED"));
    List<EventStream> watching =
        List.of(watch(one, orderId, customer), watch(other, orderId, customer));
    EventMessages.wrap(List.of(new RiderEvent.Moved(orderId, "r-1", 37.5, 127.0, at(7))), 1, NOW)
        .forEach(moved -> publisher.publishTransient(moved).await());
    for (EventStream stream : watching) {
      await().until(() -> !stream.events("location").isEmpty());
      assertThat(stream.events("location").get(0).data().getDouble("lat")).isEqualTo(37.5);
      stream.leave();
    }
    for (int port : List.of(one, other)) {
      JsonObject rider =
          get(port, "/mypages/" + orderId, customer).bodyAsJsonObject().getJsonObject("rider");
      assertThat(rider.getDouble("lng")).isEqualTo(127.0);
    }
  }

  @Test
  void a_stream_that_broke_off_goes_on_at_the_other_replica_with_what_was_missed() {
    String customer = Ids.next();
    String orderId = Ids.next();
    List<EventMessage> life = life(orderId, customer);
    tell(life.subList(0, 1));
    await().until(() -> get(one, "/mypages/" + orderId, customer).statusCode() == 200);
    EventStream first = watch(one, orderId, customer);
    await().until(() -> !first.statuses().isEmpty());
    first.leave();
    tell(life.subList(1, 3));
    await().until(() -> heardOfPayment(orderId, customer));

    EventStream second = watch(other, orderId, customer, first.lastId());
    await().until(() -> !second.statuses().isEmpty());
    second.leave();
    EventStream third = watch(one, orderId, customer, second.lastId());
    tell(life.subList(3, life.size()));
    await().until(third::ended);
    assertThat(second.statuses()).containsExactly("PAID");
    assertThat(third.statuses()).doesNotContain("PLACED", "PAID").endsWith("COMPLETED");
    await().until(() -> nothingMore(orderId, customer, third.lastId()));
  }

  /** Of the payment, and of the order that is paid: replicas hear of them in any order. */
  private static boolean heardOfPayment(String orderId, String customer) {
    JsonObject page = get(one, "/mypages/" + orderId, customer).bodyAsJsonObject();
    return page.getString("status").equals("PAID") && page.getJsonObject("payment") != null;
  }

  /** Events that come after the last one may still add to the page; then that is told. */
  private static boolean nothingMore(String orderId, String customer, String lastId) {
    EventStream next = watch(other, orderId, customer, lastId);
    if (next.status() == 204) {
      return true;
    }
    await().until(next::ended);
    return nothingMore(orderId, customer, next.lastId());
  }

  @Test
  void each_change_is_told_once_however_often_and_in_whatever_order_its_events_come() {
    Map<String, String> customers = new HashMap<>();
    List<EventMessage> messages = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String orderId = Ids.next();
      String customer = Ids.next();
      customers.put(orderId, customer);
      messages.addAll(life(orderId, customer));
      messages.addAll(messages.subList(messages.size() - 5, messages.size()));
    }
    Collections.shuffle(messages, new Random(1));
    tell(messages);
    customers.forEach(
        (orderId, customer) -> await().until(() -> texts(customer).size() >= TOLD.size()));
    tell(messages);
    settle();
    customers.forEach(
        (orderId, customer) -> {
          assertThat(texts(customer)).containsExactlyInAnyOrderElementsOf(TOLD);
          assertThat(all("/notifications", customer, "text"))
              .containsExactlyInAnyOrderElementsOf(TOLD);
        });
  }

  @Test
  void notifications_come_newest_first_and_of_one_order_in_the_order_of_its_life() {
    String customer = Ids.next();
    List<EventMessage> life = life(Ids.next(), customer);
    tell(life.subList(0, 2));
    for (EventMessage message : life.subList(2, life.size())) {
      int told = Messages.of(message.data()).isPresent() ? 1 : 0;
      int all = texts(customer).size() + told;
      tell(List.of(message));
      await().until(() -> texts(customer).size() == all);
    }
    assertThat(texts(customer)).isEqualTo(TOLD);
    List<String> newestFirst = new ArrayList<>(TOLD);
    Collections.reverse(newestFirst);
    assertThat(all("/notifications", customer, "text")).isEqualTo(newestFirst);
  }

  @Test
  void a_replica_that_stops_and_starts_in_the_middle_tells_nothing_twice_and_forgets_nothing() {
    List<String> customers = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      Replica third = deploy();
      List<EventMessage> messages = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String customer = Ids.next();
        customers.add(customer);
        messages.addAll(life(Ids.next(), customer));
      }
      tell(messages);
      String last = customers.get(customers.size() - 40);
      await().until(() -> !texts(last).isEmpty());
      vertx.undeploy(third.id()).await();
    }
    customers.forEach(customer -> await().until(() -> texts(customer).size() >= TOLD.size()));
    settle();
    customers.forEach(
        customer -> assertThat(texts(customer)).containsExactlyInAnyOrderElementsOf(TOLD));
  }

  @Test
  void a_message_that_hangs_holds_up_no_other_order() {
    String slow = Ids.next();
    String quick = Ids.next();
    silent.add(slow);
    tell(life(Ids.next(), slow));
    tell(life(Ids.next(), slow));
    await().until(() -> texts(slow).size() >= 2);
    tell(life(Ids.next(), quick));
    await().until(() -> texts(quick).size() == TOLD.size());
    assertThat(texts(slow).size()).isLessThan(2 * TOLD.size());
    silent.remove(slow);
  }

  @Test
  void notes_whose_customer_is_not_known_yet_wait_and_are_in_nobodys_way() {
    String customer = Ids.next();
    String early = Ids.next();
    List<EventMessage> life = life(early, customer);
    List<EventMessage> orphans = new ArrayList<>(life.subList(4, 5));
    for (int i = 0; i < 2 * Notifier.AT_ONCE; i++) {
      orphans.addAll(numbered(new StoreEvent.CookStarted(Ids.next(), "s-1", at(4))));
    }
    tell(orphans);
    String quick = Ids.next();
    tell(life(Ids.next(), quick));
    await().until(() -> texts(quick).size() == TOLD.size());
    assertThat(texts(customer)).isEmpty();
    tell(life.subList(0, 1));
    await().until(() -> texts(customer).equals(List.of("준비를 시작했습니다.")));
  }

  private static List<String> texts(String customer) {
    return sent.stream()
        .filter(message -> message.getString("to").equals(customer))
        .map(message -> message.getString("text"))
        .toList();
  }

  /** Until what was told before has had its effect: an order told last has had its own. */
  private static void settle() {
    String customer = Ids.next();
    tell(life(Ids.next(), customer));
    await().until(() -> texts(customer).size() == TOLD.size());
  }

  private static EventStream watch(int port, String orderId, String customer, String... last) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Authorization", "Bearer " + token(customer, "customer"));
    if (last.length > 0) {
      headers.put("Last-Event-ID", last[0]);
    }
    return EventStream.open(streams, port, "/mypages/" + orderId + "/live", headers);
  }

  private static String token(String sub, String role) {
    return tokens.issue(sub, List.of(role), List.of());
  }

  private static HttpResponse<Buffer> get(int port, String path, String customer) {
    return client
        .get(port, "127.0.0.1", path)
        .bearerTokenAuthentication(token(customer, "customer"))
        .send()
        .await();
  }

  private static HttpResponse<Buffer> as(String sub, String role, String path) {
    return client
        .get(one, "127.0.0.1", path)
        .bearerTokenAuthentication(token(sub, role))
        .send()
        .await();
  }
}
