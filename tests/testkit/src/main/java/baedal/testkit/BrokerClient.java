package baedal.testkit;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.EventTypes;
import baedal.events.Subscriptions;
import baedal.events.UnprocessableMessage;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A RabbitMQ client for tests. It publishes events as other services would, and records every event
 * that is published after its creation. The exchanges must exist before the client is created.
 */
public final class BrokerClient implements AutoCloseable {

  private static final int PERSISTENT = 2;
  private static final long CONFIRM_MILLIS = 10_000;

  private final List<EventMessage> recorded = new CopyOnWriteArrayList<>();
  private final Connection connection;
  private final Channel publishing;

  public BrokerClient(String amqpUri) {
    try {
      ConnectionFactory broker = new ConnectionFactory();
      broker.setUri(amqpUri);
      connection = broker.newConnection("test");
      publishing = connection.createChannel();
      publishing.confirmSelect();
      record(connection.createChannel());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException | GeneralSecurityException | TimeoutException e) {
      throw new IllegalStateException("no connection to " + amqpUri, e);
    }
  }

  private void record(Channel channel) throws IOException {
    String queue = channel.queueDeclare().getQueue();
    for (String publisher : Subscriptions.PUBLISHERS) {
      channel.queueBind(queue, publisher, "#");
    }
    channel.basicConsume(queue, true, (tag, message) -> record(message.getBody()), tag -> {});
  }

  /** Ignores messages that are not valid events: some tests publish them on purpose. */
  private void record(byte[] body) {
    try {
      recorded.add(EventMessages.decode(new String(body, StandardCharsets.UTF_8)));
    } catch (UnprocessableMessage ignored) {
      return;
    }
  }

  /** The messages recorded so far, the oldest first. */
  public List<EventMessage> recorded() {
    return recorded;
  }

  /** The events of one type recorded so far, the oldest first. */
  public <E extends Event> Stream<E> recorded(Class<E> type) {
    return recorded.stream().map(EventMessage::data).filter(type::isInstance).map(type::cast);
  }

  /** Publishes each event with sequence 1; returns when the broker has confirmed all. */
  public void publish(Event... events) {
    publish(Stream.of(events).map(BrokerClient::encode).toList());
  }

  /** As {@link #publish(Event...)}, for messages that {@link EventMessages} has encoded. */
  public synchronized void publish(List<String> messages) {
    try {
      for (String message : messages) {
        EventMessages.Header header = EventMessages.header(message);
        AMQP.BasicProperties properties =
            new AMQP.BasicProperties.Builder()
                .contentType(EventMessages.CONTENT_TYPE)
                .deliveryMode(PERSISTENT)
                .messageId(header.id())
                .build();
        publishing.basicPublish(
            EventTypes.exchange(header.type()),
            header.type(),
            properties,
            message.getBytes(StandardCharsets.UTF_8));
      }
      publishing.waitForConfirmsOrDie(CONFIRM_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the broker did not confirm within 10 s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Encodes the event as a new message with sequence 1. */
  public static String encode(Event event) {
    return EventMessages.encode(EventMessages.wrap(List.of(event), 1, Instant.now()).get(0));
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
