package baedal.payment;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Fulfilment;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import baedal.postgres.PgSchema;
import baedal.postgres.PgStore;
import baedal.rabbitmq.Subscription;
import baedal.runtime.Boot;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Refusal;
import baedal.runtime.ServiceClient;
import baedal.runtime.Tokens;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cashier between a real database and a provider that does what each test wants. */
class CashierTest {

  private static final String LOOPBACK = "127.0.0.1";
  private static final String CARD = "4242424242424242";
  private static final Instant LONG_AGO = Instant.parse("2026-01-01T12:00:00Z");

  private static final Vertx vertx = Boot.vertx();
  private static final Map<String, String> withdrawn = new ConcurrentHashMap<>();

  /** What is due for an order that was changed. */
  private static final Map<String, Long> changed = new ConcurrentHashMap<>();

  private static final long SAME_PRICE = 10_000;

  private static final int SEEDS = 100;

  private static Pool pool;
  private static PaymentRepository payments;
  private static ServiceClient orders;

  private final Bank bank = new Bank();
  private Cashier cashier;

  @BeforeAll
  static void start() {
    PgStore store =
        new PgStore(
            vertx, TestServers.postgres(), PgSchema.BACKBONE, "classpath:baedal/payment/db");
    Promise<Void> prepared = Promise.promise();
    store.prepare(prepared::complete);
    prepared.future().await();
    pool = store.pool();
    payments = new PaymentRepository(pool, () -> {});
    int port =
        vertx
            .createHttpServer()
            .requestHandler(CashierTest::due)
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    Tokens tokens = new Tokens(vertx, "a secret of at least thirty-two bytes");
    orders =
        new ServiceClient(vertx, "order", "http://" + LOOPBACK + ":" + port, tokens, "payment");
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
  }

  @BeforeEach
  void hire() {
    cashier = new Cashier(vertx, payments, bank, orders, Boot.clock());
  }

  private static void due(HttpServerRequest request) {
    String orderId = request.path().split("/", -1)[3];
    request
        .response()
        .end(
            new JsonObject()
                .put("orderId", orderId)
                .put("customerId", "c-1")
                .put("due", changed.getOrDefault(orderId, SAME_PRICE))
                .put("version", changed.containsKey(orderId) ? 2 : 1)
                .put("pricedVersion", changed.containsKey(orderId) ? 2 : 1)
                .put("status", withdrawn.getOrDefault(orderId, "PLACED"))
                .encode());
  }

  /** A charge that somebody opened long ago and never finished. */
  private static Payment charging(long won) {
    return charging(won, null);
  }

  private static Payment charging(long won, IdempotencyKey key) {
    Payment.Due due = new Payment.Due(Ids.next(), "c-1", won, 1, 1, "PLACED", Fulfilment.DELIVERY);
    var opened = Payment.open(Ids.next(), due, PaymentMethod.CARD, "4242", LONG_AGO);
    assertThat(payments.open(opened, key).await()).isTrue();
    return opened.state();
  }

  private static Cashier.Wish wish(
      String orderId, String customerId, PaymentMethod method, String card, IdempotencyKey key) {
    return new Cashier.Wish(orderId, customerId, method, card, key, Instant.MAX);
  }

  private static Payment refunding() {
    String id = charging(10_000).id();
    payments.change(id, p -> p.charged(LONG_AGO)).await();
    return payments.change(id, p -> p.giveBack("canceled", LONG_AGO)).await();
  }

  private static PaymentStatus status(Payment payment) {
    return payments.change(payment.id(), Change::none).await().status();
  }

  @Test
  void a_charge_that_arrives_after_it_was_given_up_takes_no_money() {
    Payment late = charging(10_000);
    cashier.sweep().await();
    assertThat(status(late)).isEqualTo(PaymentStatus.DECLINED);
    assertThat(bank.charge(late.id(), 10_000, "CARD", CARD).await())
        .isInstanceOf(PaymentProvider.Outcome.Declined.class);
  }

