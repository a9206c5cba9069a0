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
import baedal.journey.TestSystem.Shop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each backing service goes away and comes back: the system notices, loses nothing, and is well
 * again by itself.
 */
class OutageTest {

  private static final Duration A_MINUTE = Duration.ofMinutes(1);
  private static final int BUYERS = 3;
  private static final long BETWEEN_ORDERS_MILLIS = 500;

  /** By each buyer; a machine that is not busy takes a hundred in a minute. */
  private static final int AT_LEAST = 10;

  private interface Start {
    Server go() throws IOException;
  }

  /** A server that can be started again on the same port with the same data. */
  private static final class Restartable {

    private final Start start;
    private Server server;

    Restartable(Start start) throws IOException {
      this.start = start;
      server = start.go();
    }

    void stop() {
      if (server != null) {
        server.stop();
        server = null;
      }
    }

    void startAgain() throws IOException {
      if (server == null) {
        server = start.go();
      }
    }
  }

  @TempDir private static Path home;

  private static Restartable postgres;
  private static Restartable redis;
  private static Restartable mongo;
  private static Restartable rabbit;
  private static TestSystem town;

  @BeforeAll
  static void start() throws IOException {
    int postgresPort = Ports.free();
    int redisPort = Ports.free();
    int mongoPort = Ports.free();
    int amqpPort = Ports.free();
    int managementPort = Ports.free();
    String password = Secrets.random();
    postgres = new Restartable(() -> Postgres.start(home.resolve("postgres"), postgresPort));
    redis = new Restartable(() -> Redis.start(home.resolve("redis"), redisPort));
    mongo = new Restartable(() -> Mongo.start(home.resolve("mongo"), mongoPort, false));
    rabbit =
        new Restartable(
            () -> Rabbit.start(home.resolve("rabbitmq"), amqpPort, managementPort, password, null));
    town =
        new TestSystem(
            Map.of(
                "POSTGRES_URI", postgres.server.uri(),
                "REDIS_URI", redis.server.uri(),
                "MONGO_URI", mongo.server.uri(),
                "AMQP_URI", rabbit.server.uri()));
  }

  @AfterAll
  static void stop() {
    town.close();
    postgres.stop();
    redis.stop();
    mongo.stop();
    rabbit.stop();
  }

  @AfterEach
  void all_is_well_for_the_next_one() throws IOException {
    for (Restartable server : List.of(postgres, redis, mongo, rabbit)) {
      back(server);
    }
  }

  private static void away(Restartable server, String service) throws IOException {
    server.stop();
    town.awaited(
        service + " says it is not ready",
        town.anyone,
        "/health",
        a -> a.body().path("services").path(service).asText().equals("DOWN"));
  }

  private static void back(Restartable server) throws IOException {
    server.startAgain();
    town.awaited("all is well again", town.anyone, "/health", a -> a.status() == 200);
  }

  /** Its {@code Retry-After} is seen by {@link ContractChecker}. */
  private static void sentAway(Client.Answer answer) {
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(503);
    assertThat(answer.text("type")).startsWith("/problems/");
  }

  @Test
  void without_postgresql_orders_are_answered_with_come_back_later() throws Exception {
    Shop shop = town.shop("FOOD", 1_000, null);
    Client customer = town.customer();
    String orderId = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    away(postgres, "order");
    sentAway(customer.post("/orders", TestSystem.delivery(shop.storeId(), 1)));
    sentAway(customer.get("/orders"));
    sentAway(customer.post("/payments", TestSystem.card(orderId)));
    sentAway(customer.get("/payments?orderId=" + orderId));
    back(postgres);
    assertThat(town.pay(customer, orderId).status()).isEqualTo(201);
    town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
  }

