package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What all services have stored of one order, in their own JSON; a state that a service does not
 * have is a missing node.
 *
 * @param payments every attempt, each with the provider's view of it as {@code charge}
 * @param coupon the coupon that the order names
 * @param earned the coupon that the order earned
 * @param page the order's page in MyPage, with its status as {@code shown}
 * @param pendingNotifications how many notifications of the order were not sent
 */
record OrderSnapshot(
    String orderId,
    JsonNode order,
    List<JsonNode> payments,
    JsonNode ticket,
    JsonNode delivery,
    JsonNode coupon,
    JsonNode earned,
    JsonNode page,
    long pendingNotifications) {

  /** The {@code id} of a stored state. */
  static String id(JsonNode state) {
    return state.path("id").asText();
  }

  /** The {@code status} of a stored state. */
  static String status(JsonNode state) {
    return state.path("status").asText();
  }

  /** The status of the order; empty when the order is missing. */
  String status() {
    return status(order);
  }

  boolean is(String... statuses) {
    return List.of(statuses).contains(status());
  }

  /** Paid, or to be paid on delivery, and neither canceled nor rejected since. */
  boolean isEstablished() {
    return is("PAID", "ACCEPTED", "COOKING", "COOKED", "PICKED", "DELIVERED", "COMPLETED");
  }

  /** Canceled or rejected, and waiting for its refund. */
  boolean isRefunding() {
    return order.path("settling").asBoolean();
  }

  /** Canceled, rejected or expired, with no refund to wait for. */
  boolean isCalledOff() {
    return is("CANCELED", "REJECTED", "EXPIRED") && !isRefunding();
  }

  boolean wasPaid() {
    return order.path("paymentId").isTextual();
  }

  boolean isVisit() {
    return order.path("details").path("fulfilment").asText().equals("VISIT");
  }

  /** The coupon that the order names, or null. */
  String couponId() {
    return order.path("details").path("couponId").asText(null);
  }

  /** In won. */
  long due() {
    return order.path("details").path("due").asLong();
  }

  /** When the order was delivered, or a visitor's time to come was over; null before that. */
  Instant servedAt() {
    if (!is("DELIVERED") && !(isVisit() && is("COOKED"))) {
      return null;
    }
    JsonNode visitEnd = order.path("details").path("to");
    return Stream.of(order.path("changedAt"), visitEnd)
        .filter(JsonNode::isTextual)
        .map(time -> Instant.parse(time.asText()))
        .max(Instant::compareTo)
        .orElse(null);
  }

  /** The latest change that any service stored; throws when a time cannot be parsed. */
  Instant changedAt() {
    Stream<JsonNode> states =
        Stream.concat(Stream.of(order, ticket, delivery, coupon, earned), payments.stream());
    return Stream.concat(
            states.map(state -> state.path("changedAt")),
            page.path("facts").properties().stream().map(Map.Entry::getValue))
        .map(time -> time.asText(null))
        .filter(Objects::nonNull)
        .map(Instant::parse)
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }
}
