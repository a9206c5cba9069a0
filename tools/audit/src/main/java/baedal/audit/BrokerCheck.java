package baedal.audit;

import baedal.events.Subscriptions;
import baedal.rabbitmq.BrokerUri;
import baedal.rabbitmq.Topology;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQClient;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts dead letters, and events that the broker could not route to any queue, for the {@link
 * Auditor}. Each call blocks.
 */
final class BrokerCheck implements AutoCloseable {

  private final RabbitMQClient client;

  BrokerCheck(Vertx vertx, String amqpUri) {
    client = RabbitMQClient.create(vertx, BrokerUri.options(amqpUri));
    client.start().await();
  }

  List<Finding> find() {
    List<Finding> findings = new ArrayList<>();
    for (String consumer : Subscriptions.CONSUMERS) {
      count(
          findings,
          "dead-letter",
          Topology.deadQueue(consumer),
          "messages in the dead-letter queue");
    }
    count(
        findings,
        "unrouted",
        Topology.UNROUTED,
        "events that RabbitMQ could not route to any queue");
    return findings;
  }

  private void count(List<Finding> findings, String rule, String queue, String what) {
    long messages = client.messageCount(queue).await();
    if (messages > 0) {
      findings.add(new Finding(rule, queue, what + ": " + messages));
    }
  }

  @Override
  public void close() {
    client.stop().await();
  }
}
