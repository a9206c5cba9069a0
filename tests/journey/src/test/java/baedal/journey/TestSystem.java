package baedal.journey;

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
import baedal.runtime.Json;
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
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole system of its own for a test, and the people who use it through the gateway. */
final class TestSystem implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TestSystem.class);
  private static final long DEADLINE_NANOS = 60_000_000_000L;

  /** Who goes to the gateway. */
  static final String PEOPLE = "people";

  private static final Duration GRACE = Duration.ofSeconds(1);

  /**
   * Much longer than the slowest sweep, a minute: a machine that others load gets through what is
   * on its way a dozen times more slowly than an idle one.
   */
  private static final Duration AGREES_WITHIN = Duration.ofMinutes(5);

  final Settings settings;
  final Client anyone;
  final ContractChecker promises;
  private final String url;
  private final Path home;
  private final LocalSystem machine;

  TestSystem() throws IOException {
    this(Map.of());
  }

  /** {@code environment} names backing services that the test runs itself. */
  TestSystem(Map<String, String> environment) throws IOException {
    this(environment, Settings.onFreePorts(), EndpointRouting.DIRECT);
  }

  /** Services and people go by {@code ways}, where the test has a wire of its own between. */
  TestSystem(Settings settings, EndpointRouting ways) throws IOException {
    this(Map.of(), settings, ways);
  }

  private TestSystem(Map<String, String> environment, Settings settings, EndpointRouting ways)
      throws IOException {
    this.settings = settings;
    home = Files.createTempDirectory("baedal-journey");
    machine = new LocalSystem(home, settings, environment, new ConsoleProgress(), false, ways);
    machine.start(true);
    url = ways.route(PEOPLE, EndpointRouting.urlSetting("gateway"), settings.url("gateway"));
    promises = ContractChecker.of(url);
    anyone = new Client(url, promises::keptBy);
  }

  @Override
  public void close() {
    machine.stop();
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      log.atDebug().addKeyValue("cause", e.toString()).log("what is left stays in " + home);
    }
  }

  /** Fails with what disagrees when nothing can be on its way any more. */
  void agrees() {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, books(), Tolerances.ofGrace(GRACE))) {
      assertThat(auditor.auditUntilConsistent(AGREES_WITHIN)).isEmpty();
    } finally {
      vertx.close().await();
    }
  }

  /** Fails with what was told before what its teller had told earlier. */
  void toldInOrder() {
    EventLog.inOrder(told());
  }

  /** All events so far, the oldest first. */
  Collection<EventMessage> told() {
    Vertx vertx = Vertx.vertx();
    try {
      return EventLog.all(vertx, books().broker());
    } finally {
      vertx.close().await();
    }
  }

  /** Many people who order in every way. */
  ScenarioRunner crowd(long seed) throws IOException {
    return new ScenarioRunner(url, tomorrow(), seed);
  }

  /** See {@link LocalSystem#replicate}. */
  Runnable replicate(Settings at) {
    return machine.replicate(at);
  }

  /** See {@link LocalSystem#replace}. */
  void replace(String service, Settings at) {
    machine.replace(service, at);
  }

  /** What this town signs its tokens with. */
  String tokenSecret() throws IOException {
    return Files.readString(home.resolve("secrets").resolve("token")).strip();
  }

  Client customer() throws IOException {
    return anyone.as("c-" + UUID.randomUUID(), "customer");
  }

  Client rider(String id) throws IOException {
    return anyone.as(id, "rider");
  }

  /** A store with one menu, m-1, that the order service has heard of. */
  record Shop(String storeId, Client owner) {}

  Shop shop(String kind, long price, Integer stock) throws IOException {
    Client owner = anyone.as("o-" + UUID.randomUUID(), "owner");
    ObjectNode store = json().put("name", "가게 " + kind).put("kind", kind);
    store.putObject("address").put("text", "서울 마포구").put("lat", 37.55).put("lng", 126.92);
    String storeId = owner.post("/stores", store).text("storeId");
    ObjectNode menu = json().put("name", "메뉴").put("price", price).put("stock", stock);
    menu.putArray("options").addObject().put("name", "순살").put("price", 500);
    assertThat(owner.put("/stores/" + storeId + "/menus/m-1", menu).status()).isEqualTo(201);
    ObjectNode probe = kind.equals("COURIER") ? parcel(storeId, 1) : visit(storeId, 1);
    probe.withArray("lines").addObject().put("menuId", "none").put("quantity", 1);
    Client customer = customer();
    awaited(
        "the order service knows the shop",
        customer,
        () -> customer.post("/orders", probe),
        a -> a.body().path("errors").size() == 1 && a.body().toString().contains("/lines/1"));
    return new Shop(storeId, owner);
  }

  /** A campaign that gives {@code quantity} coupons of 3000 won. */
  String campaign(int quantity) throws IOException {
    ObjectNode campaign =
        json()
            .put("name", "첫 주문")
            .put("discount", 3_000)
            .put("quantity", quantity)
            .put("expiresAt", "2099-01-01T00:00:00Z");
    return marketing().post("/coupons", campaign).text("campaignId");
  }

  Client.Answer revoke(String coupon) throws IOException {
    return marketing().post("/coupons/" + coupon + "/revoke", json().put("reason", "잘못 발급됨"));
  }

  private Client marketing() throws IOException {
    return anyone.as("marketing-1", "marketing");
  }

  static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }

  static ObjectNode delivery(String storeId, int quantity) {
    ObjectNode order = visit(storeId, quantity).put("fulfilment", "DELIVERY");
    order.putObject("address").put("text", "서울 마포구 연남동").put("lat", 37.56).put("lng", 126.925);
    return order;
  }

  static ObjectNode parcel(String storeId, int quantity) {
    ObjectNode order = delivery(storeId, quantity).put("fulfilment", "COURIER");
    order.putObject("pickup").put("text", "서울 마포구 공덕동").put("lat", 37.544).put("lng", 126.951);
    order.putObject("parcel").put("size", "SMALL").put("weightKg", 2.5).put("description", "서류");
    return order;
  }

  static ObjectNode visit(String storeId, int quantity) {
    ObjectNode order = json().put("storeId", storeId).put("fulfilment", "VISIT");
    order.putArray("lines").addObject().put("menuId", "m-1").put("quantity", quantity);
    return order;
  }

  static ObjectNode card(String orderId) {
    return json().put("orderId", orderId).put("method", "CARD").put("card", "4242424242424242");
  }

  static ObjectNode checkout(String storeId, String card) {
    ObjectNode checkout = json();
    checkout.set("order", delivery(storeId, 1));
    checkout.putObject("payment").put("method", "CARD").put("card", card);
    return checkout;
  }

  String placed(Client customer, ObjectNode order) throws IOException {
    Client.Answer answer = customer.post("/orders", order);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(201);
    return answer.text("orderId");
  }

  String paid(Client customer, ObjectNode order) throws IOException {
    String orderId = placed(customer, order);
    Client.Answer answer = pay(customer, orderId);
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(201);
    return orderId;
  }

  Client.Answer pay(Client customer, String orderId) throws IOException {
    return pay(customer, card(orderId));
  }

  /** A little later, when told so: payments have a time limit, and the machine may be busy. */
  Client.Answer pay(Client customer, ObjectNode payment) throws IOException {
    return awaited(
        "an answer to the payment",
        customer,
        () -> customer.post("/payments", payment),
        answer -> answer.status() != 503);
  }

  /** As {@link #pay}; one that was not paid in time is answered with 202. */
  Client.Answer checkOut(Client customer, ObjectNode checkout, String key) throws IOException {
    return awaited(
        "an answer to the checkout",
        customer,
        () -> customer.post("/checkouts", checkout, key),
        answer -> answer.status() != 202 && answer.status() != 503);
  }

  void kitchen(Shop shop, String orderId, String... actions) throws IOException {
    awaited(
        "the ticket is there", shop.owner(), "/foodCookings/" + orderId, a -> a.status() == 200);
    for (String action : actions) {
      Client.Answer done = shop.owner().post("/foodCookings/" + orderId + "/" + action, null);
      assertThat(done.status()).as("%s: %s", action, done.body()).isEqualTo(200);
    }
  }

  void rides(Client rider, String orderId, String... actions) throws IOException {
    for (String action : actions) {
      Client.Answer done = rider.post("/deliveries/" + orderId + "/" + action, null);
      assertThat(done.status()).as("%s: %s", action, done.body()).isEqualTo(200);
    }
  }

  /** Where the books of this town are. */
  Sources books() {
    return machine.sources();
  }

  /** See {@link DueDateShifter}. */
  DueDateShifter tomorrow() {
    return new DueDateShifter(books().orders());
  }

  Client.Answer order(Client customer, String orderId, String status) throws IOException {
    return awaited(
        "the order is " + status,
        customer,
        "/orders/" + orderId,
        a -> a.text("status").equals(status));
  }

  int stock(Shop shop) throws IOException {
    return anyone.get("/stores/" + shop.storeId() + "/menus/m-1").body().path("stock").asInt(-1);
  }

  String payment(Client customer, String orderId) throws IOException {
    JsonNode items = customer.get("/payments?orderId=" + orderId).body().path("items");
    return items.path(items.size() - 1).path("status").asText();
  }

  interface Asking {
    Client.Answer ask() throws IOException;
  }

  Client.Answer awaited(String what, Client who, String path, Predicate<Client.Answer> condition)
      throws IOException {
    return awaited(what, who, () -> who.get(path), condition);
  }

  Client.Answer awaited(String what, Client who, Asking asking, Predicate<Client.Answer> condition)
      throws IOException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    Client.Answer answer = asking.ask();
    while (!condition.test(answer)) {
      assertThat(System.nanoTime())
          .as("%s; the last answer to %s was %s", what, who, answer)
          .isLessThan(deadline);
      Client.pause();
      answer = asking.ask();
    }
    return answer;
  }
}
