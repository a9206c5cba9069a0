package baedal.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.UUID;

/**
 * The demo of {@code ./run demo food}: takes one order from the menu to the customer's confirmation
 * through the gateway.
 */
public final class FoodDemo {

  private final Client anyone;
  private final Client customer;
  private final Client rider;
  private final DemoSteps steps = new DemoSteps();

  public FoodDemo(String gateway) throws IOException {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    anyone = new Client(gateway);
    customer = anyone.as("demo-customer-" + suffix, "customer");
    rider = anyone.as("demo-rider-" + suffix, "rider");
  }

  /** Throws {@link Failure} at the first step that fails. */
  public void play() throws IOException {
    JsonNode store = findStore();
    String storeId = store.path("storeId").asText();
    JsonNode menu = readMenu(storeId);
    String orderId = steps.place("the customer orders two", customer, order(storeId, menu));
    steps.pay("the customer", customer, orderId);
    cook(anyone.as(store.path("ownerId").asText(), "owner"), orderId);
    deliver(orderId);
    confirm(orderId);
    readMyPage(orderId);
  }

  private JsonNode findStore() throws IOException {
    JsonNode store =
        steps
            .awaited(
                "the customer searches for stores nearby",
                anyone,
                "/stores?near=37.5563,126.9236&radiusKm=5&q=%ED%86%B5%EB%8B%AD",
                a -> a.body().path("items").size() > 0)
            .body()
            .path("items")
            .path(0);
    steps.step("the customer chooses " + store.path("name").asText(), true, store);
    return store;
  }

  private JsonNode readMenu(String storeId) throws IOException {
    JsonNode menu = anyone.get("/stores/" + storeId + "/menus").body().path("items").path(0);
    steps.step(
        "the customer reads its menu: "
            + menu.path("name").asText()
            + ", "
            + menu.path("price").asText()
            + " won",
        menu.has("menuId"),
        menu);
    return menu;
  }

  private void cook(Client owner, String orderId) throws IOException {
    steps.received(owner, orderId);
    steps.handle("the store: accept", owner, orderId, "accept", "ACCEPTED");
    steps.handle("the store: start", owner, orderId, "start", "COOKING");
    steps.handle("the store: finish", owner, orderId, "finish", "COOKED");
  }

  private void deliver(String orderId) throws IOException {
    rider.put("/riders/me/location", DemoSteps.json().put("lat", 37.556).put("lng", 126.922));
    steps.awaited(
        "a rider nearby sees the delivery",
        rider,
        "/deliveries?near=37.556,126.922&radiusKm=5&limit=100",
        a -> a.body().path("items").findValuesAsText("orderId").contains(orderId));
    ride(orderId, "claim", "CLAIMED");
    ride(orderId, "pick", "PICKED");
    rider.put("/riders/me/location", DemoSteps.json().put("lat", 37.558).put("lng", 126.925));
    ride(orderId, "deliver", "DELIVERED");
  }

  private void confirm(String orderId) throws IOException {
    steps.awaitedStatus(customer, orderId, "DELIVERED");
    Client.Answer confirmed = customer.post("/orders/" + orderId + "/confirm", null);
    steps.step(
        "the customer confirms: order " + confirmed.text("status"),
        confirmed.text("status").equals("COMPLETED"),
        confirmed.body());
    steps.awaited(
        "the customer has earned a coupon",
        customer,
        "/coupons",
        a -> a.body().path("items").size() == 1);
  }

  private void readMyPage(String orderId) throws IOException {
    Client.Answer page =
        steps.awaited(
            "MyPage shows all 8 statuses of the order",
            customer,
            "/mypages/" + orderId,
            a -> a.body().path("timeline").size() == 8);
    for (JsonNode entry : page.body().path("timeline")) {
      DemoSteps.detail(entry.path("at").asText() + "  " + entry.path("status").asText());
    }
    steps.awaited(
        "the customer has received a notification of each change",
        customer,
        "/notifications",
        a -> a.body().path("items").size() >= 7);
  }

  private void ride(String orderId, String action, String status) throws IOException {
    Client.Answer done = rider.post("/deliveries/" + orderId + "/" + action, null);
    steps.step(
        "the rider: " + action + " → delivery " + done.text("status"),
        done.text("status").equals(status),
        done.body());
  }

  private static ObjectNode order(String storeId, JsonNode menu) {
    ObjectNode order =
        DemoSteps.json()
            .put("storeId", storeId)
            .put("fulfilment", "DELIVERY")
            .put("memo", "문 앞에 놓아 주세요");
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
}
