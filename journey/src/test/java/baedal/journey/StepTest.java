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
import baedal.dev.Crowd;
import baedal.dev.Errand;
import baedal.dev.Settings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
 * Messages between a service and its store, the broker or another service are lost: before they
 * arrived, or with their answers. Whatever was lost, each saga comes to the same end. And a network
 * that is slow or silent makes nothing hang.
 */
class StepTest {

  private static final String EVERY_STEP = "baedal.steps";
  private static final List<String> CALLED =
      List.of("order", "payment", "store", "rider", "coupon", "mypage");
  private static final int ROUNDS = 6;

  @TempDir private static Path home;

  private static final Vertx vertx = Vertx.vertx();
  private static final List<Server> servers = new ArrayList<>();
  private static final Map<String, Wire> wires = new TreeMap<>();
  private static final long seed = System.nanoTime();
  private static final Random random = new Random(seed);
  private static Town town;
  private static Crowd crowd;

  @BeforeAll
  static void start() throws IOException {
    wire("POSTGRES_URI", Postgres.start(home.resolve("postgres"), Ports.free()));
    wire("REDIS_URI", Redis.start(home.resolve("redis"), Ports.free()));
    wire("MONGO_URI", Mongo.start(home.resolve("mongo"), Ports.free(), false));
    wire(
        "AMQP_URI",
        Rabbit.start(home.resolve("rabbitmq"), Ports.free(), Ports.free(), Secrets.random(), null));
    Settings settings = Settings.onFreePorts();
    for (String service : CALLED) {
      wires.put(service.toUpperCase(Locale.ROOT) + "_URL", new Wire(vertx, settings.url(service)));
    }
    Map<String, String> environment = new TreeMap<>();
    wires.forEach((name, wire) -> environment.put(name, wire.uri()));
    town = new Town(settings, environment);
    crowd = town.crowd(seed);
  }

  private static void wire(String name, Server server) {
    servers.add(server);
    wires.put(name, new Wire(vertx, server.uri()));
  }

  @AfterAll
  static void stop() {
    crowd.goHome();
    town.close();
    servers.forEach(Server::stop);
    vertx.close().await();
  }

  /** In each round all sagas run at once, and on every wire one message of somebody's is lost. */
  @Test
  void every_saga_comes_to_its_end_whatever_is_lost() {
    Map<String, Long> before = sent();
    assertThat(crowd.everySaga()).isEmpty();
    Map<String, Long> after = sent();
    for (int round = 0; round < ROUNDS; round++) {
      wires.forEach(
          (name, wire) -> {
            long messages = after.get(name) - before.get(name);
            wire.cut(1 + random.nextInt((int) messages), loss());
          });
      assertThat(crowd.everySaga()).as("seed %d, round %d", seed, round).isEmpty();
    }
    town.agrees();
  }

  /** Takes hours: {@code -Dbaedal.steps=true}. */
  @ParameterizedTest
  @EnumSource
  @EnabledIfSystemProperty(named = EVERY_STEP, matches = "true")
  void a_saga_comes_to_its_end_whichever_message_is_lost(Errand.Saga saga) {
    Map<String, Long> before = sent();
    crowd.run(saga, random);
    Map<String, Long> after = sent();
    wires.forEach(
        (name, wire) -> {
          for (long nth = 1; nth <= after.get(name) - before.get(name); nth++) {
            for (Wire.Loss loss : Wire.Loss.values()) {
              wire.cut(nth, loss);
              assertThat(crowd.run(saga, random))
                  .as("message %d of %s lost: %s", nth, name, loss)
                  .isNotNull();
            }
          }
        });
    town.agrees();
  }

  private static Map<String, Long> sent() {
    Map<String, Long> sent = new TreeMap<>();
    wires.forEach((name, wire) -> sent.put(name, wire.sent()));
    return sent;
  }

  private static Wire.Loss loss() {
    return random.nextBoolean() ? Wire.Loss.REQUEST : Wire.Loss.ANSWER;
  }

  @Test
  void a_slow_network_slows_and_breaks_nothing() {
    wires.values().forEach(wire -> wire.delay(20));
    try {
      assertThat(crowd.everySaga()).isEmpty();
    } finally {
      wires.values().forEach(wire -> wire.delay(0));
    }
    town.agrees();
  }

  /** The client gives up after 15 seconds: an answer of any kind is one in time. */
  @Test
  void a_silent_network_makes_nothing_hang() throws IOException {
    Client customer = town.customer();
    Town.Shop shop = town.shop("FOOD", 15_000, null);
    Map<String, String> paths =
        Map.of("POSTGRES_URI", "/orders", "MONGO_URI", "/stores", "REDIS_URI", "/coupons");
    for (Map.Entry<String, String> one : paths.entrySet()) {
      Wire wire = wires.get(one.getKey());
      wire.freeze();
      assertThat(customer.get(one.getValue()).status()).as(one.getKey()).isEqualTo(503);
      wire.thaw();
    }
    Wire broker = wires.get("AMQP_URI");
    broker.freeze();
    String orderId = town.paid(customer, Town.delivery(shop.storeId(), 1));
    broker.thaw();
    town.order(customer, orderId, "PAID");
    town.agrees();
  }
}
