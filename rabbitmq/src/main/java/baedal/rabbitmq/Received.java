package baedal.rabbitmq;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.UnprocessableMessage;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.time.Duration;
import java.time.Instant;

/**
 * A message that {@link EventConsumer} received, and its event.
 *
 * @param event null if the message cannot be read
 * @param unreadable why the message cannot be read; null if it can
 */
record Received(RabbitMQMessage message, EventMessage event, RuntimeException unreadable) {

  static Received of(RabbitMQMessage message) {
    try {
      return new Received(message, decode(message), null);
    } catch (RuntimeException unreadable) {
      return new Received(message, null, unreadable);
    }
  }

  private static EventMessage decode(RabbitMQMessage message) {
    if (message.body().length() > EventMessages.MAX_BYTES) {
      throw new UnprocessableMessage(
          "the message is larger than " + EventMessages.MAX_BYTES + " bytes");
    }
    return EventMessages.decode(message.body().getBytes());
  }

  String subject() {
    return event.subject();
  }

  long deliveryTag() {
    return message.envelope().getDeliveryTag();
  }

  /** The time since the event was written; zero if the message cannot be read. */
  Duration age(Instant now) {
    return event == null ? Duration.ZERO : Duration.between(event.time(), now);
  }
}
