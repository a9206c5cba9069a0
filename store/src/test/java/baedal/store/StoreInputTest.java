package baedal.store;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.mongodb.MongoDatabase;
import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.runtime.Tokens;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which fields and texts the service accepts in its requests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoreInputTest {

  private static final String SECRET = "a secret that only this test knows, of 32 bytes";

  /** A text in normalization form C; {@link #NFD} is the same text in form D. */
  private static final String NFC = "\uD1B5\uB2ED";

  private static final String NFD = "\u1110\u1169\u11BC\u1103\u1161\u11B0";

  private final Vertx vertx = Boot.vertx();
  private final String uri = TestServers.mongo();
  private final MongoClient mongo = new MongoDatabase(vertx, uri).client();
  private final WebClient client = WebClient.create(vertx);
  private final StoreVerticle service =
      new StoreVerticle(
          StoreConfig.from(
              Config.of(
                  Map.of(
                      "PORT",
                      "0",
                      "MONGO_URI",
                      uri,
                      "AMQP_URI",
                      "amqp://guest:guest@127.0.0.1:1/none",
                      "TOKEN_SECRET",
                      SECRET,
                      "DEV_DOORS",
                      "true",
                      "WARM_UP",
                      "0s"))));
  private final String owner = new Tokens(vertx, SECRET).issue("o-1", List.of("owner"), List.of());

  @BeforeAll
  void start() {
    vertx.deployVerticle(service).await();
    await().until(() -> send(HttpMethod.GET, "/stores", null).statusCode() == 200);
  }

  @AfterAll
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_search_finds_names_in_both_normalization_forms() {
    String fresh = open("새 " + NFD + "집");
    JsonObject document = mongo.findOne("stores", id(fresh), new JsonObject()).await();
    document.put("_id", "s-old").put("name", NFD + "집");
    document.getJsonObject("state").put("id", "s-old").put("name", NFD + "집");
    mongo.insert("stores", document).await();
    assertThat(send(HttpMethod.GET, "/stores/" + fresh, null).bodyAsJsonObject().getString("name"))
        .isEqualTo("새 " + NFC + "집");
    for (String q : List.of(NFC, NFD)) {
      for (String from : List.of("", "near=37.55,126.91&")) {
        assertThat(
                send(HttpMethod.GET, "/stores?" + from + "q=" + encoded(q), null)
                    .bodyAsJsonObject()
                    .getJsonArray("items")
                    .stream()
                    .map(item -> ((JsonObject) item).getString("storeId")))
            .containsExactlyInAnyOrder(fresh, "s-old");
      }
    }
  }

  @Test
  void options_that_are_equal_in_normalization_form_c_are_refused() {
    String menu = "/stores/" + open("옵션") + "/menus/m";
    String body =
        "{\"name\":\"m\",\"price\":1,\"options\":[{\"name\":\"%s\",\"price\":1},{\"name\":\"%s\",\"price\":2}]}";
    assertThat(pointers(send(HttpMethod.PUT, menu, body.formatted(NFC, NFD))))
        .containsExactly("/options");
    assertThat(send(HttpMethod.PUT, menu, body.formatted(NFC, NFC + "2")).statusCode())
        .isEqualTo(201);
  }

  @Test
  void a_menu_id_that_was_stored_in_form_d_is_found_by_both_forms() {
    String storeId = open("메뉴");
    String menus = "/stores/" + storeId + "/menus/";
    send(HttpMethod.PUT, menus + "m", "{\"name\":\"m\",\"price\":1}");
    JsonObject document = mongo.findOne("menus", id(storeId + "/m"), new JsonObject()).await();
    document.put("_id", storeId + "/" + NFD);
    document.getJsonObject("state").put("menuId", NFD);
    mongo.insert("menus", document).await();
    for (String form : List.of(NFC, NFD)) {
      HttpResponse<Buffer> put =
          send(
              HttpMethod.PUT,
              menus + encoded(form),
              "{\"name\":\"%s\",\"price\":2}".formatted(form));
      assertThat(put.statusCode()).as(put.bodyAsString()).isEqualTo(200);
      JsonObject found = send(HttpMethod.GET, menus + encoded(form), null).bodyAsJsonObject();
      assertThat(found.getString("menuId")).isEqualTo(NFD);
      assertThat(found.getString("name")).isEqualTo(NFC);
    }
    assertThat(mongo.count("menus", new JsonObject().put("storeId", storeId)).await()).isEqualTo(2);
  }

  @Test
  void a_new_menu_id_is_stored_in_normalization_form_c() {
    String menus = "/stores/" + open("새 메뉴") + "/menus/";
    assertThat(
            send(HttpMethod.PUT, menus + encoded(NFD), "{\"name\":\"m\",\"price\":1}")
                .bodyAsJsonObject()
                .getString("menuId"))
        .isEqualTo(NFC);
    assertThat(send(HttpMethod.GET, menus + encoded(NFC), null).statusCode()).isEqualTo(200);
    assertThat(send(HttpMethod.DELETE, menus + encoded(NFD), null).statusCode()).isEqualTo(204);
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "\u3000", "\u200b", "\\n", "\u3164\u2800"})
  void a_blank_name_address_option_reason_or_id_is_refused(String blank) {
    String storeId = open("빈");
    String store =
        "{\"name\":\"%s\",\"kind\":\"FOOD\",\"address\":{\"text\":\"%s\",\"lat\":1,\"lng\":1}}";
    assertThat(pointers(send(HttpMethod.POST, "/stores", store.formatted(blank, blank))))
        .containsExactlyInAnyOrder("/name", "/address/text");
    assertThat(
            pointers(
                send(HttpMethod.PATCH, "/stores/" + storeId, "{\"name\":\"%s\"}".formatted(blank))))
        .containsExactly("/name");
    String menu = "{\"name\":\"%s\",\"price\":1,\"options\":[{\"name\":\"%s\",\"price\":1}]}";
    assertThat(
            pointers(
                send(
                    HttpMethod.PUT,
                    "/stores/" + storeId + "/menus/m",
                    menu.formatted(blank, blank))))
        .containsExactlyInAnyOrder("/name", "/options/0/name");
    String reject = "{\"reason\":\"%s\"}".formatted(blank);
    assertThat(pointers(send(HttpMethod.POST, "/foodCookings/x/reject", reject)))
        .containsExactly("/reason");
    String assign = "{\"riderId\":\"%s\"}".formatted(blank);
    assertThat(pointers(send(HttpMethod.POST, "/foodCookings/x/assign", assign)))
        .containsExactly("/riderId");
    String put = "/stores/" + storeId + "/menus/" + encoded(blank.replace("\\n", "\n"));
    assertThat(pointers(send(HttpMethod.PUT, put, "{\"name\":\"m\",\"price\":1}")))
        .containsExactly("/menuId");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|/stores|{'name':'a','kind':'FOOD','address':{'text':'a','lat':1,'lng':1,'zip':1},'x':1}|/x /address/zip",
        "PATCH|/stores/s|{'open':true,'kind':'ROOM'}|/kind",
        "PUT|/stores/s/menus/m|{'name':'m','price':1,'options':[{'name':'o','price':1,'x':1}],'tags':[]}|/tags /options/0/x",
        "PATCH|/stores/s/menus/m|{'price':1,'menuId':'n'}|/menuId",
        "POST|/foodCookings/x/reject|{'reason':'a','x':1}|/x",
        "POST|/foodCookings/x/accept|{'minutes':20}|/minutes",
        "GET|/stores?lat=1||/lat",
        "DELETE|/stores/s/menus/m?force=1||/force"
      })
  void an_unknown_field_or_parameter_is_refused(
      String method, String path, String body, String pointers) {
    HttpResponse<Buffer> refused =
        send(HttpMethod.valueOf(method), path, body == null ? null : body.replace('\'', '"'));
    assertThat(pointers(refused)).containsExactlyInAnyOrder(pointers.split(" ", -1));
  }

  private String open(String name) {
    String body =
        "{\"name\":\"%s\",\"kind\":\"FOOD\",\"address\":{\"text\":\"서울\",\"lat\":37.55,\"lng\":126.91}}";
    return send(HttpMethod.POST, "/stores", body.formatted(name))
        .bodyAsJsonObject()
        .getString("storeId");
  }

  private static JsonObject id(String id) {
    return new JsonObject().put("_id", id);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpResponse<Buffer> send(HttpMethod method, String path, String body) {
    HttpRequest<Buffer> request =
        client.request(method, service.port(), "127.0.0.1", path).bearerTokenAuthentication(owner);
    return body == null
        ? request.send().await()
        : request
            .putHeader("Content-Type", "application/json")
            .sendBuffer(Buffer.buffer(body))
            .await();
  }

  private static List<String> pointers(HttpResponse<Buffer> refused) {
    assertThat(refused.statusCode()).as(refused.bodyAsString()).isEqualTo(400);
    return refused.bodyAsJsonObject().getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer"))
        .toList();
  }
}
