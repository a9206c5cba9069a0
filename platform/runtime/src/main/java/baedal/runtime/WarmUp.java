package baedal.runtime;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the hot paths of a service with synthetic data before the service is ready. So the JVM has
 * loaded and compiled their code, and connections are open, when the first request arrives. The
 * steps must neither store nor publish anything. Runs on one event loop.
 */
public final class WarmUp {

  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  private static final Duration DEFAULT_TIME = Duration.ofSeconds(3);

  /** The number of steps that run at the same time. */
  private static final int CONCURRENCY = 4;

  /** Enough for the JVM to compile the code of a step. */
  private static final int MAX_ROUNDS = 5_000;

  /** The warm-up takes at most so many times its time, if the first runs of its steps are slow. */
  private static final int MAX_STRETCH = 3;

  private static final Duration STEP_TIMEOUT = Duration.ofSeconds(5);

  /** How long {@link #startWhen} waits for its condition. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private static final long POLL_MILLIS = 100;

  /** A step that failed does not run for this time. */
  private static final Duration RETRY = Duration.ofMillis(200);

  /** The pause of a lane that has to skip a step. */
  private static final long SKIP_MILLIS = 10;

  private record Step(String name, Supplier<Future<?>> work) {}

  private final Vertx vertx;
  private final Duration time;
  private final List<Step> steps = new ArrayList<>();
  private final Map<Step, Long> retryAt = new HashMap<>();
  private final Promise<Void> ended = Promise.promise();
  private Context context;
  private long endsAt;
  private int runs;
  private int endedRuns;
  private int running;
  private boolean stopped;

  /**
   * {@code time} is how long the steps run after each has run once; with zero they do not run. The
   * first runs are the slowest, because they load classes and open connections.
   */
  public WarmUp(Vertx vertx, Duration time) {
    this.vertx = vertx;
    this.time = time;
    if (time.isZero()) {
      ended.complete();
    }
  }

  /** The setting WARM_UP: how long the warm-up takes; 0s for none. */
  public static Duration time(Config config) {
    return config.duration("WARM_UP", DEFAULT_TIME);
  }

  /** Whether the steps will run. If not, nobody needs to prepare them. */
  public boolean isOn() {
    return !time.isZero();
  }

  /**
   * Adds a step. The future of {@code work} may fail: then the step runs again after a pause, and
   * the other steps continue.
   */
  public WarmUp step(String name, Supplier<Future<?>> work) {
    steps.add(new Step(name, work));
    return this;
  }

  /** Adds a step that only computes. It must take at most a few milliseconds. */
  public WarmUp compute(String name, Runnable work) {
    return step(
        name,
        () -> {
          work.run();
          return Future.succeededFuture();
        });
  }

  /** Adds a readiness check: the service is not ready until the warm-up has ended. */
  public WarmUp registerWith(Readiness readiness) {
    readiness.register(
        "warm-up",
        () ->
            ended.future().isComplete()
                ? Future.succeededFuture()
                : Future.failedFuture("warming up"));
    return this;
  }

  /** As {@link #start}, but first waits until {@code condition} succeeds, at most ten seconds. */
  public void startWhen(Supplier<Future<?>> condition) {
    startWhen(condition, System.nanoTime() + MAX_WAIT.toNanos());
  }

  private void startWhen(Supplier<Future<?>> condition, long waitsUntil) {
    if (stopped || !isOn()) {
      return;
    }
    condition
        .get()
        .onSuccess(v -> start())
        .onFailure(
            e -> {
              if (System.nanoTime() - waitsUntil >= 0) {
                log.atInfo().addKeyValue("cause", e.getMessage()).log("started without a warm-up");
                ended.tryComplete();
              } else {
                vertx.setTimer(POLL_MILLIS, id -> startWhen(condition, waitsUntil));
              }
            });
  }

  /** Begins to run the steps, again and again. Call this once, on the event loop of the service. */
  public void start() {
    if (ended.future().isComplete()) {
      return;
    }
    context = vertx.getOrCreateContext();
    endsAt = System.nanoTime() + MAX_STRETCH * time.toNanos();
    running = CONCURRENCY;
    for (int lane = 0; lane < CONCURRENCY; lane++) {
      run(lane);
    }
  }

  /** Ends the warm-up; steps in progress still end. */
  public void stop() {
    stopped = true;
  }

  /** Completes when the warm-up has ended. Never fails. */
  public Future<Void> ended() {
    return ended.future();
  }

  private void run(int index) {
    if (isOver()) {
      if (--running == 0) {
        log.atDebug().addKeyValue("steps", runs).log("warm-up has ended");
        ended.tryComplete();
      }
      return;
    }
    Step step = steps.get(index % steps.size());
    Long pausedUntil = retryAt.get(step);
    if (pausedUntil != null && System.nanoTime() - pausedUntil < 0) {
      vertx.setTimer(SKIP_MILLIS, id -> run(index + 1));
      return;
    }
    runs++;
    Future.succeededFuture()
        .compose(v -> step.work().get())
        .timeout(STEP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(
            done ->
                context.runOnContext(
                    v -> {
                      if (++endedRuns == steps.size()) {
                        endsAt = System.nanoTime() + time.toNanos();
                      }
                      if (done.failed()) {
                        pause(step, done.cause());
                      }
                      run(index + 1);
                    }));
  }

  private void pause(Step step, Throwable cause) {
    if (retryAt.put(step, System.nanoTime() + RETRY.toNanos()) == null) {
      log.atInfo()
          .addKeyValue("step", step.name())
          .addKeyValue("cause", cause.toString())
          .log("a step of the warm-up failed, will retry");
    }
  }

  private boolean isOver() {
    return stopped
        || steps.isEmpty()
        || runs >= MAX_ROUNDS * steps.size()
        || System.nanoTime() - endsAt >= 0;
  }
}
