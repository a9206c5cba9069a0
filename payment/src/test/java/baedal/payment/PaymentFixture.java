package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.PaymentMethod;
import baedal.postgres.PgDatabase;
import baedal.postgres.PgSchema;
import baedal.runtime.Boot;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.ServiceClient;
import baedal.runtime.Tokens;
import baedal.testkit.TestServers;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * The parts of the payment service with a database, a stub of the order service and a {@link
 * FakeProvider}.
 */
abstract class PaymentFixture {

  static final String CARD = "4242424242424242";
  static final long SAME_PRICE = 10_000;
  static final Instant LONG_AGO = Instant.parse("2026-01-01T12:00:00Z");

  /** The statuses of orders that are not PLACED, by order id. */
  static final Map<String, String> orderStatuses = new ConcurrentHashMap<>();

  /** The amounts due of orders that were changed, in won, by order id. */
  static final Map<String, Long> changedPrices = new ConcurrentHashMap<>();

  private static final String LOOPBACK = "127.0.0.1";

  static Vertx vertx;
  static Pool pool;
  static PaymentRepository payments;
  private static OrderClient orders;

  final FakeProvider provider = new FakeProvider();
  PayOrder payOrder;
  RefundPayment refunds;
  PaymentSweep sweep;

  @BeforeAll
  static void start() {
    vertx = Boot.vertx();
    PgDatabase store =
        new PgDatabase(
            vertx, TestServers.postgres(), PgSchema.BACKBONE, "classpath:baedal/payment/db");
    Promise<Void> prepared = Promise.promise();
    store.prepare(prepared::complete);
    prepared.future().await();
    pool = store.pool();
    payments = new PaymentRepository(pool, () -> {});
    int port =
        vertx
            .createHttpServer()
            .requestHandler(PaymentFixture::due)
            .listen(0, LOOPBACK)
            .await()
            .actualPort();
    Tokens tokens = new Tokens(vertx, "a secret of at least thirty-two bytes");
    String url = "http://" + LOOPBACK + ":" + port;
    orders = new OrderClient(new ServiceClient(vertx, "order", url, tokens, "payment"));
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
  }

  @BeforeEach
  void assemble() {
    Clock clock = Boot.clock();
    ChargePayment charges = new ChargePayment(payments, provider, clock);
    payOrder = new PayOrder(orders, payments, charges, new InFlightPayments(vertx), clock);
    refunds = new RefundPayment(payments, provider, clock);
    sweep = new PaymentSweep(vertx, payments, charges, refunds, clock);
  }

  private static void due(HttpServerRequest request) {
    String orderId = request.path().split("/", -1)[3];
    request
        .response()
        .end(
            new JsonObject()
                .put("orderId", orderId)
                .put("customerId", "c-1")
                .put("due", changedPrices.getOrDefault(orderId, SAME_PRICE))
                .put("version", changedPrices.containsKey(orderId) ? 2 : 1)
                .put("pricedVersion", changedPrices.containsKey(orderId) ? 2 : 1)
                .put("status", orderStatuses.getOrDefault(orderId, "PLACED"))
                .encode());
  }

  /** Stores a payment that was opened long ago and is still CHARGING. */
  static Payment charging(long won) {
    return charging(won, null);
  }

  static Payment charging(long won, IdempotencyKey key) {
    Payment.Due due = new Payment.Due(Ids.next(), "c-1", won, 1, 1, "PLACED", Fulfilment.DELIVERY);
    var opened = Payment.open(Ids.next(), due, PaymentMethod.CARD, "4242", LONG_AGO);
    assertThat(payments.insert(opened, key).await()).isTrue();
    return opened.state();
  }

  static PaymentStatus status(Payment payment) {
    return payments.change(payment.id(), Change::none).await().status();
  }
}
