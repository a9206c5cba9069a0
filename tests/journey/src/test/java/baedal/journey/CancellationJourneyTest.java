package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.journey.TestSystem.Shop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Canceled, rejected and sold-out orders: money, stock and coupon are returned. */
class CancellationJourneyTest {

  private static final BlockedEventLoops blockedEventLoops = BlockedEventLoops.watch();
  private static TestSystem system;

  @BeforeAll
  static void start() throws IOException {
    system = TestSystem.shared();
  }

  @AfterAll
  static void stop() {
    blockedEventLoops.assertNone();
  }

  @Test
  void an_unpaid_order_is_canceled_at_once_and_never_reaches_its_store() throws Exception {
    Shop shop = system.openShop("FOOD", 9_000, 5);
    Client customer = system.customer();
    String orderId = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    Client.Answer canceled =
        customer.post(
            "/orders/" + orderId + "/cancel", RequestBodies.json().put("reason", "마음이 바뀜"));
    assertThat(canceled.status()).isEqualTo(200);
    assertThat(canceled.text("status")).isEqualTo("CANCELED");
    system.awaitAnswer(
        "MyPage shows the cancellation",
        customer,
        "/mypages/" + orderId,
        a -> a.text("status").equals("CANCELED"));
    assertThat(shop.owner().get("/foodCookings/" + orderId).status()).isEqualTo(404);
    assertThat(system.pay(customer, orderId).status()).isEqualTo(409);
  }

  @Test
  void canceling_a_paid_order_before_cooking_returns_money_and_stock() throws Exception {
    Shop shop = system.openShop("FURNITURE", 240_000, 3);
    Client customer = system.customer();
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 2));
    system.handleTicket(shop, orderId, "accept");
    assertThat(system.stock(shop)).isEqualTo(1);
    system.awaitStatus(customer, orderId, "ACCEPTED");
    assertThat(customer.post("/orders/" + orderId + "/cancel", RequestBodies.json()).status())
        .isEqualTo(202);
    system.awaitStatus(customer, orderId, "CANCELED");
    assertThat(system.paymentStatus(customer, orderId)).isEqualTo("REFUNDED");
    system.awaitAnswer(
        "the stock is returned",
        customer,
        "/stores/" + shop.storeId() + "/menus/m-1",
        a -> a.body().path("stock").asInt() == 3);
    system.awaitAnswer(
        "MyPage shows the cancellation",
        customer,
        "/mypages/" + orderId,
        a ->
            a.text("status").equals("CANCELED")
                && a.body().path("payment").path("status").asText().equals("REFUNDED"));
  }

  @Test
  void a_cancellation_is_refused_once_cooking_has_begun() throws Exception {
    Shop shop = system.openShop("FOOD", 12_000, null);
    Client customer = system.customer();
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    system.handleTicket(shop, orderId, "accept", "start");
    system.awaitStatus(customer, orderId, "COOKING");
    Client.Answer refused = customer.post("/orders/" + orderId + "/cancel", RequestBodies.json());
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text("type")).isEqualTo("/problems/order-state");
    assertThat(refused.text("detail")).contains("COOKING");
  }

  @Test
  void rejecting_a_ticket_returns_money_stock_and_coupon() throws Exception {
    Shop shop = system.openShop("FOOD", 12_000, 4);
    Client customer = system.customer();
    String coupon = TestSystem.takeCoupon(customer, system.startCampaign(1));
    String orderId = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    customer.post("/coupons/" + coupon + "/use", RequestBodies.json().put("orderId", orderId));
    assertThat(system.pay(customer, orderId).status()).isEqualTo(201);
    system.handleTicket(shop, orderId, "accept");
    shop.owner()
        .post("/foodCookings/" + orderId + "/reject", RequestBodies.json().put("reason", "재료 소진"));
    system.awaitStatus(customer, orderId, "REJECTED");
    system.awaitAnswer(
        "the payment is refunded",
        customer,
        "/payments?orderId=" + orderId,
        a -> a.body().toString().contains("REFUNDED"));
    system.awaitAnswer(
        "the stock is returned",
        customer,
        "/stores/" + shop.storeId() + "/menus/m-1",
        a -> a.body().path("stock").asInt() == 4);
    system.awaitAnswer(
        "the coupon is ISSUED again",
        customer,
        "/coupons",
        a -> a.body().path("items").path(0).path("status").asText().equals("ISSUED"));
  }

  @Test
  void an_order_of_a_sold_out_menu_is_rejected_and_refunded() throws Exception {
    Shop shop = system.openShop("FOOD", 5_000, 1);
    List<Client> customers = new ArrayList<>();
    List<String> orders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      customers.add(system.customer());
      orders.add(system.place(customers.get(i), RequestBodies.delivery(shop.storeId(), 1)));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(system.pay(customers.get(i), orders.get(i)).status()).isEqualTo(201);
    }
    int rejected = 0;
    for (int i = 0; i < 3; i++) {
      String orderId = orders.get(i);
      Client.Answer end =
          system.awaitAnswer(
              "the ticket is received or the order is rejected",
              customers.get(i),
              "/orders/" + orderId,
              a -> a.text("status").equals("REJECTED") || hasReceived(shop, orderId));
      if (end.text("status").equals("REJECTED")) {
        rejected++;
        system.awaitAnswer(
            "the payment is refunded",
            customers.get(i),
            "/payments?orderId=" + orderId,
            a -> a.body().toString().contains("REFUNDED"));
      }
    }
    assertThat(rejected).isEqualTo(2);
    assertThat(system.stock(shop)).isZero();
    Client late = system.customer();
    Client.Answer refused =
        system.awaitAnswer(
            "the order service knows that the menu is sold out",
            late,
            () -> late.post("/orders", RequestBodies.delivery(shop.storeId(), 1)),
            a -> a.status() == 409);
    assertThat(refused.text("type")).isEqualTo("/problems/sold-out");
    Client.Answer checkout =
        late.post("/checkouts", RequestBodies.checkout(shop.storeId(), "4242424242424242"));
    assertThat(checkout.status()).isEqualTo(409);
    assertThat(checkout.text("type")).isEqualTo("/problems/sold-out");
    assertThat(checkout.body().path("errors").path(0).path("pointer").asText())
        .isEqualTo("/order/lines/0/menuId");
  }

  private static boolean hasReceived(Shop shop, String orderId) {
    try {
      return shop.owner().get("/foodCookings/" + orderId).text("status").equals("RECEIVED");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
