package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Compares what all services know of each order, of what stores sell, of coupons, and what waits in
 * outboxes and dead letters. It may run beside a living system: what changed within the grace
 * period is left alone, because it may still be on its way.
 */
public final class Auditor implements AutoCloseable {

  private static final Duration AGAIN = Duration.ofMillis(200);
  private static final Set<String> CLAIMED = Set.of("CLAIMED", "USED");

  private final BooksRepository books;
  private final Leftovers leftovers;
  private final Clock clock;
  private final Duration grace;
  private long orders;

  public Auditor(Vertx vertx, Sources sources, Duration grace) {
    books = new BooksRepository(vertx, sources);
    leftovers = new Leftovers(vertx, sources.broker());
    clock = Clock.systemUTC();
    this.grace = grace;
  }

  @Override
  public void close() {
    books.close();
    leftovers.close();
  }

  /** How many orders the last audit looked at. */
  public long orders() {
    return orders;
  }

  /** Everything that does not agree; empty when all is well. */
  public List<Finding> audit() {
    orders = 0;
    List<Finding> findings = new ArrayList<>();
    Instant began = clock.instant().minus(grace);
    knownOrders(began, findings);
    unknownOrders(books::paidOrders, began, findings);
    unknownOrders(books::ticketsAfter, began, findings);
    unknownOrders(books::deliveriesAfter, began, findings);
    unknownOrders(books::pagesAfter, began, findings);
    findings.addAll(new Stock(books, began).check());
    claims(began, findings);
    books
        .unsent(began.getEpochSecond())
        .forEach(
            (service, count) -> {
              if (count > 0) {
                findings.add(new Finding("outbox", service, count + " events were not sent"));
              }
            });
    findings.addAll(leftovers.find());
    return findings;
  }

  /**
   * Audits a system that nobody uses any more until everything agrees, but not longer than {@code
   * within}; then once more when the grace period has passed, so that nothing is left alone.
   */
  public List<Finding> settled(Duration within) {
    Instant deadline = clock.instant().plus(within);
    while (!audit().isEmpty() && clock.instant().isBefore(deadline)) {
      pause(AGAIN);
    }
    pause(grace);
    return audit();
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void knownOrders(Instant began, List<Finding> findings) {
    String after = "";
    for (List<Story> page = books.orders(after); !page.isEmpty(); page = books.orders(after)) {
      orders += page.size();
      check(page, began, findings);
      after = page.get(page.size() - 1).orderId();
    }
  }

  private static void check(List<Story> stories, Instant began, List<Finding> findings) {
    stories.stream()
        .filter(story -> story.changedAt().isBefore(began))
        .forEach(story -> findings.addAll(Rules.check(story, began)));
  }

  /** What others know of orders that the order service does not know. */
  private void unknownOrders(
      Function<String, List<String>> idsAfter, Instant began, List<Finding> findings) {
    String after = "";
    for (List<String> ids = idsAfter.apply(after); !ids.isEmpty(); ids = idsAfter.apply(after)) {
      List<Story> unknown =
          books.stories(ids).stream().filter(s -> s.order().isMissingNode()).toList();
      check(unknown, began, findings);
      after = ids.get(ids.size() - 1);
    }
  }

  /** A coupon that an order holds is held by an order that knows of it. */
  private void claims(Instant began, List<Finding> findings) {
    String cursor = "0";
    do {
      BooksRepository.Coupons some = books.coupons(cursor);
      Map<String, String> holders = new HashMap<>();
      for (JsonNode coupon : some.coupons()) {
        boolean settled = Instant.parse(coupon.path("changedAt").asText()).isBefore(began);
        if (settled && CLAIMED.contains(coupon.path("status").asText())) {
          holders.put(coupon.path("orderId").asText(), coupon.path("id").asText());
        }
      }
      for (Story story : books.stories(holders.keySet())) {
        String coupon = holders.get(story.orderId());
        String held = story.order().path("details").path("couponId").asText(null);
        if (story.changedAt().isBefore(began) && !coupon.equals(held)) {
          findings.add(
              new Finding("claim", story.orderId(), "does not know of its coupon " + coupon));
        }
      }
      cursor = some.cursor();
    } while (!cursor.equals("0"));
  }
}
