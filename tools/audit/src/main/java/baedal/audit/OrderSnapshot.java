package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What all services have stored of one order, each in its own JSON. {@link Rules} compare it. A
 * state that a service does not have is a missing node.
 *
 * @param payments all attempts to pay; each may have the provider's charge in the field {@code
 *     charge}, see {@link PostgresAuditRepository#payments}
 * @param coupon the coupon that the order uses
 * @param earned the coupon that the customer earned with the order
 * @param page the order's page in MyPage, with the status that it shows in the field {@code shown}
 * @param pendingNotifications how many notifications about the order mypage has not sent
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

  static String id(JsonNode state) {
    return state.path("id").asText();
  }

  static String status(JsonNode state) {
    return state.path("status").asText();
  }

  /** The status of the order; "" when the order is missing. */
  String status() {
    return status(order);
  }

  boolean is(String... statuses) {
    return List.of(statuses).contains(status());
  }

  /** Whether the status is from PAID to COMPLETED: paid, or to be paid on delivery. */
  boolean isEstablished() {
    return is("PAID", "ACCEPTED", "COOKING", "COOKED", "PICKED", "DELIVERED", "COMPLETED");
  }

  /** Whether a refund was requested and is not complete. */
  boolean isRefunding() {
    return order.path("settling").asBoolean();
  }

  /** Whether the order is canceled, rejected or expired, and its refund, if any, is complete. */
  boolean isCalledOff() {
    return is("CANCELED", "REJECTED", "EXPIRED") && !isRefunding();
  }

  boolean wasPaid() {
    return order.path("paymentId").isTextual();
  }

  boolean isVisit() {
    return order.path("details").path("fulfilment").asText().equals("VISIT");
  }

  /** The coupon that the order uses; null when it uses none. */
  String couponId() {
    return order.path("details").path("couponId").asText(null);
  }

  /** The amount that the customer must pay, in won. */
  long due() {
    return order.path("details").path("due").asLong();
  }

  /**
   * When the order was delivered; for a visit, when the order was ready or when the time of the
   * visit ended, whichever is later. Null unless the order is DELIVERED, or is a visit and COOKED.
   */
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

  /**
   * The time of the latest change that any service stored; the epoch when no service stored a
   * change. Throws {@link java.time.DateTimeException} when a time cannot be parsed.
   */
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
