package baedal.store;

import static baedal.store.Samples.line;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessages;
import baedal.events.StoreEvent;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tests the routes of menus over HTTP, with a real database and broker. */
class MenuApiTest extends RunningStore {

  @Test
  void a_repeated_put_with_its_key_does_not_reset_the_stock() {
    String path = "/stores/" + open("두 번", 37.0, 127.0) + "/menus/";
    HttpResponse<String> first = send("PUT", path + "m", "k-menu", owner, menu(18_000, 10)).join();
    assertThat(first.statusCode()).isEqualTo(201);
    call("PUT", path + "m", owner, menu(18_000, 6));
    HttpResponse<String> again = send("PUT", path + "m", "k-menu", owner, menu(18_000, 10)).join();
    assertThat(again.statusCode()).as("status of the first response").isEqualTo(201);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(call("GET", path + "m", null, null).body().getInteger("stock")).isEqualTo(6);
    for (String other : List.of(path + "m", path + "other")) {
      int price = other.endsWith("other") ? 18_000 : 19_000;
      assertThat(send("PUT", other, "k-menu", owner, menu(price, 10)).join().statusCode())
          .isEqualTo(422);
    }
  }

  @Test
  void a_menu_keeps_200_change_ids_and_an_older_key_still_has_its_answer() {
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
    assertThat(call("GET", path, null, null).body().getInteger("stock")).isEqualTo(299);
  }

