package baedal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What all services know of one order, as they keep it; a missing node where one knows nothing.
 *
 * @param payments every attempt, each with what the provider says of it as {@code charge}
 * @param coupon the coupon that the order knows of
 * @param earned the coupon that the order earned
 * @param pending the notifications of the order that were not sent
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
    long pending) {

  String status() {
    return order.path("status").asText();
  }

  boolean is(String... statuses) {
    return List.of(statuses).contains(status());
  }

  /** Established, and not taken back. */
  boolean underWay() {
    return is("PAID", "ACCEPTED", "COOKING", "COOKED", "PICKED", "DELIVERED", "COMPLETED");
  }

  boolean settling() {
    return order.path("settling").asBoolean();
  }

  /** Canceled, rejected or expired for good. */
  boolean over() {
    return is("CANCELED", "REJECTED", "EXPIRED") && !settling();
  }

  boolean wasPaid() {
    return order.path("paymentId").isTextual();
  }

  boolean visit() {
    return order.path("details").path("fulfilment").asText().equals("VISIT");
  }

  /** The coupon that the order knows of, or null. */
  String couponId() {
    return order.path("details").path("couponId").asText(null);
  }

  long due() {
    return order.path("details").path("due").asLong();
  }

  /** Since when the customer has it, or a visitor had the time to come; null before. */
  Instant servedAt() {
    if (!is("DELIVERED") && !(visit() && is("COOKED"))) {
      return null;
    }
    JsonNode leaves = order.path("details").path("to");
    return Stream.of(order.path("changedAt"), leaves)
        .filter(JsonNode::isTextual)
        .map(time -> Instant.parse(time.asText()))
        .max(Instant::compareTo)
        .orElse(null);
  }

  /** The last change that any service made, or that MyPage was told of. */
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
