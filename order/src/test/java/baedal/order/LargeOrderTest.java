package baedal.order;

import static baedal.order.OrderHttpClient.delivery;
import static baedal.order.OrderHttpClient.line;
import static baedal.order.OrderHttpClient.pointers;
import static baedal.order.OrderHttpClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The limits on the quantities and on the total of an order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeOrderTest {

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
  void a_line_orders_at_most_ten_thousand_of_a_menu() {
    service.sells("pen", 1_000_000, null);
    JsonObject order =
        http.post("/orders", customerToken, delivery(line("pen", 10_000))).bodyAsJsonObject();
    assertThat(order.getLong("total")).isEqualTo(10_000_000_000L);
    assertThat(order.getLong("due")).isEqualTo(10_000_000_000L);
    HttpResponse<Buffer> refused =
        http.post("/orders", customerToken, delivery(line("pen", 10_001)));
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
    assertThat(pointers(refused)).containsExactly("/lines/0/quantity");
  }

  @Test
  void an_order_above_the_maximum_total_is_refused() {
    service.sells("yacht", 100_000_000, null);
    JsonObject[] most = new JsonObject[50];
    Arrays.fill(most, line("yacht", 10_000));
    for (JsonObject order : List.of(delivery(line("yacht", 101)), delivery(most))) {
      HttpResponse<Buffer> refused = http.post("/orders", customerToken, order);
      assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
      assertThat(pointers(refused)).containsExactly("/lines");
    }
    String path = service.place(delivery(line("yacht", 100)));
    assertThat(pointers(http.patch(path, customerToken, lines(line("yacht", 101)))))
        .containsExactly("/lines");
  }

  private static JsonObject lines(JsonObject... lines) {
    return new JsonObject().put("lines", new JsonArray(List.of(lines)));
  }
}
