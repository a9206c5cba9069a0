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
import baedal.testkit.SuiteSize;
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
 * Stops and starts each database server and the broker. The system reports the outage, loses
 * nothing, and recovers by itself.
 */
class OutageTest {

  private static final Duration BROKER_OUTAGE =
      Duration.ofSeconds(SuiteSize.of("baedal.outage.seconds", 15, 60));
  private static final int BUYERS = 3;
  private static final long BETWEEN_ORDERS_MILLIS = 500;

  /** Per buyer. On an idle machine a buyer places about a hundred orders in a minute. */
  private static final int MIN_ORDERS = 10;

  private interface Start {
    Server start() throws IOException;
  }

  /** A server that can be started again on the same port with the same data. */
  private static final class Restartable {

    private final Start start;
    private Server server;

    Restartable(Start start) throws IOException {
      this.start = start;
      server = start.start();
    }

    void stop() {
      if (server != null) {
        server.stop();
        server = null;
      }
    }

    void startAgain() throws IOException {
      if (server == null) {
        server = start.start();
      }
    }
  }

  @TempDir private static Path home;

  private static Restartable postgres;
  private static Restartable redis;
  private static Restartable mongo;
  private static Restartable rabbit;
  private static TestSystem system;

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
    system =
        new TestSystem(
            Map.of(
                "POSTGRES_URI", postgres.server.uri(),
                "REDIS_URI", redis.server.uri(),
                "MONGO_URI", mongo.server.uri(),
                "AMQP_URI", rabbit.server.uri()));
  }

  @AfterAll
  static void stop() {
    system.close();
    postgres.stop();
    redis.stop();
    mongo.stop();
    rabbit.stop();
  }

  @AfterEach
  void start_all_servers_again() throws IOException {
    for (Restartable server : List.of(postgres, redis, mongo, rabbit)) {
      startServer(server);
    }
  }

  private static void stopServer(Restartable server, String service) throws IOException {
    server.stop();
    system.awaitAnswer(
        service + " reports that it is down",
        system.anyone,
        "/health",
        a -> a.body().path("services").path(service).asText().equals("DOWN"));
  }

  private static void startServer(Restartable server) throws IOException {
    server.startAgain();
    system.awaitAnswer("all services are up", system.anyone, "/health", a -> a.status() == 200);
  }

  /** {@link ContractChecker} checks the header {@code Retry-After} of every 503. */
  private static void assertUnavailable(Client.Answer answer) {
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(503);
    assertThat(answer.text("type")).startsWith("/problems/");
  }

  @Test
  void without_postgresql_orders_and_payments_are_answered_with_503() throws Exception {
    Shop shop = system.openShop("FOOD", 1_000, null);
    Client customer = system.customer();
    String orderId = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    stopServer(postgres, "order");
    assertUnavailable(customer.post("/orders", RequestBodies.delivery(shop.storeId(), 1)));
    assertUnavailable(customer.get("/orders"));
    assertUnavailable(customer.post("/payments", RequestBodies.card(orderId)));
    assertUnavailable(customer.get("/payments?orderId=" + orderId));
    startServer(postgres);
    assertThat(system.pay(customer, orderId).status()).isEqualTo(201);
    system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
  }

  @Test
  void without_redis_orders_work_and_their_coupon_is_issued_after_the_outage() throws Exception {
    Shop shop = system.openShop("FOOD", 1_000, null);
    Client customer = system.customer();
    String campaign = system.startCampaign(1);
    stopServer(redis, "coupon");
    String orderId = system.placeAndPay(customer, RequestBodies.visit(shop.storeId(), 1));
    system.handleTicket(shop, orderId, "accept", "start", "finish");
    system.awaitStatus(customer, orderId, "COOKED");
    assertThat(customer.post("/orders/" + orderId + "/confirm", null).status()).isEqualTo(200);
    assertUnavailable(customer.get("/coupons"));
    assertUnavailable(customer.post("/coupons/campaigns/" + campaign + "/take", null));
    startServer(redis);
    system.awaitAnswer(
        "the customer has the coupon",
        customer,
        "/coupons",
        a -> a.body().path("items").size() == 1);
  }

  @Test
  void without_mongodb_orders_and_payments_work_and_the_ticket_is_opened_later() throws Exception {
    Shop shop = system.openShop("FOOD", 1_000, null);
    Client customer = system.customer();
    Client rider = system.rider("r-outage");
    stopServer(mongo, "store");
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    assertUnavailable(customer.get("/stores"));
    assertUnavailable(shop.owner().get("/foodCookings/" + orderId));
    assertUnavailable(shop.owner().post("/foodCookings/" + orderId + "/accept", null));
    assertUnavailable(rider.get("/deliveries/" + orderId));
    assertUnavailable(rider.post("/deliveries/" + orderId + "/claim", null));
    assertUnavailable(customer.get("/mypages"));
    assertUnavailable(customer.get("/mypages/" + orderId));
    assertUnavailable(customer.get("/notifications"));
    startServer(mongo);
    system.awaitAnswer(
        "the ticket exists",
        shop.owner(),
        "/foodCookings/" + orderId,
        a -> a.text("status").equals("RECEIVED"));
    system.awaitAnswer(
        "MyPage shows the payment",
        customer,
        "/mypages/" + orderId,
        a -> a.text("status").equals("PAID"));
  }

  /** The event of the payment cannot arrive, so the order service asks the payment service. */
  @Test
  void an_order_paid_during_an_outage_of_the_broker_does_not_expire() throws Exception {
    Shop shop = system.openShop("FOOD", 1_000, null);
    Client customer = system.customer();
    stopServer(rabbit, "order");
    String paid = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    String unpaid = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    assertThat(system.pay(customer, paid).status()).isEqualTo(201);
    assertThat(system.dueDates().shift(paid)).isTrue();
    assertThat(system.dueDates().shift(unpaid)).isTrue();
    system.awaitStatus(customer, unpaid, "EXPIRED");
    assertThat(customer.get("/orders/" + paid).text("status")).isEqualTo("PLACED");
    startServer(rabbit);
    system.awaitStatus(customer, paid, "PAID");
  }

  @Test
  void orders_and_payments_work_without_the_broker_and_arrive_in_order_afterwards()
      throws Exception {
    Shop shop = system.openShop("FOOD", 1_000, null);
    stopServer(rabbit, "order");
    ExecutorService buyers = Executors.newFixedThreadPool(BUYERS);
    List<Future<List<PaidOrder>>> buying = new ArrayList<>();
    for (int i = 0; i < BUYERS; i++) {
      buying.add(buyers.submit(() -> buy(shop, Instant.now().plus(BROKER_OUTAGE))));
    }
    List<PaidOrder> bought = new ArrayList<>();
    for (Future<List<PaidOrder>> one : buying) {
      bought.addAll(one.get());
    }
    buyers.shutdown();
    startServer(rabbit);
    PaidOrder.assertMostlyPaidAtOnce(bought);
    for (PaidOrder one : bought) {
      Client.Answer page =
          system.awaitAnswer(
              "MyPage shows the payment",
              one.customer(),
              "/mypages/" + one.orderId(),
              a -> a.text("status").equals("PAID"));
      assertThat(page.body().path("timeline").findValuesAsText("status"))
          .containsExactly("PLACED", "PAID");
    }
    system.assertDatabasesAgree();
    system.assertEventsInOrder();
  }

  /** Places, changes and pays one order after another, while no event is delivered. */
  private static List<PaidOrder> buy(Shop shop, Instant end) throws Exception {
    List<PaidOrder> bought = new ArrayList<>();
    while (Instant.now().isBefore(end) || bought.size() < MIN_ORDERS) {
      bought.add(PaidOrder.place(system, shop));
      Thread.sleep(BETWEEN_ORDERS_MILLIS);
    }
    return bought;
  }
}