  @Test
  void each_put_and_delete_of_a_menu_publishes_the_next_revision() {
    String id = open("메뉴집", 35.1, 129.0);
    String path = "/stores/" + id + "/menus/fried";
    String body =
        "{\"name\": \"후라이드\", \"price\": 18000, \"stock\": null,"
            + " \"options\": [{\"name\": \"순살\", \"price\": 2000}]}";
    Answer made = call("PUT", path, owner, body);
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.body().getValue("stock")).isNull();
    assertThat(made.body().getJsonArray("options")).hasSize(1);
    assertThat(call("PUT", path, owner, menu(19_000, 5)).status()).isEqualTo(200);
    assertThat(items(call("GET", "/stores/" + id + "/menus", null, null)))
        .extracting(item -> item.getLong("price"))
        .containsExactly(19_000L);
    assertThat(call("DELETE", path, owner, null).status()).isEqualTo(204);
    assertThat(call("GET", path, null, null).status()).isEqualTo(404);
    assertThat(call("DELETE", path, owner, null).status()).isEqualTo(404);
    assertThat(call("PUT", path, owner, menu(1, 1)).status()).isEqualTo(201);
    await().until(() -> menuChanges(id).size() == 4);
    assertThat(menuChanges(id))
        .extracting(StoreEvent.MenuChanged::revision)
        .containsExactly(1L, 2L, 3L, 4L);
    assertThat(menuChanges(id))
        .extracting(StoreEvent.MenuChanged::removed)
        .containsExactly(false, false, true, false);
  }

  @Test
  void a_put_without_a_stock_keeps_the_stock_of_a_menu_on_sale() {
    String path = "/stores/" + open("그대로", 35.3, 129.0) + "/menus/m";
    String form = "{\"name\": \"후라이드\", \"price\": %d}";
    Answer made = call("PUT", path, owner, form.formatted(18_000));
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.body().getValue("stock")).as("a new menu is unlimited").isNull();
    call("PUT", path, owner, menu(18_000, 10));
    Answer kept = call("PUT", path, owner, form.formatted(19_000));
    assertThat(kept.status()).isEqualTo(200);
    assertThat(kept.body().getInteger("stock")).isEqualTo(10);
    assertThat(kept.body()).isEqualTo(call("GET", path, null, null).body());
    String unlimited = "{\"name\": \"후라이드\", \"price\": 19000, \"stock\": null}";
    assertThat(call("PUT", path, owner, unlimited).body().getValue("stock")).isNull();
    call("PUT", path, owner, menu(18_000, 10));
    call("DELETE", path, owner, null);
    Answer again = call("PUT", path, owner, form.formatted(18_000));
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.body().getValue("stock")).as("a removed menu counts as new").isNull();
  }

  @Test
  void a_patch_changes_only_the_fields_that_it_has() {
    String id = open("조금만", 35.4, 129.0);
    String path = "/stores/" + id + "/menus/m";
    call(
        "PUT",
        path,
        owner,
        "{\"name\": \"후라이드\", \"price\": 18000, \"stock\": 5,"
            + " \"options\": [{\"name\": \"순살\", \"price\": 2000}]}");
    JsonObject expected = call("GET", path, null, null).body();
    assertThat(patch(path, "{\"price\": 19000}").body()).isEqualTo(expected.put("price", 19_000));
    assertThat(patch(path, "{\"name\": \"양념\"}").body()).isEqualTo(expected.put("name", "양념"));
    assertThat(patch(path, "{\"stock\": 7}").body()).isEqualTo(expected.put("stock", 7));
    assertThat(patch(path, "{\"stock\": 7}").body()).as("repeated").isEqualTo(expected);
    assertThat(patch(path, "{\"stock\": null}").body()).isEqualTo(expected.putNull("stock"));
    assertThat(patch(path, "{\"options\": null}").body())
        .isEqualTo(expected.put("options", new JsonArray()));
    assertThat(call("GET", path, null, null).body()).isEqualTo(expected);
    await().until(() -> menuChanges(id).size() == 6);
    assertThat(menuChanges(id))
        .extracting(StoreEvent.MenuChanged::stock)
        .containsExactly(5, 5, 5, 7, null, null);
  }

  @Test
  void an_invalid_patch_and_a_patch_of_an_unknown_menu_are_refused() {
    String path = "/stores/" + open("거절", 35.5, 129.0) + "/menus/m";
    assertThat(patch(path, "{\"stock\": 7}").status()).isEqualTo(404);
    call("PUT", path, owner, menu(18_000, 5));
    for (String invalid :
        List.of(
            "{}",
            "{\"name\": null}",
            "{\"price\": null}",
            "{\"stock\": -1}",
            "{\"nothing\": 1}",
            "{\"options\": [{\"name\": \"a\", \"price\": 1}, {\"name\": \"a\", \"price\": 2}]}")) {
      assertThat(patch(path, invalid).status()).as(invalid).isEqualTo(400);
    }
    assertThat(call("PATCH", path, stranger, "{\"stock\": 7}").status()).isEqualTo(403);
    assertThat(call("GET", path, null, null).body().getInteger("stock")).isEqualTo(5);
    call("DELETE", path, owner, null);
    assertThat(patch(path, "{\"stock\": 7}").status()).isEqualTo(404);
  }

  @Test
  void a_repeated_change_gets_the_menu_as_it_was_after_the_first_one() {
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
    assertThat(call("GET", path, null, null).body().getInteger("stock")).isEqualTo(3);
    for (String other : List.of("{\"price\": 20000}", "{\"price\": 20000, \"stock\": null}")) {
      assertThat(send("PATCH", path, "k-patch", owner, other).join().statusCode()).isEqualTo(422);
    }
    assertThat(
            send("PUT", path, "k-kept", owner, form.replace("}", ", \"stock\": null}"))
                .join()
                .statusCode())
        .as("a null stock is another body than no stock")
        .isEqualTo(422);
  }

  /** An older version stored no answers. It may also have crashed before it set {@code done}. */
  @Test
  void a_key_that_is_stored_without_an_answer_gets_the_current_menu() {
    String path = "/stores/" + open("옛날", 35.7, 129.0) + "/menus/m";
    for (String missing : List.of("answer", "done")) {
      String key = "k-old-" + missing;
      call("PUT", path, owner, menu(18_000, 10));
      send("PUT", path, key, owner, menu(18_000, 20)).join();
      call("PUT", path, owner, menu(18_000, 6));
      JsonObject removed = new JsonObject().put("answer", "");
      if (missing.equals("done")) {
        removed.put("done", "");
      }
      mongoClient
          .updateCollection(
              "keys",
              new JsonObject().put("_id", new IdempotencyKey("o-1", key, "").fingerprint()),
              new JsonObject().put("$unset", removed))
          .await();
      HttpResponse<String> again = send("PUT", path, key, owner, menu(18_000, 20)).join();
      assertThat(again.statusCode()).isEqualTo(200);
      assertThat(new JsonObject(again.body()).getInteger("stock")).isEqualTo(6);
      call("PUT", path, owner, menu(18_000, 5));
      assertThat(call("GET", path, null, null).body().getInteger("stock")).isEqualTo(5);
    }
  }

  @Test
  void a_menu_shows_how_many_are_free_and_held_after_each_kind_of_change() {
    String id = open("재고", 35.8, 129.0);
    String path = "/stores/" + id + "/menus/fried";
    call("PUT", path, owner, menu(18_000, 10));
    String orderId = Ids.next();
    orders.publish(List.of(EventMessages.encode(orderPaid(orderId, id, line("fried", 4))))).await();
    await().until(() -> call("GET", path, null, null).body().getInteger("held") == 4);
    assertThat(call("GET", path, null, null).body().getInteger("stock")).isEqualTo(6);
    Answer fewer = add(path, "{\"add\": -2, \"reason\": \"떨어뜨림\"}");
    assertThat(fewer.status()).isEqualTo(200);
    assertThat(fewer.body()).isEqualTo(call("GET", path, null, null).body());
    assertThat(fewer.body().getInteger("stock")).isEqualTo(4);
    Answer refused = add(path, "{\"add\": -5}");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body().getString("type")).isEqualTo("/problems/stock-too-low");
    assertThat(refused.body().getString("detail"))
        .contains("the stock is 4")
        .contains("4 that orders hold");
    assertThat(patch(path, "{\"stock\": 100}").body().getInteger("held")).isEqualTo(4);
    call("POST", "/foodCookings/" + orderId + "/reject", owner, "{\"reason\": \"재료 소진\"}");
    JsonObject after = call("GET", path, null, null).body();
    assertThat(after.getInteger("stock"))
        .as("100 that the owner set and 4 that the order returned")
        .isEqualTo(104);
    assertThat(after.getInteger("held")).isZero();
    await()
        .until(
            () ->
                menuChanges(id).stream()
                    .anyMatch(change -> Integer.valueOf(104).equals(change.stock())));
  }

  @Test
  void a_stock_difference_with_one_key_is_added_once_and_gets_one_response() {
    String path = "/stores/" + open("한 번만", 35.9, 129.0) + "/menus/m";
    call("PUT", path, owner, menu(18_000, 10));
    String body = "{\"add\": -3, \"reason\": \"떨어뜨림\"}";
    List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      responses.add(send("POST", path + "/stock", "k-add", owner, body));
    }
    assertThat(responses.stream().map(one -> one.join().statusCode()).distinct())
        .containsExactly(200);
    assertThat(responses.stream().map(one -> one.join().body()).distinct()).hasSize(1);
    assertThat(call("GET", path, null, null).body().getInteger("stock")).isEqualTo(7);
    call("PUT", path, owner, menu(18_000, 1));
    assertThat(send("POST", path + "/stock", "k-add", owner, body).join().body())
        .isEqualTo(responses.get(0).join().body());
    String other = body.replace("-3", "-4");
    assertThat(send("POST", path + "/stock", "k-add", owner, other).join().statusCode())
        .isEqualTo(422);
    assertThat(send("POST", path + "/stock", "k-more", owner, body).join().statusCode())
        .isEqualTo(409);
    call("PUT", path, owner, menu(18_000, 5));
    assertThat(send("POST", path + "/stock", "k-more", owner, body).join().statusCode())
        .as("a refusal is not stored with the key")
        .isEqualTo(200);
  }

  @Test
  void a_stock_difference_needs_limited_stock_and_the_owner_of_the_menu() {
    String path = "/stores/" + open("세지 않음", 36.1, 129.0) + "/menus/m";
    assertThat(add(path, "{\"add\": 1}").status()).isEqualTo(404);
    call("PUT", path, owner, "{\"name\": \"물\", \"price\": 0}");
    Answer unlimited = add(path, "{\"add\": 1}");
    assertThat(unlimited.status()).isEqualTo(409);
    assertThat(unlimited.body().getString("type")).isEqualTo("/problems/stock-unlimited");
    call("PUT", path, owner, menu(18_000, 1));
    for (String invalid :
        List.of(
            "{}",
            "{\"add\": \"1\"}",
            "{\"add\": 1.5}",
            "{\"add\": null}",
            "{\"add\": 1, \"sub\": 1}")) {
      assertThat(add(path, invalid).status()).as(invalid).isEqualTo(400);
    }
    assertThat(call("POST", path + "/stock", stranger, "{\"add\": 1}").status()).isEqualTo(403);
    assertThat(call("POST", path + "/stock", customer, "{\"add\": 1}").status()).isEqualTo(403);
    assertThat(call("GET", path, null, null).body().getInteger("stock")).isEqualTo(1);
    call("DELETE", path, owner, null);
    assertThat(add(path, "{\"add\": 1}").status()).isEqualTo(404);
  }

  @Test
  void a_stock_difference_is_logged_once_with_its_reason_on_one_line() {
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

  @Test
  void menus_are_listed_in_pages() {
    String id = open("많은 메뉴", 35.2, 129.0);
    for (String menuId : List.of("a", "b", "c")) {
      call("PUT", "/stores/" + id + "/menus/" + menuId, owner, menu(1_000, 1));
    }
    String path = "/stores/" + id + "/menus?limit=2";
    Answer first = call("GET", path, null, null);
    Answer second = call("GET", path + "&cursor=" + first.body().getString("next"), null, null);
    assertThat(Stream.concat(items(first).stream(), items(second).stream()))
        .extracting(item -> item.getString("menuId"))
        .containsExactly("a", "b", "c");
    assertThat(second.body().getString("next")).isNull();
  }

  private Answer add(String path, String body) {
    return call("POST", path + "/stock", owner, body);
  }

  private Answer patch(String path, String body) {
    return call("PATCH", path, owner, body);
  }
}
