package baedal.rabbitmq;

import baedal.runtime.Digest;
import baedal.runtime.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A message that a service could not handle, with its history from the message headers. {@link
 * DeadLetterApi} returns it to operators.
 *
 * @param event the event type; null if the body contains none
 * @param subject the subject of the event; null if the body contains none
 * @param reason why the service could not handle the message
 * @param stack the stack trace; null in a list, and if the broker itself moved the message to the
 *     dead letters
 * @param attempts the number of retries after a bug
 * @param replays the number of replays by operators
 * @param bytes the size of the whole body
 * @param body the first {@value #MAX_BODY_CHARS} characters of the body; null in a list
 */
public record DeadLetter(
    String deadLetterId,
    String messageId,
    String event,
    String subject,
    String reason,
    String stack,
    int attempts,
    int replays,
    String firstFailedAt,
    String diedAt,
    int bytes,
    String body) {

  private static final int MAX_BODY_CHARS = 60_000;
  private static final String NEVER_ACKNOWLEDGED =
      "the broker stopped delivering the message: each consumer died or lost its connection before"
          + " it acknowledged the message";

  /**
   * Reads a dead letter from a message of the dead-letter queue. If the broker itself moved the
   * message there, its headers have no reason, and the reason is {@link #NEVER_ACKNOWLEDGED}.
   */
  static DeadLetter of(RabbitMQMessage message) {
    Map<String, Object> headers = RetryAndDeadLetter.headersOf(message.properties());
    String text = message.body().toString(StandardCharsets.UTF_8);
    JsonNode json = json(text);
    return new DeadLetter(
        id(message),
        message.properties().getMessageId(),
        json.path("type").asText(null),
        json.path("subject").asText(null),
        text(headers, RetryAndDeadLetter.REASON, NEVER_ACKNOWLEDGED),
        text(headers, RetryAndDeadLetter.STACK, null),
        RetryAndDeadLetter.number(headers, RetryAndDeadLetter.ATTEMPTS),
        RetryAndDeadLetter.number(headers, RetryAndDeadLetter.REPLAYS),
        text(headers, RetryAndDeadLetter.FIRST_FAILED, null),
        text(headers, RetryAndDeadLetter.DIED, null),
        message.body().length(),
        text.length() <= MAX_BODY_CHARS ? text : text.substring(0, MAX_BODY_CHARS));
  }

  /**
   * Returns the id from the headers. A message that the broker itself moved to the dead letters has
   * no id there: then the id is a digest of the body.
   */
  static String id(RabbitMQMessage message) {
    return text(
        RetryAndDeadLetter.headersOf(message.properties()),
        RetryAndDeadLetter.DEAD_LETTER_ID,
        Digest.sha256(message.body().toString(StandardCharsets.ISO_8859_1)).substring(0, 32));
  }

  /** Returns a copy without stack and body, for a list. */
  DeadLetter brief() {
    return new DeadLetter(
        deadLetterId,
        messageId,
        event,
        subject,
        reason,
        null,
        attempts,
        replays,
        firstFailedAt,
        diedAt,
        bytes,
        null);
  }

  private static String text(Map<String, Object> headers, String name, String fallback) {
    Object value = headers.get(name);
    return value == null ? fallback : value.toString();
  }

  private static JsonNode json(String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
