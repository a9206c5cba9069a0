package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.backing.TestServers;
import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.PaymentMethod;
import baedal.rabbitmq.PgSchema;
import baedal.rabbitmq.PgStore;
import baedal.runtime.Boot;
import baedal.runtime.Ids;
import baedal.runtime.Refusal;
import baedal.runtime.ServiceClient;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The cashier between a real database and a provider that does what each test wants. */
class CashierTest {

  private static final String LOOPBACK = "127.0.0.1";
  private static final String CARD = "4242424242424242";
  private static final Instant LONG_AGO = Instant.parse("2026-01-01T12:00:00Z");

  private static final Vertx vertx = Boot.vertx();
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
    payments = new PaymentRepository(store.pool(), () -> {});
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
    cashier = new Cashier(vertx, payments, bank, orders, Clock.systemUTC());
  }

  private static void due(HttpServerRequest request) {
    request
        .response()
        .end(
            new JsonObject()
                .put("orderId", request.path().split("/", -1)[3])
                .put("customerId", "c-1")
                .put("due", 10_000)
                .put("version", 1)
                .put("status", "PLACED")
                .encode());
  }

  /** A charge that somebody opened long ago and never finished. */
  private static Payment charging(long won) {
    Payment.Due due = new Payment.Due(Ids.next(), "c-1", won, 1, "PLACED", Fulfilment.DELIVERY);
    var opened = Payment.open(Ids.next(), due, PaymentMethod.CARD, "4242", LONG_AGO);
    assertThat(payments.open(opened, null).await()).isTrue();
    return opened.state();
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
    var wish = new Cashier.Wish(orderId, "c-1", PaymentMethod.CARD, CARD, null);
    assertThatThrownBy(() -> cashier.pay(wish).await())
        .isInstanceOfSatisfying(
            Refusal.class, no -> assertThat(no.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE));
    Payment open = payments.occupying(orderId).await().orElseThrow();
    assertThat(open.status()).isEqualTo(PaymentStatus.CHARGING);
    bank.answersAreLost = false;
    Payment paid = cashier.pay(wish).await();
    assertThat(paid.id()).isEqualTo(open.id());
    assertThat(paid.status()).isEqualTo(PaymentStatus.PAID);
    assertThat(bank.charges.get()).as("what the first call took is not asked for again").isOne();
  }

  @Test
  void an_order_that_costs_nothing_needs_no_provider_though_a_crash_came_between() {
    bank.away = true;
    Payment free = charging(0);
    cashier.sweep().await();
    assertThat(status(free)).isEqualTo(PaymentStatus.PAID);
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
      return answer(known.get(paymentId));
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
