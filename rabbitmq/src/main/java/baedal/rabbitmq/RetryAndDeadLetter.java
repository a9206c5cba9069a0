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
 * Where messages go that could not be handled: up a ladder of waiting queues, and in the end to the
 * dead letters.
 */
final class RetryAndDeadLetter {

  static final String ATTEMPTS = "x-attempts";
  static final String WAITS = "x-waits";
  static final String REASON = "x-reason";
  static final String STACK = "x-stack";
  static final String FIRST_FAILED = "x-first-failed";
  static final String DIED = "x-died";
  static final String DEAD_LETTER_ID = "x-dead-letter-id";
  static final String REPLAYS = "x-replays";

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

  /** Whether a bug has had all its tries; an outage has no such bound. */
  static boolean exhausted(RabbitMQMessage message) {
    return number(headersOf(message.properties()), ATTEMPTS) >= MAX_ATTEMPTS;
  }

  /** Comes back by itself, a rung higher; this was one of the tries that a bug has. */
  Future<Void> retry(RabbitMQMessage message) {
    return climb(message, ATTEMPTS);
  }

  /** Comes back by itself, a rung higher; an outage takes no try from a bug that comes after it. */
  Future<Void> await(RabbitMQMessage message) {
    return climb(message, WAITS);
  }

  private Future<Void> climb(RabbitMQMessage message, String counted) {
    List<Integer> ladder = Topology.LADDER_SECONDS;
    Map<String, Object> had = headersOf(message.properties());
    long times = (long) number(had, ATTEMPTS) + number(had, WAITS);
    int seconds = ladder.get((int) Math.min(times, ladder.size() - 1));
    Map<String, Object> headers = headers(message);
    headers.put(counted, number(had, counted) + 1);
    return send(Topology.retryQueue(queue, seconds), message, headers);
  }

  /** To the dead letters, with the reason and the history. */
  Future<Void> bury(RabbitMQMessage message, Throwable cause) {
    Map<String, Object> headers = headers(message);
    StringWriter stack = new StringWriter();
    cause.printStackTrace(new PrintWriter(stack));
    headers.put(REASON, cut(cause.toString(), MAX_REASON_CHARS));
    headers.put(STACK, cut(stack.toString(), MAX_STACK_CHARS));
    headers.put(DIED, Instant.now().toString());
    headers.put(DEAD_LETTER_ID, Ids.next());
    return send(Topology.deadQueue(queue), message, headers);
  }

  /** Back to its own queue: the history goes on, the attempts begin anew. */
  Future<Void> replay(RabbitMQMessage message) {
    Map<String, Object> headers = headers(message);
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

  private static Map<String, Object> headers(RabbitMQMessage message) {
    Map<String, Object> headers = new HashMap<>();
    Map<String, Object> had = headersOf(message.properties());
    for (String kept : List.of(ATTEMPTS, WAITS, FIRST_FAILED, REPLAYS)) {
      if (had.get(kept) != null) {
        headers.put(kept, had.get(kept).toString());
      }
    }
    headers.putIfAbsent(FIRST_FAILED, Instant.now().toString());
    return headers;
  }

  /** 0 where it is missing, or somebody else's nonsense. */
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

  private static String cut(String text, int chars) {
    return text.length() <= chars ? text : text.substring(0, chars);
  }
}
