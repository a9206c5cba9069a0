package baedal.migrate;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Ports;
import baedal.mongodb.MongoDatabase;
import baedal.order.OrderConfig;
import baedal.order.OrderVerticle;
import baedal.postgres.PgDatabase;
import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The program that migrates all databases, beside services that wait for it. */
class MigrateTest {

  private final Vertx vertx = Boot.vertx();
  private final Map<String, String> settings =
      new HashMap<>(
          Map.of(
              "ORDER_POSTGRES_URI", TestServers.postgres(),
              "PAYMENT_POSTGRES_URI", TestServers.postgres(),
              "STORE_MONGO_URI", TestServers.mongo(),
              "RIDER_MONGO_URI", TestServers.mongo(),
              "MYPAGE_MONGO_URI", TestServers.mongo()));

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private int migrate() {
    return Migrate.run(Config.of(settings));
  }

  @Test
  void a_service_that_waits_for_the_schema_becomes_able_to_work_after_it() throws Exception {
    OrderVerticle service =
        new OrderVerticle(
            OrderConfig.from(
                Config.of(
                    Map.of(
                        "PORT", "0",
                        "POSTGRES_URI", settings.get("ORDER_POSTGRES_URI"),
                        "AMQP_URI", "amqp://127.0.0.1:" + Ports.free(),
                        "PAYMENT_URL", "http://127.0.0.1:" + Ports.free(),
                        "TOKEN_SECRET", "a-secret-of-this-test-of-32-bytes-or-more",
                        "DEV_DOORS", "true",
                        "WARM_UP", "0s",
                        "MIGRATE_AT_START", "false"))));
    vertx.deployVerticle(service).await();
    assertThat(readiness(service)).contains("{\"id\":\"postgres\",\"status\":\"DOWN\"}");
    assertThat(migrate()).isZero();
    await().until(() -> readiness(service).contains("{\"id\":\"postgres\",\"status\":\"UP\"}"));
  }

  private static String readiness(OrderVerticle service) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + service.port() + "/health/ready");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }

  @Test
  void concurrent_and_repeated_runs_leave_the_same_tables_and_indexes() {
    CompletableFuture<Integer> other = CompletableFuture.supplyAsync(this::migrate);
    assertThat(migrate()).isZero();
    assertThat(other.join()).isZero();
    assertThat(migrate()).isZero();
    PgDatabase orders = new PgDatabase(vertx, settings.get("ORDER_POSTGRES_URI"));
    assertThat(orders.pool().query("SELECT * FROM orders").execute().await()).isEmpty();
    MongoDatabase stores = new MongoDatabase(vertx, settings.get("STORE_MONGO_URI"));
    JsonArray indexes = stores.client().listIndexes("foodCookings").await();
    assertThat(indexes.encode()).contains("stockOwed").contains("pending");
  }

  @Test
  void a_run_waits_for_a_database_that_is_not_available_yet() {
    String server = settings.get("PAYMENT_POSTGRES_URI");
    FaultProxy proxy = new FaultProxy(vertx, server);
    settings.put("PAYMENT_POSTGRES_URI", proxy.uri());
    proxy.refuse();
    CompletableFuture<Integer> run = CompletableFuture.supplyAsync(this::migrate);
    assertThat(run).isNotDone();
    proxy.add(server);
    assertThat(run.join()).isZero();
  }

  @Test
  void a_run_fails_when_a_database_stays_unavailable() throws IOException {
    int port = Ports.free();
    String missing = settings.get("PAYMENT_POSTGRES_URI").replaceAll(":\\d+/", ":" + port + "/");
    settings.put("PAYMENT_POSTGRES_URI", missing);
    settings.put("MIGRATE_WAIT", "1s");
    assertThat(migrate()).isEqualTo(1);
  }

  @Test
  void a_run_with_a_missing_setting_exits_with_2() {
    settings.remove("RIDER_MONGO_URI");
    assertThat(migrate()).isEqualTo(2);
  }
}
