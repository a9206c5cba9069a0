package baedal.payment;

import baedal.postgres.PgDatabase;
import baedal.rabbitmq.RunningService;
import baedal.rabbitmq.ServiceAssembly;
import baedal.runtime.Boot;
import baedal.runtime.Digest;
import baedal.runtime.ServiceClient;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.net.URL;
import java.time.Clock;

/** The payment service: charges an order at most once, and refunds it. */
public final class PaymentVerticle extends VerticleBase {

  private final PaymentConfig config;
  private RunningService service;

  public PaymentVerticle(PaymentConfig config) {
    this.config = config;
  }

  @Override
  public Future<?> start() {
    PgDatabase postgres = PaymentSchema.database(vertx, config.postgresUri());
    ServiceAssembly assembly =
        new ServiceAssembly(
            vertx,
            "payment",
            config.amqpUri(),
            config.identity(),
            postgres,
            postgres.outbox(),
            config.warmUp());
    ServiceClient orders = assembly.client("order", config.orderUrl());
    PaymentRepository payments = new PaymentRepository(postgres.pool(), assembly::wake);
    SimulatedProvider simulator =
        config.providerUrl() == null
            ? new SimulatedProvider(vertx, new SimulatedProviderRepository(postgres.pool()))
            : null;
    PaymentProvider provider = simulator == null ? httpProvider() : simulator;
    Clock clock = Boot.clock();
    ChargePayment charges = new ChargePayment(payments, provider, clock);
    RefundPayment refunds = new RefundPayment(payments, provider, clock);
    PayOrder payOrder =
        new PayOrder(
            new OrderClient(orders), payments, charges, new InFlightPayments(vertx), clock);
    PaymentSweep sweep = new PaymentSweep(vertx, payments, charges, refunds, clock);
    boolean devRoutes = config.devDoors() && simulator != null;
    PaymentApi api =
        new PaymentApi(
            payments,
            payOrder,
            body -> Digest.hmacSha256(config.identity().secret(), body),
            new DueStatement(config.identity().secret(), clock),
            devRoutes ? simulator : null);
    PaymentWarmUp warmUp =
        new PaymentWarmUp(
            vertx,
            postgres,
            new OrderClient(orders),
            new WarmUpRequests(vertx, this::port, "payment", assembly.tokens()),
            config.identity().signsPeople(),
            clock);
    service =
        assembly
            .warmUp(warmUp::addTo)
            .routes(api::mount, contracts(devRoutes))
            .task(sweep::start, sweep::stop)
            .consume(new PaymentConsumer(payments, refunds).subscription())
            .startAfter(prepared -> postgres.prepare(config.migrates(), prepared));
    return service.listen(config.host(), config.port(), config.maxHeaderBytes());
  }

  private PaymentProvider httpProvider() {
    return new HttpProvider(
        vertx, config.providerUrl(), config.providerKey(), PaymentProvider.TIMEOUT);
  }

  private static URL[] contracts(boolean devRoutes) {
    URL contract = PaymentVerticle.class.getResource("openapi.yaml");
    return devRoutes
        ? new URL[] {contract, PaymentVerticle.class.getResource("dev.yaml")}
        : new URL[] {contract};
  }

  @Override
  public Future<?> stop() {
    return service.stop(config.drainDelay());
  }

  /** The port on which the started service listens. */
  public int port() {
    return service.port();
  }
}
