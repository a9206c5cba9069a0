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
  void a_page_that_is_not_ready_is_202_for_its_customer_and_404_for_others() {
    String customer = Ids.next();
    String orderId = orderWithoutEvents(customer);
    String page = "/mypages/" + orderId;
    assertAccepted(get(firstReplica, page, customer), orderId);
    for (String path : List.of(page, page + "/live")) {
      assertThat(get(firstReplica, path, Ids.next()).statusCode())
          .as("another customer")
          .isEqualTo(404);
      String unknown = path.replace(orderId, Ids.next());
      assertThat(get(firstReplica, unknown, customer).statusCode()).as("no order").isEqualTo(404);
    }
    publish(numbered(new PaymentEvent.Paid(orderId, "p-1", 20_000, PaymentMethod.CARD, 1, at(1))));
    String marker = placedOrder(customer);
    assertAccepted(get(firstReplica, page, customer), orderId);
    assertThat(readAll("/mypages", customer, "orderId")).containsExactly(marker);
    publish(numbered(new OrderEvent.Placed(orderId, details(customer, 1))));
    await().until(() -> get(firstReplica, page, customer).statusCode() == 200);
    int before = requestedOrders.size();
    assertThat(get(firstReplica, page, customer).statusCode()).isEqualTo(200);
    assertThat(get(firstReplica, page, Ids.next()).statusCode()).isEqualTo(404);
    assertThat(requestedOrders)
        .as("the order service is not asked about an existing page")
        .hasSize(before);
  }

  @Test
  void without_a_page_a_failure_of_the_order_service_is_a_503() {
    String customer = Ids.next();
    List<Handler<HttpServerRequest>> failures =
        List.of(
            request -> request.connection().close(),
            request -> request.response().setStatusCode(503).end("{}"),
            request -> request.response().end("<html>"),
            request -> request.response().setChunked(true).write(" "));
    for (Handler<HttpServerRequest> failure : failures) {
      String orderId = orderWithoutEvents(customer);
      orders.put(orderId, failure);
      for (String path : List.of("/mypages/" + orderId, "/mypages/" + orderId + "/live")) {
        HttpResponse<Buffer> unknown = get(firstReplica, path, customer);
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
      orders.add(0, placedOrder(customer));
      placedOrder(Ids.next());
    }
    assertThat(readAll("/mypages", customer, "orderId")).isEqualTo(orders);
    publish(
        numbered(
            new OrderEvent.Expired(orders.get(1), customer, "s-1", null, at(900)),
            new OrderEvent.Expired(orders.get(3), customer, "s-1", null, at(900))));
    await().until(() -> readAll("/mypages?status=EXPIRED", customer, "orderId").size() == 2);
    assertThat(readAll("/mypages?status=EXPIRED", customer, "orderId"))
        .containsExactly(orders.get(1), orders.get(3));
    assertThat(readAll("/mypages?status=PLACED", customer, "orderId"))
        .containsExactly(orders.get(0), orders.get(2), orders.get(4));
    assertThat(readAll("/mypages?status=PAID", customer, "orderId")).isEmpty();
  }

  @Test
  void the_page_of_a_delivered_order_has_payment_rider_and_all_statuses() {
    String customer = Ids.next();
    String orderId = Ids.next();
    publish(deliveredOrder(orderId, customer));
    await()
        .until(
            () ->
                get(firstReplica, "/mypages/" + orderId, customer).statusCode() == 200
                    && get(firstReplica, "/mypages/" + orderId, customer)
                            .bodyAsJsonObject()
                            .getJsonArray("timeline")
                            .size()
                        == 8);
    JsonObject page = get(secondReplica, "/mypages/" + orderId, customer).bodyAsJsonObject();
    assertThat(page.getString("orderId")).isEqualTo(orderId);
    assertThat(page.getString("customerId")).isEqualTo(customer);
    assertThat(page.getString("storeId")).isEqualTo("s-1");
    assertThat(page.getString("storeName")).isEqualTo("통닭천국");
    assertThat(page.getString("status")).isEqualTo("COMPLETED");
    assertThat(page.getLong("due")).isEqualTo(20_000);
    assertThat(page.getJsonObject("payment").encode())
        .isEqualTo("{\"method\":\"CARD\",\"status\":\"PAID\",\"refunded\":null,\"kept\":null}");
    assertThat(page.getJsonObject("rider").getString("riderId")).isEqualTo("r-1");
    assertThat(
            page.getJsonArray("timeline").stream().map(s -> ((JsonObject) s).getString("status")))
        .containsExactly(
            "PLACED", "PAID", "ACCEPTED", "COOKING", "COOKED", "PICKED", "DELIVERED", "COMPLETED");
  }

  @Test
  void pages_and_notifications_are_visible_to_their_customer_only() {
    String customer = Ids.next();
    String stranger = Ids.next();
    String orderId = placedOrder(customer);
    for (String path : List.of("/mypages/" + orderId, "/mypages/" + orderId + "/live")) {
      assertThat(get(firstReplica, path, stranger).statusCode()).as(path).isEqualTo(404);
      assertThat(get(firstReplica, path.replace(orderId, "none"), customer).statusCode())
          .isEqualTo(404);
    }
    for (String path :
        List.of(
            "/mypages", "/mypages/" + orderId, "/mypages/" + orderId + "/live", "/notifications")) {
      for (String role : List.of("owner", "rider", "marketing", "admin", "service")) {
        assertThat(getAs(customer, role, path).statusCode()).as(role + " " + path).isEqualTo(403);
      }
      assertThat(client.get(firstReplica, "127.0.0.1", path).send().await().statusCode())
          .as(path)
          .isEqualTo(401);
    }
    assertThat(readAll("/mypages", stranger, "orderId")).isEmpty();
    assertThat(readAll("/notifications", stranger, "orderId")).isEmpty();
  }

  @Test
  void query_parameters_that_break_the_contract_are_refused() {
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
      assertThat(get(firstReplica, path, customer).statusCode()).as(path).isEqualTo(400);
    }
  }

  void assertAccepted(HttpResponse<Buffer> answer, String orderId) {
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.getHeader("Retry-After")).isEqualTo("1");
    assertThat(answer.bodyAsJsonObject().getString("orderId")).isEqualTo(orderId);
    assertThat(answer.bodyAsJsonObject().getString("detail")).isNotBlank();
  }

  HttpResponse<Buffer> getAs(String sub, String role, String path) {
    return client
        .get(firstReplica, "127.0.0.1", path)
        .bearerTokenAuthentication(token(sub, role))
        .send()
        .await();
  }
}
