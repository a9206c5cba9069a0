package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeriodicTaskTest {

  private final Vertx vertx = Boot.vertx();
  private final AtomicInteger runs = new AtomicInteger();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  /** A task that runs {@code work} every millisecond and counts its runs. */
  private PeriodicTask task(Supplier<Future<?>> work) {
    return new PeriodicTask(
        vertx,
        Duration.ofMillis(1),
        "test",
        () -> {
          runs.incrementAndGet();
          return work.get();
        });
  }

  @Test
  void two_runs_never_overlap() {
    Promise<Void> ended = Promise.promise();
    PeriodicTask task = task(ended::future);
    Future<?> first = task.runNow();
    assertThat(task.runNow().isComplete()).isTrue();
    assertThat(first.isComplete()).isFalse();
    assertThat(runs).hasValue(1);
    ended.complete();
    first.await();
    task.runNow().await();
    assertThat(runs).hasValue(2);
  }

  @Test
  void a_failed_run_is_followed_by_another() throws Exception {
    CountDownLatch fourRuns = new CountDownLatch(4);
    task(() -> {
          fourRuns.countDown();
          if (fourRuns.getCount() % 2 == 0) {
            throw new IllegalStateException("thrown");
          }
          return Future.failedFuture("failed");
        })
        .start();
    assertThat(fourRuns.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void no_run_begins_after_stop() {
    PeriodicTask task = task(Future::succeededFuture);
    task.start();
    task.stop();
    int before = runs.get();
    vertx.timer(50).await();
    assertThat(runs.get()).isBetween(before, before + 1);
  }
}
