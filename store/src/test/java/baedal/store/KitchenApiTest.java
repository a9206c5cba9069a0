package baedal.store;

import static baedal.store.Samples.line;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.runtime.Ids;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the kitchen board over HTTP, with a real database and broker. */
class KitchenApiTest extends RunningStore {

  @Test
  void only_the_owner_of_the_store_accepts_and_cooks_a_paid_order() {
    String storeId = open("주방", 37.5, 127.1);
    call("PUT", "/stores/" + storeId + "/menus/fried", owner, menu(18_000, 3));
    String orderId = Ids.next();
    EventMessage paid = orderPaid(orderId, storeId, line("fried", 2));
    orders.publish(List.of(EventMessages.encode(paid), EventMessages.encode(paid))).await();
    String ticket = "/foodCookings/" + orderId;
    await().until(() -> call("GET", ticket, owner, null).status() == 200);
    assertThat(
            call("GET", "/stores/" + storeId + "/menus/fried", null, null)
                .body()
                .getInteger("stock"))
        .isEqualTo(1);

    assertThat(call("GET", ticket, stranger, null).status()).isEqualTo(404);
    assertThat(call("POST", ticket + "/accept", stranger, null).status()).isEqualTo(404);
    assertThat(call("POST", ticket + "/accept", customer, null).status()).isEqualTo(403);
    assertThat(call("GET", "/foodCookings?storeId=" + storeId, stranger, null).status())
        .isEqualTo(404);

    Answer early = call("POST", ticket + "/start", owner, null);
    assertThat(early.status()).isEqualTo(409);
    assertThat(early.body().getString("type")).isEqualTo("/problems/order-state");
    assertThat(early.body().getString("detail")).contains("RECEIVED").contains("COOKING");

    for (String action : List.of("accept", "accept", "start", "finish", "finish")) {
      assertThat(call("POST", ticket + "/" + action, owner, null).status())
          .as(action)
          .isEqualTo(200);
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
    await().until(() -> published(orderId).size() == 3);
    assertThat(published(orderId))
        .extracting(EventMessage::type)
        .containsExactly("store.order-accepted", "store.cook-started", "store.cook-finished");
    assertThat(published(orderId)).extracting(EventMessage::sequence).containsExactly(1L, 2L, 3L);
  }

  @Test
  void an_owner_assigns_a_rider_and_rejects_an_order_with_a_reason() {
    String storeId = open("거절", 37.4, 127.2);
    call("PUT", "/stores/" + storeId + "/menus/fried", owner, menu(18_000, 3));
    String orderId = Ids.next();
    orders
        .publish(List.of(EventMessages.encode(orderPaid(orderId, storeId, line("fried", 3)))))
        .await();
    String ticket = "/foodCookings/" + orderId;
    await().until(() -> call("GET", ticket, owner, null).status() == 200);
    call("POST", ticket + "/accept", owner, null);
    Answer assigned = call("POST", ticket + "/assign", owner, "{\"riderId\": \"r-7\"}");
    assertThat(assigned.body().getString("riderId")).isEqualTo("r-7");
    assertThat(call("POST", ticket + "/reject", owner, "{}").status()).isEqualTo(400);
    Answer rejected = call("POST", ticket + "/reject", owner, "{\"reason\": \"재료 소진\"}");
    assertThat(rejected.body().getString("status")).isEqualTo("REJECTED");
    assertThat(
            call("GET", "/stores/" + storeId + "/menus/fried", null, null)
                .body()
                .getInteger("stock"))
        .isEqualTo(3);
    assertThat(call("POST", ticket + "/assign", owner, "{\"riderId\": \"r-8\"}").status())
        .isEqualTo(409);
  }
}
