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
 * People who all do the same again and again until told to stop, each once at a time. All of them
 * live on one event loop.
 */
final class Users {

  /**
   * What one of them was told: {@code asked} and {@code took} in nanoseconds; status 0 and no
   * {@code response} where nothing came back.
   */
  record Answer(int who, long asked, long took, int status, HttpResponse<Buffer> response) {}

  private final Context context;
  private final int people;
  private final Duration pace;
  private final IntFunction<Future<HttpResponse<Buffer>>> act;
  private final List<Answer> answers = new ArrayList<>();
  private volatile boolean over;
  private Future<?> all;

  /**
   * {@code act} is what a person does; it begins anew after {@code pace} at the earliest. They come
   * one after another, all within the first {@code pace}.
   */
  Users(Vertx vertx, int people, Duration pace, IntFunction<Future<HttpResponse<Buffer>>> act) {
    context = vertx.getOrCreateContext();
    this.people = people;
    this.pace = pace;
    this.act = act;
  }

  Users start() {
    List<Future<Void>> leaving = new ArrayList<>();
    for (int i = 0; i < people; i++) {
      int who = i;
      Promise<Void> left = Promise.promise();
      leaving.add(left.future());
      context.owner().setTimer(1 + pace.toMillis() * i / people, id -> enter(who, left));
    }
    all = Future.join(leaving);
    return this;
  }

  /** Everything that was answered, once the last of them has their answer. */
  List<Answer> stop() {
    over = true;
    all.await();
    return answers;
  }

  private void enter(int who, Promise<Void> left) {
    context.runOnContext(v -> act(who, left));
  }

  private void act(int who, Promise<Void> left) {
    if (over) {
      left.complete();
      return;
    }
    long asked = System.nanoTime();
    act.apply(who)
        .onComplete(
            done -> {
              long took = System.nanoTime() - asked;
              HttpResponse<Buffer> response = done.otherwise((HttpResponse<Buffer>) null).result();
              int status = response == null ? 0 : response.statusCode();
              answers.add(new Answer(who, asked, took, status, response));
              long rest = pace.minusNanos(took).toMillis();
              if (rest > 0) {
                context.owner().setTimer(rest, id -> act(who, left));
              } else {
                act(who, left);
              }
            });
  }

  /** The {@code percent}th percentile in milliseconds of what took how long; NaN of nothing. */
  static double percentile(List<Answer> answers, double percent) {
    long[] took = answers.stream().mapToLong(Answer::took).sorted().toArray();
    int at = (int) Math.ceil(percent / 100 * took.length) - 1;
    return took.length == 0 ? Double.NaN : took[Math.max(0, at)] / 1e6;
  }
}
