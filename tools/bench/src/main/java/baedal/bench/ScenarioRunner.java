package baedal.bench;

import static baedal.bench.OrderRequests.json;

import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.RetryingClient;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs {@link OrderScenario}s for many users at the same time, for the soak and for tests. It opens
 * its own stores.
 */
public final class ScenarioRunner {

  private static final List<OrderScenario.Saga> SAGAS = List.of(OrderScenario.Saga.values());

  private final RetryingClient http = new RetryingClient();
  private final Client anyone;
  private final DueDateShifter dueDates;
  private final long seed;
  private final List<Shop> shops;
  private final Shop courierCompany;
  private final Shop hotel;
  private final String campaign;
  private final Map<String, Integer> ordersByEnd = Collections.synchronizedMap(new TreeMap<>());
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Future<?>> users = new ArrayList<>();
  private final ExecutorService pool = Executors.newCachedThreadPool();

  /**
   * Opens the stores. The same {@code seed} gives the same sagas and quantities, but not the same
   * interleaving.
   *
   * @throws Failure when the system does not respond as expected
   */
  public ScenarioRunner(String gateway, DueDateShifter dueDates, long seed) throws IOException {
    anyone = new Client(gateway);
    this.dueDates = dueDates;
    this.seed = seed;
    shops = List.of(openShop("FOOD", null), openShop("FURNITURE", 100_000));
    courierCompany = openShop("COURIER", null);
    hotel = openHotel();
    campaign = openCampaign(campaign());
    openCampaign(campaign().put("on", "order.paid").put("kind", "ROOM"));
  }

  /** Starts {@code count} users. Each places one order after another until {@link #stop}. */
  public void start(int count) {
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      users.add(pool.submit(() -> orderUntilStopped(random)));
    }
  }

  /** Whether no scenario has failed so far. */
  public boolean hasNoFailures() {
    return failures.isEmpty();
  }

  /** Waits until each user has finished the current order; returns one failure per failed order. */
  public List<String> stop() {
    stopped.set(true);
    pool.shutdown();
    users.forEach(ScenarioRunner::awaitEnd);
    return List.copyOf(failures);
  }

  /** The number of orders that have reached their final status. */
  int endedOrders() {
    synchronized (ordersByEnd) {
      return ordersByEnd.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** The number of orders by final status, and the number of retried requests. */
  public String report() {
    return "orders by final status " + ordersByEnd + ", retried requests: " + http.retries();
  }

  /** Runs each saga once, all at the same time; returns one failure per failed order. */
  public List<String> everySaga() {
    List<Future<?>> running = new ArrayList<>();
    for (OrderScenario.Saga saga : SAGAS) {
      Random random = new Random(seed + running.size());
      running.add(pool.submit(() -> runAndRecord(() -> run(saga, random))));
    }
    running.forEach(ScenarioRunner::awaitEnd);
    return List.copyOf(failures);
  }

  /**
   * Runs the saga once, with a new customer and a new rider; returns the final status of the order.
   *
   * @throws Failure when a step fails
   */
  public String run(OrderScenario.Saga saga, Random random) {
    Shop shop = shop(saga, random);
    int quantity = 1 + random.nextInt(2);
    OrderSteps steps =
        new OrderSteps(
            http, dueDates, newUser("customer"), newUser("rider"), shop, campaign, quantity);
    return new OrderScenario(steps, random).run(saga);
  }

  private Shop shop(OrderScenario.Saga saga, Random random) {
    if (saga.isStay()) {
      return hotel;
    }
    return saga == OrderScenario.Saga.PAY_ON_DELIVERY
        ? courierCompany
        : shops.get(random.nextInt(shops.size()));
  }

  private void orderUntilStopped(Random random) {
    while (!stopped.get() && hasNoFailures()) {
      runAndRecord(() -> run(SAGAS.get(random.nextInt(SAGAS.size())), random));
    }
  }

  private void runAndRecord(Supplier<String> scenario) {
    try {
      ordersByEnd.merge(scenario.get(), 1, Integer::sum);
    } catch (Failure e) {
      failures.add(e.getMessage());
    }
  }

  private static void awaitEnd(Future<?> task) {
    try {
      task.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }

  /**
   * Creates a client with a new user. Retries until the gateway has issued a token, because the
   * gateway may be unavailable.
   */
  private Client newUser(String role) {
    Client[] user = new Client[1];
    http.request(
        "get a token",
        Set.of(200),
        Set.of(),
        () -> {
          user[0] = anyone.as(role + "-" + UUID.randomUUID(), role);
          return new Client.Answer(user[0].token() == null ? 503 : 200, null);
        });
    return user[0];
  }

  private Shop openShop(String kind, Integer stock) throws IOException {
    ObjectNode menu = json().put("name", "메뉴").put("price", 15_000).put("stock", stock);
    menu.putArray("options").addObject().put("name", OrderRequests.FREE_OPTION).put("price", 0);
    return open(
        store(kind),
        menu,
        storeId ->
            OrderRequests.order(
                storeId,
                kind.equals("COURIER") ? kind : "VISIT",
                OrderRequests.lines(OrderRequests.MENU, 1)));
  }

  /** Opens a hotel that keeps a half of what is canceled less than 30 days before. */
  private Shop openHotel() throws IOException {
    ObjectNode store = store("ROOM");
    ArrayNode terms = store.putObject("hotel").putArray("refundTerms");
    terms.addObject().put("untilHoursBefore", 30 * 24).put("refundPercent", 100);
    terms.addObject().put("untilHoursBefore", 0).put("refundPercent", 50);
    ObjectNode room =
        json()
            .put("name", "더블룸")
            .put("price", 90_000)
            .put("nightly", true)
            .put("stock", 100_000)
            .put("maxGuests", 2);
    LocalDate tonight = LocalDate.now(Shop.HOTEL_ZONE);
    return open(store, room, storeId -> OrderRequests.stay(storeId, tonight, tonight.plusDays(1)));
  }

  private static ObjectNode store(String kind) {
    ObjectNode store = json().put("name", "가게 " + kind).put("kind", kind);
    store.putObject("address").put("text", "서울 마포구").put("lat", 37.55).put("lng", 126.92);
    return store;
  }

  /** Opens a store with one menu, and waits until the order service accepts an order there. */
  private Shop open(ObjectNode store, ObjectNode menu, Function<String, ObjectNode> order)
      throws IOException {
    Client owner = anyone.as("owner-" + UUID.randomUUID(), "owner");
    String storeId = owner.post("/stores", store).text("storeId");
    owner.put("/stores/" + storeId + "/menus/" + OrderRequests.MENU, menu);
    Client customer = anyone.as("customer-" + UUID.randomUUID(), "customer");
    http.request(
        "wait until the order service knows the shop",
        Set.of(201),
        Set.of(400, 404, 409),
        () -> customer.post("/orders", order.apply(storeId)));
    return new Shop(storeId, owner);
  }

  private static ObjectNode campaign() {
    return json()
        .put("name", "첫 주문")
        .put("discount", 3_000)
        .put("quantity", 1_000_000)
        .put("expiresAt", Instant.now().plus(Duration.ofDays(30)).toString());
  }

  private String openCampaign(ObjectNode campaign) throws IOException {
    return anyone.as("marketing-1", "marketing").post("/coupons", campaign).text("campaignId");
  }
}
