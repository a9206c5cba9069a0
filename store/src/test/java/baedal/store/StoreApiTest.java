package baedal.store;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Address;
import baedal.events.EventMessage;
import baedal.runtime.Digest;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.testkit.SuiteSize;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Tests the routes of stores over HTTP, with a real database and broker. */
class StoreApiTest extends RunningStore {

  private static final int KEYS = SuiteSize.of("baedal.store.keys", 5, 20);

  @Test
  void each_change_of_a_store_by_its_owner_publishes_an_event() {
    Answer opened = call("POST", "/stores", owner, store("통닭천국", 37.55, 126.91));
    assertThat(opened.status()).isEqualTo(201);
    String id = opened.body().getString("storeId");
    assertThat(opened.body().getString("ownerId")).isEqualTo("o-1");
    assertThat(opened.body().getBoolean("open")).isTrue();
    assertThat(call("PATCH", "/stores/" + id, owner, "{\"open\": false}").body().getBoolean("open"))
        .isFalse();
    Answer renamed = call("PATCH", "/stores/" + id, owner, "{\"open\": true, \"name\": \"새 통닭\"}");
    assertThat(renamed.body().getString("name")).isEqualTo("새 통닭");
    assertThat(call("GET", "/stores/" + id, null, null).body()).isEqualTo(renamed.body());
    await().until(() -> published(id).size() == 3);
    assertThat(published(id))
        .extracting(EventMessage::type)
        .containsExactly("store.opened", "store.closed", "store.opened");
  }

