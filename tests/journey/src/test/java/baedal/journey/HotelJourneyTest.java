package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.dev.HotelDemo;
import baedal.dev.SampleData;
import baedal.journey.TestSystem.Shop;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A hotel: reservations from the search to the check-out, and cancellations with a fee. */
class HotelJourneyTest {

  private static final BlockedEventLoops blockedEventLoops = BlockedEventLoops.watch();
  private static TestSystem system;

  private final LocalDate today = LocalDate.now(TestSystem.HOTEL_ZONE);

  @BeforeAll
  static void start() throws IOException {
    system = TestSystem.shared();
  }

  @AfterAll
  static void stop() {
    blockedEventLoops.assertNone();
  }

  @Test
  void a_reservation_passes_all_steps_from_the_search_to_the_check_out() throws Exception {
    Shop hotel = system.openHotel(2);
    Client guest = system.customer();
    String dates = "checkIn=" + today + "&checkOut=" + today.plusDays(2) + "&guests=2";
    Client.Answer found =
        system.anyone.get("/stores?kind=ROOM&near=37.55,126.92&radiusKm=1&limit=100&" + dates);
    assertThat(found.body().path("items").findValuesAsText("storeId")).contains(hotel.storeId());
    assertThat(room(hotel, today, 2).path("available").asInt()).isEqualTo(2);

    String orderId = system.place(guest, stay(hotel, today, 2));
    JsonNode placed = guest.get("/orders/" + orderId).body();
    assertThat(placed.path("due").asLong()).isEqualTo(200_000);
    assertThat(placed.path("stay").path("checkIn").asText()).isEqualTo(today.toString());
    assertThat(placed.path("refundTerms").findValuesAsText("refundPercent"))
        .containsExactly("100", "50");
    assertThat(system.pay(guest, orderId).status()).isEqualTo(201);

    system.handleTicket(hotel, orderId, "accept", "start", "finish");
    assertThat(room(hotel, today, 2).path("available").asInt()).isEqualTo(1);
    system.awaitStatus(guest, orderId, "COOKED");
    assertThat(cancel(guest, orderId).status()).isEqualTo(409);
    assertThat(guest.post("/orders/" + orderId + "/confirm", null).text("status"))
        .isEqualTo("COMPLETED");
    assertThat(system.rider("r-1").get("/deliveries/" + orderId).status()).isEqualTo(404);
    system.awaitAnswer(
        "MyPage shows the completed stay",
        guest,
        "/mypages/" + orderId,
        a -> a.text("status").equals("COMPLETED"));
    assertThat(room(hotel, today, 2).path("available").asInt())
        .as("a room stays taken after the check-in")
        .isEqualTo(1);
    system.assertDatabasesAgree();
  }

  @Test
  void a_guest_who_cancels_late_gets_a_part_back_and_the_room_is_free() throws Exception {
    Shop hotel = system.openHotel(1);
    Client guest = system.customer();
    LocalDate checkIn = today.plusDays(1);
    String orderId = system.placeAndPay(guest, stay(hotel, checkIn, 3));
    system.handleTicket(hotel, orderId, "accept", "start");
    system.awaitStatus(guest, orderId, "COOKING");
    assertThat(room(hotel, checkIn, 1).path("available").asInt()).isZero();
    assertThat(cancel(guest, orderId).status()).isEqualTo(202);

    JsonNode refund = system.awaitStatus(guest, orderId, "CANCELED").body().path("refund");
    long kept = refund.path("kept").asLong();
    assertThat(kept).isIn(150_000L, 300_000L);
    assertThat(refund.path("amount").asLong()).isEqualTo(300_000 - kept);
    JsonNode payment = guest.get("/payments?orderId=" + orderId).body().path("items").path(0);
    assertThat(payment.path("status").asText()).isEqualTo("REFUNDED");
    assertThat(payment.path("refunded").asLong()).isEqualTo(300_000 - kept);
    system.awaitAnswer(
        "MyPage shows what was kept",
        guest,
        "/mypages/" + orderId,
        a -> a.body().path("payment").path("kept").asLong() == kept);
    system.awaitAnswer(
        "the room is free again",
        guest,
        () -> new Client.Answer(200, room(hotel, checkIn, 3)),
        a -> a.body().path("available").asInt() == 1);
    system.assertDatabasesAgree();
  }

