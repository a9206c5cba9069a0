package baedal.store;

import static baedal.store.Samples.line;
import static baedal.store.Samples.paid;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Address;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.StoreEvent;
import baedal.mongodb.MongoStore;
import baedal.rabbitmq.EventPublisher;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.runtime.Digest;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.Tokens;
import baedal.testkit.TestServers;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.LoggerFactory;

/** The whole service over HTTP and the real broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoreServiceTest {

  private static final String SECRET = "a secret that only this test knows, of 32 bytes";
  private static final String STORE_BODY =
      """
      {"name": "%s", "kind": "FOOD", "address": {"text": "서울 마포구", "lat": %s, "lng": %s}}
      """;

  private final Vertx vertx = Boot.vertx();
  private final String amqp = TestServers.amqp();
  private final String mongo = TestServers.mongo();
  private final MongoClient mongoClient = new MongoStore(vertx, mongo).client();
  private final Tokens tokens = new Tokens(vertx, SECRET);
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
                      "true"))));
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<EventMessage> heard = new CopyOnWriteArrayList<>();
  private final EventPublisher orders = new EventPublisher(vertx, amqp, "test");
  private final String owner = tokens.issue("o-1", List.of("owner"), List.of());
  private final String stranger = tokens.issue("o-2", List.of("owner"), List.of());
  private final String customer = tokens.issue("c-1", List.of("customer"), List.of());
  private Connection ear;

  @BeforeAll
  void start() throws Exception {
    TopologyDeclaration.declare(vertx, amqp).await();
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(amqp);
    ear = factory.newConnection();
    var channel = ear.createChannel();
    String queue = channel.queueDeclare().getQueue();
    channel.queueBind(queue, "store", "#");
    channel.basicConsume(
        queue,
        true,
        (tag, delivery) ->
            heard.add(EventMessages.decode(new String(delivery.getBody(), StandardCharsets.UTF_8))),
        tag -> {});
    orders.start();
    vertx.deployVerticle(service).await();
    await()
        .until(() -> orders.connected() && call("GET", "/health/ready", null, null).status == 200);
  }

  @AfterAll
  void stop() throws IOException {
    ear.close();
    vertx.close().await();
  }

  @Test
  void an_owner_opens_closes_moves_and_renames_a_store_and_every_word_is_told() {
    Answer opened = call("POST", "/stores", owner, store("통닭천국", 37.55, 126.91));
    assertThat(opened.status).isEqualTo(201);
    String id = opened.body.getString("storeId");
    assertThat(opened.body.getString("ownerId")).isEqualTo("o-1");
    assertThat(opened.body.getBoolean("open")).isTrue();
    assertThat(call("PATCH", "/stores/" + id, owner, "{\"open\": false}").body.getBoolean("open"))
        .isFalse();
    Answer renamed = call("PATCH", "/stores/" + id, owner, "{\"open\": true, \"name\": \"새 통닭\"}");
    assertThat(renamed.body.getString("name")).isEqualTo("새 통닭");
    assertThat(call("GET", "/stores/" + id, null, null).body).isEqualTo(renamed.body);
    await().until(() -> heard(id).size() == 3);
    assertThat(heard(id))
        .extracting(EventMessage::type)
        .containsExactly("store.opened", "store.closed", "store.opened");
  }

  @Test
  void a_store_is_opened_once_under_a_key_however_many_ask_at_once() {
    for (int round = 0; round < 20; round++) {
      String key = "k-" + round;
      List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        asked.add(open(key, store("통닭천국 " + key, 37.55, 126.91)));
      }
      List<String> bodies = asked.stream().map(one -> one.join().body()).toList();
      assertThat(bodies.stream().distinct()).hasSize(1);
      String id = new JsonObject(bodies.get(0)).getString("storeId");
      call("PATCH", "/stores/" + id, owner, "{\"open\": false}");
      assertThat(open(key, store("통닭천국 " + key, 37.55, 126.91)).join().body())
          .as("answered as the first time")
          .isEqualTo(bodies.get(0));
      assertThat(open(key, store("다른 집", 37.55, 126.91)).join().statusCode()).isEqualTo(422);
    }
  }

  @Test
  void a_replica_that_died_before_it_opened_the_store_under_a_key_leads_to_the_same_store() {
    StoreApi.OpenStore asked =
        new StoreApi.OpenStore("통닭천국", Store.Kind.FOOD, new Address("서울 마포구", 37.55, 126.91));
    IdempotencyKey key = new IdempotencyKey("o-1", "k-died", Digest.sha256(Json.encode(asked)));
    String id = Ids.next();
    assertThat(replica().remember(key, id, Instant.now()).await().id()).isEqualTo(id);
    HttpResponse<String> again = open("k-died", store("통닭천국", 37.55, 126.91)).join();
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(new JsonObject(again.body()).getString("storeId")).isEqualTo(id);
    await().until(() -> heard(id).size() == 1);
  }

  @Test
  void a_key_is_its_owners_own_and_forgotten_after_a_day() {
    String body = store("하루", 37.55, 126.91);
    String first = open("k-day", body).join().body();
    assertThat(open("k-day", stranger, body).join().body()).isNotEqualTo(first);
    Instant now = Instant.now();
    replica().forget(now.plus(IdempotencyKey.KEPT).minusSeconds(60)).await();
    assertThat(open("k-day", body).join().body()).isEqualTo(first);
    replica().forget(now.plus(IdempotencyKey.KEPT).plusSeconds(60)).await();
    assertThat(open("k-day", body).join().body()).isNotEqualTo(first);
  }

  @Test
  void a_key_is_a_hundred_visible_characters_at_most() {
    for (String key : List.of("", "k".repeat(101), "two words")) {
      HttpResponse<String> refused = open(key, store("열쇠", 37.55, 126.91)).join();
      assertThat(refused.statusCode()).as(key).isEqualTo(400);
      assertThat(refused.body()).contains("/Idempotency-Key");
    }
  }

  @Test
  void a_menu_put_again_under_its_key_gets_back_nothing_that_was_sold() {
    String path = "/stores/" + open("두 번", 37.0, 127.0) + "/menus/";
    HttpResponse<String> first = send("PUT", path + "m", "k-menu", owner, menu(18_000, 10)).join();
    assertThat(first.statusCode()).isEqualTo(201);
    call("PUT", path + "m", owner, menu(18_000, 6));
    HttpResponse<String> again = send("PUT", path + "m", "k-menu", owner, menu(18_000, 10)).join();
    assertThat(again.statusCode()).as("answered as the first time").isEqualTo(201);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(call("GET", path + "m", null, null).body.getInteger("stock")).isEqualTo(6);
    for (String other : List.of(path + "m", path + "other")) {
      int price = other.endsWith("other") ? 18_000 : 19_000;
      assertThat(send("PUT", other, "k-menu", owner, menu(price, 10)).join().statusCode())
          .isEqualTo(422);
    }
  }

  @Test
  void a_menu_put_under_hundreds_of_keys_does_not_grow_and_each_is_put_once() {
    String id = open("계산대", 37.0, 127.0);
    String path = "/stores/" + id + "/menus/m";
    JsonObject menu = new JsonObject().put("_id", Menu.key(id, "m"));
    for (int i = 0; i < 300; i++) {
      send("PUT", path, "k-till-" + i, owner, menu(18_000, i)).join();
    }
    JsonObject grown = mongoClient.findOne("menus", menu, null).await();
    assertThat(grown.getJsonArray("seen")).hasSizeLessThanOrEqualTo(200);
    assertThat(send("PUT", path, "k-till-299", owner, menu(18_000, 299)).join().statusCode())
        .isEqualTo(200);
    assertThat(send("PUT", path, "k-till-0", owner, menu(18_000, 0)).join().statusCode())
        .isEqualTo(201);
    assertThat(call("GET", path, null, null).body.getInteger("stock")).isEqualTo(299);
  }

  private StoreRepository replica() {
    return new StoreRepository(mongoClient, () -> {});
  }

  private CompletableFuture<HttpResponse<String>> open(String key, String body) {
    return open(key, owner, body);
  }

  private CompletableFuture<HttpResponse<String>> open(String key, String token, String body) {
    return send("POST", "/stores", key, token, body);
  }

  private CompletableFuture<HttpResponse<String>> send(
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

  @Test
  void only_owners_open_stores_and_only_their_own_people_change_them() {
    String body = store("남의 집", 37.0, 127.0);
    assertThat(call("POST", "/stores", null, body).status).isEqualTo(401);
    assertThat(call("POST", "/stores", customer, body).status).isEqualTo(403);
    String id = open("남의 집", 37.0, 127.0);
    assertThat(call("PATCH", "/stores/" + id, stranger, "{\"open\": false}").status).isEqualTo(403);
    assertThat(call("PUT", "/stores/" + id + "/menus/m", stranger, menu(1, 1)).status)
        .isEqualTo(403);
    assertThat(call("PATCH", "/stores/nowhere", owner, "{\"open\": false}").status).isEqualTo(404);
    String staff = tokens.issue("o-3", List.of("owner"), List.of(id));
    assertThat(call("PATCH", "/stores/" + id, staff, "{\"open\": false}").status).isEqualTo(200);
  }

  @Test
  void what_does_not_fit_the_contract_is_refused_with_every_fault() {
    Answer answer =
        call(
            "POST",
            "/stores",
            owner,
            "{\"name\": \"\", \"kind\": \"ZOO\", \"address\": {\"text\": \"x\", \"lat\": 91}}");
    assertThat(answer.status).isEqualTo(400);
    assertThat(answer.body.getJsonArray("errors").stream())
        .extracting(fault -> ((JsonObject) fault).getString("pointer"))
        .contains("/name", "/kind", "/address/lat", "/address/lng");
    assertThat(call("GET", "/stores?near=here", null, null).status).isEqualTo(400);
    assertThat(call("PUT", "/stores/s-1/menus/$date", owner, menu(18_000, 3)).status)
        .as("MongoDB would take it for a command")
        .isEqualTo(400);
    assertThat(call("GET", "/stores?cursor=nonsense", null, null).status).isEqualTo(400);
    assertThat(call("GET", "/stores?near=37,127&cursor=nonsense", null, null).status)
        .isEqualTo(400);
  }

  @Test
  void a_menu_is_put_changed_and_removed_and_its_revisions_are_told_in_order() {
    String id = open("메뉴집", 35.1, 129.0);
    String path = "/stores/" + id + "/menus/fried";
    String body =
        "{\"name\": \"후라이드\", \"price\": 18000, \"stock\": null,"
            + " \"options\": [{\"name\": \"순살\", \"price\": 2000}]}";
    Answer made = call("PUT", path, owner, body);
    assertThat(made.status).isEqualTo(201);
    assertThat(made.body.getValue("stock")).isNull();
    assertThat(made.body.getJsonArray("options")).hasSize(1);
    assertThat(call("PUT", path, owner, menu(19_000, 5)).status).isEqualTo(200);
    assertThat(items(call("GET", "/stores/" + id + "/menus", null, null)))
        .extracting(item -> item.getLong("price"))
        .containsExactly(19_000L);
    assertThat(call("DELETE", path, owner, null).status).isEqualTo(204);
    assertThat(call("GET", path, null, null).status).isEqualTo(404);
    assertThat(call("DELETE", path, owner, null).status).isEqualTo(404);
    assertThat(call("PUT", path, owner, menu(1, 1)).status).isEqualTo(201);
    await().until(() -> menusTold(id).size() == 4);
    assertThat(menusTold(id))
        .extracting(StoreEvent.MenuChanged::revision)
        .containsExactly(1L, 2L, 3L, 4L);
    assertThat(menusTold(id))
        .extracting(StoreEvent.MenuChanged::removed)
        .containsExactly(false, false, true, false);
  }

  @Test
  void a_menu_put_without_a_stock_keeps_the_stock_it_has() {
    String path = "/stores/" + open("그대로", 35.3, 129.0) + "/menus/m";
    String form = "{\"name\": \"후라이드\", \"price\": %d}";
    Answer made = call("PUT", path, owner, form.formatted(18_000));
    assertThat(made.status).isEqualTo(201);
    assertThat(made.body.getValue("stock")).as("a new menu is unlimited").isNull();
    call("PUT", path, owner, menu(18_000, 10));
    Answer kept = call("PUT", path, owner, form.formatted(19_000));
    assertThat(kept.status).isEqualTo(200);
    assertThat(kept.body.getInteger("stock")).isEqualTo(10);
    assertThat(kept.body).isEqualTo(call("GET", path, null, null).body);
    String unlimited = "{\"name\": \"후라이드\", \"price\": 19000, \"stock\": null}";
    assertThat(call("PUT", path, owner, unlimited).body.getValue("stock")).isNull();
    call("PUT", path, owner, menu(18_000, 10));
    call("DELETE", path, owner, null);
    Answer again = call("PUT", path, owner, form.formatted(18_000));
    assertThat(again.status).isEqualTo(201);
    assertThat(again.body.getValue("stock")).as("a removed menu is a new one").isNull();
  }

  @Test
  void a_patch_changes_the_parts_it_has_and_no_others() {
    String id = open("조금만", 35.4, 129.0);
    String path = "/stores/" + id + "/menus/m";
    call(
        "PUT",
        path,
        owner,
        "{\"name\": \"후라이드\", \"price\": 18000, \"stock\": 5,"
            + " \"options\": [{\"name\": \"순살\", \"price\": 2000}]}");
    JsonObject expected = call("GET", path, null, null).body;
    assertThat(patch(path, "{\"price\": 19000}").body).isEqualTo(expected.put("price", 19_000));
    assertThat(patch(path, "{\"name\": \"양념\"}").body).isEqualTo(expected.put("name", "양념"));
    assertThat(patch(path, "{\"stock\": 7}").body).isEqualTo(expected.put("stock", 7));
    assertThat(patch(path, "{\"stock\": 7}").body).as("again").isEqualTo(expected);
    assertThat(patch(path, "{\"stock\": null}").body).isEqualTo(expected.putNull("stock"));
    assertThat(patch(path, "{\"options\": null}").body)
        .isEqualTo(expected.put("options", new JsonArray()));
    assertThat(call("GET", path, null, null).body).isEqualTo(expected);
    await().until(() -> menusTold(id).size() == 6);
    assertThat(menusTold(id))
        .extracting(StoreEvent.MenuChanged::stock)
        .containsExactly(5, 5, 5, 7, null, null);
  }

  @Test
  void a_patch_that_does_not_fit_or_finds_no_menu_changes_nothing() {
    String path = "/stores/" + open("거절", 35.5, 129.0) + "/menus/m";
    assertThat(patch(path, "{\"stock\": 7}").status).isEqualTo(404);
    call("PUT", path, owner, menu(18_000, 5));
    for (String unfit :
        List.of(
            "{}",
            "{\"name\": null}",
            "{\"price\": null}",
            "{\"stock\": -1}",
            "{\"nothing\": 1}",
            "{\"options\": [{\"name\": \"a\", \"price\": 1}, {\"name\": \"a\", \"price\": 2}]}")) {
      assertThat(patch(path, unfit).status).as(unfit).isEqualTo(400);
    }
    assertThat(call("PATCH", path, stranger, "{\"stock\": 7}").status).isEqualTo(403);
    assertThat(call("GET", path, null, null).body.getInteger("stock")).isEqualTo(5);
    call("DELETE", path, owner, null);
    assertThat(patch(path, "{\"stock\": 7}").status).isEqualTo(404);
  }

  @Test
  void a_change_under_a_key_is_answered_with_the_menu_as_it_was_after_it() {
    String path = "/stores/" + open("열쇠", 35.6, 129.0) + "/menus/m";
    call("PUT", path, owner, menu(18_000, 10));
    String form = "{\"name\": \"양념\", \"price\": 18000}";
    HttpResponse<String> put = send("PUT", path, "k-kept", owner, form).join();
    HttpResponse<String> patched =
        send("PATCH", path, "k-patch", owner, "{\"stock\": 8, \"price\": 20000}").join();
    assertThat(new JsonObject(put.body()).getInteger("stock")).isEqualTo(10);
    assertThat(new JsonObject(patched.body()).getString("name")).isEqualTo("양념");
    call("PUT", path, owner, menu(21_000, 3));
    assertThat(send("PUT", path, "k-kept", owner, form).join().body()).isEqualTo(put.body());
    assertThat(
            send("PATCH", path, "k-patch", owner, "{\"price\": 20000, \"stock\": 8}").join().body())
        .isEqualTo(patched.body());
    assertThat(call("GET", path, null, null).body.getInteger("stock")).isEqualTo(3);
    for (String other : List.of("{\"price\": 20000}", "{\"price\": 20000, \"stock\": null}")) {
      assertThat(send("PATCH", path, "k-patch", owner, other).join().statusCode()).isEqualTo(422);
    }
    assertThat(
            send("PUT", path, "k-kept", owner, form.replace("}", ", \"stock\": null}"))
                .join()
                .statusCode())
        .as("null is not the same as left out")
        .isEqualTo(422);
  }

  /** A version that kept no answers noted it, or died before it did. */
  @Test
  void a_key_that_was_kept_without_an_answer_is_answered_with_the_menu_as_it_is() {
    String path = "/stores/" + open("옛날", 35.7, 129.0) + "/menus/m";
    for (String forgotten : List.of("answer", "done")) {
      String key = "k-old-" + forgotten;
      call("PUT", path, owner, menu(18_000, 10));
      send("PUT", path, key, owner, menu(18_000, 20)).join();
      call("PUT", path, owner, menu(18_000, 6));
      JsonObject gone = new JsonObject().put("answer", "");
      if (forgotten.equals("done")) {
        gone.put("done", "");
      }
      mongoClient
          .updateCollection(
              "keys",
              new JsonObject().put("_id", new IdempotencyKey("o-1", key, "").fingerprint()),
              new JsonObject().put("$unset", gone))
          .await();
      HttpResponse<String> again = send("PUT", path, key, owner, menu(18_000, 20)).join();
      assertThat(again.statusCode()).isEqualTo(200);
      assertThat(new JsonObject(again.body()).getInteger("stock")).isEqualTo(6);
      call("PUT", path, owner, menu(18_000, 5));
      assertThat(call("GET", path, null, null).body.getInteger("stock")).isEqualTo(5);
    }
  }

  @Test
  void a_menu_shows_what_is_free_and_what_orders_hold_and_changes_by_a_difference() {
    String id = open("재고", 35.8, 129.0);
    String path = "/stores/" + id + "/menus/fried";
    call("PUT", path, owner, menu(18_000, 10));
    String orderId = Ids.next();
    orders.publish(List.of(EventMessages.encode(pay(orderId, id, line("fried", 4))))).await();
    await().until(() -> call("GET", path, null, null).body.getInteger("held") == 4);
    assertThat(call("GET", path, null, null).body.getInteger("stock")).isEqualTo(6);
    Answer fewer = add(path, "{\"add\": -2, \"reason\": \"떨어뜨림\"}");
    assertThat(fewer.status).isEqualTo(200);
    assertThat(fewer.body).isEqualTo(call("GET", path, null, null).body);
    assertThat(fewer.body.getInteger("stock")).isEqualTo(4);
    Answer refused = add(path, "{\"add\": -5}");
    assertThat(refused.status).isEqualTo(409);
    assertThat(refused.body.getString("type")).isEqualTo("/problems/stock-too-low");
    assertThat(refused.body.getString("detail")).contains("4 are free").contains("4 are held");
    assertThat(patch(path, "{\"stock\": 100}").body.getInteger("held")).isEqualTo(4);
    call("POST", "/foodCookings/" + orderId + "/reject", owner, "{\"reason\": \"재료 소진\"}");
    JsonObject after = call("GET", path, null, null).body;
    assertThat(after.getInteger("stock")).as("a number is what is free").isEqualTo(104);
    assertThat(after.getInteger("held")).isZero();
    await()
        .until(
            () ->
                menusTold(id).stream().anyMatch(told -> Integer.valueOf(104).equals(told.stock())));
  }

  @Test
  void a_difference_under_a_key_is_added_once_and_answered_the_same() {
    String path = "/stores/" + open("한 번만", 35.9, 129.0) + "/menus/m";
    call("PUT", path, owner, menu(18_000, 10));
    String body = "{\"add\": -3, \"reason\": \"떨어뜨림\"}";
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(send("POST", path + "/stock", "k-add", owner, body));
    }
    assertThat(asked.stream().map(one -> one.join().statusCode()).distinct()).containsExactly(200);
    assertThat(asked.stream().map(one -> one.join().body()).distinct()).hasSize(1);
    assertThat(call("GET", path, null, null).body.getInteger("stock")).isEqualTo(7);
    call("PUT", path, owner, menu(18_000, 1));
    assertThat(send("POST", path + "/stock", "k-add", owner, body).join().body())
        .isEqualTo(asked.get(0).join().body());
    String other = body.replace("-3", "-4");
    assertThat(send("POST", path + "/stock", "k-add", owner, other).join().statusCode())
        .isEqualTo(422);
    assertThat(send("POST", path + "/stock", "k-more", owner, body).join().statusCode())
        .isEqualTo(409);
    call("PUT", path, owner, menu(18_000, 5));
    assertThat(send("POST", path + "/stock", "k-more", owner, body).join().statusCode())
        .as("a refusal is not kept")
        .isEqualTo(200);
  }

  @Test
  void a_difference_needs_a_counted_menu_of_ones_own() {
    String path = "/stores/" + open("세지 않음", 36.1, 129.0) + "/menus/m";
    assertThat(add(path, "{\"add\": 1}").status).isEqualTo(404);
    call("PUT", path, owner, "{\"name\": \"물\", \"price\": 0}");
    Answer unlimited = add(path, "{\"add\": 1}");
    assertThat(unlimited.status).isEqualTo(409);
    assertThat(unlimited.body.getString("type")).isEqualTo("/problems/stock-unlimited");
    call("PUT", path, owner, menu(18_000, 1));
    for (String unfit :
        List.of(
            "{}",
            "{\"add\": \"1\"}",
            "{\"add\": 1.5}",
            "{\"add\": null}",
            "{\"add\": 1, \"sub\": 1}")) {
      assertThat(add(path, unfit).status).as(unfit).isEqualTo(400);
    }
    assertThat(call("POST", path + "/stock", stranger, "{\"add\": 1}").status).isEqualTo(403);
    assertThat(call("POST", path + "/stock", customer, "{\"add\": 1}").status).isEqualTo(403);
    assertThat(call("GET", path, null, null).body.getInteger("stock")).isEqualTo(1);
    call("DELETE", path, owner, null);
    assertThat(add(path, "{\"add\": 1}").status).isEqualTo(404);
  }

  @Test
  void a_difference_is_logged_once_with_its_reason_on_one_line() {
    String path = "/stores/" + open("기록", 36.2, 129.0) + "/menus/m";
    call("PUT", path, owner, menu(18_000, 10));
    Logger logger = (Logger) LoggerFactory.getLogger(MenuApi.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    String body = "{\"add\": -3, \"reason\": \"dropped\\n12:00 ERROR\"}";
    for (int i = 0; i < 3; i++) {
      send("POST", path + "/stock", "k-log", owner, body).join();
    }
    logger.detachAppender(logged);
    assertThat(logged.list).hasSize(1);
    assertThat(logged.list.get(0).getKeyValuePairs())
        .extracting(pair -> pair.key + "=" + pair.value)
        .contains("add=-3", "stock=7", "held=0", "reason=dropped 12:00 ERROR", "by=o-1");
  }

  private Answer add(String path, String body) {
    return call("POST", path + "/stock", owner, body);
  }

  private Answer patch(String path, String body) {
    return call("PATCH", path, owner, body);
  }

  @Test
  void menus_are_listed_page_by_page() {
    String id = open("많은 메뉴", 35.2, 129.0);
    for (String menuId : List.of("a", "b", "c")) {
      call("PUT", "/stores/" + id + "/menus/" + menuId, owner, menu(1_000, 1));
    }
    String path = "/stores/" + id + "/menus?limit=2";
    Answer first = call("GET", path, null, null);
    Answer second = call("GET", path + "&cursor=" + first.body.getString("next"), null, null);
    assertThat(Stream.concat(items(first).stream(), items(second).stream()))
        .extracting(item -> item.getString("menuId"))
        .containsExactly("a", "b", "c");
    assertThat(second.body.getString("next")).isNull();
  }

  @Test
  void stores_are_found_nearest_first_by_part_of_their_name_page_by_page() {
    open("가까운 족발", 33.500, 126.500);
    open("먼 족발", 33.520, 126.500);
    open("중간 족발", 33.510, 126.500);
    open("아주 먼 족발", 33.600, 126.500);
    open("가까운 피자", 33.500, 126.501);
    String path = "/stores?near=33.500,126.500&radiusKm=3&q=%EC%A1%B1%EB%B0%9C&limit=2";
    Answer first = call("GET", path, null, null);
    assertThat(items(first))
        .extracting(item -> item.getString("name"))
        .containsExactly("가까운 족발", "중간 족발");
    assertThat(items(first).get(1).getDouble("distanceKm")).isBetween(1.1, 1.2);
    Answer second = call("GET", path + "&cursor=" + first.body.getString("next"), null, null);
    assertThat(items(second)).extracting(item -> item.getString("name")).containsExactly("먼 족발");
    assertThat(second.body.getString("next")).isNull();
  }

  @Test
  void stores_are_near_across_the_antimeridian_and_round_a_pole() {
    open("피지", 0.001, 179.999);
    open("북극", 89.95, 30);
    assertThat(items(call("GET", "/stores?near=0.001,-179.999", null, null)))
        .extracting(item -> item.getString("name") + " " + item.getDouble("distanceKm"))
        .containsExactly("피지 0.222");
    assertThat(items(call("GET", "/stores?near=89.95,0", null, null)))
        .extracting(item -> item.getString("name") + " " + item.getDouble("distanceKm"))
        .containsExactly("북극 2.878");
  }

  @Test
  void a_search_takes_its_words_as_they_are() {
    open("점.집 (본점) \\E*", 34.0, 127.0);
    assertThat(items(call("GET", "/stores?near=34.0,127.0&q=.", null, null))).hasSize(1);
    assertThat(items(call("GET", "/stores?near=34.0,127.0&q=%5CE*", null, null))).hasSize(1);
    assertThat(items(call("GET", "/stores?near=34.0,127.0&q=.*", null, null))).isEmpty();
  }

  @Test
  void all_stores_are_listed_page_by_page_without_a_place() {
    List<String> opened = List.of(open("목록 하나", 36.0, 128.0), open("목록 둘", 36.0, 128.0));
    Answer first = call("GET", "/stores?q=%EB%AA%A9%EB%A1%9D&limit=1", null, null);
    Answer second =
        call(
            "GET",
            "/stores?q=%EB%AA%A9%EB%A1%9D&limit=1&cursor=" + first.body.getString("next"),
            null,
            null);
    assertThat(List.of(items(first).get(0), items(second).get(0)))
        .extracting(item -> item.getString("storeId"))
        .containsExactlyElementsOf(opened);
    assertThat(second.body.getString("next")).isNull();
  }

  @Test
  void a_paid_order_goes_through_the_kitchen_of_its_owner_only() {
    String storeId = open("주방", 37.5, 127.1);
    call("PUT", "/stores/" + storeId + "/menus/fried", owner, menu(18_000, 3));
    String orderId = Ids.next();
    EventMessage paid = pay(orderId, storeId, line("fried", 2));
    orders.publish(List.of(EventMessages.encode(paid), EventMessages.encode(paid))).await();
    String ticket = "/foodCookings/" + orderId;
    await().until(() -> call("GET", ticket, owner, null).status == 200);
    assertThat(
            call("GET", "/stores/" + storeId + "/menus/fried", null, null).body.getInteger("stock"))
        .isEqualTo(1);

    assertThat(call("GET", ticket, stranger, null).status).isEqualTo(404);
    assertThat(call("POST", ticket + "/accept", stranger, null).status).isEqualTo(404);
    assertThat(call("POST", ticket + "/accept", customer, null).status).isEqualTo(403);
    assertThat(call("GET", "/foodCookings?storeId=" + storeId, stranger, null).status)
        .isEqualTo(404);

    Answer early = call("POST", ticket + "/start", owner, null);
    assertThat(early.status).isEqualTo(409);
    assertThat(early.body.getString("type")).isEqualTo("/problems/order-state");
    assertThat(early.body.getString("detail")).contains("RECEIVED").contains("COOKING");

    for (String action : List.of("accept", "accept", "start", "finish", "finish")) {
      assertThat(call("POST", ticket + "/" + action, owner, null).status).as(action).isEqualTo(200);
    }
    List<JsonObject> board =
        items(call("GET", "/foodCookings?storeId=" + storeId + "&status=COOKED", owner, null));
    assertThat(board).hasSize(1);
    assertThat(board.get(0).getString("orderId")).isEqualTo(orderId);
    assertThat(board.get(0).fieldNames())
        .contains("storeId", "status", "lines", "fulfilment", "memo", "receivedAt");
    assertThat(
            items(
                call("GET", "/foodCookings?storeId=" + storeId + "&status=RECEIVED", owner, null)))
        .isEmpty();
    await().until(() -> heard(orderId).size() == 3);
    assertThat(heard(orderId))
        .extracting(EventMessage::type)
        .containsExactly("store.order-accepted", "store.cook-started", "store.cook-finished");
    assertThat(heard(orderId)).extracting(EventMessage::sequence).containsExactly(1L, 2L, 3L);
  }

  @Test
  void an_owner_rejects_or_assigns_a_rider_with_what_the_contract_asks_for() {
    String storeId = open("거절", 37.4, 127.2);
    call("PUT", "/stores/" + storeId + "/menus/fried", owner, menu(18_000, 3));
    String orderId = Ids.next();
    orders.publish(List.of(EventMessages.encode(pay(orderId, storeId, line("fried", 3))))).await();
    String ticket = "/foodCookings/" + orderId;
    await().until(() -> call("GET", ticket, owner, null).status == 200);
    call("POST", ticket + "/accept", owner, null);
    Answer assigned = call("POST", ticket + "/assign", owner, "{\"riderId\": \"r-7\"}");
    assertThat(assigned.body.getString("riderId")).isEqualTo("r-7");
    assertThat(call("POST", ticket + "/reject", owner, "{}").status).isEqualTo(400);
    Answer rejected = call("POST", ticket + "/reject", owner, "{\"reason\": \"재료 소진\"}");
    assertThat(rejected.body.getString("status")).isEqualTo("REJECTED");
    assertThat(
            call("GET", "/stores/" + storeId + "/menus/fried", null, null).body.getInteger("stock"))
        .isEqualTo(3);
    assertThat(call("POST", ticket + "/assign", owner, "{\"riderId\": \"r-8\"}").status)
        .isEqualTo(409);
  }

  private static EventMessage pay(String orderId, String storeId, Line... lines) {
    OrderEvent.Paid sample = paid(orderId, lines);
    OrderDetails d = sample.order();
    OrderDetails details =
        new OrderDetails(
            d.customerId(),
            storeId,
            d.storeName(),
            d.lines(),
            d.fulfilment(),
            d.pickup(),
            d.address(),
            d.parcel(),
            d.from(),
            d.to(),
            d.memo(),
            d.couponId(),
            d.total(),
            d.discount(),
            d.due(),
            d.version(),
            d.placedAt(),
            d.expiresAt());
    Event event =
        new OrderEvent.Paid(
            orderId, details, sample.paymentId(), sample.method(), sample.collect(), sample.at());
    return EventMessages.wrap(List.of(event), 1, Samples.NOON).get(0);
  }

  private List<EventMessage> heard(String subject) {
    return heard.stream().filter(message -> message.subject().equals(subject)).toList();
  }

  private List<StoreEvent.MenuChanged> menusTold(String storeId) {
    return heard(storeId).stream()
        .map(EventMessage::data)
        .filter(StoreEvent.MenuChanged.class::isInstance)
        .map(StoreEvent.MenuChanged.class::cast)
        .toList();
  }

  private String open(String name, double lat, double lng) {
    return call("POST", "/stores", owner, store(name, lat, lng)).body.getString("storeId");
  }

  private static String store(String name, double lat, double lng) {
    return STORE_BODY.formatted(name.replace("\\", "\\\\"), lat, lng);
  }

  private static String menu(long price, int stock) {
    return "{\"name\": \"후라이드\", \"price\": " + price + ", \"stock\": " + stock + "}";
  }

  private static List<JsonObject> items(Answer answer) {
    JsonArray items = answer.body.getJsonArray("items");
    return items.stream().map(JsonObject.class::cast).toList();
  }

  private record Answer(int status, JsonObject body) {}

  private Answer call(String method, String path, String token, String body) {
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
