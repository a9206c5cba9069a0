package baedal.rabbitmq;

import baedal.runtime.Ids;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BasicProperties;
import io.vertx.core.Future;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Publishes a failed message to a retry queue or to the dead letters of its queue, for {@link
 * MessageProcessor}; replays a dead letter for {@link DeadLetters}. The n-th retry waits for the
 * n-th delay of {@link Topology#RETRY_DELAYS_SECONDS}, every further retry waits for the last
 * delay. Then the broker moves the message back to its queue.
 */
final class RetryAndDeadLetter {

  /** The header with the number of retries after a bug. */
  static final String ATTEMPTS = "x-attempts";

  /** The header with the number of retries after an outage. */
  static final String WAITS = "x-waits";

  static final String REASON = "x-reason";
  static final String STACK = "x-stack";
  static final String FIRST_FAILED = "x-first-failed";
  static final String DIED = "x-died";
  static final String DEAD_LETTER_ID = "x-dead-letter-id";
  static final String REPLAYS = "x-replays";

  /** Maximum number of retries after a bug. Retries after an outage have no bound. */
  private static final int MAX_ATTEMPTS = 6;

  private static final int MAX_STACK_CHARS = 4_000;
  private static final int MAX_REASON_CHARS = 500;
  private static final int PERSISTENT = 2;

  private final String queue;
  private final EventPublisher publisher;

  RetryAndDeadLetter(String queue, EventPublisher publisher) {
    this.queue = queue;
    this.publisher = publisher;
  }

  /** Whether a message has used all its retries after a bug. */
  static boolean exhausted(RabbitMQMessage message) {
    return number(headersOf(message.properties()), ATTEMPTS) >= MAX_ATTEMPTS;
  }

  /**
   * Puts the message into the next retry queue, and counts this retry towards {@link #exhausted}.
   */
  Future<Void> retryAfterBug(RabbitMQMessage message) {
    return retry(message, ATTEMPTS);
  }

  /**
   * Puts the message into the next retry queue, and does not count this retry towards {@link
   * #exhausted}.
   */
  Future<Void> retryAfterOutage(RabbitMQMessage message) {
    return retry(message, WAITS);
  }

  private Future<Void> retry(RabbitMQMessage message, String counter) {
    List<Integer> delays = Topology.RETRY_DELAYS_SECONDS;
    Map<String, Object> received = headersOf(message.properties());
    long retries = (long) number(received, ATTEMPTS) + number(received, WAITS);
    int seconds = delays.get((int) Math.min(retries, delays.size() - 1));
    Map<String, Object> headers = history(message);
    headers.put(counter, number(received, counter) + 1);
    return send(Topology.retryQueue(queue, seconds), message, headers);
  }

  /** Puts the message among the dead letters, with the reason and its history in the headers. */
  Future<Void> deadLetter(RabbitMQMessage message, Throwable cause) {
    Map<String, Object> headers = history(message);
    StringWriter stack = new StringWriter();
    cause.printStackTrace(new PrintWriter(stack));
    headers.put(REASON, shortened(cause.toString(), MAX_REASON_CHARS));
    headers.put(STACK, shortened(stack.toString(), MAX_STACK_CHARS));
    headers.put(DIED, Instant.now().toString());
    headers.put(DEAD_LETTER_ID, Ids.next());
    return send(Topology.deadQueue(queue), message, headers);
  }

  /**
   * Puts a dead letter back into its queue. It keeps the time of its first failure; its retries are
   * counted from 0 again.
   */
  Future<Void> replay(RabbitMQMessage message) {
    Map<String, Object> headers = history(message);
    headers.keySet().removeAll(List.of(ATTEMPTS, WAITS));
    headers.put(REPLAYS, number(headersOf(message.properties()), REPLAYS) + 1);
    return send(queue, message, headers);
  }

  private Future<Void> send(String to, RabbitMQMessage message, Map<String, Object> headers) {
    AMQP.BasicProperties properties =
        EventPublisher.properties(message.properties().getMessageId(), PERSISTENT)
            .headers(headers)
            .build();
    return publisher.sendTo(to, properties, message.body());
  }

  private static Map<String, Object> history(RabbitMQMessage message) {
    Map<String, Object> headers = new HashMap<>();
    Map<String, Object> received = headersOf(message.properties());
    for (String name : List.of(ATTEMPTS, WAITS, FIRST_FAILED, REPLAYS)) {
      if (received.get(name) != null) {
        headers.put(name, received.get(name).toString());
      }
    }
    headers.putIfAbsent(FIRST_FAILED, Instant.now().toString());
    return headers;
  }

  /** Returns the number in a header; 0 if the header is missing, negative or not a number. */
  static int number(Map<String, Object> headers, String name) {
    Object value = headers.get(name);
    try {
      return value == null ? 0 : Math.max(0, Integer.parseInt(value.toString()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  static Map<String, Object> headersOf(BasicProperties properties) {
    return properties.getHeaders() == null ? Map.of() : properties.getHeaders();
  }

  private static String shortened(String text, int chars) {
    return text.length() <= chars ? text : text.substring(0, chars);
  }
}
