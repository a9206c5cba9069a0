package baedal.bench;

import baedal.bench.Users.Result;
import baedal.dev.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Checks the order of every checkout of a benchmark, and collects what is wrong. */
final class PaymentChecks {

  private static final int THREADS = 100;
  private static final int MAX_PRINTED_ERRORS = 20;

  private final Shoppers shoppers;
  private final List<String> errors = new ArrayList<>();

  PaymentChecks(Shoppers shoppers) {
    this.shoppers = shoppers;
  }

  /**
   * Checks the order of every checkout. A checkout with another status than 201 or 202 is an error.
   * Returns the payment times of the orders that were already paid before their check.
   */
  List<Instant> check(List<Result> checkouts) {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    List<Future<Instant>> checks = new ArrayList<>();
    for (Result checkout : checkouts) {
      if (CheckoutReport.isExpected(checkout)) {
        checks.add(pool.submit(() -> shoppers.paidAt(checkout)));
      } else {
        errors.add("a checkout got the status " + checkout.status());
      }
    }
    pool.shutdown();
    return checks.stream().map(this::result).filter(Objects::nonNull).toList();
  }

  private Instant result(Future<Instant> check) {
    try {
      return check.get();
    } catch (ExecutionException e) {
      errors.add(e.getCause().getMessage());
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted");
    }
  }

  /** Prints the first errors. Returns whether there are any. */
  boolean printErrors() {
    errors.stream().limit(MAX_PRINTED_ERRORS).forEach(System.out::println);
    return !errors.isEmpty();
  }
}
