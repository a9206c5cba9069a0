package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.dev.FoodDemo;
import baedal.dev.SampleData;
import baedal.dev.Settings;
import baedal.journey.TestSystem.Shop;
import baedal.mongodb.MongoDatabase;
import baedal.postgres.PgDatabase;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Orders at each kind of store, from placing to completion. */
class DeliveryJourneyTest {

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
  void an_order_passes_all_steps_from_placing_to_completion() throws Exception {
    assertThat(new SampleData(system.settings.url("gateway")).fill()).isIn(0, 12);
    Shop shop = system.openShop("FOOD", 18_000, 10);
    Client customer = system.customer();
    Client rider = system.rider("r-1");
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 2));
    system.handleTicket(shop, orderId, "accept", "start", "finish");
    system.awaitAnswer(
        "the delivery is open",
        rider,
        "/deliveries?near=37.55,126.92&limit=100",
        a -> a.body().toString().contains(orderId));
    system.handleDelivery(rider, orderId, "claim", "pick", "deliver");
    system.awaitStatus(customer, orderId, "DELIVERED");
    assertThat(customer.post("/orders/" + orderId + "/confirm", null).text("status"))
        .isEqualTo("COMPLETED");
    system.awaitAnswer(
        "the customer has a coupon", customer, "/coupons", a -> a.body().path("items").size() == 1);
    Client.Answer page =
        system.awaitAnswer(
            "MyPage has all steps",
            customer,
            "/mypages/" + orderId,
            a -> a.body().path("timeline").size() == 8);
    assertThat(page.body().path("timeline").findValuesAsText("status"))
        .containsExactly(
            "PLACED", "PAID", "ACCEPTED", "COOKING", "COOKED", "PICKED", "DELIVERED", "COMPLETED");
    assertThat(page.body().path("payment").path("status").asText()).isEqualTo("PAID");
    assertThat(page.body().path("rider").path("riderId").asText()).isEqualTo("r-1");
    assertThat(system.stock(shop)).isEqualTo(8);
  }

  @Test
  void the_food_demo_completes_an_order() throws Exception {
    SampleData sample = new SampleData(system.settings.url("gateway"));
    if (system.anyone.get("/stores?q=%ED%86%B5%EB%8B%AD").body().path("items").isEmpty()) {
      sample.open();
    }
    new FoodDemo(system.settings.url("gateway")).play();
  }

  @Test
  void a_parcel_is_paid_on_delivery_and_carried_by_the_assigned_rider() throws Exception {
    Shop company = system.openShop("COURIER", 12_000, null);
    Client customer = system.customer();
    String orderId = system.place(customer, RequestBodies.parcel(company.storeId(), 1));
    Client.Answer deferred = system.pay(customer, RequestBodies.onDelivery(orderId));
    assertThat(deferred.text("status")).isEqualTo("DEFERRED");
    system.handleTicket(company, orderId, "accept");
    assertThat(
            company
                .owner()
                .post(
                    "/foodCookings/" + orderId + "/assign",
                    RequestBodies.json().put("riderId", "r-7"))
                .status())
        .isEqualTo(200);
    system.handleTicket(company, orderId, "start", "finish");
    Client rider = system.rider("r-7");
    system.awaitAnswer(
        "the assigned rider has the delivery",
        rider,
        "/deliveries/" + orderId,
        a -> a.text("status").equals("CLAIMED"));
    Client.Answer other = system.rider("r-8").post("/deliveries/" + orderId + "/claim", null);
    assertThat(other.text("type")).isEqualTo("/problems/delivery-taken");
    system.handleDelivery(rider, orderId, "pick");
    assertThat(
            rider
                .post(
                    "/deliveries/" + orderId + "/deliver", RequestBodies.json().put("collected", 1))
                .status())
        .isEqualTo(400);
    assertThat(
            rider
                .post(
                    "/deliveries/" + orderId + "/deliver",
                    RequestBodies.json().put("collected", 12_000))
                .status())
        .isEqualTo(200);
    system.awaitStatus(customer, orderId, "DELIVERED");
    system.awaitAnswer(
        "the payment is PAID",
        customer,
        "/payments?orderId=" + orderId,
        a -> a.body().toString().contains("\"PAID\""));
  }

  @Test
  void a_change_before_cooking_reaches_the_ticket() throws Exception {
    Shop shop = system.openShop("FOOD", 10_000, null);
    Client customer = system.customer();
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    system.handleTicket(shop, orderId, "accept");
    system.awaitStatus(customer, orderId, "ACCEPTED");
    assertThat(
            customer
                .patch("/orders/" + orderId, RequestBodies.json().put("memo", "벨 누르지 마세요"))
                .status())
        .isEqualTo(200);
    system.awaitAnswer(
        "the ticket shows the memo",
        shop.owner(),
        "/foodCookings/" + orderId,
        a -> a.text("memo").equals("벨 누르지 마세요"));
  }

  /** Simulates an update from a version in which the order service did not store the kind. */
  @Test
  void a_start_announces_a_store_again_if_the_order_service_lacks_its_kind() throws Exception {
    Shop company = system.openShop("COURIER", 12_000, null);
    Client customer = system.customer();
    ObjectNode delivery = RequestBodies.delivery(company.storeId(), 1);
    assertThat(customer.post("/orders", delivery).status()).isEqualTo(400);
    deleteKind(company.storeId());
    system.place(customer, delivery);
    Runnable replica = system.replicate(Settings.onFreePorts());
    try {
      Client.Answer refused =
          system.awaitAnswer(
              "the order service knows the kind",
              customer,
              () -> customer.post("/orders", delivery),
              a -> a.status() == 400);
      assertThat(refused.body().path("errors").findValuesAsText("pointer"))
          .containsExactly("/fulfilment");
    } finally {
      replica.run();
    }
  }

  /** Deletes the kind at the order service, and the store service's record of its announcement. */
  private static void deleteKind(String storeId) {
    Vertx vertx = Vertx.vertx();
    try {
      new PgDatabase(vertx, system.sources().orders())
          .pool()
          .preparedQuery("UPDATE store_copy SET kind = NULL WHERE store_id = $1")
          .execute(Tuple.of(storeId))
          .await();
      new MongoDatabase(vertx, system.sources().stores())
          .client()
          .updateCollection(
              "stores",
              new JsonObject().put("_id", storeId),
              new JsonObject().put("$unset", new JsonObject().put("state.announced", "")))
          .await();
    } finally {
      vertx.close().await();
    }
  }
}
