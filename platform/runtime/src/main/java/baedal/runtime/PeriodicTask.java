package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that a service repeats on a timer, such as the expiry of unpaid orders. Runs never overlap.
 * A failed run is logged, and the next run tries again.
 */
public final class PeriodicTask {

  private static final Logger log = LoggerFactory.getLogger(PeriodicTask.class);

  private final Vertx vertx;
  private final Duration pause;
  private final String name;
  private final Supplier<Future<?>> work;
  private final AtomicBoolean running = new AtomicBoolean();
  private long timer = -1;

  /** {@code name} identifies the task in the logs. */
  public PeriodicTask(Vertx vertx, Duration pause, String name, Supplier<Future<?>> work) {
    this.vertx = vertx;
    this.pause = pause;
    this.name = name;
    this.work = work;
  }

  /** The first run begins after one pause. */
  public void start() {
    timer = vertx.setPeriodic(pause.toMillis(), id -> runNow());
  }

  /** Prevents further runs by the timer. A run in progress is not interrupted. */
  public void stop() {
    vertx.cancelTimer(timer);
  }

  /**
   * Runs at once, without waiting for the timer. Does nothing if another run is in progress; the
   * returned future has then succeeded already.
   */
  public Future<?> runNow() {
    if (!running.compareAndSet(false, true)) {
      return Future.succeededFuture();
    }
    return Future.succeededFuture()
        .compose(v -> work.get())
        .onFailure(
            e ->
                log.atWarn()
                    .addKeyValue("task", name)
                    .addKeyValue("cause", e.toString())
                    .log("a periodic task failed, its next run tries again"))
        .onComplete(done -> running.set(false));
  }
}
