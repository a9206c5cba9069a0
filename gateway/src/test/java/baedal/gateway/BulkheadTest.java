package baedal.gateway;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BulkheadTest {

  private static final int MANY = 10_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context eventLoop = vertx.getOrCreateContext();
  private final List<Integer> acquired = new CopyOnWriteArrayList<>();
  private final Bulkhead bulkhead = new Bulkhead(vertx, 2, Duration.ofMinutes(1));

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private <T> T onEventLoop(Callable<T> work) {
    return Future.<T>future(
            promise ->
                eventLoop.runOnContext(
                    v -> {
                      try {
                        promise.complete(work.call());
                      } catch (Exception e) {
                        promise.fail(e);
                      }
                    }))
        .await();
  }

  private Future<Void> acquire(Bulkhead from, int name) {
    return onEventLoop(() -> from.acquire().onSuccess(v -> acquired.add(name)));
  }

  private void release(Bulkhead to) {
    onEventLoop(
        () -> {
          to.release();
          return to;
        });
  }

  @Test
  void the_maximum_is_not_exceeded_and_waiting_calls_keep_their_order() {
    for (int i = 0; i < 5; i++) {
      acquire(bulkhead, i);
    }
    assertThat(acquired).containsExactly(0, 1);
    release(bulkhead);
    await().until(() -> acquired.size() == 3);
    acquire(bulkhead, 5);
    release(bulkhead);
    release(bulkhead);
    release(bulkhead);
    await().until(() -> acquired.size() == 6);
    assertThat(acquired).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void a_call_that_waited_too_long_fails_and_leaves_the_queue() {
    Bulkhead shortWait = new Bulkhead(vertx, 1, Duration.ofMillis(50));
    acquire(shortWait, 0);
    Future<Void> late = acquire(shortWait, 1);
    await().until(late::failed);
    release(shortWait);
    acquire(shortWait, 2);
    assertThat(acquired).containsExactly(0, 2);
  }

  @Test
  void many_calls_that_release_at_once_do_not_overflow_the_stack() {
    acquire(bulkhead, 0);
    acquire(bulkhead, 1);
    List<Future<Void>> calls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      calls.add(onEventLoop(() -> bulkhead.acquire().onSuccess(v -> bulkhead.release())));
    }
    release(bulkhead);
    Future.all(calls).await();
    assertThat(calls).allMatch(Future::succeeded);
  }
}
