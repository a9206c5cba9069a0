package baedal.payment;

import baedal.events.Change;
import baedal.events.PaymentMethod;
import baedal.payment.PaymentProvider.Outcome;
import baedal.runtime.ContextFutures;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.PeriodicTask;
import baedal.runtime.Refusal;
import baedal.runtime.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves money between an order and the provider. Before each call to the provider stands a durable
 * mark, after it a durable result; what a crash left between the two is found by a sweep, and
 * settled by asking the provider.
 */
final class Cashier {

  private static final Logger log = LoggerFactory.getLogger(Cashier.class);

  /** The problem of an order whose earlier attempt has to end first. */
  static final String UNSETTLED = "payment-unsettled";

  private static final Duration ORDER_TIMEOUT = Duration.ofSeconds(2);
  static final Duration PROVIDER_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
  private static final Duration SWEEP = Duration.ofSeconds(2);

  /** Shorter than a customer waits before asking again: that call finds out anew. */
  private static final long TOGETHER_MILLIS = 500;

  private static final Duration SWEEP_TIMEOUT = Duration.ofMinutes(1);

  /** Longer than a call to the provider can take: nobody is still waiting for its answer. */
  private static final Duration STUCK_AFTER = Duration.ofSeconds(15);

  /** A charge the provider has not heard of after this time is closed there. */
  private static final Duration ABANDONED_AFTER = Duration.ofSeconds(60);

  private final Vertx vertx;
  private final PaymentRepository payments;
  private final PaymentProvider provider;
  private final ServiceClient orders;
  private final Clock clock;
  private final Map<Asked, Future<Settled>> paying = new ConcurrentHashMap<>();
  private final PeriodicTask sweep;

  Cashier(
      Vertx vertx,
      PaymentRepository payments,
      PaymentProvider provider,
      ServiceClient orders,
      Clock clock) {
    this.vertx = vertx;
    this.payments = payments;
    this.provider = provider;
    this.orders = orders;
    this.clock = clock;
    sweep = new PeriodicTask(vertx, SWEEP, "what is unsettled", this::settleAll);
  }

  void start() {
    sweep.start();
  }

  void stop() {
    sweep.stop();
  }

  /**
   * What a customer asks for; {@code card} and {@code key} may be null. What comes after {@code
   * heardUntil} nobody waits for any more.
   */
  record Wish(
      String orderId,
      String customerId,
      PaymentMethod method,
      String card,
      IdempotencyKey key,
      Instant heardUntil) {

    /** The same for all who ask for the same. */
    Wish twin() {
      return new Wish(orderId, customerId, method, card, key, Instant.MAX);
    }
  }

  /** Who asks for the same, of an order that is the same, waits for the same. */
  private record Asked(Wish twin, Payment.Due due) {}

  /** {@code charged} tells whether the provider was asked to take the money in this very call. */
  record Settled(Payment payment, boolean charged) {

    static Settled before(Payment payment) {
      return new Settled(payment, false);
    }
  }

  /**
   * The settled payment of this order; made now, or before, but once. Under the same key it is
   * answered as the first time, declined or not, if the answer can have been heard.
   */
  Future<Settled> pay(Wish wish) {
    return wish.key() == null
        ? payNow(wish).compose(Cashier::standing)
        : payments
            .led(wish.key())
            .compose(first -> first.isPresent() ? again(first.get(), wish) : payNow(wish))
            .compose(Cashier::standing)
            .compose(end -> isHeard(wish) ? answer(wish, end) : Future.succeededFuture(end));
  }

  private Future<Settled> answer(Wish wish, Settled end) {
    return payments
        .answer(wish.key(), end.payment())
        .map(first -> new Settled(first, end.charged()));
  }

  private boolean isHeard(Wish wish) {
    return clock.instant().isBefore(wish.heardUntil());
  }

  /** An attempt that was given up, or whose money went back, is neither paid nor declined. */
  private static Future<Settled> standing(Settled end) {
    return switch (end.payment().status()) {
      case REFUNDING, REFUNDED -> Future.failedFuture(voided());
      case CHARGING, PAID, DEFERRED, DECLINED ->
          end.payment().isAbandoned() ? Future.failedFuture(voided()) : Future.succeededFuture(end);
    };
  }

