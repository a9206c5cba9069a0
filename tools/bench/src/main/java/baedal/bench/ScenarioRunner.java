package baedal.bench;

import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.RetryingClient;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
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
import java.util.function.Supplier;

/** Many people who order in every way an order can go, from stores of their own. */
public final class ScenarioRunner {

  private static final List<OrderScenario.Saga> SAGAS = List.of(OrderScenario.Saga.values());

  private final RetryingClient patient = new RetryingClient();
  private final Client anyone;
  private final DueDateShifter tomorrow;
  private final long seed;
  private final List<OrderScenario.Shop> shops;
  private final OrderScenario.Shop couriers;
  private final String campaign;
  private final Map<String, Integer> ends = Collections.synchronizedMap(new TreeMap<>());
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Future<?>> busy = new ArrayList<>();
  private final ExecutorService people = Executors.newCachedThreadPool();

  /**
   * Opens the stores; the same {@code seed} makes the same choices, though not the same races.
   *
   * @throws Failure when the system is not ready for them
   */
  public ScenarioRunner(String gateway, DueDateShifter tomorrow, long seed) throws IOException {
    anyone = new Client(gateway);
    this.tomorrow = tomorrow;
    this.seed = seed;
    shops = List.of(shop("FOOD", null), shop("FURNITURE", 100_000));
    couriers = shop("COURIER", null);
    campaign = campaign();
  }

  /** So many people order, one order after another, until {@link #goHome}. */
  public void start(int howMany) {
    for (int i = 0; i < howMany; i++) {
      Random random = new Random(seed + i);
      busy.add(people.submit(() -> orderOn(random)));
    }
  }

  /** Nothing went wrong so far. */
  public boolean isContent() {
    return failures.isEmpty();
  }

  /** Lets everybody finish the order in hand; what went wrong, an order a line. */
  public List<String> goHome() {
    over.set(true);
    people.shutdown();
    busy.forEach(ScenarioRunner::finished);
    return List.copyOf(failures);
  }

  /** How many orders came to their ends so far. */
  int ended() {
    synchronized (ends) {
      return ends.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** How many orders came to which end so far, and how often something was asked again. */
  public String report() {
    return "orders came to their ends " + ends + "; asked again " + patient.retries() + " times";
  }

  /** One order in each way, all at once; what went wrong. */
  public List<String> everySaga() {
    List<Future<?>> running = new ArrayList<>();
    for (OrderScenario.Saga saga : SAGAS) {
      Random random = new Random(seed + running.size());
      running.add(people.submit(() -> noted(() -> run(saga, random))));
    }
    running.forEach(ScenarioRunner::finished);
    return List.copyOf(failures);
  }

  /**
   * One order of that kind, by people who were never here before; the status it ended in.
   *
   * @throws Failure when anything was not as it should be
   */
  public String run(OrderScenario.Saga saga, Random random) {
    OrderScenario.Shop shop =
        saga == OrderScenario.Saga.PAY_AT_THE_DOOR
            ? couriers
            : shops.get(random.nextInt(shops.size()));
    return new OrderScenario(
            patient, tomorrow, someone("customer"), someone("rider"), shop, campaign, random)
        .run(saga);
  }

  private void orderOn(Random random) {
    while (!over.get() && isContent()) {
      noted(() -> run(SAGAS.get(random.nextInt(SAGAS.size())), random));
    }
  }

  private void noted(Supplier<String> order) {
    try {
      ends.merge(order.get(), 1, Integer::sum);
    } catch (Failure e) {
      failures.add(e.getMessage());
    }
  }

  private static void finished(Future<?> one) {
    try {
      one.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }

  /** The door for tokens is in the gateway, which may be away. */
  private Client someone(String role) {
    Client[] made = new Client[1];
    patient.request(
        "a token",
        Set.of(200),
        Set.of(),
        () -> {
          made[0] = anyone.as(role + "-" + UUID.randomUUID(), role);
          return new Client.Answer(made[0].token() == null ? 503 : 200, null);
        });
    return made[0];
  }

  private OrderScenario.Shop shop(String kind, Integer stock) throws IOException {
    Client owner = anyone.as("owner-" + UUID.randomUUID(), "owner");
    ObjectNode store = json().put("name", "가게 " + kind).put("kind", kind);
    store.putObject("address").put("text", "서울 마포구").put("lat", 37.55).put("lng", 126.92);
    String storeId = owner.post("/stores", store).text("storeId");
    ObjectNode menu = json().put("name", "메뉴").put("price", 15_000).put("stock", stock);
    menu.putArray("options").addObject().put("name", OrderScenario.FREE_OF_CHARGE).put("price", 0);
    owner.put("/stores/" + storeId + "/menus/m-1", menu);
    Client customer = anyone.as("customer-" + UUID.randomUUID(), "customer");
    ObjectNode order = OrderScenario.order(storeId, kind.equals("COURIER") ? kind : "VISIT");
    patient.request(
        "the order service knows the shop",
        Set.of(201),
        Set.of(400, 404, 409),
        () -> customer.post("/orders", order));
    return new OrderScenario.Shop(storeId, owner);
  }

  private String campaign() throws IOException {
    ObjectNode campaign =
        json()
            .put("name", "첫 주문")
            .put("discount", 3_000)
            .put("quantity", 1_000_000)
            .put("expiresAt", Instant.now().plus(Duration.ofDays(30)).toString());
    return anyone.as("marketing-1", "marketing").post("/coupons", campaign).text("campaignId");
  }

  private static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }
}
