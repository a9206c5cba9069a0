package baedal.rabbitmq;

import baedal.events.Outbox;
import baedal.runtime.TransientFailures;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries messages from the outbox to the broker, at least once: only what the broker confirmed
 * leaves the outbox. Woken by the write itself; it looks by itself once a second only as a safety
 * net.
 */
public final class OutboxRelay {

  private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);
  private static final int BATCH = 256;

  /** From one batch to the next. */
  private static final Duration PACE = Duration.ofMillis(20);

  private static final long SAFETY_NET_MILLIS = 1_000;
  private static final long DRAIN_SECONDS = 5;

  private final Vertx vertx;
  private final Context context;
  private final Outbox outbox;
  private final EventPublisher publisher;

  private boolean running;
  private boolean again;
  private boolean stopped;
  private long safetyNet = -1;
  private Promise<Void> idle;

  public OutboxRelay(Vertx vertx, Outbox outbox, EventPublisher publisher) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.outbox = outbox;
    this.publisher = publisher;
  }

  public void start() {
    publisher.onConnected(this::wake);
    safetyNet = vertx.setPeriodic(SAFETY_NET_MILLIS, id -> wake());
  }

  /** To be called after every write that put something into the outbox. */
  public void wake() {
    context.runOnContext(v -> run());
  }

  private void run() {
    if (running) {
      again = true;
      return;
    }
    if (stopped || !publisher.connected()) {
      return;
    }
    running = true;
    again = false;
    long begun = System.nanoTime();
    carry()
        .compose(more -> pause(begun).map(more))
        .onComplete(
            done -> {
              running = false;
              if (done.failed()) {
                failed(done.cause());
              }
              if (stopped) {
                idle.tryComplete();
              } else if (done.succeeded() && (again || done.result())) {
                run();
              }
            });
  }

  /** Whether there may be more. */
  private Future<Boolean> carry() {
    return Future.succeededFuture()
        .compose(v -> outbox.next(BATCH))
        .compose(
            batch ->
                batch.messages().isEmpty()
                    ? batch.sent().map(false)
                    : publish(batch).compose(v -> batch.sent()).map(true));
  }

  /** Nobody waits for the first; those that come one after another share the work. */
  private Future<Void> pause(long begun) {
    long rest = PACE.minusNanos(System.nanoTime() - begun).toMillis();
    return rest > 0 && !stopped ? vertx.timer(rest).mapEmpty() : Future.succeededFuture();
  }

  private Future<Void> publish(Outbox.Batch batch) {
    Future<Void> published;
    try {
      published = publisher.publish(batch.messages());
    } catch (RuntimeException e) {
      published = Future.failedFuture(e);
    }
    return published.recover(
        e -> batch.release().otherwiseEmpty().compose(v -> Future.failedFuture(e)));
  }

  private static void failed(Throwable cause) {
    if (TransientFailures.isOutage(cause)) {
      log.atInfo().addKeyValue("cause", cause.getMessage()).log("events wait in the outbox");
    } else {
      log.atError().setCause(cause).log("the outbox cannot be carried");
    }
  }

  /** Finishes the batch in hand (five seconds at most). */
  public Future<Void> stop() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        v -> {
          stopped = true;
          idle = done;
          vertx.cancelTimer(safetyNet);
          if (!running) {
            done.tryComplete();
          }
        });
    return done.future().timeout(DRAIN_SECONDS, TimeUnit.SECONDS).otherwiseEmpty();
  }
}
