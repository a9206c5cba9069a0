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
  private final AtomicInteger begun = new AtomicInteger();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private PeriodicTask rounds(Supplier<Future<?>> round) {
    return new PeriodicTask(
        vertx,
        Duration.ofMillis(1),
        "test",
        () -> {
          begun.incrementAndGet();
          return round.get();
        });
  }

  @Test
  void one_round_begins_when_the_one_before_is_over() {
    Promise<Void> over = Promise.promise();
    PeriodicTask rounds = rounds(over::future);
    Future<?> first = rounds.now();
    assertThat(rounds.now().isComplete()).isTrue();
    assertThat(first.isComplete()).isFalse();
    assertThat(begun).hasValue(1);
    over.complete();
    first.await();
    rounds.now().await();
    assertThat(begun).hasValue(2);
  }

  @Test
  void a_round_that_fails_is_followed_by_another() throws Exception {
    CountDownLatch rounds = new CountDownLatch(4);
    rounds(
            () -> {
              rounds.countDown();
              if (rounds.getCount() % 2 == 0) {
                throw new IllegalStateException("thrown");
              }
              return Future.failedFuture("failed");
            })
        .start();
    assertThat(rounds.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void after_the_end_none_begins() {
    PeriodicTask rounds = rounds(Future::succeededFuture);
    rounds.start();
    rounds.stop();
    int until = begun.get();
    vertx.timer(50).await();
    assertThat(begun.get()).isBetween(until, until + 1);
  }
}
