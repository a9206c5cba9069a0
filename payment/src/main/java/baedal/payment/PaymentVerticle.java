package baedal.payment;

import baedal.postgres.PgSchema;
import baedal.postgres.PgStore;
import baedal.rabbitmq.Backbone;
import baedal.rabbitmq.DeadLetterApi;
import baedal.runtime.Boot;
import baedal.runtime.Digest;
import baedal.runtime.HttpApi;
import baedal.runtime.Readiness;
import baedal.runtime.ServiceClient;
import baedal.runtime.Shutdown;
import baedal.runtime.Tokens;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.net.URL;

/** The payment service: settles orders once, and gives money back. */
public final class PaymentVerticle extends VerticleBase {

  private final PaymentConfig config;
  private PgStore store;
  private HttpApi http;
  private Backbone backbone;
  private Cashier cashier;
  private int port;

  public PaymentVerticle(PaymentConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    Tokens tokens = new Tokens(vertx, config.identity());
    Readiness readiness = new Readiness(vertx);
    store =
        new PgStore(vertx, config.postgresUri(), PgSchema.BACKBONE, "classpath:baedal/payment/db");
    PaymentRepository payments = new PaymentRepository(store.pool(), () -> backbone.wake());
    SimulatorProvider simulator =
        config.providerUrl() == null
            ? new SimulatorProvider(vertx, new SimulatorRepository(store.pool()))
            : null;
    PaymentProvider provider =
        simulator == null
            ? new HttpProvider(
                vertx, config.providerUrl(), config.providerKey(), Cashier.PROVIDER_TIMEOUT)
            : simulator;
    ServiceClient orders = new ServiceClient(vertx, "order", config.orderUrl(), tokens, "payment");
    cashier = new Cashier(vertx, payments, provider, orders, Boot.clock());
    PaymentConsumer consumer = new PaymentConsumer(payments, cashier);
    backbone =
        new Backbone(
            vertx,
            "payment",
            config.amqpUri(),
            store.outbox(),
            consumer.subscription(),
            store::ping);
    readiness.register("postgres", store::ping);
    backbone.watchedBy(readiness);
    boolean knobs = config.devDoors() && simulator != null;
    URL letters = DeadLetterApi.contract();
    URL[] further = knobs ? new URL[] {letters, resource("dev.yaml")} : new URL[] {letters};
    http =
        new HttpApi(vertx, "payment", resource("openapi.yaml"), tokens, readiness, further)
            .onlyWhen(store::prepared);
    new DeadLetterApi("payment", backbone.deadLetters()).mount(http.router());
    new PaymentApi(
            payments,
            cashier,
            body -> Digest.hmacSha256(config.identity().secret(), body),
            knobs ? simulator : null)
        .mount(http.router());
    store.prepare(
        () -> {
          backbone.start();
          cashier.start();
        });
    return http.listen(config.host(), config.port(), config.maxHeaderBytes())
        .onSuccess(actual -> port = actual);
  }

  @Override
  public Future<?> stop() {
    cashier.stop();
    return Shutdown.inTurn(http::close, backbone::stop, store::close);
  }

  /** The port it listens on, once started. */
  public int port() {
    return port;
  }

  private static URL resource(String name) {
    return PaymentVerticle.class.getResource(name);
  }
}
