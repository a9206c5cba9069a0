package baedal.journey;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.rabbitmq.EventPublisher;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** Publishes messages that no service sends, for example malformed ones, for tests. */
final class InjectedMessages {

  private static final int CONFIRM_MILLIS = 10_000;

  private InjectedMessages() {}

  /** Publishes a message, which may be malformed, to the exchange of its type. */
  static void publish(TestSystem system, String message) {
    Vertx vertx = Vertx.vertx();
    EventPublisher publisher = new EventPublisher(vertx, system.sources().broker(), "test");
    Promise<Void> sent = Promise.promise();
    publisher.onConnected(() -> publisher.publish(List.of(message)).onComplete(sent));
    publisher.start();
    sent.future().await();
    publisher.stop().compose(v -> vertx.close()).await();
  }

  /** Publishes messages directly to {@code queue}, in the format of the services. */
  static void enqueue(TestSystem system, String queue, Collection<EventMessage> messages)
      throws Exception {
    ConnectionFactory broker = new ConnectionFactory();
    broker.setUri(system.sources().broker());
    try (Connection connection = broker.newConnection();
        Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      for (EventMessage message : messages) {
        AMQP.BasicProperties properties =
            MessageProperties.PERSISTENT_BASIC.builder().messageId(message.id()).build();
        byte[] body = EventMessages.encode(message).getBytes(StandardCharsets.UTF_8);
        channel.basicPublish("", queue, properties, body);
      }
      channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
    }
  }
}
