package baedal.audit;

import static baedal.audit.OrderSnapshot.status;
import static baedal.audit.Rules.brokenIf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The rules about an order's ticket in the store, and about its delivery. */
final class FulfilmentRules {

  private static final String MISSING = "missing";

  /** The status of the ticket by the status of its order. */
  private static final Map<String, String> TICKET =
      Map.of(
          "PAID", "RECEIVED",
          "ACCEPTED", "ACCEPTED",
          "COOKING", "COOKING",
          "COOKED", "COOKED",
          "PICKED", "COOKED",
          "DELIVERED", "COOKED",
          "COMPLETED", "COOKED",
          "CANCELED", "CANCELED",
          "REJECTED", "REJECTED");

  /** What a delivery may be by the status of its order; an order in another status has none. */
  private static final Map<String, Set<String>> DELIVERY =
      Map.of(
          "ACCEPTED", Set.of("WAITING"),
          "COOKING", Set.of("WAITING"),
          "COOKED", Set.of("OPEN", "CLAIMED"),
          "PICKED", Set.of("PICKED"),
          "DELIVERED", Set.of("DELIVERED"),
          "COMPLETED", Set.of("DELIVERED"));

  private FulfilmentRules() {}

  static Stream<String> ticket(OrderSnapshot s) {
    if (isUndecided(s)) {
      return Stream.empty();
    }
    String expected = s.wasPaid() ? TICKET.getOrDefault(s.status(), MISSING) : MISSING;
    String found = statusOrMissing(s.ticket());
    return brokenIf(
        !found.equals(expected),
        "is " + s.status() + (s.wasPaid() ? "" : ", never paid") + ", but its ticket is " + found);
  }

  /** The store cooks what the customer ordered. */
  static Stream<String> ticketContent(OrderSnapshot s) {
    JsonNode ordered = s.order().path("details");
    JsonNode shown = s.ticket().path("details");
    if (!s.isEstablished() || !shown.isObject()) {
      return Stream.empty();
    }
    return Stream.of("lines", "address", "memo", "due")
        .filter(field -> !withPrices(ordered.path(field)).equals(withPrices(shown.path(field))))
        .map(field -> "the ticket shows another " + field);
  }

  /**
   * Lines stored by older versions have no {@code optionPrices}; written again since, they have an
   * empty list. Both count as the same.
   */
  private static JsonNode withPrices(JsonNode content) {
    JsonNode copy = content.deepCopy();
    if (copy.isArray()) {
      copy.forEach(line -> ((ObjectNode) line).withArray("optionPrices"));
    }
    return copy;
  }

  static Stream<String> stockOwed(OrderSnapshot s) {
    return brokenIf(s.ticket().path("stockOwed").asBoolean(), "its stock is not settled");
  }

  static Stream<String> delivery(OrderSnapshot s) {
    if (isUndecided(s)) {
      return Stream.empty();
    }
    String found = statusOrMissing(s.delivery());
    return brokenIf(
        !allowedDeliveries(s).contains(found),
        "is " + s.status() + ", but its delivery is " + found);
  }

  private static Set<String> allowedDeliveries(OrderSnapshot s) {
    if (s.isCalledOff()) {
      return Set.of(MISSING, "CANCELED");
    }
    Set<String> none = Set.of(MISSING);
    return s.isVisit() ? none : DELIVERY.getOrDefault(s.status(), none);
  }

  /** Between two statuses, the ticket and the delivery may be in either. */
  private static boolean isUndecided(OrderSnapshot s) {
    return s.order().isMissingNode() || s.is("CANCEL_REQUESTED") || s.isRefunding();
  }

  private static String statusOrMissing(JsonNode state) {
    return state.isMissingNode() ? MISSING : status(state);
  }
}