  @Test
  void a_reservation_that_the_hotel_rejects_is_refunded_in_full() throws Exception {
    Shop hotel = system.openHotel(1);
    Client guest = system.customer();
    String orderId = system.placeAndPay(guest, stay(hotel, today, 1));
    system.handleTicket(hotel, orderId);
    hotel
        .owner()
        .post("/foodCookings/" + orderId + "/reject", RequestBodies.json().put("reason", "누수"));
    system.awaitStatus(guest, orderId, "REJECTED");
    system.awaitAnswer(
        "the whole amount comes back",
        guest,
        "/payments?orderId=" + orderId,
        a -> a.body().path("items").path(0).path("refunded").asLong() == 100_000);
    system.awaitAnswer(
        "the room is free again",
        guest,
        () -> new Client.Answer(200, room(hotel, today, 1)),
        a -> a.body().path("available").asInt() == 1);
  }

  @Test
  void a_full_night_is_sold_out_and_the_nights_around_it_are_not() throws Exception {
    Shop hotel = system.openHotel(1);
    Client guest = system.customer();
    LocalDate checkIn = today.plusDays(5);
    String orderId = system.placeAndPay(guest, stay(hotel, checkIn, 1));
    system.handleTicket(hotel, orderId);
    Client late = system.customer();
    Client.Answer refused =
        system.awaitAnswer(
            "the order service knows that the night is full",
            late,
            () -> late.post("/orders", stay(hotel, checkIn.minusDays(1), 3)),
            a -> a.status() == 409);
    assertThat(refused.text("type")).isEqualTo("/problems/sold-out");
    assertThat(refused.body().path("errors").toString()).contains(checkIn.toString());
    String before = system.placeAndPay(late, stay(hotel, checkIn.minusDays(1), 1));
    String after = system.placeAndPay(late, stay(hotel, checkIn.plusDays(1), 1));
    system.handleTicket(hotel, before, "accept");
    system.handleTicket(hotel, after, "accept");
  }

  @Test
  void a_coupon_comes_with_a_reservation_and_goes_with_its_cancellation() throws Exception {
    Shop hotel = system.openHotel(5);
    Client marketing = system.anyone.as("marketing-1", "marketing");
    ObjectNode campaign =
        RequestBodies.json()
            .put("name", "다음 여행")
            .put("discount", 7_000)
            .put("quantity", 1_000)
            .put("expiresAt", "2099-01-01T00:00:00Z")
            .put("on", "order.paid")
            .put("kind", "ROOM");
    assertThat(marketing.post("/coupons", campaign).status()).isEqualTo(201);
    Client guest = system.customer();
    String orderId = system.placeAndPay(guest, stay(hotel, today.plusDays(9), 1));
    system.awaitAnswer(
        "the guest has the coupon",
        guest,
        "/coupons",
        a -> a.body().path("items").findValuesAsText("discount").contains("7000"));
    assertThat(cancel(guest, orderId).status()).isEqualTo(202);
    system.awaitStatus(guest, orderId, "CANCELED");
    system.awaitAnswer(
        "the coupon is revoked",
        guest,
        "/coupons",
        a -> a.body().path("items").findValuesAsText("status").contains("REVOKED"));
  }

  @Test
  void the_hotel_demo_completes_a_stay_and_a_cancellation() throws Exception {
    SampleData sample = new SampleData(system.settings.url("gateway"));
    if (system.anyone.get("/stores?q=%EC%8A%A4%ED%85%8C%EC%9D%B4").body().path("items").isEmpty()) {
      sample.open();
    }
    new HotelDemo(system.settings.url("gateway")).play();
  }

  private static ObjectNode stay(Shop hotel, LocalDate checkIn, int nights) {
    return RequestBodies.stay(hotel.storeId(), checkIn, checkIn.plusDays(nights));
  }

  private static Client.Answer cancel(Client guest, String orderId) throws IOException {
    return guest.post(
        "/orders/" + orderId + "/cancel", RequestBodies.json().put("reason", "여행이 취소됨"));
  }

  /** The room type m-1 with the number of rooms that are free on all these nights. */
  private static JsonNode room(Shop hotel, LocalDate checkIn, int nights) throws IOException {
    return system
        .anyone
        .get(
            "/stores/"
                + hotel.storeId()
                + "/menus?checkIn="
                + checkIn
                + "&checkOut="
                + checkIn.plusDays(nights)
                + "&guests=2")
        .body()
        .path("items")
        .path(0);
  }
}
