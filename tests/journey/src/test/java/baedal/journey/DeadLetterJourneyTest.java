package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.events.EventMessage;
import baedal.events.Subscriptions;
import baedal.journey.TestSystem.Shop;
import baedal.rabbitmq.Topology;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dead letters: they delay no other event, and a replay of a handled event changes nothing. */
class DeadLetterJourneyTest {

  private static final List<String> EACH_REPLAYED_ONCE = List.of("1", "1");
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
  void an_unprocessable_message_becomes_a_dead_letter_and_delays_no_order() throws Exception {
    Client admin = system.anyone.as("operator", "admin");
    InjectedMessages.publish(system, "{\"id\":\"broken-1\",\"type\":\"order.paid\",\"data\":{");
    InjectedMessages.publish(
        system, "{\"id\":\"broken-2\",\"type\":\"order.paid\",\"specversion\":\"9.9\"}");
    Shop shop = system.openShop("FOOD", 10_000, null);
    Client customer = system.customer();
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    system.handleTicket(shop, orderId, "accept", "start", "finish");
    for (String service : List.of("store", "coupon", "mypage")) {
      String letters = "/deadLetters/" + service;
      JsonNode dead =
          system
              .awaitAnswer(
                  "both are dead letters", admin, letters, a -> a.body().path("total").asInt() == 2)
              .body()
              .path("items");
      assertThat(dead.findValuesAsText("messageId")).containsExactly("broken-1", "broken-2");
      String one = letters + "/" + dead.path(0).path("deadLetterId").asText();
      assertThat(admin.get(one).body().path("reason").asText()).isNotEmpty();
      assertThat(admin.post(letters + "/replay", null).body().path("replayed").asInt())
          .isEqualTo(2);
      dead =
          system
              .awaitAnswer(
                  "both are dead letters again",
                  admin,
                  letters,
                  a ->
                      a.body().path("items").findValuesAsText("replays").equals(EACH_REPLAYED_ONCE))
              .body()
              .path("items");
      for (JsonNode letter : dead) {
        String id = letter.path("deadLetterId").asText();
        assertThat(admin.delete(letters + "/" + id).status()).isEqualTo(204);
      }
      assertThat(admin.get(letters).body().path("total").asInt()).isZero();
    }
    system.awaitStatus(customer, orderId, "COOKED");
    assertThat(customer.get("/deadLetters/store").status()).isEqualTo(403);
  }

  /** Replays every event of several orders at every service that consumes it. */
  @Test
  void a_replay_of_a_handled_event_changes_nothing() throws Exception {
    Shop shop = system.openShop("FURNITURE", 20_000, 100);
    Client customer = system.customer();
    List<String> orders = ordersOfEachKind(customer, shop);
    system.assertDatabasesAgree();
    List<EventMessage> published = eventsOf(orders);
    List<String> before = visibleState(customer, shop, orders);
    Client admin = system.anyone.as("operator", "admin");
    for (String service : Subscriptions.CONSUMERS) {
      List<EventMessage> consumed =
          published.stream().filter(m -> Subscriptions.of(service).contains(m.type())).toList();
      assertThat(consumed).as("consumed by %s", service).isNotEmpty();
      InjectedMessages.enqueue(system, Topology.deadQueue(service), consumed);
      assertThat(admin.post("/deadLetters/" + service + "/replay", null).body().path("replayed"))
          .as(service)
          .isEqualTo(RequestBodies.json().numberNode(consumed.size()));
    }
    String last = system.placeAndPay(customer, RequestBodies.visit(shop.storeId(), 1));
    system.handleTicket(shop, last, "accept", "start", "finish");
    system.awaitStatus(customer, last, "COOKED");
    customer.post("/orders/" + last + "/confirm", null);
    system.assertDatabasesAgree();
    assertThat(eventsOf(orders)).isEqualTo(published);
    assertThat(visibleState(customer, shop, orders)).isEqualTo(before);
  }

