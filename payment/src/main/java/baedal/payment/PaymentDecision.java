package baedal.payment;

/**
 * What happens to a payment request that finds a payment stored already. {@link #of} is the
 * decision table; {@link PayOrder} carries the decision out.
 */
enum PaymentDecision {
  /** The stored payment is the result. */
  ANSWER,

  /** Ask the provider for the result of the charge. If it does not know the charge, charge now. */
  LOOK_UP_OR_CHARGE,

  /** Ask the provider for the result of the charge. Take no money. */
  LOOK_UP,

  /** The provider never received the charge: open another payment under the same key. */
  OPEN_ANOTHER,

  /** An earlier attempt has to end first. */
  REFUSE_UNSETTLED,

  /** The order is to be paid on delivery, and the request wants to pay now. */
  REFUSE_PROMISED,

  /** The attempt under this key kept no money. */
  REFUSE_VOID,

  /** The order is in a state in which it cannot be paid. */
  REFUSE_ORDER_STATE;

  /** How the request found the payment. */
  enum Found {
    /** The request's idempotency key led to it, and has no answer yet. */
    BY_KEY,

    /** It is the order's active payment: open, settled or being refunded. */
    BY_ORDER,

    /** Its charge has just ended in this request. */
    AFTER_CHARGE
  }

  /**
   * Decides about {@code payment}. A changed order is one that the payment does not cover; another
   * card is one with other last digits, or another method.
   *
   * <pre>
   * order is PLACED     | BY_KEY             | BY_ORDER             | AFTER_CHARGE
   * --------------------|--------------------|----------------------|---------------------
   * CHARGING            | LOOK_UP_OR_CHARGE  | LOOK_UP_OR_CHARGE    | REFUSE_UNSETTLED
   *   changed order     | LOOK_UP            | LOOK_UP              | REFUSE_UNSETTLED
   *   another card      | LOOK_UP            | LOOK_UP              | REFUSE_UNSETTLED
   * PAID                | ANSWER             | ANSWER               | ANSWER
   *   changed order     | REFUSE_UNSETTLED   | REFUSE_UNSETTLED     | REFUSE_UNSETTLED
   * DEFERRED            | ANSWER             | ANSWER               | ANSWER
   *   changed order     | REFUSE_UNSETTLED   | REFUSE_UNSETTLED     | REFUSE_UNSETTLED
   *   asked to pay now  | ANSWER             | REFUSE_PROMISED      | ANSWER
   * DECLINED            | ANSWER             | REFUSE_UNSETTLED     | ANSWER
   *   another card      | ANSWER             | REFUSE_UNSETTLED     | REFUSE_UNSETTLED
   * DECLINED, abandoned | OPEN_ANOTHER       | REFUSE_UNSETTLED     | REFUSE_VOID
   *   changed order     | REFUSE_VOID        | REFUSE_UNSETTLED     | REFUSE_VOID
   *   another card      | OPEN_ANOTHER       | REFUSE_UNSETTLED     | REFUSE_UNSETTLED
   * REFUNDING, REFUNDED | REFUSE_VOID        | REFUSE_UNSETTLED     | REFUSE_VOID
   *
   * order is not PLACED: only a payment found BY_ORDER counts
   * canceled, rejected, expired     | REFUSE_ORDER_STATE
   * else PAID                       | ANSWER
   * else DEFERRED                   | ANSWER; REFUSE_PROMISED when asked to pay now
   * else                            | REFUSE_ORDER_STATE
   * </pre>
   */
  static PaymentDecision of(Found found, Payment payment, Payment.Due due, PaymentRequest request) {
    if (!due.payable()) {
      return due.withdrawn() || !payment.settles()
          ? REFUSE_ORDER_STATE
          : unlessPromised(payment, request);
    }
    return switch (payment.status()) {
      case CHARGING -> charging(found, payment, due, request);
      case PAID, DEFERRED -> settled(found, payment, due, request);
      case DECLINED -> declined(found, payment, due, request);
      case REFUNDING, REFUNDED -> found == Found.BY_ORDER ? REFUSE_UNSETTLED : REFUSE_VOID;
    };
  }

  /**
   * The process that opened the payment may have died before the provider received the charge. The
   * same request may charge it again: the provider charges a payment id once.
   */
  private static PaymentDecision charging(
      Found found, Payment payment, Payment.Due due, PaymentRequest request) {
    return switch (found) {
      case BY_KEY, BY_ORDER ->
          payment.isBy(request.method(), request.card()) && payment.covers(due)
              ? LOOK_UP_OR_CHARGE
              : LOOK_UP;
      case AFTER_CHARGE -> REFUSE_UNSETTLED;
    };
  }

  /** Money taken for the order as it was before a change goes back: it pays nothing. */
  private static PaymentDecision settled(
      Found found, Payment payment, Payment.Due due, PaymentRequest request) {
    if (!payment.covers(due)) {
      return REFUSE_UNSETTLED;
    }
    return switch (found) {
      case BY_KEY, AFTER_CHARGE -> ANSWER;
      case BY_ORDER -> unlessPromised(payment, request);
    };
  }

  /** A promise does not answer a customer who wants to pay now: no money was taken. */
  private static PaymentDecision unlessPromised(Payment payment, PaymentRequest request) {
    return payment.status() == PaymentStatus.DEFERRED && !request.method().deferred()
        ? REFUSE_PROMISED
        : ANSWER;
  }

  /** A declined card says nothing about another one, which has not been tried. */
  private static PaymentDecision declined(
      Found found, Payment payment, Payment.Due due, PaymentRequest request) {
    return switch (found) {
      case BY_KEY -> payment.isAbandoned() ? abandoned(payment, due) : ANSWER;
      case BY_ORDER -> REFUSE_UNSETTLED;
      case AFTER_CHARGE -> {
        if (!payment.isBy(request.method(), request.card())) {
          yield REFUSE_UNSETTLED;
        }
        yield payment.isAbandoned() ? REFUSE_VOID : ANSWER;
      }
    };
  }

  private static PaymentDecision abandoned(Payment payment, Payment.Due due) {
    return payment.covers(due) ? OPEN_ANOTHER : REFUSE_VOID;
  }
}