  @Test
  void a_charge_that_arrives_just_before_it_is_given_up_counts() {
    Payment late = charging(10_000);
    bank.afterLookup = () -> bank.charge(late.id(), 10_000, "CARD", CARD);
    cashier.sweep().await();
    assertThat(status(late)).isEqualTo(PaymentStatus.PAID);
  }

  @Test
  void while_the_provider_is_away_nothing_is_given_up() {
    Payment unclear = charging(10_000);
    bank.away = true;
    cashier.sweep().await();
    assertThat(status(unclear)).isEqualTo(PaymentStatus.CHARGING);
    bank.away = false;
    bank.closes = false;
    cashier.sweep().await();
    assertThat(status(unclear)).isEqualTo(PaymentStatus.CHARGING);
    bank.closes = true;
  }

  @Test
  void a_charge_whose_answer_is_lost_is_neither_paid_nor_declined_until_it_is_known() {
    bank.answersAreLost = true;
    String orderId = Ids.next();
    var wish = wish(orderId, "c-1", PaymentMethod.CARD, CARD, null);
    assertThatThrownBy(() -> cashier.pay(wish).await())
        .isInstanceOfSatisfying(
            Refusal.class, no -> assertThat(no.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE));
    Payment open = payments.occupying(orderId).await().orElseThrow();
    assertThat(open.status()).isEqualTo(PaymentStatus.CHARGING);
    bank.answersAreLost = false;
    Payment paid = cashier.pay(wish).await().payment();
    assertThat(paid.id()).isEqualTo(open.id());
    assertThat(paid.status()).isEqualTo(PaymentStatus.PAID);
    assertThat(bank.charges.get()).as("what the first call took is not asked for again").isOne();
  }

  @Test
  void who_asks_again_does_not_wait_for_a_call_that_is_never_answered() throws Exception {
    String orderId = Ids.next();
    var wish = wish(orderId, "c-1", PaymentMethod.CARD, CARD, null);
    bank.hangs = true;
    Future<Cashier.Settled> dead = cashier.pay(wish);
    Future<Cashier.Settled> twin = cashier.pay(wish);
    await().until(() -> bank.charges.get() == 1);
    bank.hangs = false;
    await()
        .until(
            () -> {
              Future<Cashier.Settled> again = cashier.pay(wish);
              vertx.timer(200).await();
              return again.isComplete() && again.await().payment().status() == PaymentStatus.PAID;
            });
    assertThat(bank.charges.get()).isOne();
    assertThat(dead.isComplete() || twin.isComplete()).isFalse();
  }

  @Test
  void for_an_order_that_is_withdrawn_nothing_is_charged_and_nobody_hears_to_pay_later() {
    for (String status : List.of("CANCELED", "EXPIRED", "REJECTED")) {
      IdempotencyKey key = new IdempotencyKey("c-1", "k-" + status, "the same body");
      for (IdempotencyKey led : Arrays.asList(key, null)) {
        Payment unclear = charging(10_000, led);
        withdrawn.put(unclear.orderId(), status);
        var wish = wish(unclear.orderId(), "c-1", PaymentMethod.CARD, CARD, led);
        assertThatThrownBy(() -> cashier.pay(wish).await())
            .isInstanceOfSatisfying(
                Refusal.class, no -> assertThat(no.type()).isEqualTo("order-state"))
            .hasMessageContaining(status);
      }
    }
    assertThat(bank.charges.get()).isZero();
  }

