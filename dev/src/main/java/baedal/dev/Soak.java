package baedal.dev;

import baedal.audit.Auditor;
import baedal.audit.Finding;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
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

/**
 * Orders flow through a system of its own, each service in a process of its own, while one process
 * after another is killed and started again. In the end every order must have come to its end, and
 * the audit must find that everything agrees.
 */
public final class Soak {

  private static final List<Errand.Saga> SAGAS = List.of(Errand.Saga.values());
  private static final int PEOPLE = 24;
  private static final int MAX_DOWN_MILLIS = 2_000;
  private static final int MAX_CALM_MILLIS = 2_000;
  private static final Duration GRACE = Duration.ofSeconds(3);

  /** Longer than any sweep takes to find what a crash left behind. */
  private static final Duration AGREES_WITHIN = Duration.ofMinutes(2);

  private final Machine machine;
  private final Client anyone;
  private final Steps steps;
  private final long seed;
  private final Patient patient = new Patient();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Map<String, Integer> ends = new TreeMap<>();
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

  private Soak(Machine machine, String gateway, Steps steps, long seed) {
    this.machine = machine;
    this.steps = steps;
    this.seed = seed;
    anyone = new Client(gateway);
  }

  /**
   * Runs for {@code duration}, but until everything was killed once, in an empty system under
   * {@code home}; returns what went wrong. The same {@code seed} makes the same choices, though not
   * the same races.
   */
  public static List<String> run(Path home, Duration duration, long seed, Steps steps)
      throws IOException {
    Settings settings = Settings.onFreePorts();
    Machine machine = new Machine(home, settings, System.getenv(), steps, true);
    Thread stop = new Thread(machine::stop, "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      machine.start(true);
      return new Soak(machine, settings.url("gateway"), steps, seed).run(duration);
    } finally {
      machine.stop();
      Runtime.getRuntime().removeShutdownHook(stop);
    }
  }

  private List<String> run(Duration duration) throws IOException {
    steps.say("soak with seed " + seed);
    List<Errand.Shop> shops = List.of(shop("FOOD", null), shop("FURNITURE", 100_000));
    String campaign = campaign();
    ExecutorService people = Executors.newFixedThreadPool(PEOPLE);
    List<Future<?>> busy = new ArrayList<>();
    for (int i = 0; i < PEOPLE; i++) {
      Random random = new Random(seed + i);
      busy.add(people.submit(() -> orderOn(shops, campaign, random)));
    }
    try {
      powerCuts(Instant.now().plus(duration));
    } finally {
      over.set(true);
      people.shutdown();
    }
    for (Future<?> one : busy) {
      finished(one);
    }
    steps.say(
        "orders came to their ends " + ends + "; asked again " + patient.repeats() + " times");
    machine.awaitReady();
    audit().forEach(finding -> failures.add(finding.toString()));
    return List.copyOf(failures);
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

  private void orderOn(List<Errand.Shop> shops, String campaign, Random random) {
    while (!over.get() && failures.isEmpty()) {
      try {
        Client customer = someone("customer");
        Client rider = someone("rider");
        Errand.Shop shop = shops.get(random.nextInt(shops.size()));
        Errand.Saga saga = SAGAS.get(random.nextInt(SAGAS.size()));
        String end = new Errand(patient, customer, rider, shop, campaign, random).run(saga);
        synchronized (ends) {
          ends.merge(end, 1, Integer::sum);
        }
      } catch (Failure e) {
        failures.add(e.getMessage());
      }
    }
  }

  /** The door for tokens is in the gateway, which may be away. */
  private Client someone(String role) {
    Client[] made = new Client[1];
    patient.ask(
        "a token",
        Set.of(200),
        Set.of(),
        () -> {
          made[0] = anyone.as(role + "-" + UUID.randomUUID(), role);
          return new Client.Answer(made[0].token() == null ? 503 : 200, null);
        });
    return made[0];
  }

  private void powerCuts(Instant end) throws IOException {
    Random random = new Random(seed);
    List<String> next = new ArrayList<>();
    boolean everything = false;
    while (failures.isEmpty() && (!everything || Instant.now().isBefore(end))) {
      if (next.isEmpty()) {
        next.addAll(machine.victims());
        Collections.shuffle(next, random);
      }
      String victim = next.remove(0);
      everything |= next.isEmpty();
      pause(random.nextInt(MAX_CALM_MILLIS));
      machine.kill(victim);
      pause(random.nextInt(MAX_DOWN_MILLIS));
      machine.restart(victim);
      steps.say("killed and restarted " + victim);
    }
  }

  /** What still disagrees when there was time enough for every sweep. */
  private List<Finding> audit() {
    Vertx vertx = Vertx.vertx();
    Instant deadline = Instant.now().plus(AGREES_WITHIN);
    try (Auditor auditor = new Auditor(vertx, machine.books(), GRACE)) {
      List<Finding> findings = auditor.audit();
      while (!findings.isEmpty() && Instant.now().isBefore(deadline)) {
        pause(1_000);
        findings = auditor.audit();
      }
      pause((int) GRACE.toMillis());
      findings = auditor.audit();
      steps.say(auditor.orders() + " orders audited: " + findings.size() + " findings");
      return findings;
    } finally {
      vertx.close().await();
    }
  }

  private Errand.Shop shop(String kind, Integer stock) throws IOException {
    Client owner = anyone.as("owner-" + UUID.randomUUID(), "owner");
    ObjectNode store = json().put("name", "가게 " + kind).put("kind", kind);
    store.putObject("address").put("text", "서울 마포구").put("lat", 37.55).put("lng", 126.92);
    String storeId = owner.post("/stores", store).text("storeId");
    ObjectNode menu = json().put("name", "메뉴").put("price", 15_000).put("stock", stock);
    owner.put("/stores/" + storeId + "/menus/m-1", menu);
    Client customer = anyone.as("customer-" + UUID.randomUUID(), "customer");
    ObjectNode order = json().put("storeId", storeId).put("fulfilment", "VISIT");
    order.putArray("lines").addObject().put("menuId", "m-1").put("quantity", 1);
    patient.ask(
        "the order service knows the shop",
        Set.of(201),
        Set.of(400, 404, 409),
        () -> customer.post("/orders", order));
    return new Errand.Shop(storeId, owner);
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

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }

  private static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }
}
