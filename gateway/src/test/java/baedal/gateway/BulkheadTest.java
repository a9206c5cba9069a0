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

  private static final int CROWD = 10_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final List<Integer> came = new CopyOnWriteArrayList<>();
  private final Bulkhead turns = new Bulkhead(vertx, 2, Duration.ofMinutes(1));

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** All on the one event loop of these turns. */
  private <T> T there(Callable<T> work) {
    return Future.<T>future(
            promise ->
                loop.runOnContext(
                    v -> {
                      try {
                        promise.complete(work.call());
                      } catch (Exception e) {
                        promise.fail(e);
                      }
                    }))
        .await();
  }

  private Future<Void> come(Bulkhead to, int name) {
    return there(() -> to.next().onSuccess(v -> came.add(name)));
  }

  @Test
  void so_many_are_at_it_and_the_others_come_in_the_order_of_their_asking() {
    for (int i = 0; i < 5; i++) {
      come(turns, i);
    }
    assertThat(came).containsExactly(0, 1);
    over(turns);
    await().until(() -> came.size() == 3);
    come(turns, 5);
    over(turns);
    over(turns);
    over(turns);
    await().until(() -> came.size() == 6);
    assertThat(came).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void who_waited_too_long_is_sent_away_and_keeps_nobody_out() {
    Bulkhead hasty = new Bulkhead(vertx, 1, Duration.ofMillis(50));
    come(hasty, 0);
    Future<Void> late = come(hasty, 1);
    await().until(late::failed);
    over(hasty);
    come(hasty, 2);
    assertThat(came).containsExactly(0, 2);
  }

  @Test
  void a_crowd_that_hands_on_its_turns_at_once_comes_to_its_end() {
    come(turns, 0);
    come(turns, 1);
    List<Future<Void>> crowd = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      crowd.add(there(() -> turns.next().onSuccess(v -> turns.over())));
    }
    over(turns);
    Future.all(crowd).await();
    assertThat(crowd).allMatch(Future::succeeded);
  }

  private void over(Bulkhead of) {
    there(
        () -> {
          of.over();
          return of;
        });
  }
}
