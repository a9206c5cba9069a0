package baedal.audit;

import static baedal.audit.Rules.brokenIf;

import baedal.audit.Tolerances.Bounds;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The rules of the order itself, of its page in MyPage, and of its notifications. */
final class OrderRules {

  private OrderRules() {}

  static Stream<String> known(OrderSnapshot s) {
    return brokenIf(
        s.order().isMissingNode(),
        "the order service has no such order, but these services have data of it: "
            + String.join(", ", otherServices(s)));
  }

  private static List<String> otherServices(OrderSnapshot s) {
    return Stream.of(
            s.payments().isEmpty() ? null : "payment",
            s.ticket().isMissingNode() ? null : "store",
            s.delivery().isMissingNode() ? null : "rider",
            s.earned().isMissingNode() ? null : "coupon",
            s.page().isMissingNode() ? null : "mypage")
        .filter(Objects::nonNull)
        .toList();
  }

  static Stream<String> stuck(OrderSnapshot s, Bounds bounds) {
    String order = "order is still " + s.status();
    if (s.isRefunding()) {
      return Stream.of(order + ", but its refund should be complete by now");
    }
    if (s.is("CANCEL_REQUESTED")) {
      return Stream.of(
          order + ", but the store should have accepted or refused the cancellation by now");
    }
    if (s.is("PLACED")) {
      String expiresAt = s.order().path("details").path("expiresAt").asText();
      return brokenIf(
          Instant.parse(expiresAt).isBefore(bounds.graceBegan()),
          order + ", but its time to pay ended at " + expiresAt + ": it should be EXPIRED");
    }
    return brokenIf(
        s.servedAt() != null && s.servedAt().isBefore(bounds.completionDue()),
        order + ", but was served at " + s.servedAt() + ": it should be COMPLETED by now");
  }

  static Stream<String> page(OrderSnapshot s) {
    if (s.order().isMissingNode()) {
      return Stream.empty();
    }
    JsonNode page = s.page();
    if (page.isMissingNode()) {
      return Stream.of("order is " + s.status() + ", but MyPage has no page of it");
    }
    String shown = page.path("shown").asText("no status");
    long dueShown = page.path("details").path("due").asLong();
    return Stream.of(
            brokenIf(
                !s.status().equals(shown),
                "order is " + s.status() + ", but MyPage shows " + shown),
            brokenIf(
                dueShown != s.due(),
                "the order's amount due is "
                    + s.due()
                    + " won, but MyPage shows "
                    + dueShown
                    + " won"),
            Refunds.page(s))
        .flatMap(detail -> detail);
  }

  static Stream<String> notification(OrderSnapshot s) {
    return brokenIf(
        s.pendingNotifications() > 0,
        "notifications about this order that mypage has not sent: " + s.pendingNotifications());
  }
}
