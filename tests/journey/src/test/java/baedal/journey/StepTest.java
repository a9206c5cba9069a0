package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import baedal.bench.OrderScenario;
import baedal.bench.ScenarioRunner;
import baedal.dev.Client;
import baedal.dev.EndpointRouting;
import baedal.dev.Settings;
import baedal.testkit.FaultProxy;
import baedal.testkit.SuiteSize;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loses single requests or responses between a service and its database, the broker or another
 * service, or kills the service at such a request or response and starts it again. Every saga still
 * ends as it should. A slow or silent network makes no request hang.
 */
class StepTest {

  /**
   * The property that enables the test of every step: {@code true}, or sagas separated by commas.
   */
  private static final String EVERY_STEP = "baedal.steps";

  private static final Logger log = LoggerFactory.getLogger(StepTest.class);
  private static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "gateway");
  private static final int ROUNDS_OF_LOSSES = SuiteSize.of("baedal.losses", 1, 4);
  private static final int ROUNDS_OF_KILLS = SuiteSize.of("baedal.deaths", 1, 2);
  private static final Duration OUTAGE = Duration.ofSeconds(8);
  private static final int MIN_ORDERS = 10;

  /** The connections of a service to the server that one of its settings names. */
  private record Route(String service, String setting) implements Comparable<Route> {

    boolean leadsTo(String other) {
      return setting.equals(EndpointRouting.urlSetting(other));
    }

    @Override
    public int compareTo(Route other) {
      return Comparator.comparing(Route::service)
          .thenComparing(Route::setting)
          .compare(this, other);
    }
  }

  private static final Vertx vertx = Vertx.vertx();
  private static final Map<Route, FaultProxy> proxies = new ConcurrentSkipListMap<>();

  /** The present URL of each service, by the setting that contains it. */
  private static final Map<String, String> addresses = new ConcurrentHashMap<>();

  private static final ExecutorService restarting = Executors.newCachedThreadPool();
  private static final Queue<Future<?>> restarts = new ConcurrentLinkedQueue<>();
  private static final long seed = System.nanoTime();
  private static final Random random = new Random(seed);
  private static TestSystem system;
  private static ScenarioRunner scenarios;

  /** The number of messages on each route when every saga runs once. */
  private static Map<Route, Long> messagesPerRoute;

  @BeforeAll
  static void start() throws IOException {
    system = new TestSystem(Settings.onFreePorts(), StepTest::throughProxy);
    scenarios = system.scenarios(seed);
    messagesPerRoute = countMessages(() -> assertThat(scenarios.everySaga()).isEmpty());
  }

  private static String throughProxy(String service, String setting, String uri) {
    boolean isService = setting.endsWith("_URL");
    FaultProxy proxy =
        new FaultProxy(vertx, isService ? addresses.computeIfAbsent(setting, s -> uri) : uri);
    proxies.put(new Route(service, setting), proxy);
    return proxy.uri();
  }

  @AfterAll
  static void stop() {
    scenarios.stop();
    system.close();
    restarting.shutdown();
    vertx.close().await();
  }

  private static List<FaultProxy> proxies(Predicate<Route> which) {
    return proxies.entrySet().stream()
        .filter(entry -> which.test(entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static Map<Route, Long> countMessages(Runnable sagas) {
    Map<Route, Long> sent = new TreeMap<>();
    proxies.forEach((route, proxy) -> sent.put(route, -proxy.sent()));
    sagas.run();
    proxies.forEach((route, proxy) -> sent.merge(route, proxy.sent(), Long::sum));
    sent.values().removeIf(messages -> messages == 0);
    return sent;
  }

  /** Closes the connections from and to the service permanently, as if its process were killed. */
  private static void kill(String service) {
    proxies(route -> route.service().equals(service)).forEach(FaultProxy::die);
    proxies(route -> route.leadsTo(service)).forEach(FaultProxy::refuse);
  }

  private static void killAndRestart(String service) {
    kill(service);
    restarts.add(restarting.submit(() -> restart(service)));
  }

  /** Starts the service again on other ports, with only the data in its database. */
  private static void restart(String service) {
    try {
      Settings at = Settings.onFreePorts();
      addresses.put(EndpointRouting.urlSetting(service), at.url(service));
      system.replace(service, at);
      for (FaultProxy proxy : proxies(route -> route.leadsTo(service))) {
        proxy.refuse();
        proxy.add(at.url(service));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitRestarts() throws ExecutionException, InterruptedException {
    while (!restarts.isEmpty()) {
      restarts.remove().get();
    }
  }

  private static FaultProxy.Loss loss() {
    return random.nextBoolean() ? FaultProxy.Loss.REQUEST : FaultProxy.Loss.RESPONSE;
  }

  /** In each round all sagas run at once, and every proxy loses one message. */
  @Test
  void every_saga_ends_although_every_connection_loses_a_message() {
    for (int round = 0; round < ROUNDS_OF_LOSSES; round++) {
      messagesPerRoute.forEach(
          (route, messages) -> proxies.get(route).cut(1 + random.nextLong(messages), loss()));
      assertThat(scenarios.everySaga()).as("seed %d, round %d", seed, round).isEmpty();
    }
    proxies.values().forEach(FaultProxy::cancelCut);
    system.assertDatabasesAgree();
    system.assertEventsInOrder();
  }

  /** In each round all sagas run at once, and each service is killed at one of its messages. */
  @Test
  void every_saga_ends_although_every_service_is_killed() throws Exception {
    for (int round = 0; round < ROUNDS_OF_KILLS; round++) {
      for (String service : SERVICES) {
        List<Route> routes =
            messagesPerRoute.keySet().stream()
                .filter(route -> route.service().equals(service))
                .toList();
        Route route = routes.get(random.nextInt(routes.size()));
        proxies
            .get(route)
            .cut(
                1 + random.nextLong(messagesPerRoute.get(route)),
                loss(),
                () -> killAndRestart(service));
      }
      List<String> failures = scenarios.everySaga();
      proxies.values().forEach(FaultProxy::cancelCut);
      awaitRestarts();
      assertThat(failures).as("seed %d, round %d", seed, round).isEmpty();
    }
    system.assertDatabasesAgree();
    system.assertEventsInOrder();
  }

  private static Stream<OrderScenario.Saga> chosen() {
    String chosen = System.getProperty(EVERY_STEP);
    return chosen.equals("true")
        ? Arrays.stream(OrderScenario.Saga.values())
        : Arrays.stream(chosen.split(",")).map(OrderScenario.Saga::valueOf);
  }

  /**
   * Loses the first message on all proxies, then the second, and so on; then kills each service at
   * its first message, its second, and so on. Takes about ten minutes for each saga.
   */
  @ParameterizedTest
  @MethodSource("chosen")
  @EnabledIfSystemProperty(named = EVERY_STEP, matches = ".+")
  void a_saga_ends_with_a_loss_or_a_kill_at_any_of_its_messages(OrderScenario.Saga saga)
      throws Exception {
    Map<Route, Long> steps = countMessages(() -> scenarios.run(saga, random));
    steps.remove(new Route(TestSystem.CLIENTS, EndpointRouting.urlSetting("gateway")));
    for (long nth = 1; nth <= Collections.max(steps.values()); nth++) {
      for (FaultProxy.Loss loss : FaultProxy.Loss.values()) {
        for (Route route : steps.keySet()) {
          proxies.get(route).cut(nth, loss);
        }
        assertCompletes(saga, "%s %d lost".formatted(loss, nth));
      }
    }
    Map<String, Long> messagesPerService = new TreeMap<>();
    steps.forEach(
        (route, messages) -> messagesPerService.merge(route.service(), messages, Long::sum));
    for (long nth = 1; nth <= Collections.max(messagesPerService.values()); nth++) {
      for (FaultProxy.Loss loss : FaultProxy.Loss.values()) {
        for (String service : messagesPerService.keySet()) {
          AtomicLong countdown = new AtomicLong(nth);
          proxies(route -> route.service().equals(service))
              .forEach(proxy -> proxy.cut(countdown, loss, () -> killAndRestart(service)));
        }
        assertCompletes(saga, "all killed at %s %d".formatted(loss, nth));
      }
    }
    system.assertDatabasesAgree();
  }

  private static void assertCompletes(OrderScenario.Saga saga, String what) throws Exception {
    log.atInfo().addKeyValue("saga", saga).addKeyValue("fault", what).log("running a saga");
    Throwable failure = catchThrowable(() -> scenarios.run(saga, random));
    proxies.values().forEach(FaultProxy::cancelCut);
    awaitRestarts();
    assertThat(failure).as("%s, %s", saga, what).isNull();
  }

  @Test
  void orders_paid_without_the_store_service_reach_it_when_it_starts_again() throws Exception {
    TestSystem.Shop shop = system.openShop("FOOD", 15_000, null);
    kill("store");
    List<PaidOrder> bought = new ArrayList<>();
    Instant end = Instant.now().plus(OUTAGE);
    while (Instant.now().isBefore(end) || bought.size() < MIN_ORDERS) {
      bought.add(PaidOrder.place(system, shop));
    }
    restart("store");
    PaidOrder.assertMostlyPaidAtOnce(bought);
    for (PaidOrder one : bought) {
      system.handleTicket(shop, one.orderId(), "accept");
      system.awaitStatus(one.customer(), one.orderId(), "ACCEPTED");
    }
    system.assertDatabasesAgree();
    system.assertEventsInOrder();
  }

  @Test
  void every_saga_ends_on_a_slow_network() {
    proxies.values().forEach(proxy -> proxy.delay(20));
    try {
      assertThat(scenarios.everySaga()).isEmpty();
    } finally {
      proxies.values().forEach(FaultProxy::recover);
    }
    system.assertDatabasesAgree();
  }

  /** The client fails after 15 s without an answer, so every answer is in time. */
  @Test
  void every_request_is_answered_on_a_silent_network() throws IOException {
    Client customer = system.customer();
    TestSystem.Shop shop = system.openShop("FOOD", 15_000, null);
    assertUnavailableWhileSilent("POSTGRES_URI", customer, "/orders");
    assertUnavailableWhileSilent("MONGO_URI", customer, "/stores");
    assertUnavailableWhileSilent("REDIS_URI", customer, "/coupons");
    List<FaultProxy> broker = proxies(route -> route.setting().equals("AMQP_URI"));
    broker.forEach(FaultProxy::freeze);
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    broker.forEach(FaultProxy::recover);
    system.awaitStatus(customer, orderId, "PAID");
    system.assertDatabasesAgree();
  }

  private static void assertUnavailableWhileSilent(String setting, Client customer, String path)
      throws IOException {
    List<FaultProxy> silent = proxies(route -> route.setting().equals(setting));
    silent.forEach(FaultProxy::freeze);
    try {
      assertThat(customer.get(path).status()).as(setting).isEqualTo(503);
    } finally {
      silent.forEach(FaultProxy::recover);
    }
  }
}
