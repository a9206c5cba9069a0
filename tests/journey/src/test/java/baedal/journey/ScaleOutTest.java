package baedal.journey;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.ScenarioRunner;
import baedal.dev.EndpointRouting;
import baedal.dev.Settings;
import baedal.events.Subscriptions;
import baedal.testkit.FaultProxy;
import baedal.testkit.SuiteSize;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/**
 * Runs two or three replicas of every service while simulated users order. The replicas share the
 * databases and the broker. Proxies distribute new connections among the replicas.
 */
class ScaleOutTest {

  private static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "gateway");
  private static final int REPLICAS = SuiteSize.of("baedal.replicas", 2, 3);
  private static final int USERS = 12;
  private static final Duration SHARED_WITHIN = Duration.ofMinutes(3);

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, FaultProxy> proxies = new TreeMap<>();

  /** By service, the number of messages with events that each replica has published. */
  private final Map<String, List<AtomicLong>> relayed = new TreeMap<>();

  private final List<Settings> replicaSettings = new ArrayList<>();

  @Test
  void every_saga_ends_once_with_several_replicas_of_every_service() throws IOException {
    Settings first = Settings.onFreePorts();
    SERVICES.forEach(
        service ->
            proxies.put(
                EndpointRouting.urlSetting(service), new FaultProxy(vertx, first.url(service))));
    replicaSettings.add(first);
    long seed = System.nanoTime();
    try (TestSystem system = new TestSystem(first, this::route)) {
      List<Runnable> replicas = new ArrayList<>();
      replicas.add(startReplica(system));
      ScenarioRunner scenarios = system.scenarios(seed);
      scenarios.start(USERS);
      runUntil(
          scenarios, "two replicas, seed " + seed, () -> allUsed(requests()) && allUsed(relayed()));
      while (replicas.size() + 1 < REPLICAS) {
        replicas.add(startReplica(system));
        runUntil(scenarios, "another replica, seed " + seed, () -> allUsed(relayed()));
      }
      replicas.forEach(Runnable::run);
      assertThat(scenarios.everySaga()).as("one replica again, seed %d", seed).isEmpty();
      assertThat(scenarios.stop()).as("seed %d", seed).isEmpty();
      system.assertDatabasesAgree();
      system.assertEventsInOrder();
    } finally {
      vertx.close().await();
    }
  }

  /** Each publisher gets its own proxy to the broker; all clients of a service share one proxy. */
  private String route(String service, String setting, String uri) {
    if (setting.equals("AMQP_URI") && Subscriptions.PUBLISHERS.contains(service)) {
      FaultProxy proxy = new FaultProxy(vertx, uri);
      AtomicLong sent = new AtomicLong();
      relayed.computeIfAbsent(service, s -> new ArrayList<>()).add(sent);
      String own = "\"source\":\"/" + service + "\"";
      proxy.listen(
          message -> {
            if (message.toString(StandardCharsets.ISO_8859_1).contains(own)) {
              sent.incrementAndGet();
            }
          });
      return proxy.uri();
    }
    return proxies.containsKey(setting) ? proxies.get(setting).uri() : uri;
  }

  /**
   * Repeats all sagas until every replica has had some work. This takes several rounds, because
   * clients keep their connections.
   */
  private void runUntil(ScenarioRunner scenarios, String when, BooleanSupplier allWorked) {
    try {
      await()
          .atMost(SHARED_WITHIN)
          .until(
              () -> {
                assertThat(scenarios.everySaga()).as(when).isEmpty();
                return allWorked.getAsBoolean();
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "%s: requests %s, relayed %s".formatted(when, requests(), relayed()), e);
    }
  }

  private static boolean allUsed(Map<String, List<Long>> replicas) {
    return replicas.values().stream().flatMap(List::stream).allMatch(share -> share > 0);
  }

  private Map<String, List<Long>> relayed() {
    Map<String, List<Long>> shares = new TreeMap<>();
    relayed.forEach(
        (service, relays) -> shares.put(service, relays.stream().map(AtomicLong::get).toList()));
    return shares;
  }

  /** By service, the number of messages that each replica has received so far. */
  private Map<String, List<Long>> requests() {
    Map<String, List<Long>> shares = new TreeMap<>();
    for (String service : SERVICES) {
      shares.put(
          service,
          replicaSettings.stream().map(at -> proxyOf(service).sentTo(at.url(service))).toList());
    }
    return shares;
  }

  private FaultProxy proxyOf(String service) {
    return proxies.get(EndpointRouting.urlSetting(service));
  }

  /**
   * Starts one more replica of every service. The returned action removes these replicas from the
   * proxies and stops them.
   */
  private Runnable startReplica(TestSystem system) throws IOException {
    Settings ports = Settings.onFreePorts();
    replicaSettings.add(ports);
    Runnable stop = system.replicate(ports);
    SERVICES.forEach(service -> proxyOf(service).add(ports.url(service)));
    return () -> {
      SERVICES.forEach(service -> proxyOf(service).remove(ports.url(service)));
      stop.run();
    };
  }
}
