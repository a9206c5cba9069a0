package baedal.audit;

import baedal.coupon.Coupon;
import baedal.events.Change;
import baedal.events.Subscriptions;
import baedal.mongodb.MongoAggregates;
import baedal.mongodb.MongoDatabase;
import baedal.mypage.MyPage;
import baedal.postgres.PgDatabase;
import baedal.postgres.PgSchema;
import baedal.rabbitmq.Topology;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.redis.RedisAggregates;
import baedal.redis.RedisDatabase;
import baedal.rider.Delivery;
import baedal.runtime.Json;
import baedal.store.Menu;
import baedal.store.Ticket;
import baedal.testkit.TestServers;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import io.vertx.rabbitmq.RabbitMQOptions;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The stores of all services with their own schemas, and a broker. Tests write states into them.
 */
final class Stores implements AutoCloseable {

  private static final String ORDER =
      """
      INSERT INTO orders (id, customer_id, store_id, status, revision, sequence, expires_at, changed_at, body)
      VALUES ($1, 'customer-1', 'store-1', $2, 1, 1, $3, $3, $4::text::jsonb)
      """;
  private static final String PAYMENT =
      """
      INSERT INTO payments (id, order_id, customer_id, status, revision, sequence, changed_at, body)
      VALUES ($1, $2, 'customer-1', $3, 1, 1, $4, $5::text::jsonb)
      """;
  private static final String CHARGE =
      "INSERT INTO simulator_charge (payment_id, amount, approved, refunded, refunded_amount) VALUES ($1, $2, $3, $4, $5)";

  final Vertx vertx = Vertx.vertx();
  final Sources sources =
      new Sources(
          TestServers.postgres(),
          TestServers.postgres(),
          TestServers.mongo(),
          TestServers.mongo(),
          TestServers.redis(),
          TestServers.mongo(),
          TestServers.amqp());
  final PgDatabase orders =
      new PgDatabase(vertx, sources.orders(), PgSchema.BACKBONE, "classpath:baedal/order/db");
  final PgDatabase payments =
      new PgDatabase(vertx, sources.payments(), PgSchema.BACKBONE, "classpath:baedal/payment/db");
  final MongoDatabase stores = new MongoDatabase(vertx, sources.stores());
  final MongoDatabase riders = new MongoDatabase(vertx, sources.riders());
  final MongoDatabase pages = new MongoDatabase(vertx, sources.pages());
  final RedisDatabase coupons = new RedisDatabase(vertx, sources.coupons());
  final RabbitMQClient broker =
      RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(sources.broker()));

  Stores() {
    for (PgDatabase store : List.of(orders, payments)) {
      Promise<Void> prepared = Promise.promise();
      store.prepare(prepared::complete);
      prepared.future().await();
    }
    TopologyDeclaration.declare(vertx, sources.broker()).await();
    broker.start().await();
    broker.confirmSelect().await();
  }

  @Override
  public void close() {
    vertx.close().await();
  }

  void write(OrderStates states) {
    if (states.order != null) {
      writeOrder(states);
    }
    states.payments.forEach(payment -> writePayment(states.id, payment));
    write(stores, "foodCookings", states.id, states.ticket, Ticket.class);
    write(riders, "deliveries", states.id, states.delivery, Delivery.class);
    writePage("mypages", states);
    write(states.coupon);
    write(states.earned);
    for (long i = 0; i < states.pendingNotifications; i++) {
      JsonObject pending = new JsonObject().put("orderId", states.id).put("state", "PENDING");
      pages.client().insert("notifications", pending).await();
    }
  }

  private void writeOrder(OrderStates states) {
    orders
        .pool()
        .preparedQuery(ORDER)
        .execute(
            Tuple.of(
                states.id,
                states.order.path("status").asText(),
                changedAt(states.order).atOffset(ZoneOffset.UTC),
                states.order.toString()))
        .await();
  }

  private void writePayment(String orderId, ObjectNode payment) {
    String id = payment.path("id").asText();
    ObjectNode body = payment.deepCopy();
    body.remove("charge");
    payments
        .pool()
        .preparedQuery(PAYMENT)
        .execute(
            Tuple.of(
                id,
                orderId,
                payment.path("status").asText(),
                changedAt(payment).atOffset(ZoneOffset.UTC),
                body.toString()))
        .await();
    if (payment.has("charge")) {
      payments
          .pool()
          .preparedQuery(CHARGE)
          .execute(
              Tuple.of(
                  id,
                  payment.at("/charge/amount").asLong(),
                  payment.at("/charge/approved").asBoolean(),
                  payment.at("/charge/refunded").asBoolean(),
                  payment.at("/charge/refundedAmount").asLong()))
          .await();
    }
  }

  private static Instant changedAt(ObjectNode state) {
    return Instant.parse(state.path("changedAt").asText());
  }

  private static <S> void write(
      MongoDatabase store, String collection, String id, ObjectNode node, Class<S> type) {
    if (node != null) {
      S state = Json.decode(node.toString(), type);
      new MongoAggregates<>(store.client(), collection, type, s -> new JsonObject(), () -> {})
          .change(id, before -> Change.of(state))
          .await();
    }
  }

  /** Writes the page into one of MyPage's collections. */
  void writePage(String collection, OrderStates states) {
    if (states.page != null) {
      MyPage page = Json.decode(states.page.toString(), MyPage.class);
      JsonObject status = new JsonObject().put("status", states.page.path("shown").asText());
      new MongoAggregates<>(pages.client(), collection, MyPage.class, p -> status, () -> {})
          .change(states.id, before -> Change.of(page))
          .await();
    }
  }

  void write(Menu menu) {
    ObjectNode node = Json.mapper().valueToTree(menu);
    write(stores, "menus", menu.storeId() + "/" + menu.menuId(), node, Menu.class);
  }

  void write(ObjectNode couponNode) {
    if (couponNode != null) {
      Coupon coupon = Json.decode(couponNode.toString(), Coupon.class);
      new RedisAggregates<>(coupons.api(), "coupon", Coupon.class, c -> List.of(), () -> {})
          .change(coupon.id(), before -> Change.of(coupon))
          .await();
    }
  }

  /** Overwrites a field with a text that no service writes. */
  void garble(MongoDatabase store, String collection, String id, String field, String nonsense) {
    JsonObject garbled = new JsonObject().put("$set", new JsonObject().put(field, nonsense));
    store.client().updateCollection(collection, new JsonObject().put("_id", id), garbled).await();
  }

  void garbleCoupon(String id, String nonsense) {
    coupons.api().hset(List.of("coupon:aggregate:" + id, "state", nonsense)).await();
  }

  void publish(String exchange, String routingKey) {
    broker.basicPublish(exchange, routingKey, Buffer.buffer("{}")).await();
    broker.waitForConfirms().await();
  }

  /** Deletes everything from the stores and the broker's queues. */
  void clear() {
    orders.pool().query("TRUNCATE orders, outbox").execute().await();
    payments.pool().query("TRUNCATE payments, simulator_charge, outbox").execute().await();
    for (MongoDatabase store : List.of(stores, riders, pages)) {
      for (String collection : store.client().getCollections().await()) {
        store.client().dropCollection(collection).await();
      }
    }
    coupons.api().flushdb(List.of()).await();
    empty(Topology.UNROUTED);
    Subscriptions.CONSUMERS.forEach(consumer -> empty(Topology.deadQueue(consumer)));
  }

  private void empty(String queue) {
    RabbitMQMessage message = broker.basicGet(queue, true).await();
    while (message != null) {
      message = broker.basicGet(queue, true).await();
    }
  }
}
