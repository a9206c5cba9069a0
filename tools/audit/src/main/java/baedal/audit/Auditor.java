package baedal.audit;

import baedal.audit.AuditRepository.Kept;
import baedal.audit.Tolerances.Bounds;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares what all services know of each order, of what stores sell, of coupons, and what waits in
 * outboxes and dead letters. It may run beside a living system: what changed within the grace
 * period is left alone, because it may still be on its way.
 */
public final class Auditor implements AutoCloseable {

  private static final Duration AGAIN = Duration.ofMillis(200);

  private final AuditRepository books;
  private final BrokerCheck leftovers;
  private final Clock clock;
  private final Tolerances limits;
  private long orders;

  public Auditor(Vertx vertx, Sources sources, Tolerances limits) {
    books = new AuditRepository(vertx, sources);
    leftovers = new BrokerCheck(vertx, sources.broker());
    clock = Clock.systemUTC();
    this.limits = limits;
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
    Bounds bounds = limits.at(clock.instant());
    Instant began = bounds.graceBegan();
    List<Finding> findings = new ArrayList<>();
    walk(
        books::orders,
        OrderSnapshot::orderId,
        stories -> {
          orders += stories.size();
          stories.forEach(story -> findings.addAll(Rules.check(story, bounds)));
        });
    unknownOrders(bounds, findings);
    for (String paymentId : books.chargesOfNobody()) {
      findings.add(
          new Finding(
              "provider", paymentId, "the provider holds money for a payment that is lost"));
    }
    stock(began, findings);
    claims(began, findings);
    unsent(began, findings);
    findings.addAll(leftovers.find());
    return findings.stream().distinct().toList();
  }

  /**
   * Audits a system that nobody uses any more until everything agrees, and agrees still when the
   * grace period has passed, so that nothing is left alone; but not longer than {@code within}.
   * What disagrees then.
   */
  public List<Finding> settled(Duration within) {
    Instant deadline = clock.instant().plus(within);
    List<Finding> findings = auditTwice();
    while (!findings.isEmpty() && clock.instant().isBefore(deadline)) {
      pause(AGAIN);
      findings = auditTwice();
    }
    return findings;
  }

  private List<Finding> auditTwice() {
    List<Finding> findings = audit();
    if (findings.isEmpty()) {
      pause(limits.grace());
      findings = audit();
    }
    return findings;
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Through all there is, a page after another. */
  private static <T> void walk(
      Function<String, List<T>> next, Function<T, String> id, Consumer<List<T>> each) {
    String after = "";
    for (List<T> page = next.apply(after); !page.isEmpty(); page = next.apply(after)) {
      each.accept(page);
      after = id.apply(page.get(page.size() - 1));
    }
  }

  /** What others know of orders that the order service does not know. */
  private void unknownOrders(Bounds bounds, List<Finding> findings) {
    Set<String> told = new HashSet<>();
    List<Function<String, List<String>>> others =
        List.of(books::paidOrders, books::ticketsAfter, books::deliveriesAfter, books::pagesAfter);
    for (Function<String, List<String>> idsAfter : others) {
      walk(
          idsAfter,
          Function.identity(),
          ids -> {
            Set<String> unknown = books.unknown(ids);
            unknown.removeIf(id -> !told.add(id));
            if (!unknown.isEmpty()) {
              books.stories(unknown).forEach(s -> findings.addAll(Rules.check(s, bounds)));
            }
          });
    }
  }

  private void stock(Instant began, List<Finding> findings) {
    Stock stock = new Stock(began);
    tellAll(books::menus, stock::menu, stock::unreadableMenu, findings);
    tellAll(books::tickets, stock::ticket, stock::unreadableTicket, findings);
    findings.addAll(
        stock.findings(
            orderIds ->
                books.stories(orderIds).stream()
                    .filter(story -> Rules.atRest(story, began))
                    .map(OrderSnapshot::orderId)
                    .collect(Collectors.toSet())));
  }

  /** {@code unreadable} is told the ids of those that cannot be read. */
  private static void tellAll(
      Function<String, List<Kept>> next,
      Consumer<JsonNode> listener,
      Consumer<String> unreadable,
      List<Finding> findings) {
    walk(
        next,
        Kept::id,
        some ->
            some.forEach(
                kept -> {
                  if (!tell(kept, listener, findings)) {
                    unreadable.accept(kept.id());
                  }
                }));
  }

  /** Whether it can be read; what cannot is a finding, and does not end the audit. */
  private static boolean tell(Kept kept, Consumer<JsonNode> listener, List<Finding> findings) {
    if (kept.state().has(Rules.UNREADABLE)) {
      findings.add(Rules.unreadable(kept.id(), "what is kept of it is no JSON"));
      return false;
    }
    try {
      listener.accept(kept.state());
      return true;
    } catch (DateTimeException e) {
      findings.add(Rules.unreadable(kept.id(), e.getMessage()));
      return false;
    }
  }

  private void claims(Instant began, List<Finding> findings) {
    String cursor = "0";
    do {
      AuditRepository.Coupons some = books.coupons(cursor);
      List<Kept> held = new ArrayList<>();
      for (Kept kept : some.coupons()) {
        tell(kept, coupon -> held.add(kept), findings);
      }
      held.removeIf(kept -> holder(kept.state()).isEmpty());
      if (!held.isEmpty()) {
        checkClaims(held, began, findings);
      }
      cursor = some.cursor();
    } while (!cursor.equals("0"));
  }

  private void checkClaims(List<Kept> coupons, Instant began, List<Finding> findings) {
    Set<String> orderIds =
        coupons.stream().map(kept -> holder(kept.state())).collect(Collectors.toSet());
    Map<String, OrderSnapshot> holders =
        books.stories(orderIds).stream().collect(Collectors.toMap(OrderSnapshot::orderId, s -> s));
    for (Kept kept : coupons) {
      tell(
          kept,
          coupon -> findings.addAll(Rules.checkClaim(coupon, holders.get(holder(coupon)), began)),
          findings);
    }
  }

  /** The order that holds the coupon, or "". */
  private static String holder(JsonNode coupon) {
    return coupon.path("orderId").asText("");
  }

  private void unsent(Instant began, List<Finding> findings) {
    books
        .unsent(began.getEpochSecond())
        .forEach(
            (service, count) -> {
              if (count > 0) {
                findings.add(
                    new Finding("outbox", service, "at least " + count + " events were not sent"));
              }
            });
  }
}
