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
import baedal.testkit.FastFolder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a whole system for a test class, and sends the requests of customers, owners and riders to
 * its gateway. Every answer of the gateway is compared with its OpenAPI document.
 */
final class TestSystem implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TestSystem.class);

  /** The name that {@link EndpointRouting} gets for the connections of clients to the gateway. */
  static final String CLIENTS = "clients";

  /** Long enough that many waiting clients cause little load. */
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private static final Duration GRACE = Duration.ofSeconds(1);

  /** The slowest sweep runs every minute; a busy machine takes several times as long. */
  private static final Duration DATABASES_AGREE_WITHIN = Duration.ofMinutes(5);

  /** The time zone of every hotel of {@link #openHotel}. */
  static final ZoneId HOTEL_ZONE = ZoneId.of("Asia/Seoul");

  private static TestSystem shared;

  final Settings settings;
  final Client anyone;
  final ContractChecker contract;
  private final String url;
  private final Path home;
  private final LocalSystem services;

  TestSystem() throws IOException {
    this(Map.of());
  }

  /**
   * The one system of all test classes in this JVM that neither stop a server nor change a setting.
   * It stops with the JVM, because a start takes longer than most classes.
   */
  static synchronized TestSystem shared() throws IOException {
    if (shared == null) {
      shared = new TestSystem();
      Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
    }
    return shared;
  }

  /**
   * {@code environment} has the URIs of the servers that the test itself runs. The services do not
   * warm up unless it sets WARM_UP.
   */
  TestSystem(Map<String, String> environment) throws IOException {
    this(environment, Settings.onFreePorts(), EndpointRouting.DIRECT);
  }

  /** With {@code routing} the test can insert a proxy into any connection. */
  TestSystem(Settings settings, EndpointRouting routing) throws IOException {
    this(Map.of(), settings, routing);
  }

  private TestSystem(Map<String, String> environment, Settings settings, EndpointRouting routing)
      throws IOException {
    this.settings = settings;
    home = Files.createTempDirectory(FastFolder.parent(), "baedal-journey");
    Map<String, String> withoutWarmUp = new HashMap<>(Map.of("WARM_UP", "0s"));
    withoutWarmUp.putAll(environment);
    services =
        new LocalSystem(home, settings, withoutWarmUp, new ConsoleProgress(), false, routing);
    services.start(true);
    url = routing.route(CLIENTS, EndpointRouting.urlSetting("gateway"), settings.url("gateway"));
    contract = ContractChecker.of(url);
    anyone = new Client(url, contract::check);
  }

  @Override
  public void close() {
    services.stop();
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      log.atDebug()
          .addKeyValue("folder", home)
          .addKeyValue("cause", e.toString())
          .log("cannot delete the folder of a test system");
    }
  }

  /** Repeats the audit until it finds nothing; after five minutes fails with the last findings. */
  void assertDatabasesAgree() {
    Vertx vertx = Vertx.vertx();
    try (Auditor auditor = new Auditor(vertx, sources(), Tolerances.ofGrace(GRACE))) {
      assertThat(auditor.auditUntilConsistent(DATABASES_AGREE_WITHIN)).isEmpty();
    } finally {
      vertx.close().await();
    }
  }

  /** Fails if the stream {@code log} has two events of an aggregate in the wrong order. */
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

  /** Creates a runner that plays scenarios through the gateway of this system. */
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

  /** A store with one menu, m-1. */
  record Shop(String storeId, Client owner) {}

  /**
   * Opens a store with one menu; {@code price} is in won, and a {@code stock} of null is unlimited.
   * Returns when the order service has received both.
   */
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

  /**
   * Opens a hotel in Seoul with {@code rooms} rooms of one type, m-1, at 100,000 won a night. A
   * guest who cancels two days before the check-in time gets everything back, and one day before
   * gets half of it. Returns when the order service has received the rooms.
   */
  Shop openHotel(int rooms) throws IOException {
    return openHotel(rooms, HOTEL_ZONE, LocalTime.of(15, 0));
  }

  /** As {@link #openHotel(int)}, with this time zone and check-in time. */
  Shop openHotel(int rooms, ZoneId zone, LocalTime checkIn) throws IOException {
    Client owner = anyone.as("o-" + UUID.randomUUID(), "owner");
    ObjectNode store = RequestBodies.json().put("name", "호텔").put("kind", "ROOM");
    store.putObject("address").put("text", "서울 마포구").put("lat", 37.55).put("lng", 126.92);
    ObjectNode hotel =
        store
            .putObject("hotel")
            .put("timeZone", zone.getId())
            .put("checkInTime", checkIn.toString());
    ArrayNode terms = hotel.putArray("refundTerms");
    terms.addObject().put("untilHoursBefore", 48).put("refundPercent", 100);
    terms.addObject().put("untilHoursBefore", 24).put("refundPercent", 50);
    String storeId = owner.post("/stores", store).text("storeId");
    ObjectNode room =
        RequestBodies.json()
            .put("name", "더블룸")
            .put("price", 100_000)
            .put("nightly", true)
            .put("stock", rooms)
            .put("maxGuests", 2);
    room.putArray("options").addObject().put("name", "조식").put("price", 10_000);
    Client.Answer put = owner.put("/stores/" + storeId + "/menus/m-1", room);
    assertThat(put.status()).as("%s", put.body()).isEqualTo(201);
    LocalDate tonight = LocalDate.now(zone);
    ObjectNode probe = RequestBodies.stay(storeId, tonight, tonight.plusDays(1));
    probe.withArray("lines").addObject().put("menuId", "none").put("quantity", 1);
    Client customer = customer();
    awaitAnswer(
        "the order service knows the hotel",
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

  /** Retries while the answer is 503: on a busy machine a payment may miss its time limit. */
  Client.Answer pay(Client customer, ObjectNode payment) throws IOException {
    return awaitAnswer(
        "an answer to the payment",
        customer,
        () -> customer.post("/payments", payment),
        answer -> answer.status() != 503);
  }

  /** Retries while the answer is 503, or 202: the checkout was not paid within the time limit. */
  Client.Answer checkOut(Client customer, ObjectNode checkout, String key) throws IOException {
    return awaitAnswer(
        "an answer to the checkout",
        customer,
        () -> customer.post("/checkouts", checkout, key),
        answer -> answer.status() != 202 && answer.status() != 503);
  }

  /** Waits for the ticket of the order, and then does these actions as the owner. */
  void handleTicket(Shop shop, String orderId, String... actions) throws IOException {
    awaitAnswer(
        "the ticket exists", shop.owner(), "/foodCookings/" + orderId, a -> a.status() == 200);
    for (String action : actions) {
      Client.Answer done = shop.owner().post("/foodCookings/" + orderId + "/" + action, null);
      assertThat(done.status()).as("%s: %s", action, done.body()).isEqualTo(200);
    }
  }

  /** Does these actions as the rider on the delivery of the order. */
  void handleDelivery(Client rider, String orderId, String... actions) throws IOException {
    for (String action : actions) {
      Client.Answer done = rider.post("/deliveries/" + orderId + "/" + action, null);
      assertThat(done.status()).as("%s: %s", action, done.body()).isEqualTo(200);
    }
  }

  /** The URIs of all databases and of the broker. */
  Sources sources() {
    return services.sources();
  }

  /** See {@link DueDateShifter}. */
  DueDateShifter dueDates() {
    return new DueDateShifter(sources().orders());
  }

  /** Waits until the order has this status; fails after a minute. */
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

  /**
   * Repeats a request until its answer meets the condition; fails after a minute.
   *
   * @param what the condition in words, for the message of the failure
   */
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
      throw new AssertionError(
          "not within a minute: %s; the last answer was %s".formatted(what, last.get()), e);
    }
  }
}