  @Test
  void without_redis_orders_go_on_and_coupons_follow() throws Exception {
    Shop shop = town.shop("ROOM", 1_000, null);
    Client customer = town.customer();
    String campaign = town.campaign(1);
    away(redis, "coupon");
    String orderId = town.paid(customer, TestSystem.visit(shop.storeId(), 1));
    town.kitchen(shop, orderId, "accept", "start", "finish");
    town.order(customer, orderId, "COOKED");
    assertThat(customer.post("/orders/" + orderId + "/confirm", null).status()).isEqualTo(200);
    sentAway(customer.get("/coupons"));
    sentAway(customer.post("/coupons/campaigns/" + campaign + "/take", null));
    back(redis);
    town.awaited(
        "the coupon arrives after all",
        customer,
        "/coupons",
        a -> a.body().path("items").size() == 1);
  }

  @Test
  void without_mongodb_orders_and_payments_go_on_and_the_store_catches_up() throws Exception {
    Shop shop = town.shop("FOOD", 1_000, null);
    Client customer = town.customer();
    Client rider = town.rider("r-away");
    away(mongo, "store");
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    sentAway(customer.get("/stores"));
    sentAway(shop.owner().get("/foodCookings/" + orderId));
    sentAway(shop.owner().post("/foodCookings/" + orderId + "/accept", null));
    sentAway(rider.get("/deliveries/" + orderId));
    sentAway(rider.post("/deliveries/" + orderId + "/claim", null));
    sentAway(customer.get("/mypages"));
    sentAway(customer.get("/mypages/" + orderId));
    sentAway(customer.get("/notifications"));
    back(mongo);
    town.awaited(
        "the ticket is there",
        shop.owner(),
        "/foodCookings/" + orderId,
        a -> a.text("status").equals("RECEIVED"));
    town.awaited(
        "MyPage caught up", customer, "/mypages/" + orderId, a -> a.text("status").equals("PAID"));
  }

  /** The order cannot hear of its payment, and asks. */
  @Test
  void an_order_paid_without_the_broker_is_established_though_its_time_is_over_before_it_is_back()
      throws Exception {
    Shop shop = town.shop("FOOD", 1_000, null);
    Client customer = town.customer();
    away(rabbit, "order");
    String paid = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    String unpaid = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    assertThat(town.pay(customer, paid).status()).isEqualTo(201);
    assertThat(town.tomorrow().shift(paid)).isTrue();
    assertThat(town.tomorrow().shift(unpaid)).isTrue();
    town.order(customer, unpaid, "EXPIRED");
    assertThat(customer.get("/orders/" + paid).text("status")).isEqualTo("PLACED");
    back(rabbit);
    town.order(customer, paid, "PAID");
  }

  @Test
  void a_minute_without_the_broker_takes_orders_and_payments_and_drains_them_in_order()
      throws Exception {
    Shop shop = town.shop("FOOD", 1_000, null);
    away(rabbit, "order");
    ExecutorService buyers = Executors.newFixedThreadPool(BUYERS);
    List<Future<List<Bought>>> buying = new ArrayList<>();
    for (int i = 0; i < BUYERS; i++) {
      buying.add(buyers.submit(() -> buy(shop, Instant.now().plus(A_MINUTE))));
    }
    List<Bought> bought = new ArrayList<>();
    for (Future<List<Bought>> one : buying) {
      bought.addAll(one.get());
    }
    buyers.shutdown();
    back(rabbit);
    Bought.withoutWaiting(bought);
    for (Bought one : bought) {
      Client.Answer page =
          town.awaited(
              "MyPage caught up",
              one.customer(),
              "/mypages/" + one.orderId(),
              a -> a.text("status").equals("PAID"));
      assertThat(page.body().path("timeline").findValuesAsText("status"))
          .containsExactly("PLACED", "PAID");
    }
    town.agrees();
    town.toldInOrder();
  }

  /** One order after another, each placed, changed and paid, though nobody can hear of it. */
  private static List<Bought> buy(Shop shop, Instant end) throws Exception {
    List<Bought> bought = new ArrayList<>();
    while (Instant.now().isBefore(end) || bought.size() < AT_LEAST) {
      bought.add(Bought.in(town, shop));
      Thread.sleep(BETWEEN_ORDERS_MILLIS);
    }
    return bought;
  }
}
