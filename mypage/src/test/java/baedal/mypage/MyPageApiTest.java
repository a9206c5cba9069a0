package baedal.mypage;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.runtime.Ids;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The routes of pages and notifications, at two replicas. */
class MyPageApiTest extends RunningMyPage {

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
    publish(numbered(new PaymentEvent.Paid(orderId, "p-1", 20_000, PaymentMethod.CARD, 1, at(1))));
    String marker = placed(customer);
    accepted(get(one, page, customer), orderId);
    assertThat(all("/mypages", customer, "orderId")).containsExactly(marker);
    publish(numbered(new OrderEvent.Placed(orderId, details(customer, 1))));
    await().until(() -> get(one, page, customer).statusCode() == 200);
    int before = requestedOrders.size();
    assertThat(get(one, page, customer).statusCode()).isEqualTo(200);
    assertThat(get(one, page, Ids.next()).statusCode()).isEqualTo(404);
    assertThat(requestedOrders).as("a page that is there needs no question").hasSize(before);
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
  void a_customer_sees_their_own_orders_newest_first_page_by_page() {
    String customer = Ids.next();
    List<String> orders = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      orders.add(0, placed(customer));
      placed(Ids.next());
    }
    assertThat(all("/mypages", customer, "orderId")).isEqualTo(orders);
    publish(
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

  @Test
  void the_page_tells_all_that_happened() {
    String customer = Ids.next();
    String orderId = Ids.next();
    publish(life(orderId, customer));
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

  void accepted(HttpResponse<Buffer> answer, String orderId) {
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.getHeader("Retry-After")).isEqualTo("1");
    assertThat(answer.bodyAsJsonObject().getString("orderId")).isEqualTo(orderId);
    assertThat(answer.bodyAsJsonObject().getString("detail")).isNotBlank();
  }

  HttpResponse<Buffer> as(String sub, String role, String path) {
    return client
        .get(one, "127.0.0.1", path)
        .bearerTokenAuthentication(token(sub, role))
        .send()
        .await();
  }
}
