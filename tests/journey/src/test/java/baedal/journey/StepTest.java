package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import baedal.bench.OrderScenario;
import baedal.bench.ScenarioRunner;
import baedal.dev.Client;
import baedal.dev.EndpointRouting;
import baedal.dev.Settings;
import baedal.testkit.FaultProxy;
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
 * Messages between a service and its store, the broker or another service are lost, before they
 * arrived or with their answers; or the service dies of it: nothing that it says from then on is
 * heard by anybody, and another one takes its place. Whatever was lost, and whoever died, each saga
 * comes to the same end. And a network that is slow or silent makes nothing hang.
 */
class StepTest {

  /** {@code true}, or the names of some sagas with commas between. */
  private static final String EVERY_STEP = "baedal.steps";

  private static final Logger log = LoggerFactory.getLogger(StepTest.class);
  private static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "gateway");
  private static final int ROUNDS_OF_LOSSES = 4;
  private static final int ROUNDS_OF_DEATHS = 2;
  private static final Duration GONE_FOR = Duration.ofSeconds(8);
  private static final int ORDERS_MEANWHILE = 10;

  /** By which a service goes to what one of its settings names. */
  private record Way(String service, String setting) implements Comparable<Way> {

    boolean leadsTo(String other) {
      return setting.equals(EndpointRouting.urlSetting(other));
    }

    @Override
    public int compareTo(Way other) {
      return Comparator.comparing(Way::service).thenComparing(Way::setting).compare(this, other);
    }
  }

  private static final Vertx vertx = Vertx.vertx();
  private static final Map<Way, FaultProxy> wires = new ConcurrentSkipListMap<>();

  /** Where each service is in its present life, by the setting that names it. */
  private static final Map<String, String> addresses = new ConcurrentHashMap<>();

  private static final ExecutorService births = Executors.newCachedThreadPool();
  private static final Queue<Future<?>> born = new ConcurrentLinkedQueue<>();
  private static final long seed = System.nanoTime();
  private static final Random random = new Random(seed);
  private static TestSystem town;
  private static ScenarioRunner crowd;

  /** How many messages went which way while every saga came to its end once. */
  private static Map<Way, Long> usual;

  @BeforeAll
  static void start() throws IOException {
    town = new TestSystem(Settings.onFreePorts(), StepTest::wired);
    crowd = town.crowd(seed);
    usual = messages(() -> assertThat(crowd.everySaga()).isEmpty());
  }

  private static String wired(String service, String setting, String uri) {
    boolean isService = setting.endsWith("_URL");
    FaultProxy wire =
        new FaultProxy(vertx, isService ? addresses.computeIfAbsent(setting, s -> uri) : uri);
    wires.put(new Way(service, setting), wire);
    return wire.uri();
  }

  @AfterAll
  static void stop() {
    crowd.stop();
    town.close();
    births.shutdown();
    vertx.close().await();
  }

  private static List<FaultProxy> wires(Predicate<Way> which) {
    return wires.entrySet().stream()
        .filter(entry -> which.test(entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static Map<Way, Long> messages(Runnable sagas) {
    Map<Way, Long> sent = new TreeMap<>();
    wires.forEach((way, wire) -> sent.put(way, -wire.sent()));
    sagas.run();
    wires.forEach((way, wire) -> sent.merge(way, wire.sent(), Long::sum));
    sent.values().removeIf(messages -> messages == 0);
    return sent;
  }

  /** From now on nothing that the service says is heard, and nobody reaches it. */
  private static void die(String service) {
    wires(way -> way.service().equals(service)).forEach(FaultProxy::die);
    wires(way -> way.leadsTo(service)).forEach(FaultProxy::refuse);
  }

  private static void dieAndLiveAgain(String service) {
    die(service);
    born.add(births.submit(() -> live(service)));
  }

  /** Another life, at another place, that knows only what is in its store. */
  private static void live(String service) {
    try {
      Settings at = Settings.onFreePorts();
      addresses.put(EndpointRouting.urlSetting(service), at.url(service));
      town.replace(service, at);
      for (FaultProxy wire : wires(way -> way.leadsTo(service))) {
        wire.refuse();
        wire.add(at.url(service));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitBirths() throws ExecutionException, InterruptedException {
    while (!born.isEmpty()) {
      born.remove().get();
    }
  }

  private static FaultProxy.Loss loss() {
    return random.nextBoolean() ? FaultProxy.Loss.REQUEST : FaultProxy.Loss.RESPONSE;
  }

  /** In each round all sagas run at once, and on every wire one message of somebody's is lost. */
  @Test
  void every_saga_comes_to_its_end_whatever_is_lost() {
    for (int round = 0; round < ROUNDS_OF_LOSSES; round++) {
      usual.forEach((way, messages) -> wires.get(way).cut(1 + random.nextLong(messages), loss()));
      assertThat(crowd.everySaga()).as("seed %d, round %d", seed, round).isEmpty();
    }
    wires.values().forEach(FaultProxy::cancelCut);
    town.agrees();
    town.toldInOrder();
  }

  /** In each round all sagas run at once, and each service dies at one of its messages. */
  @Test
  void every_saga_comes_to_its_end_whoever_dies() throws Exception {
    for (int round = 0; round < ROUNDS_OF_DEATHS; round++) {
      for (String service : SERVICES) {
        List<Way> ways =
            usual.keySet().stream().filter(way -> way.service().equals(service)).toList();
        Way way = ways.get(random.nextInt(ways.size()));
        wires
            .get(way)
            .cut(1 + random.nextLong(usual.get(way)), loss(), () -> dieAndLiveAgain(service));
      }
      List<String> wrong = crowd.everySaga();
      wires.values().forEach(FaultProxy::cancelCut);
      awaitBirths();
      assertThat(wrong).as("seed %d, round %d", seed, round).isEmpty();
    }
    town.agrees();
    town.toldInOrder();
  }

  private static Stream<OrderScenario.Saga> chosen() {
    String chosen = System.getProperty(EVERY_STEP);
    return chosen.equals("true")
        ? Arrays.stream(OrderScenario.Saga.values())
        : Arrays.stream(chosen.split(",")).map(OrderScenario.Saga::valueOf);
  }

  /**
   * One message after another: on all wires the first is lost, then the second; each service dies
   * at its first, then at its second. Takes some ten minutes a saga: {@code -Dbaedal.steps=true}.
   */
  @ParameterizedTest
  @MethodSource("chosen")
  @EnabledIfSystemProperty(named = EVERY_STEP, matches = ".+")
  void a_saga_comes_to_its_end_at_whichever_message_anything_happens(OrderScenario.Saga saga)
      throws Exception {
    Map<Way, Long> steps = messages(() -> crowd.run(saga, random));
    steps.remove(new Way(TestSystem.PEOPLE, EndpointRouting.urlSetting("gateway")));
    for (long nth = 1; nth <= Collections.max(steps.values()); nth++) {
      for (FaultProxy.Loss loss : FaultProxy.Loss.values()) {
        for (Way way : steps.keySet()) {
          wires.get(way).cut(nth, loss);
        }
        comesToItsEnd(saga, "%s %d lost".formatted(loss, nth));
      }
    }
    Map<String, Long> words = new TreeMap<>();
    steps.forEach((way, messages) -> words.merge(way.service(), messages, Long::sum));
    for (long nth = 1; nth <= Collections.max(words.values()); nth++) {
      for (FaultProxy.Loss loss : FaultProxy.Loss.values()) {
        for (String service : words.keySet()) {
          AtomicLong toGo = new AtomicLong(nth);
          wires(way -> way.service().equals(service))
              .forEach(wire -> wire.cut(toGo, loss, () -> dieAndLiveAgain(service)));
        }
        comesToItsEnd(saga, "all dead at %s %d".formatted(loss, nth));
      }
    }
    town.agrees();
  }

  private static void comesToItsEnd(OrderScenario.Saga saga, String what) throws Exception {
    log.atInfo().addKeyValue("saga", saga).log(what);
    Throwable wrong = catchThrowable(() -> crowd.run(saga, random));
    wires.values().forEach(FaultProxy::cancelCut);
    awaitBirths();
    assertThat(wrong).as("%s, %s", saga, what).isNull();
  }

  @Test
  void while_the_store_service_is_gone_people_order_and_pay_and_it_misses_nothing()
      throws Exception {
    TestSystem.Shop shop = town.shop("FOOD", 15_000, null);
    die("store");
    List<Bought> bought = new ArrayList<>();
    Instant end = Instant.now().plus(GONE_FOR);
    while (Instant.now().isBefore(end) || bought.size() < ORDERS_MEANWHILE) {
      bought.add(Bought.in(town, shop));
    }
    live("store");
    Bought.withoutWaiting(bought);
    for (Bought one : bought) {
      town.kitchen(shop, one.orderId(), "accept");
      town.order(one.customer(), one.orderId(), "ACCEPTED");
    }
    town.agrees();
    town.toldInOrder();
  }

  @Test
  void a_slow_network_slows_and_breaks_nothing() {
    wires.values().forEach(wire -> wire.delay(20));
    try {
      assertThat(crowd.everySaga()).isEmpty();
    } finally {
      wires.values().forEach(FaultProxy::recover);
    }
    town.agrees();
  }

  /** The client gives up after 15 seconds: an answer of any kind is one in time. */
  @Test
  void a_silent_network_makes_nothing_hang() throws IOException {
    Client customer = town.customer();
    TestSystem.Shop shop = town.shop("FOOD", 15_000, null);
    silent("POSTGRES_URI", customer, "/orders");
    silent("MONGO_URI", customer, "/stores");
    silent("REDIS_URI", customer, "/coupons");
    List<FaultProxy> broker = wires(way -> way.setting().equals("AMQP_URI"));
    broker.forEach(FaultProxy::freeze);
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    broker.forEach(FaultProxy::recover);
    town.order(customer, orderId, "PAID");
    town.agrees();
  }

  private static void silent(String store, Client customer, String path) throws IOException {
    List<FaultProxy> silent = wires(way -> way.setting().equals(store));
    silent.forEach(FaultProxy::freeze);
    try {
      assertThat(customer.get(path).status()).as(store).isEqualTo(503);
    } finally {
      silent.forEach(FaultProxy::recover);
    }
  }
}
