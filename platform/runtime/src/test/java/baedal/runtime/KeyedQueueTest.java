package baedal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class KeyedQueueTest {

  private final KeyedQueue queue = new KeyedQueue();
  private final List<String> started = new ArrayList<>();

  @Test
  void work_of_one_key_runs_in_order_and_other_keys_run_concurrently() {
    Promise<Void> first = Promise.promise();
    queue.submit("a", work("a1", first.future()));
    queue.submit("a", work("a2", Future.succeededFuture()));
    queue.submit("b", work("b1", Future.succeededFuture()));
    assertThat(started).containsExactly("a1", "b1");

    first.complete();
    assertThat(started).containsExactly("a1", "b1", "a2");
  }

  @Test
  void work_that_fails_or_throws_does_not_stop_the_next_work_of_its_key() {
    Promise<Void> first = Promise.promise();
    Future<Void> failed = queue.submit("a", work("a1", first.future()));
    Future<Void> thrown =
        queue.submit(
            "a",
            () -> {
              throw new IllegalStateException("a bug");
            });
    Future<Void> third = queue.submit("a", work("a3", Future.succeededFuture()));
    first.fail("refused");
    assertThat(failed.failed()).isTrue();
    assertThat(thrown.cause()).isInstanceOf(IllegalStateException.class);
    assertThat(third.succeeded()).isTrue();
  }

  @Test
  void the_queue_is_idle_when_all_work_submitted_before_has_ended() {
    Promise<Void> first = Promise.promise();
    Promise<Void> second = Promise.promise();
    Promise<Void> later = Promise.promise();
    assertThat(queue.idle().succeeded()).isTrue();
    queue.submit("a", work("a1", first.future()));
    queue.submit("b", work("b1", second.future()));
    Future<Void> idle = queue.idle();
    queue.submit("a", work("a2", later.future()));
    second.fail("refused");
    assertThat(idle.isComplete()).isFalse();
    first.complete();
    assertThat(idle.succeeded()).isTrue();
    assertThat(later.future().isComplete()).isFalse();
  }

  @Test
  void waiting_work_starts_on_the_context_of_its_caller() {
    Vertx vertx = Vertx.vertx();
    Promise<Void> first = Promise.promise();
    queue.submit("a", first::future);
    Context caller = vertx.getOrCreateContext();
    Promise<Context> used = Promise.promise();
    Promise<Void> submitted = Promise.promise();
    caller.runOnContext(
        v -> {
          queue.submit(
              "a",
              () -> {
                used.complete(Vertx.currentContext());
                return Future.succeededFuture();
              });
          submitted.complete();
        });
    submitted.future().await();
    first.complete();
    assertThat(used.future().await()).isSameAs(caller);
    vertx.close().await();
  }

  private Supplier<Future<Void>> work(String name, Future<Void> result) {
    return () -> {
      started.add(name);
      return result;
    };
  }
}
