package baedal.bench;

import baedal.dev.Client;
import baedal.dev.Failure;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the time from the response to a checkout until MyPage shows the order as paid. To cause
 * few requests, it watches one new order every two seconds, and the pauses between the requests
 * grow up to half a second.
 */
final class PageWatch {

  private static final long INTERVAL_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long SHORTEST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 500;
  private static final int PAUSES_PER_DOUBLING = 5;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private final Vertx vertx;
  private final Shoppers shoppers;
  private final List<Long> tookNanos = new ArrayList<>();
  private long nextWatch = System.nanoTime();
  private int watched;

  PageWatch(Vertx vertx, Shoppers shoppers) {
    this.vertx = vertx;
    this.shoppers = shoppers;
  }

  /** Watches the order of this response to a checkout, if it is time for a new one. */
  synchronized void offer(int customer, HttpResponse<Buffer> response) {
    long now = System.nanoTime();
    if (response.statusCode() == CheckoutReport.PAID && now >= nextWatch) {
      nextWatch = now + INTERVAL_NANOS;
      watched++;
      request(customer, Shoppers.orderId(response), now);
    }
  }

  private void request(int customer, String orderId, long paidAt) {
    shoppers
        .page(customer, orderId)
        .onComplete(
            done -> {
              long took = System.nanoTime() - paidAt;
              if (done.succeeded() && Shoppers.showsPaid(done.result())) {
                add(took);
              } else if (took < TIMEOUT.toNanos()) {
                long pause = Duration.ofNanos(took / PAUSES_PER_DOUBLING).toMillis();
                pause = Math.min(LONGEST_PAUSE_MILLIS, Math.max(SHORTEST_PAUSE_MILLIS, pause));
                vertx.setTimer(pause, timer -> request(customer, orderId, paidAt));
              }
            });
  }

  private synchronized void add(long took) {
    tookNanos.add(took);
  }

  private synchronized boolean isComplete() {
    return tookNanos.size() == watched;
  }

  /**
   * Waits until MyPage shows all watched orders; returns the times in nanoseconds. Throws {@link
   * Failure} after five minutes.
   */
  List<Long> await() {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!isComplete()) {
      if (System.nanoTime() > deadline) {
        throw new Failure(
            "MyPage does not show all paid orders after " + TIMEOUT.toMinutes() + " minutes");
      }
      Client.pause();
    }
    synchronized (this) {
      return List.copyOf(tookNanos);
    }
  }
}