  @Test
  void only_a_charge_shows_that_the_provider_takes_money() {
    bank.answersAreLost = true;
    var wish = wish(Ids.next(), "c-1", PaymentMethod.CARD, CARD, null);
    assertThatThrownBy(() -> cashier.pay(wish).await()).isInstanceOf(Refusal.class);
    bank.answersAreLost = false;
    assertThat(cashier.pay(wish).await().charged()).as("found out").isFalse();
    assertThat(cashier.pay(wish).await().charged()).as("paid already").isFalse();
    var next = wish(Ids.next(), "c-1", PaymentMethod.CARD, CARD, null);
    assertThat(cashier.pay(next).await().charged()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {30_000, SAME_PRICE})
  void what_was_taken_for_an_order_that_was_changed_since_does_not_pay_it(long due) {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-changed-" + due, "the same body");
    Payment old = charging(10_000, key);
    bank.charge(old.id(), 10_000, "CARD", CARD).await();
    changed.put(old.orderId(), due);
    assertRefused(old.orderId(), key, "payment-unsettled");
    assertRefused(old.orderId(), null, "payment-unsettled");
    payments.change(old.id(), p -> p.giveBack("another amount", LONG_AGO)).await();
    await()
        .until(
            () -> {
              cashier.sweep().await();
              return status(old) == PaymentStatus.REFUNDED;
            });
    assertRefused(old.orderId(), key, "payment-void");
    var anew = wish(old.orderId(), "c-1", PaymentMethod.CARD, CARD, null);
    assertThat(cashier.pay(anew).await().payment().amount()).isEqualTo(due);
  }

  @ParameterizedTest
  @ValueSource(longs = {30_000, SAME_PRICE})
  void what_was_not_taken_for_an_order_that_was_changed_since_is_not_taken_any_more(long due) {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-not-taken-" + due, "the same body");
    Payment old = charging(10_000, key);
    changed.put(old.orderId(), due);
    assertRefused(old.orderId(), key, "payment-void");
    assertThat(bank.charges.get()).isZero();
    var anew = wish(old.orderId(), "c-1", PaymentMethod.CARD, CARD, null);
    assertThat(cashier.pay(anew).await().payment().amount()).isEqualTo(due);
  }

  @Test
  void a_charge_that_nobody_heard_of_is_no_answer_once_the_order_is_withdrawn() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-unheard", "the same body");
    Payment unclear = charging(10_000, key);
    bank.charge(unclear.id(), 10_000, "CARD", CARD).await();
    withdrawn.put(unclear.orderId(), "CANCELED");
    assertRefused(unclear.orderId(), key, "order-state");
    cashier.sweep().await();
    assertThat(status(unclear)).isEqualTo(PaymentStatus.PAID);
    assertRefused(unclear.orderId(), key, "order-state");
  }

  @Test
  void an_answer_that_came_too_late_to_be_heard_is_none_under_the_key() {
    for (String since : List.of("changed", "withdrawn", "nothing")) {
      IdempotencyKey key = new IdempotencyKey("c-1", "k-late-" + since, "the same body");
      String orderId = Ids.next();
      var late = new Cashier.Wish(orderId, "c-1", PaymentMethod.CARD, CARD, key, Instant.EPOCH);
      Payment paid = cashier.pay(late).await().payment();
      switch (since) {
        case "changed" -> {
          changed.put(orderId, 30_000L);
          assertRefused(orderId, key, "payment-unsettled");
          givenBack(paid);
          assertRefused(orderId, key, "payment-void");
        }
        case "withdrawn" -> {
          withdrawn.put(orderId, "CANCELED");
          assertRefused(orderId, key, "order-state");
          givenBack(paid);
          assertRefused(orderId, key, "order-state");
        }
        default -> {
          Cashier.Wish again = wish(orderId, "c-1", PaymentMethod.CARD, CARD, key);
          assertThat(cashier.pay(again).await().payment()).isEqualTo(paid);
          withdrawn.put(orderId, "CANCELED");
          givenBack(paid);
          assertThat(cashier.pay(again).await().payment()).as("as it was heard").isEqualTo(paid);
        }
      }
    }
  }

  private void givenBack(Payment paid) {
    payments.change(paid.id(), p -> p.giveBack("in a test", Instant.now())).await();
    payments.change(paid.id(), p -> p.refunded(Instant.now())).await();
  }

  @Test
  void money_that_went_back_before_the_first_call_ended_is_no_payment() {
    bank.holdCharges = Promise.promise();
    IdempotencyKey key = new IdempotencyKey("c-1", "k-went-back", "the same body");
    Cashier.Wish wish = wish(Ids.next(), "c-1", PaymentMethod.CARD, CARD, key);
    Future<Cashier.Settled> first = cashier.pay(wish);
    await().until(() -> bank.charges.get() == 1);
    Payment open = payments.occupying(wish.orderId()).await().orElseThrow();
    payments.change(open.id(), p -> p.charged(Instant.now())).await();
    givenBack(open);
    bank.holdCharges.complete();
    assertThatThrownBy(first::await)
        .isInstanceOfSatisfying(
            Refusal.class, no -> assertThat(no.type()).isEqualTo("payment-void"));
    assertRefused(wish.orderId(), key, "payment-void");
  }

