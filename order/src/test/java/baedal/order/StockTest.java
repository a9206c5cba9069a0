package baedal.order;

import static baedal.order.OrderHttpClient.delivery;
import static baedal.order.OrderHttpClient.line;
import static baedal.order.OrderHttpClient.pointers;
import static baedal.order.OrderHttpClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The checks of the stock that the order service knows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StockTest {

  private OrderServiceFixture service;
  private OrderHttpClient http;
  private String customerToken;

  @BeforeAll
  void start() {
    service = new OrderServiceFixture();
    http = service.http;
    customerToken = service.customerToken;
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @Test
  void an_order_of_more_than_the_known_stock_is_refused_before_payment() {
    service.sells("pie", 5_000, 3);
    assertThat(http.post("/orders", customerToken, delivery(line("pie", 3))).statusCode())
        .isEqualTo(201);
    HttpResponse<Buffer> refused =
        http.post("/orders", customerToken, delivery(line("cola", 1), line("pie", 4)));
    assertThat(problem(refused)).isEqualTo("409 /problems/sold-out");
    assertThat(pointers(refused)).containsExactly("/lines/1/quantity");
    assertThat(detail(refused)).contains("3");
    service.sells("pie", 5_000, 0);
    HttpResponse<Buffer> soldOut = http.post("/orders", customerToken, delivery(line("pie", 1)));
    assertThat(problem(soldOut)).isEqualTo("409 /problems/sold-out");
    assertThat(pointers(soldOut)).containsExactly("/lines/0/menuId");
  }

  @Test
  void the_quantities_of_several_lines_of_one_menu_add_up() {
    service.sells("soup", 5_000, 5);
    JsonObject order = delivery(line("soup", 3), line("cola", 1), line("soup", 3));
    HttpResponse<Buffer> refused = http.post("/orders", customerToken, order);
    assertThat(problem(refused)).isEqualTo("409 /problems/sold-out");
    assertThat(pointers(refused)).containsExactly("/lines/0/quantity", "/lines/2/quantity");
  }

  @Test
  void new_lines_of_an_unpaid_order_must_not_exceed_the_known_stock() {
    service.sells("rice", 1_000, 5);
    String path = service.place(delivery(line("rice", 2)));
    HttpResponse<Buffer> refused = http.patch(path, customerToken, lines(line("rice", 6)));
    assertThat(problem(refused)).isEqualTo("409 /problems/sold-out");
    assertThat(pointers(refused)).containsExactly("/lines/0/quantity");
    assertThat(http.patch(path, customerToken, lines(line("rice", 5))).statusCode()).isEqualTo(200);
  }

  @Test
  void unchanged_lines_of_an_unpaid_order_are_accepted_when_sold_out() {
    service.sells("tart", 4_000, 2);
    String path = service.place(delivery(line("tart", 2)));
    service.sells("tart", 4_000, 0);
    JsonObject form = lines(line("tart", 2)).put("memo", "초는 빼고");
    assertThat(http.patch(path, customerToken, form).statusCode()).isEqualTo(200);
    assertThat(problem(http.patch(path, customerToken, lines(line("tart", 1)))))
        .isEqualTo("409 /problems/sold-out");
  }

  @Test
  void unchanged_lines_of_a_paid_order_are_accepted_when_sold_out() {
    service.sells("stew", 7_000, 2);
    String path = service.placeAndPay(delivery(line("stew", 2)));
    service.sells("stew", 7_000, 0);
    JsonObject same = lines(line("stew", 2)).put("memo", "더 맵게");
    assertThat(http.patch(path, customerToken, same).statusCode()).isEqualTo(200);
  }

  @Test
  void a_retry_with_a_key_gets_its_order_after_the_menu_sold_out() {
    service.sells("cake", 9_000, 1);
    JsonObject order = delivery(line("cake", 1));
    HttpResponse<Buffer> first = keyed("cake-1", order).await();
    assertThat(first.statusCode()).isEqualTo(201);
    service.sells("cake", 9_000, 0);
    HttpResponse<Buffer> again = keyed("cake-1", order).await();
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(again.bodyAsString()).isEqualTo(first.bodyAsString());
    assertThat(problem(keyed("cake-2", order).await())).isEqualTo("409 /problems/sold-out");
  }

  /** The menu sells out during requests with the same key: all get the first response. */
  @Test
  void concurrent_requests_with_one_key_succeed_while_the_menu_sells_out() {
    for (int round = 0; round < 20; round++) {
      service.sells("roll", 3_000, 1);
      String key = "roll-" + round;
      List<Future<HttpResponse<Buffer>>> same = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        same.add(keyed(key, delivery(line("roll", 1))));
      }
      Future.any(same).await();
      for (int i = 0; i < 10; i++) {
        same.add(keyed(key, delivery(line("roll", 1))));
      }
      service.sells("roll", 3_000, 0);
      assertThat(same.stream().map(f -> f.await().statusCode()).distinct()).containsExactly(201);
    }
  }

  private static JsonObject lines(JsonObject... lines) {
    return new JsonObject().put("lines", new JsonArray(List.of(lines)));
  }

  private Future<HttpResponse<Buffer>> keyed(String key, JsonObject body) {
    return http.request(HttpMethod.POST, "/orders", customerToken)
        .putHeader("Idempotency-Key", key)
        .sendJsonObject(body);
  }

  private static String detail(HttpResponse<Buffer> refused) {
    return refused.bodyAsJsonObject().getJsonArray("errors").getJsonObject(0).getString("detail");
  }
}
