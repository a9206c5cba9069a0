package baedal.rabbitmq;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.RabbitMQClient;
import java.util.Map;

/** Declares the {@link Topology} over AMQP, for a broker that has loaded no definitions. */
public final class TopologyDeclaration {

  private TopologyDeclaration() {}

  /** Declares the exchanges, queues and bindings that the virtual host of the URI lacks. */
  public static Future<Void> declare(Vertx vertx, String amqpUri) {
    RabbitMQClient client = RabbitMQClient.create(vertx, BrokerUri.options(amqpUri));
    return client
        .start()
        .compose(v -> declareExchanges(client))
        .compose(v -> declareQueues(client))
        .compose(v -> bind(client))
        .eventually(client::stop);
  }

  private static Future<Void> declareExchanges(RabbitMQClient client) {
    Future<Void> done = Future.succeededFuture();
    for (Map.Entry<String, Topology.Exchange> e : Topology.exchanges().entrySet()) {
      Topology.Exchange exchange = e.getValue();
      done =
          done.compose(
              v ->
                  client.exchangeDeclare(
                      e.getKey(),
                      exchange.type(),
                      true,
                      false,
                      new JsonObject(exchange.arguments())));
    }
    return done;
  }

  private static Future<Void> declareQueues(RabbitMQClient client) {
    Future<Void> done = Future.succeededFuture();
    for (Map.Entry<String, Map<String, Object>> queue : Topology.queues().entrySet()) {
      done =
          done.compose(
              v ->
                  client
                      .queueDeclare(
                          queue.getKey(), true, false, false, new JsonObject(queue.getValue()))
                      .mapEmpty());
    }
    return done;
  }

  private static Future<Void> bind(RabbitMQClient client) {
    Future<Void> done = Future.succeededFuture();
    for (Topology.Binding b : Topology.bindings()) {
      done = done.compose(v -> client.queueBind(b.queue(), b.exchange(), b.key()));
    }
    return done;
  }
}
