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
 * What must be true of every order once its changes have arrived everywhere. The {@link Auditor}
 * checks each snapshot against all rules. Pure.
 */
final class Rules {

  private static final String UNREADABLE = "unreadable";

  /** Returns one detail for each way in which a snapshot breaks the rule. */
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
   * The findings of one snapshot; none when it changed within the grace period, because the change
   * may not have arrived everywhere.
   */
  static List<Finding> check(OrderSnapshot snapshot, Bounds bounds) {
    try {
      return snapshot.changedAt().isBefore(bounds.graceBegan())
          ? findings(snapshot, bounds)
          : List.of();
    } catch (DateTimeException e) {
      return List.of(unreadable(snapshot.orderId(), e.getMessage()));
    }
  }

  /** Whether nothing of the order changed since; false when one of its times is unreadable. */
  static boolean isUnchangedSince(OrderSnapshot snapshot, Instant time) {
    try {
      return snapshot.changedAt().isBefore(time);
    } catch (DateTimeException e) {
      return false;
    }
  }

  static Finding unreadable(String subject, String detail) {
    return new Finding(UNREADABLE, subject, detail);
  }

  /** No rule is checked when one of the order's states is unreadable. */
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
        .map(
            named ->
                unreadable(s.orderId(), "what is kept of its " + named.getKey() + " is no JSON"))
        .toList();
  }

  /** The detail when the rule is broken; else nothing. */
  static Stream<String> brokenIf(boolean condition, String detail) {
    return condition ? Stream.of(detail) : Stream.empty();
  }
}
