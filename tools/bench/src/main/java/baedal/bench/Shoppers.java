package baedal.bench;

import baedal.bench.Users.Answer;
import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.RetryingClient;
import baedal.runtime.Json;
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

/** Customers with cards that are good, and a shop of their own that never runs out. */
final class Shoppers {

  private static final String CARD = "4242424242424242";
  private static final long PRICE = 15_000;
  private static final Duration PAGE_WITHIN = Duration.ofMinutes(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final Client anyone;
  private final WebClient web;
  private final String gateway;
  private final List<Client> customers = new ArrayList<>();
  private final RetryingClient patient = new RetryingClient();
  private final Buffer checkout;

  Shoppers(Vertx vertx, String gateway, int people) throws IOException {
    this.gateway = gateway;
    anyone = new Client(gateway);
    web =
        WebClient.create(
            vertx, new WebClientOptions(), new PoolOptions().setHttp1MaxSize(2 * people));
    for (int i = 0; i < people; i++) {
      customers.add(anyone.as("customer-" + UUID.randomUUID(), "customer"));
    }
    ObjectNode order = order(shop());
    ObjectNode both = json();
    both.set("order", order);
    both.set("payment", json().put("method", "CARD").put("card", CARD));
    checkout = Buffer.buffer(both.toString());
    patient.request(
        "the order service knows the shop",
        Set.of(201),
        Set.of(400),
        () -> customers.get(0).post("/orders", order));
  }

  private String shop() throws IOException {
    Client owner = anyone.as("owner-" + UUID.randomUUID(), "owner");
    ObjectNode store = json().put("name", "줄 서는 집").put("kind", "FOOD");
    store.set("address", place());
    String storeId = owner.post("/stores", store).text("storeId");
    owner.put("/stores/" + storeId + "/menus/m-1", json().put("name", "국밥").put("price", PRICE));
    return storeId;
  }

  private static ObjectNode order(String storeId) {
    ObjectNode order = json().put("storeId", storeId).put("fulfilment", "DELIVERY");
    order.putArray("lines").addObject().put("menuId", "m-1").put("quantity", 1);
    order.set("address", place());
    return order;
  }

  Future<HttpResponse<Buffer>> checkOut(int who) {
    return web.postAbs(gateway + "/checkouts")
        .timeout(TIMEOUT.toMillis())
        .bearerTokenAuthentication(customers.get(who).token())
        .putHeader("Content-Type", "application/json")
        .sendBuffer(checkout);
  }

  Future<HttpResponse<Buffer>> browse() {
    HttpRequest<Buffer> stores = web.getAbs(gateway + "/stores?limit=10");
    return stores.timeout(TIMEOUT.toMillis()).send();
  }

  /** Turns the knobs of the simulated provider. */
  void provider(Duration fastest, Duration slowest, boolean hangs) throws IOException {
    ObjectNode knobs = json().put("failureRate", 0).put("hang", hangs);
    knobs.putArray("latencyMs").add(fastest.toMillis()).add(slowest.toMillis());
    Client.Answer answer = anyone.put("/dev/payment-provider", knobs);
    if (answer.status() != 204) {
      throw new Failure("the provider's knobs do not turn: " + answer);
    }
  }

  /**
   * Asks what became of an order, as its customer, and pays if told to pay later: when it had been
   * paid before anybody asked, or null. Throws {@link Failure} when it is not paid exactly once
   * then, or was said to be paid and is not.
   */
  Instant paidAt(Answer told) throws IOException {
    Client customer = customers.get(told.who());
    String orderId = orderId(told);
    JsonNode before = payments(customer, orderId);
    if (told.status() == CheckoutReport.LATER) {
      ObjectNode payment = json().put("orderId", orderId).put("method", "CARD").put("card", CARD);
      patient.request("pay later", Set.of(201), Set.of(), () -> customer.post("/payments", payment));
    }
    JsonNode payments = payments(customer, orderId);
    if (!isPaidOnce(payments) || payments.path(0).path("amount").asLong() != PRICE) {
      throw new Failure(
          "order " + orderId + " was answered " + told.status() + ", but has " + payments);
    }
    return isPaidOnce(before) ? Instant.parse(before.path(0).path("paidAt").asText()) : null;
  }

  private static String orderId(Answer told) {
    return told.response().bodyAsJsonObject().getJsonObject("order").getString("orderId");
  }

  /** Until this order's page knows that it is paid. */
  void awaitPage(Answer told) {
    Client customer = customers.get(told.who());
    String page = "/mypages/" + orderId(told);
    long deadline = System.nanoTime() + PAGE_WITHIN.toNanos();
    String status;
    do {
      Client.pause();
      status =
          patient
              .request("its page", Set.of(200), Set.of(202, 404), () -> customer.get(page))
              .text("status");
      if (System.nanoTime() > deadline) {
        throw new Failure("the page of a paid order stays " + status);
      }
    } while (status.isEmpty() || status.equals("PLACED"));
  }

  private static JsonNode payments(Client customer, String orderId) throws IOException {
    return customer.get("/payments?orderId=" + orderId).body().path("items");
  }

  private static boolean isPaidOnce(JsonNode payments) {
    return payments.size() == 1 && payments.path(0).path("status").asText().equals("PAID");
  }

  private static ObjectNode place() {
    return json().put("text", "서울 마포구").put("lat", 37.55).put("lng", 126.92);
  }

  private static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }
}
