package baedal.journey;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.ScenarioRunner;
import baedal.dev.EndpointRouting;
import baedal.dev.Settings;
import baedal.events.Subscriptions;
import baedal.testkit.FaultProxy;
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
 * Replicas of all services start and stop while people order. They share the stores and the broker;
 * proxies give new connections to the replicas in turn.
 */
class ScaleOutTest {

  private static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "gateway");
  private static final int PEOPLE = 12;
  private static final Duration SHARED_WITHIN = Duration.ofMinutes(3);

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, FaultProxy> proxies = new TreeMap<>();

  /** How many messages with events the relay of each replica sent, by its service. */
  private final Map<String, List<AtomicLong>> relayed = new TreeMap<>();

  private final List<Settings> replicaSettings = new ArrayList<>();

  @Test
  void two_and_three_replicas_of_every_service_do_everything_once() throws IOException {
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
      scenarios.start(PEOPLE);
      runUntil(
          scenarios, "two replicas, seed " + seed, () -> allUsed(requests()) && allUsed(relayed()));
      replicas.add(startReplica(system));
      runUntil(scenarios, "three replicas, seed " + seed, () -> allUsed(relayed()));
      replicas.forEach(Runnable::run);
      assertThat(scenarios.everySaga()).as("one replica again, seed %d", seed).isEmpty();
      assertThat(scenarios.stop()).as("seed %d", seed).isEmpty();
      system.assertStoresAgree();
      system.assertEventsInOrder();
    } finally {
      vertx.close().await();
    }
  }

  /** A proxy for each connection to the broker; the proxies of the services are shared. */
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
   * Runs all sagas again and again until every replica did some work. That takes a while, because
   * clients keep their connections.
   */
  private void runUntil(ScenarioRunner scenarios, String when, BooleanSupplier allWork) {
    try {
      await()
          .atMost(SHARED_WITHIN)
          .until(
              () -> {
                assertThat(scenarios.everySaga()).as(when).isEmpty();
                return allWork.getAsBoolean();
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

  /** How many messages each replica received so far, by its service. */
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

  /** Starts one more replica of every service; the result takes them out and stops them. */
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
