package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofHours(1);

  private final Vertx vertx = Boot.vertx();
  private final Readiness readiness = new Readiness(vertx);
  private final AtomicInteger runs = new AtomicInteger();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private WarmUp warmUp(Duration time) {
    return new WarmUp(vertx, time).registerWith(readiness).step("count", this::count);
  }

  private Future<?> count() {
    runs.incrementAndGet();
    return Future.succeededFuture();
  }

  private void start(WarmUp warmUp) {
    vertx.runOnContext(v -> warmUp.start());
  }

  private boolean isReady() {
    return readiness.check().await().getUp();
  }

  @Test
  void a_service_is_not_ready_before_its_warm_up_ends() {
    WarmUp warmUp = warmUp(LONG);
    Promise<Void> secondRun = Promise.promise();
    warmUp.compute(
        "stop",
        () -> {
          if (runs.get() > 1) {
            secondRun.tryComplete();
          }
        });
    assertThat(isReady()).isFalse();
    start(warmUp);
    secondRun.future().await();
    assertThat(isReady()).isFalse();
    warmUp.stop();
    warmUp.ended().await();
    assertThat(isReady()).isTrue();
  }

  @Test
  void a_warm_up_ends_after_its_time() {
    WarmUp warmUp = warmUp(SHORT);
    start(warmUp);
    warmUp.ended().await();
    assertThat(isReady()).isTrue();
    assertThat(runs).hasPositiveValue();
  }

  @Test
  void a_step_that_fails_neither_stops_other_steps_nor_prevents_readiness() {
    WarmUp warmUp =
        warmUp(SHORT)
            .step("fail", () -> Future.failedFuture("no"))
            .compute(
                "throw",
                () -> {
                  throw new IllegalStateException("no");
                });
    start(warmUp);
    warmUp.ended().await();
    assertThat(isReady()).isTrue();
    assertThat(runs).hasValueGreaterThan(1);
  }

  @Test
  void no_step_runs_if_WARM_UP_is_0s() {
    WarmUp warmUp = warmUp(WarmUp.time(Config.of(Map.of("WARM_UP", "0s"))));
    assertThat(warmUp.isOn()).isFalse();
    assertThat(isReady()).isTrue();
    start(warmUp);
    warmUp.ended().await();
    assertThat(runs).hasValue(0);
  }

  @Test
  void a_warm_up_without_steps_ends_at_once() {
    WarmUp warmUp = new WarmUp(vertx, LONG).registerWith(readiness);
    start(warmUp);
    warmUp.ended().await();
    assertThat(isReady()).isTrue();
  }

  @Test
  void a_warm_up_waits_for_its_condition() {
    AtomicInteger asked = new AtomicInteger();
    WarmUp warmUp = warmUp(SHORT);
    vertx.runOnContext(
        v ->
            warmUp.startWhen(
                () -> {
                  boolean met = asked.incrementAndGet() == 3 && runs.get() == 0;
                  return met ? Future.succeededFuture() : Future.failedFuture("not yet");
                }));
    warmUp.ended().await();
    assertThat(asked).hasValue(3);
    assertThat(runs).hasPositiveValue();
  }
}
