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

/** What no service sent. */
final class InjectedMessages {

  private static final int CONFIRMED_WITHIN_MILLIS = 10_000;

  private InjectedMessages() {}

  /** Goes to whoever hears of what {@code message} says it is about. */
  static void broadcast(TestSystem town, String message) {
    Vertx vertx = Vertx.vertx();
    EventPublisher publisher = new EventPublisher(vertx, town.books().broker(), "a broken program");
    Promise<Void> sent = Promise.promise();
    publisher.onConnected(() -> publisher.publish(List.of(message)).onComplete(sent));
    publisher.start();
    sent.future().await();
    publisher.stop().compose(v -> vertx.close()).await();
  }

  /** Lies in {@code queue}, as the services' own messages do. */
  static void lay(TestSystem town, String queue, Collection<EventMessage> messages)
      throws Exception {
    ConnectionFactory broker = new ConnectionFactory();
    broker.setUri(town.books().broker());
    try (Connection connection = broker.newConnection();
        Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      for (EventMessage message : messages) {
        AMQP.BasicProperties properties =
            MessageProperties.PERSISTENT_BASIC.builder().messageId(message.id()).build();
        byte[] body = EventMessages.encode(message).getBytes(StandardCharsets.UTF_8);
        channel.basicPublish("", queue, properties, body);
      }
      channel.waitForConfirmsOrDie(CONFIRMED_WITHIN_MILLIS);
    }
  }
}
