package baedal.dev;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The demo of {@code ./run demo}: takes one order from the menu to the customer's confirmation
 * through the gateway. It prints each step with its duration.
 */
public final class Demo {

  private static final long DEADLINE_NANOS = 15_000_000_000L;

  private final Client anyone;
  private final Client customer;
  private final Client rider;
  private long last = System.nanoTime();

  public Demo(String gateway) throws IOException {
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
    String orderId = orderAndPay(storeId, menu);
    cook(anyone.as(store.path("ownerId").asText(), "owner"), orderId);
    deliver(orderId);
    confirm(orderId);
    readMyPage(orderId);
  }

  private JsonNode findStore() throws IOException {
    JsonNode store =
        awaited(
                "the customer searches for stores nearby",
                anyone,
                "/stores?near=37.5563,126.9236&radiusKm=5&q=%ED%86%B5%EB%8B%AD",
                a -> a.body().path("items").size() > 0)
            .body()
            .path("items")
            .path(0);
    step("the customer chooses " + store.path("name").asText(), true, store);
    return store;
  }

  private JsonNode readMenu(String storeId) throws IOException {
    JsonNode menu = anyone.get("/stores/" + storeId + "/menus").body().path("items").path(0);
    step(
        "the customer reads its menu: "
            + menu.path("name").asText()
            + ", "
            + menu.path("price").asText()
            + " won",
        menu.has("menuId"),
        menu);
    return menu;
  }

  private String orderAndPay(String storeId, JsonNode menu) throws IOException {
    Client.Answer placed = retried("/orders", order(storeId, menu));
    String orderId = placed.text("orderId");
    step(
        "the customer orders two: " + placed.text("due") + " won due",
        placed.status() == 201,
        placed.body());
    Client.Answer paid =
        retried(
            "/payments",
            json().put("orderId", orderId).put("method", "CARD").put("card", "4242424242424242"));
    step(
        "the customer pays by card: payment " + paid.text("status"),
        paid.status() == 201,
        paid.body());
    return orderId;
  }

  /**
   * Sends a request of the customer. While the response is 503, sends it again after the time that
   * the response names, for at most 15 s.
   */
  private Client.Answer retried(String path, ObjectNode body) throws IOException {
    String key = UUID.randomUUID().toString();
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    Client.Answer answer = customer.post(path, body, key);
    while (answer.status() == 503 && System.nanoTime() < deadline) {
      System.out.println("            " + path + " is busy, retry after " + answer.retryAfter());
      Client.pause(answer.retryAfter());
      answer = customer.post(path, body, key);
    }
    return answer;
  }

  private void cook(Client owner, String orderId) throws IOException {
    awaited(
        "the store has a ticket for the order",
        owner,
        "/foodCookings/" + orderId,
        a -> a.text("status").equals("RECEIVED"));
    kitchen(owner, orderId, "accept", "ACCEPTED");
    kitchen(owner, orderId, "start", "COOKING");
    kitchen(owner, orderId, "finish", "COOKED");
  }

  private void deliver(String orderId) throws IOException {
    rider.put("/riders/me/location", json().put("lat", 37.556).put("lng", 126.922));
    awaited(
        "a rider nearby sees the delivery",
        rider,
        "/deliveries?near=37.556,126.922&radiusKm=5&limit=100",
        a -> a.body().path("items").findValuesAsText("orderId").contains(orderId));
    ride(orderId, "claim", "CLAIMED");
    ride(orderId, "pick", "PICKED");
    rider.put("/riders/me/location", json().put("lat", 37.558).put("lng", 126.925));
    ride(orderId, "deliver", "DELIVERED");
  }

  private void confirm(String orderId) throws IOException {
    awaited(
        "the order is DELIVERED",
        customer,
        "/orders/" + orderId,
        a -> a.text("status").equals("DELIVERED"));
    Client.Answer confirmed = customer.post("/orders/" + orderId + "/confirm", null);
    step(
        "the customer confirms: order " + confirmed.text("status"),
        confirmed.text("status").equals("COMPLETED"),
        confirmed.body());
    awaited(
        "the customer has earned a coupon",
        customer,
        "/coupons",
        a -> a.body().path("items").size() == 1);
  }

  private void readMyPage(String orderId) throws IOException {
    Client.Answer page =
        awaited(
            "MyPage shows all 8 statuses of the order",
            customer,
            "/mypages/" + orderId,
            a -> a.body().path("timeline").size() == 8);
    for (JsonNode entry : page.body().path("timeline")) {
      System.out.println(
          "            " + entry.path("at").asText() + "  " + entry.path("status").asText());
    }
    awaited(
        "the customer has received a notification of each change",
        customer,
        "/notifications",
        a -> a.body().path("items").size() >= 7);
  }

  private void kitchen(Client owner, String orderId, String action, String status)
      throws IOException {
    Client.Answer done = owner.post("/foodCookings/" + orderId + "/" + action, null);
    step(
        "the store: " + action + " → ticket " + done.text("status"),
        done.text("status").equals(status),
        done.body());
  }

  private void ride(String orderId, String action, String status) throws IOException {
    Client.Answer done = rider.post("/deliveries/" + orderId + "/" + action, null);
    step(
        "the rider: " + action + " → delivery " + done.text("status"),
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

  /** Repeats the request until the response meets the condition, for at most 15 s. */
  private Client.Answer awaited(
      String what, Client client, String path, Predicate<Client.Answer> condition)
      throws IOException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    Client.Answer answer = client.get(path);
    while (!condition.test(answer) && System.nanoTime() < deadline) {
      Client.pause();
      answer = client.get(path);
    }
    step(what, condition.test(answer), answer.body());
    return answer;
  }

  /** Prints a step; throws {@link Failure} if it did not succeed. */
  private void step(String what, boolean succeeded, JsonNode answer) {
    long now = System.nanoTime();
    System.out.printf(Locale.ROOT, "%7.0f ms  %s%n", (now - last) / 1e6, what);
    last = now;
    if (!succeeded) {
      throw new Failure("the demo failed at the step \"" + what + "\"; the response was " + answer);
    }
  }
}
