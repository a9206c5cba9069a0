package baedal.bench;

import baedal.bench.Users.Result;
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
 * Sends requests at a constant rate, however slow the responses are. A latency begins when its
 * request was due: so it contains the time in which a busy generator sent the request late.
 */
final class OpenLoop {

  private final Context context;
  private final int perSecond;
  private final long count;
  private final IntFunction<Future<HttpResponse<Buffer>>> request;
  private final List<Result> results = new ArrayList<>();
  private final Promise<Void> end = Promise.promise();
  private long start;
  private int sent;

  /** {@code request} gets the number of the request, from 0, and sends it. */
  OpenLoop(
      Vertx vertx,
      int perSecond,
      Duration duration,
      IntFunction<Future<HttpResponse<Buffer>>> request) {
    context = vertx.getOrCreateContext();
    this.perSecond = perSecond;
    count = perSecond * duration.toMillis() / 1000;
    this.request = request;
  }

  /** Sends all requests; returns their results after the last response. */
  List<Result> run() {
    start = System.nanoTime();
    context.runOnContext(v -> sendDue());
    end.future().await();
    return results;
  }

  private void sendDue() {
    while (sent < count && dueAt(sent) <= System.nanoTime()) {
      send(sent++);
    }
    if (sent < count) {
      context.owner().setTimer(1, timer -> sendDue());
    }
  }

  private long dueAt(int number) {
    return start + number * 1_000_000_000L / perSecond;
  }

  private void send(int number) {
    long due = dueAt(number);
    request
        .apply(number)
        .onComplete(
            done -> {
              HttpResponse<Buffer> response = done.succeeded() ? done.result() : null;
              int status = response == null ? 0 : response.statusCode();
              Result result = new Result(number, due, System.nanoTime() - due, status, response);
              results.add(result);
              if (results.size() == count) {
                end.complete();
              }
            });
  }
}
