package baedal.audit;

import static baedal.audit.Rules.brokenIf;

import baedal.audit.Tolerances.Bounds;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.stream.Stream;

/** The rules about the order itself, and about what its customer is shown. */
final class OrderRules {

  private OrderRules() {}

  static Stream<String> known(OrderSnapshot s) {
    return brokenIf(
        s.order().isMissingNode(), "other services know of an order that the order service lost");
  }

  static Stream<String> stuck(OrderSnapshot s, Bounds bounds) {
    boolean unexpired =
        s.is("PLACED")
            && Instant.parse(s.order().path("details").path("expiresAt").asText())
                .isBefore(bounds.graceBegan());
    boolean unconfirmed = s.servedAt() != null && s.servedAt().isBefore(bounds.silenceBegan());
    return brokenIf(
        unexpired || unconfirmed || s.is("CANCEL_REQUESTED") || s.isRefunding(),
        "still " + s.status() + (s.isRefunding() ? ", waiting for its money" : ""));
  }

  static Stream<String> page(OrderSnapshot s) {
    if (s.order().isMissingNode()) {
      return Stream.empty();
    }
    JsonNode page = s.page();
    String shown = page.path("shown").asText("nothing");
    return Stream.concat(
        brokenIf(!s.status().equals(shown), "is " + s.status() + ", but MyPage shows " + shown),
        brokenIf(
            page.isObject() && page.path("details").path("due").asLong() != s.due(),
            s.due()
                + " won are due, but MyPage shows "
                + page.path("details").path("due").asLong()));
  }

  static Stream<String> notification(OrderSnapshot s) {
    return brokenIf(
        s.pendingNotifications() > 0, s.pendingNotifications() + " notifications were not sent");
  }
}
