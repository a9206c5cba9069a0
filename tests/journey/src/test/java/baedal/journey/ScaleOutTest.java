package baedal.journey;

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
import org.junit.jupiter.api.Test;

/**
 * Replicas of all services come and go while people order: against the same stores and the same
 * broker, behind wires that give each in its turn the next connection.
 */
class ScaleOutTest {

  private static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "gateway");
  private static final int PEOPLE = 12;
  private static final Duration SHARED_WITHIN = Duration.ofMinutes(2);

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, FaultProxy> wires = new TreeMap<>();

  /** How often the relay of each replica was heard to carry something, by its service. */
  private final Map<String, List<AtomicLong>> carried = new TreeMap<>();

  private final List<Settings> places = new ArrayList<>();

  @Test
  void two_and_three_replicas_of_every_service_do_everything_once() throws IOException {
    Settings first = Settings.onFreePorts();
    SERVICES.forEach(
        service ->
            wires.put(
                EndpointRouting.urlSetting(service), new FaultProxy(vertx, first.url(service))));
    places.add(first);
    long seed = System.nanoTime();
    try (TestSystem town = new TestSystem(first, this::way)) {
      List<Runnable> replicas = new ArrayList<>();
      replicas.add(oneMore(town));
      ScenarioRunner crowd = town.crowd(seed);
      crowd.start(PEOPLE);
      goOn(
          crowd,
          "two replicas, seed " + seed,
          () -> haveTheirShare(requests()) && haveTheirShare(carried()));
      replicas.add(oneMore(town));
      goOn(crowd, "three replicas, seed " + seed, () -> haveTheirShare(carried()));
      replicas.forEach(Runnable::run);
      assertThat(crowd.everySaga()).as("one replica again, seed %d", seed).isEmpty();
      assertThat(crowd.stop()).as("seed %d", seed).isEmpty();
      town.agrees();
      town.toldInOrder();
    } finally {
      vertx.close().await();
    }
  }

  /** Services go to each other in turn, and to the broker by a way of their own. */
  private String way(String service, String setting, String uri) {
    if (setting.equals("AMQP_URI") && Subscriptions.PUBLISHERS.contains(service)) {
      FaultProxy wire = new FaultProxy(vertx, uri);
      AtomicLong told = new AtomicLong();
      carried.computeIfAbsent(service, s -> new ArrayList<>()).add(told);
      String own = "\"source\":\"/" + service + "\"";
      wire.listen(
          message -> {
            if (message.toString(StandardCharsets.ISO_8859_1).contains(own)) {
              told.incrementAndGet();
            }
          });
      return wire.uri();
    }
    return wires.containsKey(setting) ? wires.get(setting).uri() : uri;
  }

  /** Whoever keeps a connection stays with its replica: all have their share only after a while. */
  private void goOn(ScenarioRunner crowd, String when, BooleanSupplier allWork) {
    long deadline = System.nanoTime() + SHARED_WITHIN.toNanos();
    do {
      assertThat(crowd.everySaga()).as(when).isEmpty();
    } while (!allWork.getAsBoolean() && System.nanoTime() < deadline);
    assertThat(allWork.getAsBoolean())
        .as("%s: requests %s, carried %s", when, requests(), carried())
        .isTrue();
  }

  private static boolean haveTheirShare(Map<String, List<Long>> replicas) {
    return replicas.values().stream().flatMap(List::stream).allMatch(share -> share > 0);
  }

  private Map<String, List<Long>> carried() {
    Map<String, List<Long>> shares = new TreeMap<>();
    carried.forEach(
        (service, relays) -> shares.put(service, relays.stream().map(AtomicLong::get).toList()));
    return shares;
  }

  /** How many messages each replica was sent so far, by its service. */
  private Map<String, List<Long>> requests() {
    Map<String, List<Long>> shares = new TreeMap<>();
    for (String service : SERVICES) {
      shares.put(service, places.stream().map(at -> to(service).sentTo(at.url(service))).toList());
    }
    return shares;
  }

  private FaultProxy to(String service) {
    return wires.get(EndpointRouting.urlSetting(service));
  }

  /** What is returned takes the replica out of its turn, and stops it. */
  private Runnable oneMore(TestSystem town) throws IOException {
    Settings ports = Settings.onFreePorts();
    places.add(ports);
    Runnable stop = town.replicate(ports);
    SERVICES.forEach(service -> to(service).add(ports.url(service)));
    return () -> {
      SERVICES.forEach(service -> to(service).remove(ports.url(service)));
      stop.run();
    };
  }
}