  /** The key led to this payment before, and perhaps nobody has heard how it ended. */
  private Future<Settled> again(PaymentRepository.Led first, Wish wish) {
    return first.answered()
        ? Future.succeededFuture(Settled.before(first.payment()))
        : due(wish)
            .compose(
                due ->
                    due.payable() ? ended(first.payment(), due, wish) : settledBefore(due, wish));
  }

  private Future<Settled> ended(Payment first, Payment.Due due, Wish wish) {
    return switch (first.status()) {
      case CHARGING -> settleOrCharge(first, due, wish);
      case PAID, DEFERRED -> covering(Settled.before(first), due);
      case DECLINED ->
          first.isAbandoned() && first.covers(due)
              ? payments.forget(wish.key(), first.id()).compose(v -> payNow(wish))
              : Future.succeededFuture(Settled.before(first));
      case REFUNDING, REFUNDED -> Future.succeededFuture(Settled.before(first));
    };
  }

  /** What does not settle the order as it is now goes back. */
  private static Future<Settled> covering(Settled end, Payment.Due due) {
    return end.payment().settles() && !end.payment().covers(due)
        ? Future.failedFuture(unsettled())
        : Future.succeededFuture(end);
  }

  private Future<Settled> payNow(Wish wish) {
    return due(wish).compose(due -> onceHere(due, wish));
  }

  private Future<Payment.Due> due(Wish wish) {
    return orders
        .get("/internal/orders/" + wish.orderId() + "/due", ORDER_TIMEOUT)
        .map(json -> Json.toObject(json, Payment.Due.class))
        .map(
            due -> {
              if (!due.customerId().equals(wish.customerId())) {
                throw Refusal.notFound("there is no order " + wish.orderId());
              }
              return due;
            });
  }

  /**
   * Many equal ones at once: the first does it, the others get its result. Who comes later does not
   * wait for a call that may never be answered.
   */
  private Future<Settled> onceHere(Payment.Due due, Wish wish) {
    Asked asked = new Asked(wish.twin(), due);
    Future<Settled> here = paying.get(asked);
    if (here != null) {
      return ContextFutures.onCallersContext(here);
    }
    Future<Settled> mine = due.payable() ? openOrJoin(due, wish) : settledBefore(due, wish);
    paying.put(asked, mine);
    long parting = vertx.setTimer(TOGETHER_MILLIS, id -> paying.remove(asked, mine));
    return mine.onComplete(
        done -> {
          vertx.cancelTimer(parting);
          paying.remove(asked, mine);
        });
  }

  /** Nothing is charged for an order that is not due; what has settled it is shown again. */
  private Future<Settled> settledBefore(Payment.Due due, Wish wish) {
    Refusal notDue =
        Refusal.conflict("order-state", "only a PLACED order can be paid: it is " + due.status());
    return due.withdrawn()
        ? Future.failedFuture(notDue)
        : payments
            .occupying(due.orderId())
            .map(found -> found.filter(Payment::settles).orElseThrow(() -> notDue))
            .compose(settled -> unlessPromised(settled, wish));
  }

  /** It may be paid already, whatever is wrong with this wish. */
  private Future<Settled> openOrJoin(Payment.Due due, Wish wish) {
    String card = wish.card();
    Change<Payment> opened;
    try {
      opened =
          Payment.open(Ids.next(), due, wish.method(), Payment.lastFour(card), clock.instant());
    } catch (Refusal unfit) {
      return payments
          .occupying(due.orderId())
          .compose(
              paid ->
                  paid.map(payment -> join(payment, due, wish))
                      .orElseGet(() -> Future.failedFuture(unfit)));
    }
    return payments
        .open(opened, wish.key())
        .compose(
            first -> {
              if (!first) {
                return overtaken(due, wish);
              }
              return opened.state().status() == PaymentStatus.CHARGING
                  ? charge(
                      opened.state(),
                      card,
                      how -> payments.changeOpened(opened, isHeard(wish), how))
                  : Future.succeededFuture(Settled.before(opened.state()));
            });
  }

