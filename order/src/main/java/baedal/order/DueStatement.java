package baedal.order;

import baedal.events.Change;
import baedal.runtime.Json;
import baedal.runtime.SignedStatements;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;

/**
 * Adds the amount due of a new order to the response, as a signed statement. The gateway hands it
 * to payment with the payment of a checkout. So payment need not ask the order service.
 *
 * <p>The statement is like an answer of {@code GET /internal/orders/{orderId}/due}: the order may
 * change after it. {@link PaymentAcceptance} then refuses the payment.
 */
final class DueStatement {

  /** The name of the response header. Payment reads a request header of this name. */
  static final String HEADER = "Order-Due";

  /** The purpose of the key. Payment derives its key from the same text. */
  private static final String PURPOSE = "amount due of an order";

  /** Longer than a checkout takes, plus the difference between the clocks of two machines. */
  private static final Duration VALID_FOR = Duration.ofSeconds(30);

  private final SignedStatements statements;

  /** {@code secret} is the secret that all services share. */
  DueStatement(String secret, Clock clock) {
    statements = new SignedStatements(secret, PURPOSE, clock);
  }

  /**
   * Adds the statement if this request has placed the order. {@code order} may be the stored answer
   * of an earlier request with the same idempotency key. That order may have changed since, so it
   * gets no statement.
   */
  Order addTo(RoutingContext ctx, Change<Order> placed, Order order) {
    if (order.id().equals(placed.state().id())) {
      ctx.response().putHeader(HEADER, of(order));
    }
    return order;
  }

  /** The statement about this order. */
  String of(Order order) {
    return statements.sign(Json.fromObject(OrderApi.Due.of(order)), VALID_FOR);
  }
}
