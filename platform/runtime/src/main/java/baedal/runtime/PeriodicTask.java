package baedal.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that has to be looked for again and again. One round begins when the one before is over, and
 * what failed in it is for the next.
 */
public final class PeriodicTask {

  private static final Logger log = LoggerFactory.getLogger(PeriodicTask.class);

  private final Vertx vertx;
  private final Duration pause;
  private final String work;
  private final Supplier<Future<?>> round;
  private final AtomicBoolean underWay = new AtomicBoolean();
  private long timer = -1;

  /** {@code work} names what is looked for in the logs. */
  public PeriodicTask(Vertx vertx, Duration pause, String work, Supplier<Future<?>> round) {
    this.vertx = vertx;
    this.pause = pause;
    this.work = work;
    this.round = round;
  }

  /** The first round begins after a pause. */
  public void start() {
    timer = vertx.setPeriodic(pause.toMillis(), id -> now());
  }

  /** Begins no other round; one that is under way goes on. */
  public void stop() {
    vertx.cancelTimer(timer);
  }

  /** A round out of turn, over at once while another is under way. */
  public Future<?> now() {
    if (!underWay.compareAndSet(false, true)) {
      return Future.succeededFuture();
    }
    return Future.succeededFuture()
        .compose(v -> round.get())
        .onFailure(
            e ->
                log.atWarn()
                    .addKeyValue("work", work)
                    .addKeyValue("cause", e.toString())
                    .log("a round was not finished"))
        .onComplete(done -> underWay.set(false));
  }
}
