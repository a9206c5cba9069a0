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
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Compares what all services have stored of each order, of the stock and of the coupons. It also
 * counts unpublished events, dead letters and unrouted events. {@link Audit}, the soak and the
 * journey tests use it.
 *
 * <p>It may run while the system runs. A change within the grace period may not have reached every
 * service yet, so the audit skips the orders that changed in that time.
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

  /** How many orders the last audit read, including the orders that it skipped. */
  public long orders() {
    return orders;
  }

  /** Audits once and returns all findings, which is an empty list when everything agrees. */
  public List<Finding> audit() {
    orders = 0;
    Bounds bounds = tolerances.at(clock.instant());
    Instant graceBegan = bounds.graceBegan();
    List<Finding> findings = new ArrayList<>();
    knownOrders(bounds, findings);
    unknownOrders(bounds, findings);
    chargesWithoutPayment(findings);
    stock(graceBegan, findings);
    coupons(graceBegan, findings);
    unpublishedEvents(graceBegan, findings);
    findings.addAll(broker.find());
    return findings.stream().distinct().toList();
  }

  /**
   * Repeats the audit of an idle system until there is no finding. Then it waits for the grace
   * period and audits again, so that no order is skipped. Returns the findings that remain after
   * {@code timeout}.
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

  /** Calls {@code consumer} with each page. The first empty page ends the loop. */
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

  /**
   * Reports the orders of which other services have data, but which the order service does not
   * have.
   */
  private void unknownOrders(Bounds bounds, List<Finding> findings) {
    Set<String> reported = new HashSet<>();
    List<Function<String, List<String>>> otherServices =
        List.of(
            repository.postgres()::ordersWithPaymentAfter,
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
              "provider",
              paymentId,
              "the provider holds money for this payment, but the payment service has no such payment"));
    }
  }

  private void stock(Instant graceBegan, List<Finding> findings) {
    Stock stock = new Stock(graceBegan);
    Nights nights = new Nights(graceBegan, clock.instant());
    readAll(
        "menu",
        repository.mongo()::menusAfter,
        menu -> {
          stock.menu(menu);
          nights.menu(menu);
        },
        key -> {
          stock.unreadableMenu(key);
          nights.unreadableMenu(key);
        },
        findings);
    readAll(
        "ticket",
        repository.mongo()::ticketsAfter,
        ticket -> {
          stock.ticket(ticket);
          nights.ticket(ticket);
        },
        id -> {
          stock.unreadableTicket(id);
          nights.unreadableTicket(id);
        },
        findings);
    UnaryOperator<Set<String>> unchanged =
        orderIds ->
            repository.snapshots(orderIds).stream()
                .filter(snapshot -> Rules.isUnchangedSince(snapshot, graceBegan))
                .map(OrderSnapshot::orderId)
                .collect(Collectors.toSet());
    findings.addAll(stock.findings(unchanged));
    findings.addAll(nights.findings(unchanged));
  }

  /**
   * Passes each state to {@code consumer}. For a state that cannot be read, adds a finding and
   * passes its id to {@code unreadable}.
   */
  private static void readAll(
      String kind,
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
                  if (!read(kind, stored, consumer, findings)) {
                    unreadable.accept(stored.id());
                  }
                }));
  }

  /**
   * Passes the state to {@code consumer}. If the state cannot be read, adds a finding and returns
   * false; the audit continues.
   *
   * @param kind what the state is, for the finding
   */
  private static boolean read(
      String kind, StoredState stored, Consumer<JsonNode> consumer, List<Finding> findings) {
    if (StoredJson.isUnreadable(stored.state())) {
      findings.add(Rules.unreadableState(stored.id(), kind));
      return false;
    }
    try {
      consumer.accept(stored.state());
      return true;
    } catch (DateTimeException e) {
      findings.add(Rules.unreadableTime(stored.id(), kind, e));
      return false;
    }
  }

  private void coupons(Instant graceBegan, List<Finding> findings) {
    String cursor = RedisAuditRepository.SCAN_START;
    do {
      RedisAuditRepository.CouponPage page = repository.redis().scan(cursor);
      List<StoredState> ofOrders = new ArrayList<>();
      for (StoredState stored : page.coupons()) {
        read("coupon", stored, coupon -> ofOrders.add(stored), findings);
      }
      ofOrders.removeIf(stored -> CouponRules.orderIds(stored.state()).isEmpty());
      if (!ofOrders.isEmpty()) {
        checkCoupons(ofOrders, graceBegan, findings);
      }
      cursor = page.cursor();
    } while (!cursor.equals(RedisAuditRepository.SCAN_START));
  }

  private void checkCoupons(List<StoredState> coupons, Instant graceBegan, List<Finding> findings) {
    Set<String> orderIds =
        coupons.stream()
            .flatMap(stored -> CouponRules.orderIds(stored.state()).stream())
            .collect(Collectors.toSet());
    Map<String, OrderSnapshot> snapshots =
        repository.snapshots(orderIds).stream()
            .collect(Collectors.toMap(OrderSnapshot::orderId, s -> s));
    for (StoredState stored : coupons) {
      read(
          "coupon",
          stored,
          coupon -> findings.addAll(CouponRules.check(coupon, snapshots, graceBegan)),
          findings);
    }
  }

  private void unpublishedEvents(Instant graceBegan, List<Finding> findings) {
    repository
        .unpublishedEvents(graceBegan.getEpochSecond())
        .forEach(
            (service, count) -> {
              if (count > 0) {
                findings.add(
                    new Finding(
                        "outbox",
                        service,
                        "events in the outbox that are older than the grace period of "
                            + tolerances.grace().toSeconds()
                            + " s: at least "
                            + count));
              }
            });
  }
}
