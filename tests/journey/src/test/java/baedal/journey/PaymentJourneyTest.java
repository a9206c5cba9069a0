package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.journey.TestSystem.Shop;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Payments by checkout, by card, on delivery and with a coupon; also declined, late or repeated.
 */
class PaymentJourneyTest {

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
  void a_checkout_repeated_after_its_order_was_canceled_gets_the_same_response() throws Exception {
    Shop shop = system.openShop("FOOD", 9_000, 5);
    Client customer = system.customer();
    ObjectNode checkout = RequestBodies.checkout(shop.storeId(), "4242424242424242");
    Client.Answer paid = system.checkOut(customer, checkout, "k-1");
    assertThat(paid.status()).as("%s", paid.body()).isEqualTo(201);
    String orderId = paid.body().path("order").path("orderId").asText();
    system.awaitStatus(customer, orderId, "PAID");
    customer.post("/orders/" + orderId + "/cancel", RequestBodies.json());
    system.awaitStatus(customer, orderId, "CANCELED");
    assertThat(system.paymentStatus(customer, orderId)).isEqualTo("REFUNDED");
    assertThat(system.checkOut(customer, checkout, "k-1")).isEqualTo(paid);
    ObjectNode other = RequestBodies.checkout(shop.storeId(), "5555555555554444");
    assertThat(system.checkOut(customer, other, "k-1").status()).isEqualTo(422);
    other.set("order", RequestBodies.delivery(shop.storeId(), 2));
    assertThat(system.checkOut(customer, other, "k-1").status()).isEqualTo(422);
    assertThat(customer.get("/orders").body().path("items")).hasSize(1);
    assertThat(customer.get("/payments?orderId=" + orderId).body().path("items")).hasSize(1);
  }

  @Test
  void a_declined_checkout_stays_declined_and_its_order_takes_another_card() throws Exception {
    Shop shop = system.openShop("FOOD", 9_000, 5);
    Client customer = system.customer();
    ObjectNode checkout = RequestBodies.checkout(shop.storeId(), "4000000000000002");
    Client.Answer declined = null;
    for (int i = 0; i < 2; i++) {
      declined = system.checkOut(customer, checkout, "k-1");
      assertThat(declined.status()).isEqualTo(402);
    }
    String orderId = declined.body().path("order").path("orderId").asText();
    assertThat(customer.get("/payments?orderId=" + orderId).body().path("items")).hasSize(1);
    system.awaitAnswer(
        "the order is paid",
        customer,
        () -> customer.post("/payments", RequestBodies.card(orderId), "k-2"),
        a -> a.status() == 201);
    system.awaitStatus(customer, orderId, "PAID");
    assertThat(customer.get("/orders").body().path("items")).hasSize(1);
  }

  @Test
  void a_declined_card_leaves_the_order_payable() throws Exception {
    Shop shop = system.openShop("FOOD", 7_000, null);
    Client customer = system.customer();
    String orderId = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    Client.Answer declined =
        system.pay(customer, RequestBodies.card(orderId).put("card", "4000000000000002"));
    assertThat(declined.status()).isEqualTo(402);
    assertThat(declined.text("type")).isEqualTo("/problems/payment-declined");
    assertThat(system.pay(customer, orderId).status()).isEqualTo(201);
    system.awaitStatus(customer, orderId, "PAID");
  }

  @Test
  void a_second_request_after_a_late_charge_succeeds_without_a_second_charge() throws Exception {
    Shop shop = system.openShop("FOOD", 7_000, null);
    Client customer = system.customer();
    String orderId = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    ObjectNode slow = RequestBodies.card(orderId).put("card", "4000000000000259");
    Client.Answer later = customer.post("/payments", slow);
    assertThat(later.status()).isEqualTo(503);
    assertThat(later.text("type")).isEqualTo("/problems/payment-unavailable");
    system.awaitAnswer(
        "the second request succeeds",
        customer,
        () -> customer.post("/payments", slow),
        a -> a.status() == 201);
    assertThat(customer.get("/payments?orderId=" + orderId).body().path("items")).hasSize(1);
  }

  @Test
  void a_payment_on_delivery_excludes_a_card_and_is_voided_by_a_cancellation() throws Exception {
    Shop shop = system.openShop("FOOD", 15_000, null);
    Client customer = system.customer();
    String orderId = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    ObjectNode onDelivery = RequestBodies.onDelivery(orderId);
    assertThat(system.pay(customer, onDelivery).status()).isEqualTo(201);
    Client.Answer card = system.pay(customer, RequestBodies.card(orderId));
    assertThat(card.status()).isEqualTo(409);
    assertThat(card.text("type")).isEqualTo("/problems/payment-promised");
    system.awaitStatus(customer, orderId, "PAID");
    assertThat(system.pay(customer, RequestBodies.card(orderId)).status()).isEqualTo(409);
    assertThat(system.pay(customer, onDelivery).text("status")).isEqualTo("DEFERRED");
    customer.post("/orders/" + orderId + "/cancel", RequestBodies.json().put("reason", "x"));
    system.awaitStatus(customer, orderId, "CANCELED");
    JsonNode payments = customer.get("/payments?orderId=" + orderId).body().path("items");
    assertThat(payments.findValuesAsText("status")).containsExactly("VOIDED");
    assertThat(payments.path(0).path("amount").asLong()).isEqualTo(15_000);
    assertThat(payments.path(0).path("paidAt").isNull()).isTrue();
    system.awaitAnswer(
        "MyPage shows the voided payment",
        customer,
        "/mypages/" + orderId,
        a -> a.body().path("payment").path("status").asText().equals("VOIDED"));
    assertThat(customer.get("/notifications").body().toString()).doesNotContain("돌려드렸습니다");
  }

  @Test
  void a_coupon_reduces_the_due_of_one_order_and_a_cancellation_returns_it() throws Exception {
    Shop shop = system.openShop("FOOD", 10_000, null);
    Client customer = system.customer();
    String coupon = TestSystem.takeCoupon(customer, system.startCampaign(5));
    String orderId = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    Client.Answer used =
        customer.post("/coupons/" + coupon + "/use", RequestBodies.json().put("orderId", orderId));
    assertThat(used.body().path("due").asLong()).isEqualTo(7_000);
    String second = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    assertThat(
            customer
                .post("/coupons/" + coupon + "/use", RequestBodies.json().put("orderId", second))
                .status())
        .isEqualTo(409);
    Client.Answer paid = system.pay(customer, orderId);
    assertThat(paid.body().path("amount").asLong()).isEqualTo(7_000);
    system.awaitAnswer(
        "the coupon is USED",
        customer,
        "/coupons",
        a -> a.body().path("items").path(0).path("status").asText().equals("USED"));
    system.handleTicket(shop, orderId);
    customer.post("/orders/" + orderId + "/cancel", RequestBodies.json());
    system.awaitStatus(customer, orderId, "CANCELED");
    system.awaitAnswer(
        "the coupon is ISSUED again",
        customer,
        "/coupons",
        a -> a.body().path("items").path(0).path("status").asText().equals("ISSUED"));
  }
}
