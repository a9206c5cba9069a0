package baedal.mypage;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.EventTypes;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.mongodb.MongoDatabase;
import baedal.rabbitmq.EventPublisher;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.Tokens;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.mongo.UpdateOptions;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One of two replicas rebuilds all pages from the log while new events arrive. */
class RebuildTest {

  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final OrderDetails DETAILS =
      Details.of("c-1", "통닭천국", 40_000, 1, NOW, NOW.plusSeconds(900));

  private static final Vertx vertx = Boot.vertx();
  private static final Tokens tokens = new Tokens(vertx, SECRET);
  private static final Map<String, MyPage> expected = new TreeMap<>();
  private static final AtomicLong notified = new AtomicLong();
  private static MongoClient mongo;
  private static WebClient client;
  private static EventPublisher publisher;
  private static int port;

  @BeforeAll
  static void start() {
    String amqp = TestServers.amqp();
    String uri = TestServers.mongo();
    TopologyDeclaration.declare(vertx, amqp).await();
    publisher = new EventPublisher(vertx, amqp, "test");
    publisher.start();
    mongo = new MongoDatabase(vertx, uri).client();
    client = WebClient.create(vertx);
    for (int replica = 0; replica < 2; replica++) {
      Config config =
          Config.of(
              Map.of(
                  "PORT",
                  "0",
                  "MONGO_URI",
                  uri,
                  "AMQP_URI",
                  amqp,
                  "TOKEN_SECRET",
                  SECRET,
                  "ORDER_URL",
                  "http://127.0.0.1:1",
                  "DEV_DOORS",
                  "true",
                  "WARM_UP",
                  "0s"));
      MyPageVerticle verticle = new MyPageVerticle(MyPageConfig.from(config));
      vertx.deployVerticle(verticle).await();
      port = verticle.port();
      await()
          .until(
              () ->
                  publisher.connected()
                      && call(HttpMethod.GET, "/health/ready").statusCode() == 200);
    }
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
  }

