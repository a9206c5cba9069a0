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
 * Publishes the messages of a service's outbox, at least once: a message leaves the outbox after
 * the broker has confirmed it. Every write wakes the relay. It also polls once a second, because a
 * process may write events and crash before it wakes its relay.
 */
public final class OutboxRelay {

  private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);
  private static final int BATCH = 256;

  /** Minimum time between the starts of two batches, so that a batch has more messages. */
  private static final Duration BATCH_INTERVAL = Duration.ofMillis(100);

  /**
   * If a batch has so many messages and the outbox has more, the relay is behind, and the next
   * batch starts at once.
   */
  private static final int LARGE_BATCH = 32;

  private static final long POLL_MILLIS = 1_000;
  private static final long DRAIN_SECONDS = 5;

  private final Vertx vertx;
  private final Context context;
  private final Outbox outbox;
  private final EventPublisher publisher;

  private boolean running;
  private boolean wokenWhileRunning;
  private boolean stopped;
  private long pollTimer = -1;
  private Promise<Void> idle;

  public OutboxRelay(Vertx vertx, Outbox outbox, EventPublisher publisher) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.outbox = outbox;
    this.publisher = publisher;
  }

  public void start() {
    publisher.onConnected(this::wake);
    pollTimer = vertx.setPeriodic(POLL_MILLIS, id -> wake());
  }

  /** Starts a batch as soon as possible. Call this after every write that adds to the outbox. */
  public void wake() {
    context.runOnContext(v -> run());
  }

  private void run() {
    if (running) {
      wokenWhileRunning = true;
      return;
    }
    if (stopped || !publisher.connected()) {
      return;
    }
    running = true;
    wokenWhileRunning = false;
    long startedAt = System.nanoTime();
    relayBatch()
        .onComplete(
            done -> {
              if (done.failed()) {
                logFailure(done.cause());
                ended(false);
              } else if (done.result() == Outcome.BEHIND) {
                ended(true);
              } else {
                pause(startedAt, done.result());
              }
            });
  }

  private void ended(boolean again) {
    running = false;
    if (stopped) {
      idle.tryComplete();
    } else if (again) {
      run();
    }
  }

  /** What the outbox still holds after a batch. */
  private enum Outcome {
    EMPTY,
    MORE,
    BEHIND
  }

  private Future<Outcome> relayBatch() {
    return Future.succeededFuture()
        .compose(v -> outbox.next(BATCH))
        .compose(
            batch ->
                (batch.messages().isEmpty() ? Future.<Void>succeededFuture() : publish(batch))
                    .compose(v -> batch.sent())
                    .map(outcome(batch)));
  }

  private static Outcome outcome(Outbox.Batch batch) {
    if (!batch.more()) {
      return Outcome.EMPTY;
    }
    return batch.messages().size() < LARGE_BATCH ? Outcome.MORE : Outcome.BEHIND;
  }

  /** Waits until {@link #BATCH_INTERVAL} has passed since the start of the batch. */
  private void pause(long startedAt, Outcome outcome) {
    long rest = BATCH_INTERVAL.minusNanos(System.nanoTime() - startedAt).toMillis();
    if (rest <= 0 || stopped) {
      ended(outcome == Outcome.MORE || wokenWhileRunning);
    } else {
      vertx.setTimer(rest, id -> ended(outcome == Outcome.MORE || wokenWhileRunning));
    }
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

  private static void logFailure(Throwable cause) {
    if (TransientFailures.isOutage(cause)) {
      log.atInfo().addKeyValue("cause", cause.getMessage()).log("events wait in the outbox");
    } else {
      log.atError().setCause(cause).log("publishing the outbox failed");
    }
  }

  /** Stops after the current batch, which it waits for at most 5 s. */
  public Future<Void> stop() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        v -> {
          stopped = true;
          idle = done;
          vertx.cancelTimer(pollTimer);
          if (!running) {
            done.tryComplete();
          }
        });
    return done.future().timeout(DRAIN_SECONDS, TimeUnit.SECONDS).otherwiseEmpty();
  }
}