  /** In this very moment the key led elsewhere, or somebody else opened a payment of the order. */
  private Future<Settled> overtaken(Payment.Due due, Wish wish) {
    Future<Optional<PaymentRepository.Led>> led =
        wish.key() == null ? Future.succeededFuture(Optional.empty()) : payments.led(wish.key());
    return led.compose(
        first ->
            first.isPresent()
                ? again(first.get(), wish)
                : payments
                    .occupying(wish.orderId())
                    .compose(
                        other ->
                            other
                                .map(payment -> join(payment, due, wish))
                                .orElseGet(() -> Future.failedFuture(unsettled()))));
  }

  /** Somebody paid already, or is about to: their result is the truth for us too. */
  private Future<Settled> join(Payment other, Payment.Due due, Wish wish) {
    return switch (other.status()) {
      case PAID, DEFERRED ->
          covering(Settled.before(other), due).compose(end -> unlessPromised(end.payment(), wish));
      case CHARGING -> settleOrCharge(other, due, wish).compose(end -> ours(end, wish));
      case REFUNDING, DECLINED, REFUNDED -> Future.failedFuture(unsettled());
    };
  }

  /** A promise is no answer to a customer who wants to pay now: nothing was taken. */
  private static Future<Settled> unlessPromised(Payment settled, Wish wish) {
    return settled.status() == PaymentStatus.DEFERRED && !wish.method().deferred()
        ? Future.failedFuture(promised())
        : Future.succeededFuture(Settled.before(settled));
  }

  /** That another card was declined says nothing about this one: it has not been tried. */
  private static Future<Settled> ours(Settled end, Wish wish) {
    return end.payment().status() == PaymentStatus.DECLINED
            && !end.payment().isBy(wish.method(), wish.card())
        ? Future.failedFuture(unsettled())
        : Future.succeededFuture(end);
  }

  /**
   * Whoever began this charge may have died before the provider heard of it. With the same card,
   * for what is still due, it is asked for again: the provider charges a payment once, however
   * often it is asked.
   */
  private Future<Settled> settleOrCharge(Payment payment, Payment.Due due, Wish wish) {
    boolean wanted = payment.isBy(wish.method(), wish.card()) && payment.covers(due);
    return lookup(payment)
        .compose(
            outcome ->
                outcome instanceof Outcome.Unknown && wanted
                    ? charge(
                        payment,
                        wish.card(),
                        how ->
                            isHeard(wish)
                                ? payments.changeAsAnswer(payment.id(), how)
                                : payments.change(payment.id(), how))
                    : record(payment, outcome, to(payment)).map(Settled::before))
        .compose(end -> covering(end, due));
  }

  /** A change to one payment, however it is to be changed. */
  private interface Write extends Function<Function<Payment, Change<Payment>>, Future<Payment>> {}

  private Write to(Payment payment) {
    return how -> payments.change(payment.id(), how);
  }

  private Future<Settled> charge(Payment payment, String card, Write write) {
    return asked(payment, p -> provider.charge(p.id(), p.amount(), p.method().name(), card))
        .compose(outcome -> record(payment, outcome, write))
        .map(end -> new Settled(end, payment.amount() > 0));
  }

  /** A charge that nobody here waits for: the provider knows what became of it. */
  private Future<Payment> settle(Payment payment) {
    return lookup(payment).compose(outcome -> record(payment, outcome, to(payment)));
  }

  private Future<Outcome> lookup(Payment payment) {
    return asked(payment, p -> provider.lookup(p.id(), p.amount()));
  }