  @Test
  void a_rebuild_restores_deleted_pages_and_includes_events_that_arrive_during_it()
      throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      publishOrder(Ids.next());
    }
    await().until(() -> pages().equals(expected));
    publisher
        .publish(List.of(encoded(new OrderEvent.Updated("o-strange", null, false, NOW))))
        .await();
    mongo.dropCollection(collection()).await();
    storePage("o-older-than-the-log");
    mongo
        .save(
            collection(),
            new JsonObject()
                .put("_id", "o-unreadable")
                .put("state", new JsonObject().put("facts", 1)))
        .await();
    AtomicBoolean over = new AtomicBoolean();
    Thread orders =
        new Thread(
            () -> {
              while (!over.get()) {
                String id = Ids.next();
                publishOrder(id);
                await().until(() -> expected.get(id).equals(page(id)));
              }
            });
    orders.start();
    try {
      assertThat(call(HttpMethod.POST, "/rebuilds/mypage").statusCode()).isEqualTo(202);
      assertThat(call(HttpMethod.POST, "/rebuilds/mypage").statusCode()).isEqualTo(409);
      await().until(() -> !state().getBoolean("running"));
    } finally {
      over.set(true);
      orders.join();
    }
    await().until(() -> pages().equals(expected));
    assertThat(state().getString("finishedAt")).isNotNull();
    assertThat(collection()).isNotEqualTo("mypages");
    await()
        .until(
            () ->
                mongo.getCollections().await().stream().filter(c -> c.startsWith("mypages")).count()
                    == 1);
    await().until(() -> mongo.count("notifications", new JsonObject()).await() >= notified.get());
    assertThat(mongo.count("notifications", new JsonObject()).await())
        .as("no customer is notified again")
        .isEqualTo(notified.get());
  }

  @Test
  void a_rebuild_whose_process_died_is_not_running_and_another_may_begin() {
    JsonObject died =
        new JsonObject()
            .put("_id", "mypages")
            .put("current", collection())
            .put("building", "mypages_abandoned")
            .put("heardAt", Instant.now().minusSeconds(60).toEpochMilli());
    mongo
        .replaceDocumentsWithOptions(
            "generations",
            new JsonObject().put("_id", "mypages"),
            died,
            new UpdateOptions().setUpsert(true))
        .await();
    assertThat(state().getBoolean("running")).isFalse();
    assertThat(state().getString("finishedAt")).isNull();
    assertThat(call(HttpMethod.POST, "/rebuilds/mypage").statusCode()).isEqualTo(202);
    assertThat(state().getBoolean("running")).isTrue();
    await().until(() -> state().getString("finishedAt") != null);
  }

  @Test
  void a_page_without_its_first_event_in_the_log_is_merged_with_newer_events() {
    MongoClient own = new MongoDatabase(vertx, TestServers.mongo()).client();
    MyPageRepository pages = new MyPageRepository(own, new GenerationRepository(own, Boot.clock()));
    pages.applyTo("mypages", message(new OrderEvent.Placed("o-1", DETAILS), 1)).await();
    pages
        .applyTo(
            "mypages",
            message(new PaymentEvent.Paid("o-1", "p", 40_000, PaymentMethod.CARD, 1, NOW), 1))
        .await();
    pages
        .applyTo(
            "mypages_new",
            message(new OrderEvent.Paid("o-1", DETAILS, "p", PaymentMethod.CARD, 0, NOW), 2))
        .await();
    pages.applyTo("mypages_new", message(new StoreEvent.CookStarted("o-1", "s-1", NOW), 1)).await();
    pages.copyIncomplete("mypages_new").await();
    MyPage kept = page(own, "mypages_new", "o-1");
    assertThat(kept.status()).isEqualTo(Status.COOKING);
    assertThat(kept.payment().status()).isEqualTo(MyPage.PaymentStatus.PAID);
  }

  @Test
  void a_wrong_page_is_replaced_by_the_rebuilt_one() {
    MongoClient own = new MongoDatabase(vertx, TestServers.mongo()).client();
    MyPageRepository pages = new MyPageRepository(own, new GenerationRepository(own, Boot.clock()));
    pages.applyTo("mypages", message(new StoreEvent.CookStarted("o-1", "s-1", NOW), 1)).await();
    pages.applyTo("mypages_new", message(new OrderEvent.Placed("o-1", DETAILS), 1)).await();
    pages.copyIncomplete("mypages_new").await();
    assertThat(page(own, "mypages_new", "o-1").status()).isEqualTo(Status.PLACED);
  }

  private static EventMessage message(Event event, long sequence) {
    return EventMessages.wrap(List.of(event), sequence, NOW).get(0);
  }

  private static String encoded(Event event) {
    return EventMessages.encode(message(event, 1));
  }

  private static JsonObject state() {
    return call(HttpMethod.GET, "/rebuilds/mypage").bodyAsJsonObject();
  }

  private static String collection() {
    JsonObject known = mongo.findOne("generations", new JsonObject(), new JsonObject()).await();
    return known == null ? "mypages" : known.getString("current");
  }

  private static MyPage page(String id) {
    return page(mongo, collection(), id);
  }

  private static MyPage page(MongoClient mongo, String collection, String id) {
    JsonObject page =
        mongo.findOne(collection, new JsonObject().put("_id", id), new JsonObject()).await();
    return page == null ? null : Json.toObject(page.getJsonObject("state"), MyPage.class);
  }

  private static Map<String, MyPage> pages() {
    Map<String, MyPage> pages = new TreeMap<>();
    for (JsonObject page : mongo.find(collection(), new JsonObject()).await()) {
      pages.put(page.getString("_id"), Json.toObject(page.getJsonObject("state"), MyPage.class));
    }
    return pages;
  }

  /** Publishes the events of one order, and stores the page that they must make. */
  private static void publishOrder(String id) {
    List<Event> events =
        List.of(
            new OrderEvent.Placed(id, DETAILS),
            new PaymentEvent.Paid(id, "p", 40_000, PaymentMethod.CARD, 1, NOW),
            new OrderEvent.Paid(id, DETAILS, "p", PaymentMethod.CARD, 0, NOW),
            new StoreEvent.CookStarted(id, "s-1", NOW),
            new RiderEvent.Claimed(id, "r-1", NOW),
            new RiderEvent.Picked(id, "r-1", NOW),
            new RiderEvent.Delivered(id, "r-1", 0, NOW),
            new OrderEvent.Delivered(id, "c-1", "s-1", "r-1", 40_000, NOW),
            new OrderEvent.Completed(id, "c-1", "s-1", 40_000, true, NOW));
    Map<String, Long> sequences = new HashMap<>();
    List<String> bodies = new ArrayList<>();
    MyPage page = MyPage.blank(id);
    for (Event event : events) {
      long next =
          sequences.merge(EventTypes.exchange(EventTypes.name(event.getClass())), 1L, Long::sum);
      EventMessage message = message(event, next);
      page = Projection.apply(page, message);
      NotificationTexts.of(event, false).ifPresent(text -> notified.incrementAndGet());
      bodies.add(EventMessages.encode(message));
    }
    publisher.publish(bodies).await();
    synchronized (expected) {
      expected.put(id, page);
    }
  }

  /** Stores a page of an order without events in the log. */
  private static void storePage(String id) {
    MyPageRepository pages =
        new MyPageRepository(mongo, new GenerationRepository(mongo, Boot.clock()));
    MyPage page =
        pages.applyTo(collection(), message(new OrderEvent.Placed(id, DETAILS), 1)).await();
    expected.put(id, page);
  }

  private static HttpResponse<Buffer> call(HttpMethod method, String path) {
    return client
        .request(method, port, "127.0.0.1", path)
        .bearerTokenAuthentication(tokens.issue("admin-1", List.of("admin"), List.of()))
        .send()
        .await();
  }
}
