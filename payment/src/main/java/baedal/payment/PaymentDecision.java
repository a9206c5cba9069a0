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

  /** The payment has ended without an effect: no money was taken, or the money is returned. */
  REFUSE_VOID,

  /** The order is in a state in which it cannot be paid. */
  REFUSE_ORDER_STATE;

  /** How the request found the payment. */
  enum Found {
    /** The payment is stored with the request's idempotency key, and the key has no answer yet. */
    BY_KEY,

    /** The payment is the order's active payment: CHARGING, PAID, DEFERRED or REFUNDING. */
    BY_ORDER,

    /** This request has just charged the payment, or looked up its charge. */
    AFTER_CHARGE
  }

  /**
   * Decides about a stored payment. In the table, "changed order" means that {@link Payment#covers}
   * is false, because lines or amount of the order have changed. "Another card" means that the
   * request has another method, or a card with other last four digits. "Asked to pay now" means
   * that the request has a method other than payment on delivery.
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
   * an equal request may charge the payment again. This is safe, because the provider charges a
   * payment id at most once.
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
   * A payment that was opened before the lines or the amount of the order changed does not pay the
   * order. The order service refuses such a payment, and it is refunded.
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

  /**
   * A declined payment cannot be the result of a request with another card, because that card was
   * not charged.
   */
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
