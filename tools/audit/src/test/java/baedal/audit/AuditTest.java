package baedal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.order.OrderStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit as an operator runs it: what it prints, and how it ends. */
class AuditTest {

  private static final long ENDS_WITHIN_SECONDS = 60;

  private static Stores stores;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    stores = new Stores();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  @BeforeEach
  void twoOrders() {
    stores.clear();
    Instant earlier = Instant.now().minus(Duration.ofMinutes(5));
    stores.write(OrderStates.of("order-1", OrderStatus.PLACED, earlier));
    stores.write(OrderStates.of("order-2", OrderStatus.EXPIRED, earlier));
  }

  private static void lose(String orderId) {
    stores.orders.pool().query("DELETE FROM orders WHERE id = '" + orderId + "'").execute().await();
  }

  private Map<String, String> settings() {
    Sources sources = stores.sources;
    return new HashMap<>(
        Map.of(
            "ORDER_POSTGRES_URI", sources.orders(),
            "PAYMENT_POSTGRES_URI", sources.payments(),
            "STORE_MONGO_URI", sources.stores(),
            "RIDER_MONGO_URI", sources.riders(),
            "MYPAGE_MONGO_URI", sources.pages(),
            "COUPON_REDIS_URI", sources.coupons(),
            "AMQP_URI", sources.broker()));
  }

  private record Ended(int code, List<String> out, List<String> err) {}

  private Ended audit(Map<String, String> settings) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Audit.class.getName())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    program.environment().putAll(settings);
    Process process = program.start();
    boolean ended = process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("it ended").isTrue();
    return new Ended(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
  }

  @Test
  void it_ends_with_0_when_everything_agrees() throws Exception {
    Ended audit = audit(settings());
    assertThat(audit.out())
        .containsExactly(
            "2 orders audited; what changed in the last 60 s was left alone: everything agrees");
    assertThat(audit.err()).isEmpty();
    assertThat(audit.code()).isZero();
  }

  @Test
  void it_prints_each_finding_and_ends_with_1() throws Exception {
    lose("order-1");
    Ended audit = audit(settings());
    assertThat(audit.out())
        .containsExactly(
            "order-known  order-1  other services know of an order that the order service lost",
            "claim  order-1  does not know of its coupon coupon-1-of-order-1",
            "1 orders audited; what changed in the last 60 s was left alone: 2 findings");
    assertThat(audit.err()).isEmpty();
    assertThat(audit.code()).isEqualTo(1);
  }

  @Test
  void the_grace_period_is_a_setting() throws Exception {
    lose("order-1");
    Map<String, String> settings = settings();
    settings.put("GRACE_SECONDS", "3600");
    Ended audit = audit(settings);
    assertThat(audit.out())
        .containsExactly(
            "1 orders audited; what changed in the last 3600 s was left alone: everything agrees");
    assertThat(audit.code()).isZero();
  }

  @Test
  void a_setting_that_is_missing_is_named() throws Exception {
    Map<String, String> settings = settings();
    settings.remove("COUPON_REDIS_URI");
    Ended audit = audit(settings);
    assertThat(audit.err()).containsExactly("audit: COUPON_REDIS_URI is not set");
    assertThat(audit.out()).isEmpty();
    assertThat(audit.code()).isEqualTo(2);
  }

  @Test
  void it_ends_with_2_when_it_cannot_look() throws Exception {
    Map<String, String> settings = settings();
    settings.put("ORDER_POSTGRES_URI", "postgresql://nobody:nothing@127.0.0.1:1/orders");
    Ended audit = audit(settings);
    assertThat(audit.err()).singleElement().asString().startsWith("audit: ").contains("127.0.0.1");
    assertThat(audit.out()).noneMatch(line -> line.contains("audited"));
    assertThat(audit.code()).isEqualTo(2);
  }
}
