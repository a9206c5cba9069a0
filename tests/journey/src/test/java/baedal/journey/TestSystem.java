package baedal.journey;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.audit.Auditor;
import baedal.audit.Sources;
import baedal.audit.Tolerances;
import baedal.bench.DueDateShifter;
import baedal.bench.ScenarioRunner;
import baedal.dev.Client;
import baedal.dev.ConsoleProgress;
import baedal.dev.EndpointRouting;
import baedal.dev.LocalSystem;
import baedal.dev.Settings;
import baedal.events.EventMessage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole system for one test class, and what people do with it through the gateway. Every answer
 * of the gateway is checked against its contract.
 */
final class TestSystem implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TestSystem.class);

  /** The name under which the clients' connections to the gateway are routed. */
  static final String PEOPLE = "people";

  /** Long enough that many waiting clients load the system little. */
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private static final Duration GRACE = Duration.ofSeconds(1);

  /** The slowest sweep runs every minute; a loaded machine takes several times as long. */
  private static final Duration STORES_AGREE_WITHIN = Duration.ofMinutes(5);

  final Settings settings;
  final Client anyone;
  final ContractChecker contract;
  private final String url;
  private final Path home;
  private final LocalSystem services;

  TestSystem() throws IOException {
    this(Map.of());
  }

  /** {@code environment} has the URIs of backing services that the test itself runs. */
  TestSystem(Map<String, String> environment) throws IOException {
    this(environment, Settings.onFreePorts(), EndpointRouting.DIRECT);
  }

  /** {@code routing} lets the test put a proxy into any connection. */
  TestSystem(Settings settings, EndpointRouting routing) throws IOException {
    this(Map.of(), settings, routing);
  }

  private TestSystem(Map<String, String> environment, Settings settings, EndpointRouting routing)
      throws IOException {
    this.settings = settings;
    home = Files.createTempDirectory("baedal-journey");
    services = new LocalSystem(home, settings, environment, new ConsoleProgress(), false, routing);
    services.start(true);
    url = routing.route(PEOPLE, EndpointRouting.urlSetting("gateway"), settings.url("gateway"));
    contract = ContractChecker.of(url);
    anyone = new Client(url, contract::check);
  }

  @Override
  public void close() {
    services.stop();
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      log.atDebug().addKeyValue("cause", e.toString()).log("what is left stays in " + home);
    }
  }

  /** Audits all stores until they agree; fails with the last findings when they do not. */
  void assertStoresAgree() {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, sources(), Tolerances.ofGrace(GRACE))) {
      assertThat(auditor.auditUntilConsistent(STORES_AGREE_WITHIN)).isEmpty();
    } finally {
      vertx.close().await();
    }
  }

  /** Fails when the log has an event before an earlier one of the same aggregate. */
  void assertEventsInOrder() {
    EventLog.assertInOrder(events());
  }

  /** All events so far, the oldest first. */
  Collection<EventMessage> events() {
    Vertx vertx = Vertx.vertx();
    try {
      return EventLog.read(vertx, sources().broker());
    } finally {
      vertx.close().await();
    }
  }

  /** Many people who order in every way. */
  ScenarioRunner scenarios(long seed) throws IOException {
    return new ScenarioRunner(url, dueDates(), seed);
  }

  /** See {@link LocalSystem#replicate}. */
  Runnable replicate(Settings at) {
    return services.replicate(at);
  }

  /** See {@link LocalSystem#replace}. */
  void replace(String service, Settings at) {
    services.replace(service, at);
  }

  /** The key that signs the tokens of this system. */
  String tokenSecret() throws IOException {
    return Files.readString(home.resolve("secrets").resolve("token")).strip();
  }

  Client customer() throws IOException {
    return anyone.as("c-" + UUID.randomUUID(), "customer");
  }

  Client rider(String id) throws IOException {
    return anyone.as(id, "rider");
  }

  /** A store with one menu, m-1, that the order service knows. */
  record Shop(String storeId, Client owner) {}

  /** Opens a store; a {@code stock} of null is unlimited. */
  Shop openShop(String kind, long price, Integer stock) throws IOException {
    Client owner = anyone.as("o-" + UUID.randomUUID(), "owner");
    ObjectNode store = RequestBodies.json().put("name", "가게 " + kind).put("kind", kind);
    store.putObject("address").put("text", "서울 마포구").put("lat", 37.55).put("lng", 126.92);
    String storeId = owner.post("/stores", store).text("storeId");
    ObjectNode menu =
        RequestBodies.json().put("name", "메뉴").put("price", price).put("stock", stock);
    menu.putArray("options").addObject().put("name", "순살").put("price", 500);
    assertThat(owner.put("/stores/" + storeId + "/menus/m-1", menu).status()).isEqualTo(201);
    ObjectNode probe =
        kind.equals("COURIER") ? RequestBodies.parcel(storeId, 1) : RequestBodies.visit(storeId, 1);
    probe.withArray("lines").addObject().put("menuId", "none").put("quantity", 1);
    Client customer = customer();
    awaitAnswer(
        "the order service knows the shop",
        customer,
        () -> customer.post("/orders", probe),
        a -> a.body().path("errors").size() == 1 && a.body().toString().contains("/lines/1"));
    return new Shop(storeId, owner);
  }

  /** Starts a campaign of {@code quantity} coupons of 3000 won; returns its id. */
  String startCampaign(int quantity) throws IOException {
    ObjectNode campaign =
        RequestBodies.json()
            .put("name", "첫 주문")
            .put("discount", 3_000)
            .put("quantity", quantity)
            .put("expiresAt", "2099-01-01T00:00:00Z");
    return marketing().post("/coupons", campaign).text("campaignId");
  }

  /** Takes a coupon of the campaign; returns the coupon's id. */
  static String takeCoupon(Client customer, String campaign) throws IOException {
    return customer.post("/coupons/campaigns/" + campaign + "/take", null).text("couponId");
  }

  Client.Answer revokeCoupon(String coupon) throws IOException {
    return marketing()
        .post("/coupons/" + coupon + "/revoke", RequestBodies.json().put("reason", "잘못 발급됨"));
  }

  private Client marketing() throws IOException {
    return anyone.as("marketing-1", "marketing");
  }

  /** Places an order; returns its id. */
  String place(Client customer, ObjectNode order) throws IOException {
    Client.Answer answer = customer.post("/orders", order);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(201);
    return answer.text("orderId");
  }

  /** Places an order and pays it by card; returns its id. */
  String placeAndPay(Client customer, ObjectNode order) throws IOException {
    String orderId = place(customer, order);
    Client.Answer answer = pay(customer, orderId);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(201);
    return orderId;
  }

  Client.Answer pay(Client customer, String orderId) throws IOException {
    return pay(customer, RequestBodies.card(orderId));
  }

  /** Retries while the answer is 503: payments have a time limit, and the machine may be busy. */
  Client.Answer pay(Client customer, ObjectNode payment) throws IOException {
    return awaitAnswer(
        "an answer to the payment",
        customer,
        () -> customer.post("/payments", payment),
        answer -> answer.status() != 503);
  }

  /** As {@link #pay}; a checkout that was not paid in time is answered with 202. */
  Client.Answer checkOut(Client customer, ObjectNode checkout, String key) throws IOException {
    return awaitAnswer(
        "an answer to the checkout",
        customer,
        () -> customer.post("/checkouts", checkout, key),
        answer -> answer.status() != 202 && answer.status() != 503);
  }

  /** Waits for the ticket of an order, then does the actions of the owner on it. */
  void handleTicket(Shop shop, String orderId, String... actions) throws IOException {
    awaitAnswer(
        "the ticket is there", shop.owner(), "/foodCookings/" + orderId, a -> a.status() == 200);
    for (String action : actions) {
      Client.Answer done = shop.owner().post("/foodCookings/" + orderId + "/" + action, null);
      assertThat(done.status()).as("%s: %s", action, done.body()).isEqualTo(200);
    }
  }

  /** Does the rider's actions on the delivery of an order. */
  void handleDelivery(Client rider, String orderId, String... actions) throws IOException {
    for (String action : actions) {
      Client.Answer done = rider.post("/deliveries/" + orderId + "/" + action, null);
      assertThat(done.status()).as("%s: %s", action, done.body()).isEqualTo(200);
    }
  }

  /** The addresses of all stores and of the broker. */
  Sources sources() {
    return services.sources();
  }

  /** See {@link DueDateShifter}. */
  DueDateShifter dueDates() {
    return new DueDateShifter(sources().orders());
  }

  /** Waits until the order has this status. */
  Client.Answer awaitStatus(Client customer, String orderId, String status) throws IOException {
    return awaitAnswer(
        "the order is " + status,
        customer,
        "/orders/" + orderId,
        a -> a.text("status").equals(status));
  }

  int stock(Shop shop) throws IOException {
    return anyone.get("/stores/" + shop.storeId() + "/menus/m-1").body().path("stock").asInt(-1);
  }

  /** The status of the last payment of an order. */
  String paymentStatus(Client customer, String orderId) throws IOException {
    JsonNode items = customer.get("/payments?orderId=" + orderId).body().path("items");
    return items.path(items.size() - 1).path("status").asText();
  }

  interface Request {
    Client.Answer send() throws IOException;
  }

  Client.Answer awaitAnswer(
      String what, Client client, String path, Predicate<Client.Answer> condition)
      throws IOException {
    return awaitAnswer(what, client, () -> client.get(path), condition);
  }

  /** Repeats a request until its answer meets the condition, for a minute at most. */
  Client.Answer awaitAnswer(
      String what, Client client, Request request, Predicate<Client.Answer> condition)
      throws IOException {
    AtomicReference<Client.Answer> last = new AtomicReference<>();
    try {
      return await()
          .pollInterval(POLL_INTERVAL)
          .until(
              () -> {
                last.set(request.send());
                return last.get();
              },
              condition);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("%s; the last answer was %s".formatted(what, last.get()), e);
    }
  }
}