  /** What the provider says; where nothing is due there is nothing to ask. */
  private static Future<Outcome> asked(
      Payment payment, Function<Payment, Future<Outcome>> question) {
    return payment.amount() == 0
        ? Future.succeededFuture(new Outcome.Approved())
        : question
            .apply(payment)
            .timeout(PROVIDER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .recover(e -> Future.failedFuture(later()));
  }

  private Future<Payment> record(Payment payment, Outcome outcome, Write write) {
    if (outcome instanceof Outcome.Approved) {
      return write.apply(p -> p.charged(clock.instant()));
    }
    if (outcome instanceof Outcome.Declined declined) {
      return write.apply(p -> p.declined(declined.reason(), clock.instant()));
    }
    return payment.openedAt().plus(ABANDONED_AFTER).isBefore(clock.instant())
        ? giveUp(payment)
        : Future.failedFuture(unsettled());
  }

  /** Somebody may be about to charge it at this very moment: the provider decides who is first. */
  private Future<Payment> giveUp(Payment payment) {
    return asked(payment, p -> provider.close(p.id(), p.amount()))
        .compose(
            outcome -> {
              if (outcome instanceof Outcome.Unknown) {
                return Future.failedFuture(unsettled());
              }
              return outcome instanceof Outcome.Declined
                  ? record(payment, new Outcome.Declined(Payment.ABANDONED), to(payment))
                  : record(payment, outcome, to(payment));
            });
  }

  /** Drives a refund that is marked; what fails is driven again by the sweep. */
  void refund(Payment payment) {
    if (payment.status() == PaymentStatus.REFUNDING) {
      refundNow(payment)
          .onFailure(
              e ->
                  log.atWarn()
                      .addKeyValue("orderId", payment.orderId())
                      .addKeyValue("cause", e.toString())
                      .log("the refund is tried again"));
    }
  }

  private Future<Payment> refundNow(Payment payment) {
    Future<Void> given =
        payment.amount() == 0 || payment.method().deferred()
            ? Future.succeededFuture()
            : provider
                .refund(payment.id(), payment.amount())
                .timeout(PROVIDER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    return given.compose(v -> payments.change(payment.id(), p -> p.refunded(clock.instant())));
  }

  /** One round over what is unsettled; while it lasts, no other begins. */
  Future<?> sweep() {
    return sweep.runNow();
  }

  private Future<?> settleAll() {
    Instant since = clock.instant().minus(STUCK_AFTER);
    return Future.join(
            driven(PaymentStatus.CHARGING, since, this::settle),
            driven(PaymentStatus.REFUNDING, since, this::refundNow),
            payments.forget(clock.instant()))
        .timeout(SWEEP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Future<?> driven(
      PaymentStatus status, Instant since, Function<Payment, Future<Payment>> action) {
    return payments
        .stuck(status, since)
        .compose(
            stuck -> {
              List<Future<Payment>> drives = stuck.stream().map(p -> driven(p, action)).toList();
              return Future.join(drives)
                  .onFailure(
                      e ->
                          log.atWarn()
                              .addKeyValue("status", status)
                              .addKeyValue(
                                  "payments", drives.stream().filter(Future::failed).count())
                              .addKeyValue("cause", e.toString())
                              .log("still unsettled"))
                  .otherwiseEmpty();
            });
  }

  private static Future<Payment> driven(
      Payment payment, Function<Payment, Future<Payment>> action) {
    return action
        .apply(payment)
        .onSuccess(
            done ->
                log.atInfo()
                    .addKeyValue("orderId", payment.orderId())
                    .addKeyValue("status", done.status())
                    .log("settled later"))
        .onFailure(
            e ->
                log.atDebug()
                    .addKeyValue("orderId", payment.orderId())
                    .addKeyValue("cause", e.toString())
                    .log("still unsettled"));
  }

  private static Refusal later() {
    return Refusal.unavailable(
        "payment-unavailable",
        "the provider did not answer in time: your order is kept, pay a little later",
        RETRY_AFTER);
  }

  private static Refusal voided() {
    return Refusal.conflict(
        "payment-void",
        "of this attempt no money was kept: the order was changed or withdrawn meanwhile, or the provider never heard of"
            + " it; pay again, under another key");
  }

  private static Refusal promised() {
    return Refusal.conflict(
        "payment-promised",
        "this order is to be paid on delivery, and nothing was charged now: pay the rider; to pay by card instead, cancel"
            + " the order while it can be canceled, and order again");
  }

  private static Refusal unsettled() {
    return Refusal.unavailable(
        UNSETTLED,
        "an earlier attempt to pay this order is not settled yet: pay a little later",
        RETRY_AFTER);
  }
}
