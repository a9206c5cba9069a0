package baedal.bench;

import baedal.bench.Users.Result;
import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.RetryingClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs orders from the checkout to the confirmation, at a constant rate: the customer orders and
 * pays, the store cooks, a rider delivers, the customer confirms. Each step retries every 50 ms
 * until the events of the earlier steps have arrived.
 */
final class WholeLives {

  private final RetryingClient http = new RetryingClient();
  private final Shoppers shoppers;
  private final int perSecond;
  private final int count;
  private final List<Client> riders = new ArrayList<>();

  /** Creates one rider for each order, before the first order. */
  WholeLives(String gateway, Shoppers shoppers, int perSecond, Duration duration)
      throws IOException {
    this.shoppers = shoppers;
    this.perSecond = perSecond;
    count = (int) (perSecond * duration.toSeconds());
    Client anyone = new Client(gateway);
    for (int i = 0; i < count; i++) {
      riders.add(anyone.as("rider-" + UUID.randomUUID(), "rider"));
    }
  }

  /**
   * Runs all orders. A result has the status 201 and the time from the moment at which the order
   * was due to its completion. Throws {@link Failure} when a step fails.
   */
  List<Result> run() {
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      long start = System.nanoTime();
      List<Future<Result>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int order = i;
        long due = start + order * 1_000_000_000L / perSecond;
        Client.pause(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
        running.add(pool.submit(() -> run(order, due)));
      }
      List<Result> results = new ArrayList<>();
      for (Future<Result> result : running) {
        results.add(result.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Failure failure
          ? failure
          : new Failure("an order did not complete: " + Failure.describe(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    } finally {
      pool.shutdownNow();
    }
  }

  private Result run(int order, long due) {
    Client customer = shoppers.customer(order % shoppers.count());
    OrderSteps steps =
        new OrderSteps(http, null, customer, riders.get(order), shoppers.shop(), null, 1);
    steps.place("DELIVERY");
    steps.payByCard();
    steps.kitchen("accept", "start", "finish");
    steps.deliver(0);
    steps.confirm();
    return new Result(order, due, System.nanoTime() - due, CheckoutReport.PAID, null);
  }
}
