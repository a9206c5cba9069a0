package baedal.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.UUID;

/**
 * The demo of {@code ./run demo hotel}, through the gateway. One guest reserves a room for tonight,
 * checks in and leaves. Another guest cancels a reservation two days before and gets a part of the
 * money back.
 */
public final class HotelDemo {

  private static final ZoneId SEOUL = ZoneId.of("Asia/Seoul");

  private final DemoSteps steps = new DemoSteps();
  private final Client anyone;
  private final Client guest;
  private final Client canceler;

  public HotelDemo(String gateway) throws IOException {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    anyone = new Client(gateway);
    guest = anyone.as("demo-guest-" + suffix, "customer");
    canceler = anyone.as("demo-canceler-" + suffix, "customer");
  }

  /** Throws {@link Failure} at the first step that fails. */
  public void play() throws IOException {
    LocalDate today = LocalDate.now(SEOUL);
    stay(today, today.plusDays(1));
    cancel(today.plusDays(3), today.plusDays(5));
  }

  private void stay(LocalDate checkIn, LocalDate checkOut) throws IOException {
    JsonNode hotel = findHotel(checkIn, checkOut);
    Client owner = anyone.as(hotel.path("ownerId").asText(), "owner");
    String orderId = reserve("the guest", guest, hotel, checkIn, checkOut);
    steps.received(owner, orderId);
    steps.handle("the hotel accepts the reservation", owner, orderId, "accept", "ACCEPTED");
    steps.handle("the hotel prepares the room", owner, orderId, "start", "COOKING");
    steps.handle("the guest checks in", owner, orderId, "finish", "COOKED");
    steps.awaitedStatus(guest, orderId, "COOKED");
    Client.Answer left = guest.post("/orders/" + orderId + "/confirm", null);
    steps.step(
        "the guest checks out: order " + left.text("status"),
        left.text("status").equals("COMPLETED"),
        left.body());
  }

  private void cancel(LocalDate checkIn, LocalDate checkOut) throws IOException {
    JsonNode hotel = findHotel(checkIn, checkOut);
    Client owner = anyone.as(hotel.path("ownerId").asText(), "owner");
    String orderId = reserve("another guest", canceler, hotel, checkIn, checkOut);
    steps.received(owner, orderId);
    Client.Answer requested =
        canceler.post(
            "/orders/" + orderId + "/cancel", DemoSteps.json().put("reason", "여행이 취소되었어요"));
    steps.step(
        "the guest cancels: order " + requested.text("status"),
        requested.status() == 202,
        requested.body());
    JsonNode refund = steps.awaitedStatus(canceler, orderId, "CANCELED").body().path("refund");
    steps.step(
        refund.path("amount").asText()
            + " won come back, the hotel keeps "
            + refund.path("kept").asText()
            + " won",
        refund.path("amount").asLong() > 0 && refund.path("kept").asLong() > 0,
        refund);
    steps.awaited(
        "the guest has a notification of the refund",
        canceler,
        "/notifications",
        a -> a.body().toString().contains("돌려드렸습니다"));
  }

  private JsonNode findHotel(LocalDate checkIn, LocalDate checkOut) throws IOException {
    Client.Answer found =
        anyone.get(
            "/stores?kind=ROOM&near=37.5563,126.9236&radiusKm=5&" + query(checkIn, checkOut));
    JsonNode hotel = found.body().path("items").path(0);
    steps.step(
        "a guest searches for a hotel from "
            + checkIn
            + " to "
            + checkOut
            + ": "
            + hotel.path("name").asText(),
        hotel.has("storeId"),
        found.body());
    return hotel;
  }

  /** Reserves and pays the first room type with a free room; returns the order's id. */
  private String reserve(
      String who, Client customer, JsonNode hotel, LocalDate checkIn, LocalDate checkOut)
      throws IOException {
    String storeId = hotel.path("storeId").asText();
    JsonNode rooms = anyone.get("/stores/" + storeId + "/menus?" + query(checkIn, checkOut)).body();
    JsonNode room = null;
    for (JsonNode menu : rooms.path("items")) {
      if (room == null && menu.path("available").asInt() > 0) {
        room = menu;
      }
    }
    steps.step(
        who + " looks at the free rooms: " + (room == null ? "none" : room.path("name").asText()),
        room != null,
        rooms);
    ObjectNode order = DemoSteps.json().put("storeId", storeId).put("fulfilment", "VISIT");
    order
        .putArray("lines")
        .addObject()
        .put("menuId", room.path("menuId").asText())
        .put("quantity", 1);
    order
        .putObject("stay")
        .put("checkIn", checkIn.toString())
        .put("checkOut", checkOut.toString())
        .put("guests", 2);
    String orderId = steps.place(who + " reserves the room", customer, order);
    steps.pay(who, customer, orderId);
    return orderId;
  }

  private static String query(LocalDate checkIn, LocalDate checkOut) {
    return "checkIn=" + checkIn + "&checkOut=" + checkOut + "&guests=2";
  }
}
