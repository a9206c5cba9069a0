package baedal.order;

import static baedal.order.OrderHttpClient.delivery;
import static baedal.order.OrderHttpClient.line;
import static baedal.order.OrderHttpClient.pointers;
import static baedal.order.OrderHttpClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Text;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Changes of a paid order, after the store has changed its menus. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PaidOrderChangeTest {

  private static final MenuOption FREE = new MenuOption("간장", 0);
  private static final MenuOption ALSO_FREE = new MenuOption("양념", 0);
  private static final MenuOption CHEESE = new MenuOption("치즈", 1_000);

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

  @BeforeEach
  void sells() {
    service.sells("wings", 10_000, null, FREE, ALSO_FREE, CHEESE);
  }

  @Test
  void a_free_option_can_be_replaced_after_a_price_rise() {
    String path = service.placeAndPay(delivery(line("wings", 2, "간장")));
    service.sells("wings", 12_000, null, FREE, ALSO_FREE, CHEESE);
    JsonObject order = changed(path, line("wings", 2, "양념"));
    assertThat(order.getLong("total")).isEqualTo(20_000);
    JsonObject line = order.getJsonArray("lines").getJsonObject(0);
    assertThat(line.getJsonArray("options")).containsExactly("양념");
    assertThat(line.getLong("unitPrice")).isEqualTo(10_000);
  }

  @Test
  void unchanged_lines_are_accepted_after_a_price_rise_and_after_a_removal() {
    String path = service.placeAndPay(delivery(line("wings", 2, "간장", "치즈")));
    service.sells("wings", 12_000, null);
    JsonObject patch = lines(line("wings", 2, "치즈", "간장")).put("memo", "벨은 누르지 마세요");
    HttpResponse<Buffer> risen = http.patch(path, customerToken, patch);
    assertThat(risen.statusCode()).as(risen.bodyAsString()).isEqualTo(200);
    service.removes("wings");
    HttpResponse<Buffer> removed = http.patch(path, customerToken, patch.put("memo", "문 앞에"));
    assertThat(removed.statusCode()).as(removed.bodyAsString()).isEqualTo(200);
    assertThat(removed.bodyAsJsonObject().getString("memo")).isEqualTo("문 앞에");
    assertThat(removed.bodyAsJsonObject().getLong("total")).isEqualTo(22_000);
  }

  @Test
  void a_paid_option_keeps_its_price_when_the_menu_changes() {
    String path = service.placeAndPay(delivery(line("wings", 1, "치즈")));
    service.sells("wings", 12_000, null, new MenuOption("치즈", 3_000), new MenuOption("파", 1_000));
    JsonObject order = changed(path, line("wings", 1, "파"));
    assertThat(order.getLong("total")).isEqualTo(11_000);
    assertThat(order.getJsonArray("lines").getJsonObject(0).getJsonArray("optionPrices"))
        .containsExactly(1_000);
  }

  @Test
  void a_paid_option_that_is_removed_and_chosen_again_keeps_its_price() {
    String path = service.placeAndPay(delivery(line("wings", 1, "치즈")));
    service.sells("wings", 12_000, null, new MenuOption("치즈", 3_000), new MenuOption("파", 1_000));
    changed(path, line("wings", 1, "파"));
    assertThat(changed(path, line("wings", 1, "치즈")).getLong("total")).isEqualTo(11_000);
    changed(path, line("wings", 1, "파"));
    service.removes("wings");
    assertThat(changed(path, line("wings", 1, "치즈")).getLong("total")).isEqualTo(11_000);
  }

  @Test
  void other_menus_and_quantities_of_a_paid_order_are_refused_with_the_reason() {
    String path = service.placeAndPay(delivery(line("wings", 2)));
    for (JsonObject other : List.of(line("wings", 3), line("cola", 10))) {
      HttpResponse<Buffer> refused = http.patch(path, customerToken, lines(other));
      assertThat(problem(refused)).isEqualTo("409 /problems/order-state");
      assertThat(refused.bodyAsJsonObject().getString("detail")).contains("quantities");
    }
    HttpResponse<Buffer> moreExpensive =
        http.patch(path, customerToken, lines(line("wings", 2, "치즈")));
    assertThat(problem(moreExpensive)).isEqualTo("409 /problems/order-state");
    assertThat(moreExpensive.bodyAsJsonObject().getString("detail")).contains("same price");
  }

  @Test
  void a_new_option_of_a_removed_menu_is_refused_with_the_reason() {
    String path = service.placeAndPay(delivery(line("wings", 2, "간장")));
    service.removes("wings");
    HttpResponse<Buffer> refused = http.patch(path, customerToken, lines(line("wings", 2, "양념")));
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
    assertThat(pointers(refused)).containsExactly("/lines/0/options/0");
    assertThat(refused.bodyAsString()).contains("no longer sells");
    assertThat(changed(path, line("wings", 2)).getLong("total")).isEqualTo(20_000);
  }

  @Test
  void an_option_that_the_menu_never_had_is_refused_with_its_pointer() {
    String path = service.placeAndPay(delivery(line("wings", 2, "간장")));
    HttpResponse<Buffer> refused =
        http.patch(path, customerToken, lines(line("wings", 2, "간장", "없음")));
    assertThat(problem(refused)).isEqualTo("400 /problems/invalid");
    assertThat(pointers(refused)).containsExactly("/lines/0/options/1");
  }

  @Test
  void a_change_during_cooking_is_refused_even_if_the_menu_was_removed() {
    String path = service.placeAndPay(delivery(line("wings", 2, "간장")));
    service.change(
        path, o -> FulfilmentProgress.reached(o, OrderStatus.COOKING, OrderFixtures.NOON));
    service.removes("wings");
    assertThat(problem(http.patch(path, customerToken, lines(line("wings", 2, "양념")))))
        .isEqualTo("409 /problems/order-state");
  }

  /** The order is as it was stored before option prices existed. */
  @Test
  void an_old_order_without_option_prices_uses_the_prices_of_the_catalog() {
    String path = service.placeAndPay(delivery(line("wings", 2, "간장")));
    service
        .db
        .pool
        .query("UPDATE orders SET body = body #- '{details,lines,0,optionPrices}'")
        .execute()
        .await();
    service.sells("wings", 12_000, null, FREE, ALSO_FREE, CHEESE);
    assertThat(changed(path, line("wings", 2, "양념")).getLong("total")).isEqualTo(20_000);
  }

  @Test
  void an_option_stored_in_normalization_form_d_is_the_same_option() {
    String path = service.placeAndPay(delivery(line("wings", 2, "간장")));
    service
        .db
        .pool
        .preparedQuery(
            "UPDATE orders SET body = jsonb_set(body, '{details,lines,0,options}', jsonb_build_array($1::text))"
                + " WHERE id = $2")
        .execute(Tuple.of(Text.nfd("간장"), path.substring("/orders/".length())))
        .await();
    service.sells("wings", 12_000, null, new MenuOption(Text.nfd("양념"), 0));
    assertThat(changed(path, line("wings", 2, "간장")).getLong("total")).isEqualTo(20_000);
    assertThat(changed(path, line("wings", 2, "양념")).getLong("total")).isEqualTo(20_000);
  }

  private JsonObject changed(String path, JsonObject... lines) {
    HttpResponse<Buffer> answer = http.patch(path, customerToken, lines(lines));
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
    return answer.bodyAsJsonObject();
  }

  private static JsonObject lines(JsonObject... lines) {
    return new JsonObject().put("lines", new JsonArray(List.of(lines)));
  }
}
