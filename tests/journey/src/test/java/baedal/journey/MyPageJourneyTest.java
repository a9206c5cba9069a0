package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.journey.TestSystem.Shop;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What customers see of their own orders, and that other customers do not see it. */
class MyPageJourneyTest {

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
  void a_customer_who_has_just_placed_an_order_gets_no_404_for_its_page() throws Exception {
    Shop shop = system.openShop("FOOD", 10_000, null);
    Client customer = system.customer();
    Client stranger = system.customer();
    for (int i = 0; i < 20; i++) {
      String page = "/mypages/" + system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
      assertThat(customer.get(page).status()).isIn(200, 202);
      assertThat(stranger.get(page).status()).isEqualTo(404);
    }
  }

  @Test
  void the_live_page_sends_the_status_of_the_order_and_the_riders_position() throws Exception {
    Shop shop = system.openShop("FOOD", 10_000, null);
    Client customer = system.customer();
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    system.awaitAnswer(
        "MyPage shows the payment",
        customer,
        "/mypages/" + orderId,
        a -> a.text("status").equals("PAID"));
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> stream =
        HttpClient.newHttpClient()
            .sendAsync(
                HttpRequest.newBuilder(
                        URI.create(
                            system.settings.url("gateway") + "/mypages/" + orderId + "/live"))
                    .header("Authorization", "Bearer " + customer.token())
                    .timeout(Duration.ofSeconds(60))
                    .build(),
                HttpResponse.BodyHandlers.ofLines())
            .thenAccept(response -> response.body().forEach(lines::add));
    system.awaitAnswer(
        "the stream has sent the status",
        customer,
        "/mypages/" + orderId,
        a -> seen(lines, "\"PAID\""));
    system.handleTicket(shop, orderId, "accept", "start", "finish");
    Client rider = system.rider("r-live");
    system.awaitAnswer(
        "the delivery is open", rider, "/deliveries/" + orderId, a -> a.status() == 200);
    system.handleDelivery(rider, orderId, "claim", "pick");
    rider.put("/riders/me/location", RequestBodies.json().put("lat", 37.555).put("lng", 126.921));
    system.awaitAnswer(
        "the stream has sent the position",
        customer,
        "/mypages/" + orderId,
        a -> seen(lines, "event: location"));
    system.handleDelivery(rider, orderId, "deliver");
    system.awaitStatus(customer, orderId, "DELIVERED");
    customer.post("/orders/" + orderId + "/confirm", null);
    stream.get(60, TimeUnit.SECONDS);
    assertThat(lines)
        .anyMatch(line -> line.contains("COOKING"))
        .anyMatch(line -> line.contains("\"status\":\"COMPLETED\""));
  }

  private static boolean seen(List<String> lines, String part) {
    return List.copyOf(lines).stream().anyMatch(line -> line.contains(part));
  }

  @Test
  void customers_and_owners_see_only_their_own_orders() throws Exception {
    Shop shop = system.openShop("FOOD", 10_000, null);
    Client customer = system.customer();
    Client stranger = system.customer();
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    system.handleTicket(shop, orderId);
    assertThat(stranger.get("/orders/" + orderId).status()).isEqualTo(404);
    assertThat(stranger.post("/orders/" + orderId + "/cancel", RequestBodies.json()).status())
        .isEqualTo(404);
    assertThat(stranger.get("/mypages/" + orderId).status()).isEqualTo(404);
    assertThat(system.pay(stranger, orderId).status()).isEqualTo(404);
    assertThat(stranger.get("/payments?orderId=" + orderId).body().path("items")).isEmpty();
    Shop other = system.openShop("FOOD", 1, null);
    assertThat(other.owner().get("/foodCookings/" + orderId).status()).isEqualTo(404);
    assertThat(other.owner().post("/foodCookings/" + orderId + "/accept", null).status())
        .isEqualTo(404);
    assertThat(customer.post("/foodCookings/" + orderId + "/accept", null).status()).isEqualTo(403);
  }
}
