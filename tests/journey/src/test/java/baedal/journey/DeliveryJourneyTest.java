package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.dev.Demo;
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

/** Orders from the menu to their delivery, of each kind of store. */
class DeliveryJourneyTest {

  private static final BlockedEventLoops blockedEventLoops = BlockedEventLoops.watch();
  private static TestSystem system;

  @BeforeAll
  static void start() throws IOException {
    system = new TestSystem();
  }

  @AfterAll
  static void stop() {
    system.close();
    blockedEventLoops.assertNone();
  }

  @Test
  void an_order_goes_from_the_menu_to_the_doorstep() throws Exception {
    assertThat(new SampleData(system.settings.url("gateway")).fill()).isIn(0, 12);
    Shop shop = system.openShop("FOOD", 18_000, 10);
    Client customer = system.customer();
    Client rider = system.rider("r-1");
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 2));
    system.handleTicket(shop, orderId, "accept", "start", "finish");
    system.awaitAnswer(
        "the job is open",
        rider,
        "/deliveries?near=37.55,126.92&limit=100",
        a -> a.body().toString().contains(orderId));
    system.handleDelivery(rider, orderId, "claim", "pick", "deliver");
    system.awaitStatus(customer, orderId, "DELIVERED");
    assertThat(customer.post("/orders/" + orderId + "/confirm", null).text("status"))
        .isEqualTo("COMPLETED");
    system.awaitAnswer(
        "a coupon is earned", customer, "/coupons", a -> a.body().path("items").size() == 1);
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
  void the_demo_plays() throws Exception {
    SampleData sample = new SampleData(system.settings.url("gateway"));
    if (system.anyone.get("/stores?q=%ED%86%B5%EB%8B%AD").body().path("items").isEmpty()) {
      sample.open();
    }
    new Demo(system.settings.url("gateway")).play();
  }

  @Test
  void a_parcel_is_paid_on_delivery_and_carried_by_the_rider_the_company_names() throws Exception {
    Shop company = system.openShop("COURIER", 12_000, null);
    Client customer = system.customer();
    String orderId = system.place(customer, RequestBodies.parcel(company.storeId(), 1));
    Client.Answer promised = system.pay(customer, RequestBodies.onDelivery(orderId));
    assertThat(promised.text("status")).isEqualTo("DEFERRED");
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
        "the job is claimed by the rider",
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
  void a_room_is_reserved_and_nobody_rides() throws Exception {
    Shop hotel = system.openShop("ROOM", 89_000, 2);
    Client customer = system.customer();
    ObjectNode stay =
        RequestBodies.visit(hotel.storeId(), 1)
            .put("from", "2027-01-01T06:00:00Z")
            .put("to", "2027-01-03T02:00:00Z");
    String orderId = system.placeAndPay(customer, stay);
    system.handleTicket(hotel, orderId, "accept", "start", "finish");
    system.awaitStatus(customer, orderId, "COOKED");
    assertThat(customer.post("/orders/" + orderId + "/confirm", null).text("status"))
        .isEqualTo("COMPLETED");
    assertThat(system.rider("r-1").get("/deliveries/" + orderId).status()).isEqualTo(404);
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
        "the ticket shows it",
        shop.owner(),
        "/foodCookings/" + orderId,
        a -> a.text("memo").equals("벨 누르지 마세요"));
  }

  /** As after an update from a version whose order service did not store the kind. */
  @Test
  void a_store_that_was_opened_before_kinds_were_kept_is_announced_at_the_next_start()
      throws Exception {
    Shop hotel = system.openShop("ROOM", 89_000, null);
    Client customer = system.customer();
    ObjectNode delivery = RequestBodies.delivery(hotel.storeId(), 1);
    assertThat(customer.post("/orders", delivery).status()).isEqualTo(400);
    forgetKind(hotel.storeId());
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

  private static void forgetKind(String storeId) {
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