  @Test
  void who_asks_after_a_change_of_the_order_does_not_get_what_was_asked_for_before_it() {
    for (String since : List.of("changed", "withdrawn")) {
      bank.holdCharges = Promise.promise();
      String orderId = Ids.next();
      Cashier.Wish wish = wish(orderId, "c-1", PaymentMethod.CARD, CARD, null);
      int before = bank.charges.get();
      Future<Cashier.Settled> first = cashier.pay(wish);
      await().until(() -> bank.charges.get() > before);
      if (since.equals("changed")) {
        changed.put(orderId, 30_000L);
        assertRefused(orderId, null, "payment-unsettled");
      } else {
        withdrawn.put(orderId, "CANCELED");
        assertRefused(orderId, null, "order-state");
      }
      bank.holdCharges.complete();
      assertThat(first.await().payment().amount()).isEqualTo(SAME_PRICE);
    }
  }

  @Test
  void an_attempt_of_which_the_provider_never_heard_goes_on_under_its_key() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-never-heard", "the same body");
    Payment lost = charging(10_000, key);
    cashier.sweep().await();
    assertThat(status(lost)).isEqualTo(PaymentStatus.DECLINED);
    Cashier.Wish again = wish(lost.orderId(), "c-1", PaymentMethod.CARD, CARD, key);
    Payment paid = cashier.pay(again).await().payment();
    assertThat(paid.status()).isEqualTo(PaymentStatus.PAID);
    assertThat(cashier.pay(again).await().payment()).isEqualTo(paid);
    assertThat(bank.charges.get()).isOne();
  }

  private void assertRefused(String orderId, IdempotencyKey key, String type) {
    var wish = wish(orderId, "c-1", PaymentMethod.CARD, CARD, key);
    assertThatThrownBy(() -> cashier.pay(wish).timeout(20, TimeUnit.SECONDS).await())
        .isInstanceOfSatisfying(Refusal.class, no -> assertThat(no.type()).isEqualTo(type));
  }

  @Test
  void an_order_that_costs_nothing_needs_no_provider_though_a_crash_came_between() {
    bank.away = true;
    Payment free = charging(0);
    cashier.sweep().await();
    assertThat(status(free)).isEqualTo(PaymentStatus.PAID);
  }

  /** Whatever is asked of a payment is asked of it alone: the others are there to be mixed up. */
  @Test
  void in_any_order_and_with_any_duplicates_money_goes_back_once_and_a_promise_is_kept_once() {
    List<Subscription> replicas =
        Stream.of(cashier, new Cashier(vertx, payments, bank, orders, Boot.clock()))
            .map(one -> new PaymentConsumer(payments, one).subscription())
            .toList();
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Payment back = settled(PaymentMethod.CARD);
      Payment off = settled(PaymentMethod.ON_DELIVERY);
      Payment kept = settled(PaymentMethod.ON_DELIVERY);
      List<EventMessage> mail = new ArrayList<>();
      for (Payment given : List.of(back, off)) {
        String orderId = given.orderId();
        mail.add(message(new OrderEvent.PaymentRefused(orderId, given.id(), "x", LONG_AGO)));
        mail.add(message(new OrderEvent.RefundRequested(orderId, given.id(), "y", LONG_AGO)));
      }
      mail.add(
          message(new OrderEvent.Collected(kept.orderId(), kept.id(), "r-1", 10_000, LONG_AGO)));
      for (int again = random.nextInt(6); again > 0; again--) {
        mail.add(mail.get(random.nextInt(mail.size())));
      }
      Collections.shuffle(mail, random);
      for (EventMessage message : mail) {
        replicas.get(random.nextInt(replicas.size())).handle(message).await();
      }
      await().until(() -> status(back) == PaymentStatus.REFUNDED);
      assertThat(List.of(end(back), end(off), end(kept)))
          .as("seed " + seed)
          .containsExactly(
              "REFUNDED after 2 events", "REFUNDED after 2 events", "PAID after 2 events");
    }
  }

  private static Payment settled(PaymentMethod method) {
    Payment.Due due =
        new Payment.Due(Ids.next(), "c-1", 10_000, 1, 1, "PLACED", Fulfilment.DELIVERY);
    var opened = Payment.open(Ids.next(), due, method, "4242", LONG_AGO);
    assertThat(payments.open(opened, null).await()).isTrue();
    return payments.change(opened.state().id(), p -> p.charged(LONG_AGO)).await();
  }

  private static String end(Payment payment) {
    return pool.preparedQuery(
            "SELECT status || ' after ' || sequence || ' events' FROM payments WHERE id = $1")
        .execute(Tuple.of(payment.id()))
        .await()
        .iterator()
        .next()
        .getString(0);
  }

  private static EventMessage message(Event event) {
    return EventMessages.wrap(List.of(event), 1, LONG_AGO).get(0);
  }

  @Test
  void refunds_that_the_provider_refuses_do_not_stand_before_the_others() {
    for (int i = 0; i < 120; i++) {
      bank.refusesRefundOf.add(refunding().id());
    }
    Payment owed = refunding();
    for (int round = 0; round < 50 && status(owed) != PaymentStatus.REFUNDED; round++) {
      cashier.sweep().await();
    }
    assertThat(status(owed)).isEqualTo(PaymentStatus.REFUNDED);
  }

  @Test
  void no_round_begins_while_another_is_under_way() {
    Payment held = charging(10_000);
    bank.hold = Promise.promise();
    Future<?> first = cashier.sweep();
    bank.reached.future().await();
    cashier.sweep().await();
    bank.hold.complete();
    first.await();
    assertThat(bank.lookups).containsOnlyOnce(held.id());
    bank.hold = null;
    Payment next = charging(10_000);
    cashier.sweep().await();
    assertThat(status(next)).isEqualTo(PaymentStatus.DECLINED);
  }

  /** Keeps the contract of a provider, badly connected at will. */
  private static final class Bank implements PaymentProvider {

    private final Map<String, Outcome> known = new ConcurrentHashMap<>();
    private final Set<String> refusesRefundOf = ConcurrentHashMap.newKeySet();
    private final AtomicInteger charges = new AtomicInteger();
    private final List<String> lookups = new CopyOnWriteArrayList<>();
    private volatile Runnable afterLookup = () -> {};
    private volatile boolean away;
    private volatile boolean closes = true;
    private volatile boolean answersAreLost;
    private volatile boolean hangs;
    private volatile Promise<Void> holdCharges;
    private final Promise<Void> reached = Promise.promise();
    private volatile Promise<Void> hold;

    private <T> Future<T> answer(T outcome) {
      return away || answersAreLost
          ? Future.failedFuture(new IOException("no answer"))
          : Future.succeededFuture(outcome);
    }

    @Override
    public Future<Outcome> charge(String paymentId, long amount, String method, String card) {
      charges.incrementAndGet();
      known.putIfAbsent(paymentId, new Outcome.Approved());
      if (holdCharges != null) {
        return holdCharges.future().map(known.get(paymentId));
      }
      return hangs ? Promise.<Outcome>promise().future() : answer(known.get(paymentId));
    }

    @Override
    public Future<Outcome> lookup(String paymentId, long amount) {
      lookups.add(paymentId);
      Future<Outcome> found = answer(known.getOrDefault(paymentId, new Outcome.Unknown()));
      afterLookup.run();
      reached.tryComplete();
      return hold == null ? found : hold.future().compose(v -> found);
    }

    @Override
    public Future<Outcome> close(String paymentId, long amount) {
      if (!closes) {
        return answer(new Outcome.Unknown());
      }
      known.putIfAbsent(paymentId, new Outcome.Declined("closed"));
      return answer(known.get(paymentId));
    }

    @Override
    public Future<Void> refund(String paymentId, long amount) {
      return refusesRefundOf.contains(paymentId)
          ? Future.failedFuture(new IOException("refused"))
          : answer(null);
    }
  }
}
