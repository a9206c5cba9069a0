package baedal.dev;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Predicate;

/** One order's whole life, from menu to doorstep, through the gateway: each step with its time. */
public final class Demo {

  private static final long DEADLINE_NANOS = 15_000_000_000L;

  private final Client anyone;
  private final Client customer;
  private final Client rider;
  private long last = System.nanoTime();

  public Demo(String gateway) throws IOException {
    String who = UUID.randomUUID().toString().substring(0, 8);
    anyone = new Client(gateway);
    customer = anyone.as("demo-customer-" + who, "customer");
    rider = anyone.as("demo-rider-" + who, "rider");
  }

  /** Throws {@link Failure} at the step that did not go as it should. */
  public void play() throws IOException {
    JsonNode store =
        awaited(
                "the customer looks for a store nearby",
                anyone,
                "/stores?near=37.5563,126.9236&radiusKm=5&q=%ED%86%B5%EB%8B%AD",
                a -> a.body().path("items").size() > 0)
            .body()
            .path("items")
            .path(0);
    String storeId = store.path("storeId").asText();
    told("finds " + store.path("name").asText(), true, store);
    Client owner = anyone.as(store.path("ownerId").asText(), "owner");
    JsonNode menu = anyone.get("/stores/" + storeId + "/menus").body().path("items").path(0);
    told(
        "reads its menu: "
            + menu.path("name").asText()
            + ", "
            + menu.path("price").asText()
            + " won",
        menu.has("menuId"),
        menu);

    Client.Answer placed = customer.post("/orders", order(storeId, menu));
    String orderId = placed.text("orderId");
    told("orders two: " + placed.text("due") + " won due", placed.status() == 201, placed.body());
    Client.Answer paid =
        customer.post(
            "/payments",
            json().put("orderId", orderId).put("method", "CARD").put("card", "4242424242424242"));
    told("pays by card: " + paid.text("status"), paid.status() == 201, paid.body());

    awaited(
        "the store's ticket is there",
        owner,
        "/foodCookings/" + orderId,
        a -> a.text("status").equals("RECEIVED"));
    kitchen(owner, orderId, "accept", "ACCEPTED");
    kitchen(owner, orderId, "start", "COOKING");
    kitchen(owner, orderId, "finish", "COOKED");

    rider.put("/riders/me/location", json().put("lat", 37.556).put("lng", 126.922));
    awaited(
        "a rider nearby sees the job",
        rider,
        "/deliveries?near=37.556,126.922&radiusKm=5&limit=100",
        a -> a.body().path("items").findValuesAsText("orderId").contains(orderId));
    deliver(orderId, "claim", "CLAIMED");
    deliver(orderId, "pick", "PICKED");
    rider.put("/riders/me/location", json().put("lat", 37.558).put("lng", 126.925));
    deliver(orderId, "deliver", "DELIVERED");

    awaited(
        "the order is DELIVERED",
        customer,
        "/orders/" + orderId,
        a -> a.text("status").equals("DELIVERED"));
    Client.Answer confirmed = customer.post("/orders/" + orderId + "/confirm", null);
    told(
        "the customer confirms: " + confirmed.text("status"),
        confirmed.text("status").equals("COMPLETED"),
        confirmed.body());
    awaited("a coupon is earned", customer, "/coupons", a -> a.body().path("items").size() == 1);
    Client.Answer page =
        awaited(
            "MyPage tells the whole story",
            customer,
            "/mypages/" + orderId,
            a -> a.body().path("timeline").size() == 8);
    page.body()
        .path("timeline")
        .forEach(
            step ->
                System.out.println(
                    "            "
                        + step.path("at").asText()
                        + "  "
                        + step.path("status").asText()));
    awaited(
        "the customer was told of every change",
        customer,
        "/notifications",
        a -> a.body().path("items").size() >= 7);
  }

  private void kitchen(Client owner, String orderId, String action, String status)
      throws IOException {
    Client.Answer done = owner.post("/foodCookings/" + orderId + "/" + action, null);
    told(
        "the store: " + action + " → " + done.text("status"),
        done.text("status").equals(status),
        done.body());
  }

  private void deliver(String orderId, String action, String status) throws IOException {
    Client.Answer done = rider.post("/deliveries/" + orderId + "/" + action, null);
    told(
        "the rider: " + action + " → " + done.text("status"),
        done.text("status").equals(status),
        done.body());
  }

  private static ObjectNode order(String storeId, JsonNode menu) {
    ObjectNode order =
        json().put("storeId", storeId).put("fulfilment", "DELIVERY").put("memo", "문 앞에 놓아 주세요");
    order
        .putArray("lines")
        .addObject()
        .put("menuId", menu.path("menuId").asText())
        .put("quantity", 2);
    order
        .putObject("address")
        .put("text", "서울 마포구 연남동 1-1")
        .put("lat", 37.5612)
        .put("lng", 126.9255);
    return order;
  }

  private static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }

  private Client.Answer awaited(
      String what, Client who, String path, Predicate<Client.Answer> condition) throws IOException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    Client.Answer answer = who.get(path);
    while (!condition.test(answer) && System.nanoTime() < deadline) {
      Client.pause();
      answer = who.get(path);
    }
    told(what, condition.test(answer), answer.body());
    return answer;
  }

  private void told(String what, boolean asItShould, JsonNode answer) {
    long now = System.nanoTime();
    System.out.printf(Locale.ROOT, "%7.0f ms  %s%n", (now - last) / 1e6, what);
    last = now;
    if (!asItShould) {
      throw new Failure("the demo failed there; the answer was " + answer);
    }
  }
}
