package baedal.bench;

import static baedal.bench.OrderRequests.json;

import baedal.bench.Users.Result;
import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.RetryingClient;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The customers of the checkout benchmark and their requests. Their cards are valid, and their
 * store has unlimited stock.
 */
final class Shoppers {

  private static final long PRICE = 15_000;
  private static final Duration PAGE_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final Client anyone;
  private final WebClient web;
  private final String gateway;
  private final List<Client> customers = new ArrayList<>();
  private final RetryingClient http = new RetryingClient();
  private final Shop shop;
  private final JsonNode checkoutBody;
  private final Buffer checkout;

  /** Opens at most {@code connections} connections to the gateway at a time. */
  Shoppers(Vertx vertx, String gateway, int count, int connections) throws IOException {
    this.gateway = gateway;
    anyone = new Client(gateway);
    web =
        WebClient.create(
            vertx, new WebClientOptions(), new PoolOptions().setHttp1MaxSize(connections));
    for (int i = 0; i < count; i++) {
      customers.add(anyone.as("customer-" + UUID.randomUUID(), "customer"));
    }
    shop = openShop();
    ObjectNode order =
        OrderRequests.order(shop.storeId(), "DELIVERY", OrderRequests.lines(OrderRequests.MENU, 1));
    ObjectNode body = json();
    body.set("order", order);
    body.set("payment", json().put("method", "CARD").put("card", OrderRequests.VALID_CARD));
    checkoutBody = body;
    checkout = Buffer.buffer(body.toString());
    http.request(
        "wait until the order service knows the shop",
        Set.of(201),
        Set.of(400),
        () -> customers.get(0).post("/orders", order));
  }

  private Shop openShop() throws IOException {
    Client owner = anyone.as("owner-" + UUID.randomUUID(), "owner");
    ObjectNode store = json().put("name", "줄 서는 집").put("kind", "FOOD");
    store.set("address", OrderRequests.address("서울 마포구", 37.55, 126.92));
    String storeId = owner.post("/stores", store).text("storeId");
    String menu = "/stores/" + storeId + "/menus/" + OrderRequests.MENU;
    owner.put(menu, json().put("name", "국밥").put("price", PRICE));
    return new Shop(storeId, owner);
  }

  /** The body of a checkout with a valid card. */
  JsonNode checkoutBody() {
    return checkoutBody;
  }

  /** The store of all orders. */
  Shop shop() {
    return shop;
  }

  int count() {
    return customers.size();
  }

  Client customer(int user) {
    return customers.get(user % customers.size());
  }

  /** More users than customers may check out: several of them then use one customer's token. */
  Future<HttpResponse<Buffer>> checkOut(int user) {
    return web.postAbs(gateway + "/checkouts")
        .timeout(TIMEOUT.toMillis())
        .bearerTokenAuthentication(customer(user).token())
        .putHeader("Content-Type", "application/json")
        .sendBuffer(checkout);
  }

  /** Requests the page of an order in MyPage, as its customer. */
  Future<HttpResponse<Buffer>> page(int customer, String orderId) {
    return web.getAbs(gateway + "/mypages/" + orderId)
        .timeout(TIMEOUT.toMillis())
        .bearerTokenAuthentication(customer(customer).token())
        .send();
  }

  /** Requests the list of stores, without a token. */
  Future<HttpResponse<Buffer>> browse() {
    HttpRequest<Buffer> stores = web.getAbs(gateway + "/stores?limit=10");
    return stores.timeout(TIMEOUT.toMillis()).send();
  }

  /** Sets how the simulated payment provider behaves. */
  void setProvider(Duration fastest, Duration slowest, boolean hangs) throws IOException {
    ObjectNode behaviour = json().put("failureRate", 0).put("hang", hangs);
    behaviour.putArray("latencyMs").add(fastest.toMillis()).add(slowest.toMillis());
    Client.Answer answer = anyone.put("/dev/payment-provider", behaviour);
    if (answer.status() != 204) {
      throw new Failure("the simulated payment provider refused its settings: " + answer);
    }
  }

  /**
   * Checks the payment of one order as its customer, who pays now if the checkout got 202. Returns
   * the time of the payment, or null if there was no payment before this check. Throws {@link
   * Failure} when the order is not paid exactly once in the end.
   */
  Instant paidAt(Result checkout) throws IOException {
    Client customer = customer(checkout.user());
    String orderId = orderId(checkout);
    JsonNode before = payments(customer, orderId);
    if (checkout.status() == CheckoutReport.LATER) {
      ObjectNode payment = OrderRequests.cardPayment(orderId, OrderRequests.VALID_CARD);
      http.request("pay later", Set.of(201), Set.of(), () -> customer.post("/payments", payment));
    }
    JsonNode payments = payments(customer, orderId);
    if (!isPaidOnce(payments) || payments.path(0).path("amount").asLong() != PRICE) {
      throw new Failure(
          "the checkout of order "
              + orderId
              + " got the status "
              + checkout.status()
              + ", but its payments are "
              + payments);
    }
    return isPaidOnce(before) ? Instant.parse(before.path(0).path("paidAt").asText()) : null;
  }

  private static String orderId(Result checkout) {
    return orderId(checkout.response());
  }

  /** The id of the order in the response to a checkout. */
  static String orderId(HttpResponse<Buffer> checkout) {
    return checkout.bodyAsJsonObject().getJsonObject("order").getString("orderId");
  }

  /** Whether this response of MyPage shows a paid order. */
  static boolean showsPaid(HttpResponse<Buffer> page) {
    return page.statusCode() == 200
        && !page.bodyAsJsonObject().getString("status").equals("PLACED");
  }

  /** Waits until MyPage shows the order as paid. */
  void awaitPage(Result checkout) {
    Client customer = customer(checkout.user());
    String page = "/mypages/" + orderId(checkout);
    long deadline = System.nanoTime() + PAGE_TIMEOUT.toNanos();
    String status;
    do {
      Client.pause();
      status =
          http.request("read its page", Set.of(200), Set.of(202, 404), () -> customer.get(page))
              .text("status");
      if (System.nanoTime() > deadline) {
        throw new Failure("MyPage still shows a paid order as " + status);
      }
    } while (status.isEmpty() || status.equals("PLACED"));
  }

  private static JsonNode payments(Client customer, String orderId) throws IOException {
    return customer.get("/payments?orderId=" + orderId).body().path("items");
  }

  private static boolean isPaidOnce(JsonNode payments) {
    return payments.size() == 1 && payments.path(0).path("status").asText().equals("PAID");
  }
}