  /**
   * Four orders: one delivered, one canceled with a coupon, one rejected, and one that the store
   * refused to cancel.
   */
  private static List<String> ordersOfEachKind(Client customer, Shop shop) throws IOException {
    String campaign = system.startCampaign(1);
    String coupon = TestSystem.takeCoupon(customer, campaign);
    String canceled = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    ObjectNode use = RequestBodies.json().put("orderId", canceled);
    assertThat(customer.post("/coupons/" + coupon + "/use", use).status()).isEqualTo(200);
    system.pay(customer, canceled);
    system.awaitStatus(customer, canceled, "PAID");
    customer.post("/orders/" + canceled + "/cancel", RequestBodies.json().put("reason", "x"));
    system.awaitStatus(customer, canceled, "CANCELED");
    String rejected = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    system.handleTicket(shop, rejected);
    shop.owner()
        .post("/foodCookings/" + rejected + "/reject", RequestBodies.json().put("reason", "x"));
    system.awaitStatus(customer, rejected, "REJECTED");
    String delivered = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    ObjectNode memo = RequestBodies.json().put("memo", "문 앞에");
    assertThat(customer.patch("/orders/" + delivered, memo).status()).isEqualTo(200);
    ObjectNode onDelivery = RequestBodies.onDelivery(delivered);
    assertThat(system.pay(customer, onDelivery).status()).isEqualTo(201);
    system.handleTicket(shop, delivered, "accept", "start", "finish");
    Client rider = system.rider("r-replay");
    system.awaitAnswer(
        "the delivery is open", rider, "/deliveries/" + delivered, a -> a.status() == 200);
    system.handleDelivery(rider, delivered, "claim", "release", "claim", "pick");
    ObjectNode collected = RequestBodies.json().put("collected", 20_000);
    assertThat(rider.post("/deliveries/" + delivered + "/deliver", collected).status())
        .isEqualTo(200);
    system.awaitStatus(customer, delivered, "DELIVERED");
    customer.post("/orders/" + delivered + "/confirm", null);
    system.awaitStatus(customer, delivered, "COMPLETED");
    return List.of(canceled, rejected, delivered, canceledTooLate(customer, shop));
  }

  /**
   * An order that the store refuses to cancel. For this the order service must receive the
   * cancellation before the event of the cooking. Otherwise it refuses the cancellation itself, and
   * this method tries another order.
   */
  private static String canceledTooLate(Client customer, Shop shop) throws IOException {
    Client.Answer answer;
    String orderId;
    do {
      orderId = system.placeAndPay(customer, RequestBodies.visit(shop.storeId(), 1));
      system.handleTicket(shop, orderId, "accept");
      system.awaitStatus(customer, orderId, "ACCEPTED");
      system.handleTicket(shop, orderId, "start");
      answer =
          customer.post("/orders/" + orderId + "/cancel", RequestBodies.json().put("reason", "x"));
    } while (answer.status() != 202);
    system.awaitStatus(customer, orderId, "COOKING");
    return orderId;
  }

  private static List<EventMessage> eventsOf(List<String> orders) {
    return system.events().stream().filter(m -> orders.contains(m.subject())).toList();
  }

  /** What the customer and the owner see of these orders: the bodies of all answers. */
  private static List<String> visibleState(Client customer, Shop shop, List<String> orders)
      throws IOException {
    List<String> seen = new ArrayList<>();
    for (String orderId : orders) {
      for (String path : List.of("/orders/", "/mypages/", "/payments?orderId=")) {
        seen.add(customer.get(path + orderId).body().toString());
      }
      seen.add(shop.owner().get("/foodCookings/" + orderId).body().toString());
    }
    for (JsonNode notification : customer.get("/notifications?limit=100").body().path("items")) {
      if (orders.contains(notification.path("orderId").asText())) {
        seen.add(notification.toString());
      }
    }
    return seen;
  }
}
