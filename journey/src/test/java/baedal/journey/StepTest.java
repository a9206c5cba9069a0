package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Mongo;
import baedal.backing.Ports;
import baedal.backing.Postgres;
import baedal.backing.Rabbit;
import baedal.backing.Redis;
import baedal.backing.Secrets;
import baedal.backing.Server;
import baedal.dev.Client;
import baedal.dev.Errand;
import baedal.dev.Patient;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * With {@code -Dbaedal.steps=true}, because it takes many minutes. Every message between a service
 * and its store or the broker is lost once, in turn: before it arrived, or with its answer.
 * Whatever was lost, each saga comes to the same end. And a network that is slow or silent makes
 * nothing hang.
 */
@EnabledIfSystemProperty(named = "baedal.steps", matches = "true")
class StepTest {

  /** Of each saga and wire so many steps, other ones in each run. */
  private static final int STEPS = 1;

  @TempDir private static Path home;

  private static final Vertx vertx = Vertx.vertx();
  private static final List<Server> servers = new ArrayList<>();
  private static final Map<String, Wire> wires = new TreeMap<>();
  private static final Patient patient = new Patient();
  private static final long seed = System.nanoTime();
  private static final Random random = new Random(seed);
  private static Town town;
  private static Errand.Shop shop;
  private static String campaign;

  @BeforeAll
  static void start() throws IOException {
    wire("POSTGRES_URI", Postgres.start(home.resolve("postgres"), Ports.free()));
    wire("REDIS_URI", Redis.start(home.resolve("redis"), Ports.free()));
    wire("MONGO_URI", Mongo.start(home.resolve("mongo"), Ports.free(), false));
    wire(
        "AMQP_URI",
        Rabbit.start(home.resolve("rabbitmq"), Ports.free(), Ports.free(), Secrets.random(), null));
    Map<String, String> environment = new TreeMap<>();
    wires.forEach((name, wire) -> environment.put(name, wire.uri()));
    town = new Town(environment);
    Town.Shop made = town.shop("FOOD", 15_000, 100_000);
    shop = new Errand.Shop(made.storeId(), made.owner());
    campaign = town.campaign(1_000_000);
  }

  private static void wire(String name, Server server) {
    servers.add(server);
    wires.put(name, new Wire(vertx, server.uri()));
  }

  @AfterAll
  static void stop() {
    town.close();
    servers.forEach(Server::stop);
    vertx.close().await();
  }

  private static String run(Errand.Saga saga) throws IOException {
    return new Errand(
            patient, town.customer(), town.rider("r-" + random.nextLong()), shop, campaign, random)
        .run(saga);
  }

  @ParameterizedTest
  @EnumSource
  void a_saga_comes_to_its_end_whichever_message_is_lost(Errand.Saga saga) throws IOException {
    Map<String, Long> before = new TreeMap<>();
    wires.forEach((name, wire) -> before.put(name, wire.sent()));
    run(saga);
    for (Map.Entry<String, Wire> one : wires.entrySet()) {
      Wire wire = one.getValue();
      int messages = (int) (wire.sent() - before.get(one.getKey())) + 1;
      for (int step = 0; step < STEPS; step++) {
        int nth = 1 + random.nextInt(messages);
        Wire.Loss loss = random.nextBoolean() ? Wire.Loss.REQUEST : Wire.Loss.ANSWER;
        wire.cut(nth, loss);
        assertThat(run(saga))
            .as("seed %d: message %d of %s lost, %s", seed, nth, one.getKey(), loss)
            .isNotNull();
      }
    }
    town.agrees();
  }

  @Test
  void a_slow_network_slows_and_breaks_nothing() throws IOException {
    wires.values().forEach(wire -> wire.delay(40));
    try {
      for (Errand.Saga saga : List.of(Errand.Saga.DELIVER, Errand.Saga.COUPON_RESTORED)) {
        run(saga);
      }
    } finally {
      wires.values().forEach(wire -> wire.delay(0));
    }
    town.agrees();
  }

  /** The client gives up after 15 seconds: an answer of any kind is one in time. */
  @Test
  void a_silent_network_makes_nothing_hang() throws IOException {
    Client customer = town.customer();
    Map<String, String> paths =
        Map.of("POSTGRES_URI", "/orders", "MONGO_URI", "/stores", "REDIS_URI", "/coupons");
    for (Map.Entry<String, String> one : paths.entrySet()) {
      Wire wire = wires.get(one.getKey());
      wire.freeze();
      assertThat(customer.get(one.getValue()).status()).as(one.getKey()).isEqualTo(503);
      wire.thaw();
    }
    wires.get("AMQP_URI").freeze();
    String orderId = town.paid(customer, Town.delivery(shop.storeId(), 1));
    wires.get("AMQP_URI").thaw();
    town.order(customer, orderId, "PAID");
    run(Errand.Saga.DELIVER);
    town.agrees();
  }
}
