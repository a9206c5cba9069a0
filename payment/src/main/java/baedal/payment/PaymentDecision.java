package baedal.payment;

/**
 * What to do with a request to pay when a payment is already stored. {@link #of} is the decision
 * table, and {@link PayOrder} carries out the decision.
 */
enum PaymentDecision {
  /** The stored payment is the result. */
  ANSWER,

  /** Ask the provider for the result of the charge. If it does not know the charge, charge now. */
  LOOK_UP_OR_CHARGE,

  /** Ask the provider for the result of the charge. Take no money. */
  LOOK_UP,

  /** The provider never received the charge: open another payment with the same key. */
  OPEN_ANOTHER,

  /** An earlier attempt has to end first. */
  REFUSE_PENDING,

  /** The order will be paid on delivery, but the request asks to pay now. */
  REFUSE_DEFERRED,

  /** The attempt has ended, and no money was kept. */
  REFUSE_VOID,

  /** The order is in a state in which it cannot be paid. */
  REFUSE_ORDER_STATE;

  /** How the request found the payment. */
  enum Found {
    /** It is stored with the request's idempotency key, which has no answer yet. */
    BY_KEY,

    /** It is the order's active payment: CHARGING, PAID, DEFERRED or REFUNDING. */
    BY_ORDER,

    /** This request has just charged it or looked up its charge. */
    AFTER_CHARGE
  }

  /**
   * Decides about a stored payment. In the table, a changed order is one that the payment does not
   * cover. Another card is one with other last digits, or another method.
   *
   * <pre>
   * order is PLACED     | BY_KEY             | BY_ORDER             | AFTER_CHARGE
   * --------------------|--------------------|----------------------|---------------------
   * CHARGING            | LOOK_UP_OR_CHARGE  | LOOK_UP_OR_CHARGE    | REFUSE_PENDING
   *   changed order     | LOOK_UP            | LOOK_UP              | REFUSE_PENDING
   *   another card      | LOOK_UP            | LOOK_UP              | REFUSE_PENDING
   * PAID                | ANSWER             | ANSWER               | ANSWER
   *   changed order     | REFUSE_PENDING     | REFUSE_PENDING       | REFUSE_PENDING
   * DEFERRED            | ANSWER             | ANSWER               | ANSWER
   *   changed order     | REFUSE_PENDING     | REFUSE_PENDING       | REFUSE_PENDING
   *   asked to pay now  | ANSWER             | REFUSE_DEFERRED      | ANSWER
   * DECLINED            | ANSWER             | REFUSE_PENDING       | ANSWER
   *   another card      | ANSWER             | REFUSE_PENDING       | REFUSE_PENDING
   * DECLINED, abandoned | OPEN_ANOTHER       | REFUSE_PENDING       | REFUSE_VOID
   *   changed order     | REFUSE_VOID        | REFUSE_PENDING       | REFUSE_VOID
   *   another card      | OPEN_ANOTHER       | REFUSE_PENDING       | REFUSE_PENDING
   * REFUNDING, REFUNDED | REFUSE_VOID        | REFUSE_PENDING       | REFUSE_VOID
   *
   * order is not PLACED: only a payment found BY_ORDER counts
   * canceled, rejected, expired     | REFUSE_ORDER_STATE
   * else PAID                       | ANSWER
   * else DEFERRED                   | ANSWER; REFUSE_DEFERRED when asked to pay now
   * else                            | REFUSE_ORDER_STATE
   * </pre>
   */
  static PaymentDecision of(Found found, Payment payment, Payment.Due due, PaymentRequest request) {
    if (!due.payable()) {
      return due.withdrawn() || !payment.paysOrder()
          ? REFUSE_ORDER_STATE
          : unlessDeferred(payment, request);
    }
    return switch (payment.status()) {
      case CHARGING -> charging(found, payment, due, request);
      case PAID, DEFERRED -> paidOrDeferred(found, payment, due, request);
      case DECLINED -> declined(found, payment, due, request);
      case REFUNDING, REFUNDED -> found == Found.BY_ORDER ? REFUSE_PENDING : REFUSE_VOID;
    };
  }

  /**
   * The process that opened the payment may have died before the provider received the charge. So
   * the same request may charge it again. This is safe, because the provider charges a payment id
   * once.
   */
  private static PaymentDecision charging(
      Found found, Payment payment, Payment.Due due, PaymentRequest request) {
    return switch (found) {
      case BY_KEY, BY_ORDER ->
          payment.isBy(request.method(), request.card()) && payment.covers(due)
              ? LOOK_UP_OR_CHARGE
              : LOOK_UP;
      case AFTER_CHARGE -> REFUSE_PENDING;
    };
  }

  /**
   * A payment for an earlier version of the order does not pay the order. The order service refuses
   * such a payment, and it is refunded.
   */
  private static PaymentDecision paidOrDeferred(
      Found found, Payment payment, Payment.Due due, PaymentRequest request) {
    if (!payment.covers(due)) {
      return REFUSE_PENDING;
    }
    return switch (found) {
      case BY_KEY, AFTER_CHARGE -> ANSWER;
      case BY_ORDER -> unlessDeferred(payment, request);
    };
  }

  /** A payment on delivery cannot be the result of a request to pay now: it took no money. */
  private static PaymentDecision unlessDeferred(Payment payment, PaymentRequest request) {
    return payment.status() == PaymentStatus.DEFERRED && !request.method().deferred()
        ? REFUSE_DEFERRED
        : ANSWER;
  }

  /** A decline cannot be the result of a request with another card, which was not charged. */
  private static PaymentDecision declined(
      Found found, Payment payment, Payment.Due due, PaymentRequest request) {
    return switch (found) {
      case BY_KEY -> payment.isAbandoned() ? abandoned(payment, due) : ANSWER;
      case BY_ORDER -> REFUSE_PENDING;
      case AFTER_CHARGE -> {
        if (!payment.isBy(request.method(), request.card())) {
          yield REFUSE_PENDING;
        }
        yield payment.isAbandoned() ? REFUSE_VOID : ANSWER;
      }
    };
  }

  private static PaymentDecision abandoned(Payment payment, Payment.Due due) {
    return payment.covers(due) ? OPEN_ANOTHER : REFUSE_VOID;
  }
}