  @Test
  void concurrent_requests_with_one_idempotency_key_open_one_store() {
    for (int round = 0; round < KEYS; round++) {
      String key = "k-" + round;
      List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        responses.add(open(key, store("통닭천국 " + key, 37.55, 126.91)));
      }
      List<String> bodies = responses.stream().map(one -> one.join().body()).toList();
      assertThat(bodies.stream().distinct()).hasSize(1);
      String id = new JsonObject(bodies.get(0)).getString("storeId");
      call("PATCH", "/stores/" + id, owner, "{\"open\": false}");
      assertThat(open(key, store("통닭천국 " + key, 37.55, 126.91)).join().body())
          .as("response to a repeated request")
          .isEqualTo(bodies.get(0));
      assertThat(open(key, store("다른 집", 37.55, 126.91)).join().statusCode()).isEqualTo(422);
    }
  }

  @Test
  void a_repeated_request_opens_the_store_that_a_crashed_replica_did_not() {
    StoreApi.OpenStore request =
        new StoreApi.OpenStore("통닭천국", Store.Kind.FOOD, new Address("서울 마포구", 37.55, 126.91), null);
    IdempotencyKey key = new IdempotencyKey("o-1", "k-died", Digest.sha256(Json.encode(request)));
    String id = Ids.next();
    assertThat(replica().keys().findOrInsert(key, id, Instant.now()).await().id()).isEqualTo(id);
    HttpResponse<String> again = open("k-died", store("통닭천국", 37.55, 126.91)).join();
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(new JsonObject(again.body()).getString("storeId")).isEqualTo(id);
    await().until(() -> published(id).size() == 1);
  }

  @Test
  void an_idempotency_key_belongs_to_its_caller_and_expires_after_a_day() {
    String body = store("하루", 37.55, 126.91);
    String first = open("k-day", body).join().body();
    assertThat(open("k-day", stranger, body).join().body()).isNotEqualTo(first);
    Instant now = Instant.now();
    replica().keys().deleteExpired(now.plus(IdempotencyKey.KEPT).minusSeconds(60)).await();
    assertThat(open("k-day", body).join().body()).isEqualTo(first);
    replica().keys().deleteExpired(now.plus(IdempotencyKey.KEPT).plusSeconds(60)).await();
    assertThat(open("k-day", body).join().body()).isNotEqualTo(first);
  }

  @Test
  void an_idempotency_key_that_is_empty_too_long_or_has_spaces_is_refused() {
    for (String key : List.of("", "k".repeat(101), "two words")) {
      HttpResponse<String> refused = open(key, store("열쇠", 37.55, 126.91)).join();
      assertThat(refused.statusCode()).as(key).isEqualTo(400);
      assertThat(refused.body()).contains("/Idempotency-Key");
    }
  }

  @Test
  void only_owners_open_stores_and_only_its_owner_or_staff_change_one() {
    String body = store("남의 집", 37.0, 127.0);
    assertThat(call("POST", "/stores", null, body).status()).isEqualTo(401);
    assertThat(call("POST", "/stores", customer, body).status()).isEqualTo(403);
    String id = open("남의 집", 37.0, 127.0);
    assertThat(call("PATCH", "/stores/" + id, stranger, "{\"open\": false}").status())
        .isEqualTo(403);
    assertThat(call("PUT", "/stores/" + id + "/menus/m", stranger, menu(1, 1)).status())
        .isEqualTo(403);
    assertThat(call("PATCH", "/stores/nowhere", owner, "{\"open\": false}").status())
        .isEqualTo(404);
    String staff = tokens.issue("o-3", List.of("owner"), List.of(id));
    assertThat(call("PATCH", "/stores/" + id, staff, "{\"open\": false}").status()).isEqualTo(200);
  }

  @Test
  void a_request_that_breaks_the_contract_is_refused_with_all_its_faults() {
    Answer answer =
        call(
            "POST",
            "/stores",
            owner,
            "{\"name\": \"\", \"kind\": \"ZOO\", \"address\": {\"text\": \"x\", \"lat\": 91}}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().getJsonArray("errors").stream())
        .extracting(fault -> ((JsonObject) fault).getString("pointer"))
        .contains("/name", "/kind", "/address/lat", "/address/lng");
    assertThat(call("GET", "/stores?near=here", null, null).status()).isEqualTo(400);
    assertThat(call("PUT", "/stores/s-1/menus/$date", owner, menu(18_000, 3)).status())
        .as("MongoDB would interpret this id as an operator")
        .isEqualTo(400);
    assertThat(call("GET", "/stores?cursor=nonsense", null, null).status()).isEqualTo(400);
    assertThat(call("GET", "/stores?near=37,127&cursor=nonsense", null, null).status())
        .isEqualTo(400);
  }

  @Test
  void a_search_by_name_returns_pages_of_stores_nearest_first() {
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
    Answer second = call("GET", path + "&cursor=" + first.body().getString("next"), null, null);
    assertThat(items(second)).extracting(item -> item.getString("name")).containsExactly("먼 족발");
    assertThat(second.body().getString("next")).isNull();
  }

  @Test
  void a_search_finds_stores_across_the_antimeridian_and_around_a_pole() {
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
  void a_search_by_name_does_not_interpret_regular_expressions() {
    open("점.집 (본점) \\E*", 34.0, 127.0);
    assertThat(items(call("GET", "/stores?near=34.0,127.0&q=.", null, null))).hasSize(1);
    assertThat(items(call("GET", "/stores?near=34.0,127.0&q=%5CE*", null, null))).hasSize(1);
    assertThat(items(call("GET", "/stores?near=34.0,127.0&q=.*", null, null))).isEmpty();
  }

  @Test
  void stores_are_listed_in_pages_oldest_first_if_no_point_is_given() {
    List<String> opened = List.of(open("목록 하나", 36.0, 128.0), open("목록 둘", 36.0, 128.0));
    Answer first = call("GET", "/stores?q=%EB%AA%A9%EB%A1%9D&limit=1", null, null);
    Answer second =
        call(
            "GET",
            "/stores?q=%EB%AA%A9%EB%A1%9D&limit=1&cursor=" + first.body().getString("next"),
            null,
            null);
    assertThat(List.of(items(first).get(0), items(second).get(0)))
        .extracting(item -> item.getString("storeId"))
        .containsExactlyElementsOf(opened);
    assertThat(second.body().getString("next")).isNull();
  }
}
