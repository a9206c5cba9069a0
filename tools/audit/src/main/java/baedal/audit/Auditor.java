package baedal.audit;

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
 * Compares what all services have stored of each order, of stock and of coupons, and counts what
 * waits in outboxes and dead-letter queues. {@link Audit} and tests use it. It may run beside a
 * living system: what changed within the grace period may not have arrived everywhere, and is left
 * alone.
 */
public final class Auditor implements AutoCloseable {

  private static final Duration RETRY_DELAY = Duration.ofMillis(200);

  private final AuditRepository repository;
  private final BrokerCheck broker;
  private final Clock clock;
  private final Tolerances tolerances;
  private long orders;

  public Auditor(Vertx vertx, Sources sources, Tolerances tolerances) {
    repository = new AuditRepository(vertx, sources);
    broker = new BrokerCheck(vertx, sources.broker());
    clock = Clock.systemUTC();
    this.tolerances = tolerances;
  }

  @Override
  public void close() {
    repository.close();
    broker.close();
  }

  /** How many orders the last audit compared. */
  public long orders() {
    return orders;
  }

  /** All findings; empty when everything agrees. */
  public List<Finding> audit() {
    orders = 0;
    Bounds bounds = tolerances.at(clock.instant());
    Instant graceBegan = bounds.graceBegan();
    List<Finding> findings = new ArrayList<>();
    knownOrders(bounds, findings);
    unknownOrders(bounds, findings);
    chargesWithoutPayment(findings);
    stock(graceBegan, findings);
    couponClaims(graceBegan, findings);
    unsentEvents(graceBegan, findings);
    findings.addAll(broker.find());
    return findings.stream().distinct().toList();
  }

  /**
   * Audits an idle system until there is no finding, not even after the grace period has passed, so
   * that nothing is left alone. Returns the findings that remain after {@code timeout}.
   */
  public List<Finding> auditUntilConsistent(Duration timeout) {
    Instant deadline = clock.instant().plus(timeout);
    List<Finding> findings = auditBeyondGrace();
    while (!findings.isEmpty() && clock.instant().isBefore(deadline)) {
      pause(RETRY_DELAY);
      findings = auditBeyondGrace();
    }
    return findings;
  }

  private List<Finding> auditBeyondGrace() {
    List<Finding> findings = audit();
    if (findings.isEmpty()) {
      pause(tolerances.grace());
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

  /** Calls {@code consumer} with one page after another, until a page is empty. */
  private static <T> void forEachPage(
      Function<String, List<T>> pageAfter, Function<T, String> id, Consumer<List<T>> consumer) {
    String after = "";
    for (List<T> page = pageAfter.apply(after); !page.isEmpty(); page = pageAfter.apply(after)) {
      consumer.accept(page);
      after = id.apply(page.get(page.size() - 1));
    }
  }

  private void knownOrders(Bounds bounds, List<Finding> findings) {
    forEachPage(
        repository::snapshotsAfter,
        OrderSnapshot::orderId,
        snapshots -> {
          orders += snapshots.size();
          snapshots.forEach(snapshot -> findings.addAll(Rules.check(snapshot, bounds)));
        });
  }

  /** What other services have of orders that the order service does not have. */
  private void unknownOrders(Bounds bounds, List<Finding> findings) {
    Set<String> reported = new HashSet<>();
    List<Function<String, List<String>>> otherServices =
        List.of(
            repository.postgres()::paidOrdersAfter,
            repository.mongo()::ticketIdsAfter,
            repository.mongo()::deliveryIdsAfter,
            repository.mongo()::pageIdsAfter);
    for (Function<String, List<String>> idsAfter : otherServices) {
      forEachPage(
          idsAfter,
          Function.identity(),
          ids -> {
            Set<String> unknown = repository.postgres().unknownOrders(ids);
            unknown.removeIf(id -> !reported.add(id));
            if (!unknown.isEmpty()) {
              repository.snapshots(unknown).forEach(s -> findings.addAll(Rules.check(s, bounds)));
            }
          });
    }
  }

  private void chargesWithoutPayment(List<Finding> findings) {
    for (String paymentId : repository.postgres().chargesWithoutPayment()) {
      findings.add(
          new Finding(
              "provider", paymentId, "the provider holds money for a payment that is lost"));
    }
  }

  private void stock(Instant graceBegan, List<Finding> findings) {
    Stock stock = new Stock(graceBegan);
    readAll(repository.mongo()::menusAfter, stock::menu, stock::unreadableMenu, findings);
    readAll(repository.mongo()::ticketsAfter, stock::ticket, stock::unreadableTicket, findings);
    findings.addAll(
        stock.findings(
            orderIds ->
                repository.snapshots(orderIds).stream()
                    .filter(snapshot -> Rules.isUnchangedSince(snapshot, graceBegan))
                    .map(OrderSnapshot::orderId)
                    .collect(Collectors.toSet())));
  }

  /** Calls {@code unreadable} with the id of each state that cannot be read. */
  private static void readAll(
      Function<String, List<StoredState>> pageAfter,
      Consumer<JsonNode> consumer,
      Consumer<String> unreadable,
      List<Finding> findings) {
    forEachPage(
        pageAfter,
        StoredState::id,
        page ->
            page.forEach(
                stored -> {
                  if (!read(stored, consumer, findings)) {
                    unreadable.accept(stored.id());
                  }
                }));
  }

  /** False when the state cannot be read: that is a finding, and does not end the audit. */
  private static boolean read(
      StoredState stored, Consumer<JsonNode> consumer, List<Finding> findings) {
    if (StoredJson.isUnreadable(stored.state())) {
      findings.add(Rules.unreadable(stored.id(), "what is kept of it is no JSON"));
      return false;
    }
    try {
      consumer.accept(stored.state());
      return true;
    } catch (DateTimeException e) {
      findings.add(Rules.unreadable(stored.id(), e.getMessage()));
      return false;
    }
  }

  private void couponClaims(Instant graceBegan, List<Finding> findings) {
    String cursor = RedisAuditRepository.SCAN_START;
    do {
      RedisAuditRepository.CouponPage page = repository.redis().scan(cursor);
      List<StoredState> held = new ArrayList<>();
      for (StoredState stored : page.coupons()) {
        read(stored, coupon -> held.add(stored), findings);
      }
      held.removeIf(stored -> holder(stored.state()).isEmpty());
      if (!held.isEmpty()) {
        checkClaims(held, graceBegan, findings);
      }
      cursor = page.cursor();
    } while (!cursor.equals(RedisAuditRepository.SCAN_START));
  }

  private void checkClaims(List<StoredState> coupons, Instant graceBegan, List<Finding> findings) {
    Set<String> orderIds =
        coupons.stream().map(stored -> holder(stored.state())).collect(Collectors.toSet());
    Map<String, OrderSnapshot> holders =
        repository.snapshots(orderIds).stream()
            .collect(Collectors.toMap(OrderSnapshot::orderId, s -> s));
    for (StoredState stored : coupons) {
      read(
          stored,
          coupon ->
              findings.addAll(CouponRules.claim(coupon, holders.get(holder(coupon)), graceBegan)),
          findings);
    }
  }

  /** The id of the order that holds the coupon, or "". */
  private static String holder(JsonNode coupon) {
    return coupon.path("orderId").asText("");
  }

  private void unsentEvents(Instant graceBegan, List<Finding> findings) {
    repository
        .unsentEvents(graceBegan.getEpochSecond())
        .forEach(
            (service, count) -> {
              if (count > 0) {
                findings.add(
                    new Finding("outbox", service, "at least " + count + " events were not sent"));
              }
            });
  }
}
