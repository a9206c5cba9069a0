package baedal.payment;

import baedal.runtime.Json;
import baedal.runtime.SignedStatements;
import java.time.Clock;
import java.util.Optional;

/**
 * Reads the amount due from the signed statement that the order service added to the response for a
 * new order. Without a valid statement, payment asks the order service ({@link OrderClient}).
 */
final class DueStatement {

  /** The name of the request header. Order adds a response header of this name. */
  static final String HEADER = "Order-Due";

  /** The purpose of the key. Order derives its key from the same text. */
  private static final String PURPOSE = "amount due of an order";

  private final SignedStatements statements;

  /** {@code secret} is the secret that all services share. */
  DueStatement(String secret, Clock clock) {
    statements = new SignedStatements(secret, PURPOSE, clock);
  }

  /**
   * What the statement says about this order of this customer. Empty if the statement is missing
   * (null), forged, expired, or about another order or customer.
   */
  Optional<Payment.Due> read(String statement, String orderId, String customerId) {
    return Optional.ofNullable(statement)
        .flatMap(statements::verify)
        .map(json -> Json.toObject(json, Payment.Due.class))
        .filter(due -> due.orderId().equals(orderId) && due.customerId().equals(customerId));
  }
}
