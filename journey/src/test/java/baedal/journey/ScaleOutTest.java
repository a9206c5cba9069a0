package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Crowd;
import baedal.dev.Settings;
import baedal.dev.Ways;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
    SERVICES.forEach(service -> wires.put(Ways.to(service), new Wire(vertx, first.url(service))));
    Ways ways =
        (service, setting, uri) -> wires.containsKey(setting) ? wires.get(setting).uri() : uri;
    long seed = System.nanoTime();
    try (Town town = new Town(first, ways)) {
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

  private Wire to(String service) {
    return wires.get(Ways.to(service));
  }

  /** What is returned takes the replica out of its turn, and stops it. */
  private Runnable oneMore(Town town) throws IOException {
    Settings ports = Settings.onFreePorts();
    Runnable stop = town.replicate(ports);
    SERVICES.forEach(service -> to(service).add(ports.url(service)));
    return () -> {
      SERVICES.forEach(service -> to(service).remove(ports.url(service)));
      stop.run();
    };
  }
}
