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

/** The output and the exit code of the program {@link Audit}. */
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
  void storeTwoOrders() {
    stores.clear();
    Instant earlier = Instant.now().minus(Duration.ofMinutes(5));
    stores.write(OrderStates.of("order-1", OrderStatus.PLACED, earlier));
    stores.write(OrderStates.of("order-2", OrderStatus.EXPIRED, earlier));
  }

  private static void deleteOrder(String orderId) {
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

  private record Outcome(int code, List<String> out, List<String> err) {}

  private Outcome audit(Map<String, String> settings) throws IOException, InterruptedException {
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
    assertThat(ended).as("the audit ended").isTrue();
    return new Outcome(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
  }

  @Test
  void the_audit_exits_with_0_when_everything_agrees() throws Exception {
    Outcome audit = audit(settings());
    assertThat(audit.out())
        .containsExactly(
            "findings: 0 (everything agrees); orders read: 2; not checked: changes of the last 60 s");
    assertThat(audit.err()).isEmpty();
    assertThat(audit.code()).isZero();
  }

  @Test
  void the_audit_prints_each_finding_and_exits_with_1() throws Exception {
    deleteOrder("order-1");
    Outcome audit = audit(settings());
    assertThat(audit.out())
        .containsExactly(
            "order-known  order-1  the order service has no such order, but these services have data of it: mypage",
            "claim  order-1  coupon coupon-1-of-order-1 is CLAIMED and held by this order, but the order is missing",
            "findings: 2; orders read: 1; not checked: changes of the last 60 s");
    assertThat(audit.err()).isEmpty();
    assertThat(audit.code()).isEqualTo(1);
  }

  @Test
  void an_order_that_changed_within_grace_seconds_is_not_checked() throws Exception {
    deleteOrder("order-1");
    Map<String, String> settings = settings();
    settings.put("GRACE_SECONDS", "3600");
    Outcome audit = audit(settings);
    assertThat(audit.out())
        .containsExactly(
            "findings: 0 (everything agrees); orders read: 1; not checked: changes of the last 3600 s");
    assertThat(audit.code()).isZero();
  }

  @Test
  void a_missing_setting_is_named_and_the_audit_exits_with_2() throws Exception {
    Map<String, String> settings = settings();
    settings.remove("COUPON_REDIS_URI");
    Outcome audit = audit(settings);
    assertThat(audit.err()).containsExactly("audit failed: COUPON_REDIS_URI is not set");
    assertThat(audit.out()).isEmpty();
    assertThat(audit.code()).isEqualTo(2);
  }

  @Test
  void the_audit_exits_with_2_when_it_cannot_read_a_store() throws Exception {
    Map<String, String> settings = settings();
    settings.put("ORDER_POSTGRES_URI", "postgresql://nobody:nothing@127.0.0.1:1/orders");
    Outcome audit = audit(settings);
    assertThat(audit.err())
        .singleElement()
        .asString()
        .startsWith("audit failed: ")
        .contains("127.0.0.1");
    assertThat(audit.out()).noneMatch(line -> line.contains("findings:"));
    assertThat(audit.code()).isEqualTo(2);
  }
}
