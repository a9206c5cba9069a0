package baedal.audit;

import baedal.audit.Tolerances.Bounds;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * The rules that every order must keep once its changes have reached all services. The {@link
 * Auditor} checks each snapshot against all rules. Does no I/O.
 */
final class Rules {

  private static final String UNREADABLE = "unreadable";

  /** {@code violations} returns one detail for each way in which a snapshot breaks the rule. */
  record Rule(String id, BiFunction<OrderSnapshot, Bounds, Stream<String>> violations) {}

  static final List<Rule> RULES =
      List.of(
          new Rule("order-known", (s, bounds) -> OrderRules.known(s)),
          new Rule("order-stuck", OrderRules::stuck),
          new Rule("payment-stuck", (s, bounds) -> PaymentRules.stuck(s)),
          new Rule("money", (s, bounds) -> PaymentRules.money(s)),
          new Rule("provider", (s, bounds) -> PaymentRules.provider(s)),
          new Rule("ticket", (s, bounds) -> FulfilmentRules.ticket(s)),
          new Rule("ticket-content", (s, bounds) -> FulfilmentRules.ticketContent(s)),
          new Rule("stock-owed", (s, bounds) -> FulfilmentRules.stockOwed(s)),
          new Rule("delivery", (s, bounds) -> FulfilmentRules.delivery(s)),
          new Rule("coupon", (s, bounds) -> CouponRules.coupon(s)),
          new Rule("coupon-earned", (s, bounds) -> CouponRules.earned(s)),
          new Rule("mypage", (s, bounds) -> OrderRules.page(s)),
          new Rule("notification", (s, bounds) -> OrderRules.notification(s)));

  private Rules() {}

  /**
   * The findings about one order. There are none if the order changed within the grace period,
   * because that change may not have reached every service.
   */
  static List<Finding> check(OrderSnapshot snapshot, Bounds bounds) {
    try {
      return snapshot.changedAt().isBefore(bounds.graceBegan())
          ? findings(snapshot, bounds)
          : List.of();
    } catch (DateTimeException e) {
      return List.of(unreadableTime(snapshot.orderId(), "state of this order", e));
    }
  }

  /**
   * Whether every change of the order is older than {@code time}. False when the time of a change
   * cannot be parsed.
   */
  static boolean isUnchangedSince(OrderSnapshot snapshot, Instant time) {
    try {
      return snapshot.changedAt().isBefore(time);
    } catch (DateTimeException e) {
      return false;
    }
  }

  /** {@code kind} says what is unreadable: "ticket", "menu", "coupon" …. */
  static Finding unreadableState(String subject, String kind) {
    return new Finding(UNREADABLE, subject, "the stored " + kind + " is not a JSON object");
  }

  static Finding unreadableTime(String subject, String kind, DateTimeException e) {
    return new Finding(
        UNREADABLE, subject, "a time in a stored " + kind + " is not readable: " + e.getMessage());
  }

  /**
   * If states are unreadable, returns only the findings that say so, because the rules need all
   * states.
   */
  private static List<Finding> findings(OrderSnapshot snapshot, Bounds bounds) {
    List<Finding> unreadable = unreadableStates(snapshot);
    if (!unreadable.isEmpty()) {
      return unreadable;
    }
    return RULES.stream()
        .flatMap(
            rule ->
                rule.violations()
                    .apply(snapshot, bounds)
                    .map(detail -> new Finding(rule.id(), snapshot.orderId(), detail)))
        .toList();
  }

  private static List<Finding> unreadableStates(OrderSnapshot s) {
    Stream<Map.Entry<String, JsonNode>> payments =
        s.payments().stream().map(payment -> Map.entry("payment", payment));
    Stream<Map.Entry<String, JsonNode>> others =
        Stream.of(
            Map.entry("order", s.order()),
            Map.entry("ticket", s.ticket()),
            Map.entry("delivery", s.delivery()),
            Map.entry("coupon", s.coupon()),
            Map.entry("earned coupon", s.earned()),
            Map.entry("page", s.page()));
    return Stream.concat(others, payments)
        .filter(named -> StoredJson.isUnreadable(named.getValue()))
        .map(named -> unreadableState(s.orderId(), named.getKey()))
        .toList();
  }

  static Stream<String> brokenIf(boolean condition, String detail) {
    return condition ? Stream.of(detail) : Stream.empty();
  }
}
