package baedal.audit;

import static baedal.audit.OrderSnapshot.status;
import static baedal.audit.Rules.brokenIf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of an order's ticket in the store, and of its delivery. */
final class FulfilmentRules {

  private static final String NONE = "none";

  /** The status that the ticket must have, by the status of its order. */
  private static final Map<String, String> TICKET_STATUS =
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

  /**
   * The statuses that the delivery may have, by the status of its order. An order in any other
   * status has no delivery.
   */
  private static final Map<String, Set<String>> DELIVERY_STATUSES =
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
    String expected = s.wasPaid() ? TICKET_STATUS.getOrDefault(s.status(), NONE) : NONE;
    String found = statusOrNone(s.ticket());
    return brokenIf(
        !found.equals(expected),
        "order is "
            + s.status()
            + (s.wasPaid() ? "" : " and was never paid")
            + "; status of its ticket: "
            + found
            + ", expected: "
            + expected);
  }

  static Stream<String> ticketContent(OrderSnapshot s) {
    JsonNode ordered = s.order().path("details");
    JsonNode shown = s.ticket().path("details");
    if (!s.isEstablished() || !shown.isObject()) {
      return Stream.empty();
    }
    return Stream.of("lines", "address", "memo", "due", "stay")
        .filter(field -> !comparable(ordered.path(field)).equals(comparable(shown.path(field))))
        .map(field -> differing(field, ordered.path(field), shown.path(field)));
  }

  /** The finding shows no address and no memo, because they are personal data. */
  private static String differing(String field, JsonNode ordered, JsonNode shown) {
    return switch (field) {
      case "lines", "due", "stay" ->
          "\"%s\" is %s in the order, but %s in the ticket".formatted(field, ordered, shown);
      default ->
          "\"%s\" of the ticket differs from the order (personal data, not shown)".formatted(field);
    };
  }

  /**
   * Lines of older versions have no {@code optionPrices} and no {@code nightPrices}, and their
   * orders have no {@code stay}. A service that stores such an order again gives it empty lists and
   * a null. This method does the same, so that both forms are equal.
   */
  private static JsonNode comparable(JsonNode content) {
    if (content.isMissingNode()) {
      return NullNode.getInstance();
    }
    JsonNode copy = content.deepCopy();
    if (copy.isArray()) {
      copy.forEach(
          line -> {
            ((ObjectNode) line).withArray("optionPrices");
            ((ObjectNode) line).withArray("nightPrices");
          });
    }
    return copy;
  }

  static Stream<String> stockOwed(OrderSnapshot s) {
    String status = status(s.ticket());
    return brokenIf(
        s.ticket().path("stockOwed").asBoolean(),
        "ticket is "
            + status
            + ", but the stock that it took was not "
            + switch (status) {
              case "REJECTED", "CANCELED" -> "given back";
              case "COOKED" -> "counted as sold";
              default -> "recorded as taken by a ticket";
            });
  }

  static Stream<String> delivery(OrderSnapshot s) {
    if (isUndecided(s)) {
      return Stream.empty();
    }
    String found = statusOrNone(s.delivery());
    Set<String> expected = expectedDeliveries(s);
    return brokenIf(
        !expected.contains(found),
        "order is "
            + s.status()
            + "; status of its delivery: "
            + found
            + ", expected: "
            + expected.stream().sorted().collect(Collectors.joining(" or ")));
  }

  private static Set<String> expectedDeliveries(OrderSnapshot s) {
    if (s.isCalledOff()) {
      return Set.of(NONE, "CANCELED");
    }
    Set<String> none = Set.of(NONE);
    return s.isVisit() ? none : DELIVERY_STATUSES.getOrDefault(s.status(), none);
  }

  /**
   * Whether ticket and delivery may have any status: a cancellation or a refund is in progress, or
   * the order is missing, which the rule {@code order-known} reports.
   */
  private static boolean isUndecided(OrderSnapshot s) {
    return s.order().isMissingNode() || s.is("CANCEL_REQUESTED") || s.isRefunding();
  }

  private static String statusOrNone(JsonNode state) {
    return state.isMissingNode() ? NONE : status(state);
  }
}
