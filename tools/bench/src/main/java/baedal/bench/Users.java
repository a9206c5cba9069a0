package baedal.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Simulated users of the checkout benchmark. Each repeats the same request, one at a time, until
 * {@link #stop}. All users run on one event loop.
 */
final class Users {

  /**
   * The result of one request.
   *
   * @param sentAt by {@link System#nanoTime}
   * @param tookNanos the time until the response or the failure
   * @param status 0 if there was no response
   * @param response null if there was no response
   */
  record Result(int user, long sentAt, long tookNanos, int status, HttpResponse<Buffer> response) {

    long answeredAt() {
      return sentAt + tookNanos;
    }
  }

  private final Context context;
  private final int count;
  private final Duration pace;
  private final IntFunction<Future<HttpResponse<Buffer>>> request;
  private final List<Result> results = new ArrayList<>();
  private volatile boolean stopped;
  private Future<?> allStopped;

  /**
   * {@code request} gets the number of a user and sends the user's request. A user sends at most
   * one request per {@code pace}. The users start one after another within the first {@code pace}.
   */
  Users(Vertx vertx, int count, Duration pace, IntFunction<Future<HttpResponse<Buffer>>> request) {
    context = vertx.getOrCreateContext();
    this.count = count;
    this.pace = pace;
    this.request = request;
  }

  Users start() {
    List<Future<Void>> stops = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int user = i;
      Promise<Void> stop = Promise.promise();
      stops.add(stop.future());
      context.owner().setTimer(1 + pace.toMillis() * i / count, id -> begin(user, stop));
    }
    allStopped = Future.join(stops);
    return this;
  }

  /**
   * Sends no further requests, waits for the responses to those that were sent, and returns all
   * results.
   */
  List<Result> stop() {
    stopped = true;
    allStopped.await();
    return results;
  }

  private void begin(int user, Promise<Void> stop) {
    context.runOnContext(v -> send(user, stop));
  }

  private void send(int user, Promise<Void> stop) {
    if (stopped) {
      stop.complete();
      return;
    }
    long sentAt = System.nanoTime();
    request
        .apply(user)
        .onComplete(
            done -> {
              long took = System.nanoTime() - sentAt;
              HttpResponse<Buffer> response = done.otherwise((HttpResponse<Buffer>) null).result();
              int status = response == null ? 0 : response.statusCode();
              results.add(new Result(user, sentAt, took, status, response));
              long wait = pace.minusNanos(took).toMillis();
              if (wait > 0) {
                context.owner().setTimer(wait, id -> send(user, stop));
              } else {
                send(user, stop);
              }
            });
  }

  /**
   * The {@code percent}th percentile of {@link Result#tookNanos} in milliseconds; NaN if there are
   * no results.
   */
  static double percentile(List<Result> results, double percent) {
    return percentileMillis(results.stream().map(Result::tookNanos).toList(), percent);
  }

  /** The {@code percent}th percentile in milliseconds; NaN if there are no values. */
  static double percentileMillis(List<Long> nanos, double percent) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    int at = (int) Math.ceil(percent / 100 * sorted.length) - 1;
    return sorted.length == 0 ? Double.NaN : sorted[Math.max(0, at)] / 1e6;
  }
}
