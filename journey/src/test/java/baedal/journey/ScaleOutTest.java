package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Crowd;
import baedal.dev.Settings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Replicas of all services come and go while people order: against the same stores and the same
 * broker, behind wires that give each in its turn the next connection.
 */
class ScaleOutTest {

  private static final List<String> SERVICES =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "gateway");
  private static final int PEOPLE = 12;

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, Wire> wires = new TreeMap<>();

  @Test
  void two_and_three_replicas_of_every_service_do_everything_once() throws IOException {
    Settings first = Settings.onFreePorts();
    Map<String, String> environment = new TreeMap<>();
    for (String service : SERVICES) {
      Wire wire = new Wire(vertx, first.url(service));
      wires.put(service, wire);
      environment.put(service.toUpperCase(Locale.ROOT) + "_URL", wire.uri());
    }
    long seed = System.nanoTime();
    try (Town town = new Town(first, environment)) {
      List<Runnable> replicas = new ArrayList<>();
      replicas.add(oneMore(town));
      Crowd crowd = town.crowd(seed);
      crowd.start(PEOPLE);
      assertThat(crowd.everySaga()).as("two replicas, seed %d", seed).isEmpty();
      replicas.add(oneMore(town));
      assertThat(crowd.everySaga()).as("three replicas, seed %d", seed).isEmpty();
      replicas.forEach(Runnable::run);
      assertThat(crowd.everySaga()).as("one replica again, seed %d", seed).isEmpty();
      assertThat(crowd.goHome()).as("seed %d", seed).isEmpty();
      town.agrees();
    } finally {
      vertx.close().await();
    }
  }

  /** What is returned takes the replica out of its turn, and stops it. */
  private Runnable oneMore(Town town) throws IOException {
    Settings ports = Settings.onFreePorts();
    Runnable stop = town.replicate(ports);
    wires.forEach((service, wire) -> wire.add(ports.url(service)));
    return () -> {
      wires.forEach((service, wire) -> wire.remove(ports.url(service)));
      stop.run();
    };
  }
}
