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
 * A message that a service could not handle, with its history from the headers.
 *
 * @param event null if the body has none
 * @param subject null if the body has none
 * @param reason why it could not be handled
 * @param stack null if the broker gave up by itself, and in a list
 * @param attempts the number of retries after a bug
 * @param replays how often it was replayed
 * @param bytes the size of the whole body
 * @param body the first {@value #MAX_BODY_CHARS} characters; null in a list
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
  private static final String KILLED =
      "the broker gave up: the process that handled it died or lost its connection, again and again";

  /** A message that the broker moved here by itself has no reason in its headers. */
  static DeadLetter of(RabbitMQMessage message) {
    Map<String, Object> headers = RetryAndDeadLetter.headersOf(message.properties());
    String text = message.body().toString(StandardCharsets.UTF_8);
    JsonNode json = json(text);
    return new DeadLetter(
        id(message),
        message.properties().getMessageId(),
        json.path("type").asText(null),
        json.path("subject").asText(null),
        text(headers, RetryAndDeadLetter.REASON, KILLED),
        text(headers, RetryAndDeadLetter.STACK, null),
        RetryAndDeadLetter.number(headers, RetryAndDeadLetter.ATTEMPTS),
        RetryAndDeadLetter.number(headers, RetryAndDeadLetter.REPLAYS),
        text(headers, RetryAndDeadLetter.FIRST_FAILED, null),
        text(headers, RetryAndDeadLetter.DIED, null),
        message.body().length(),
        text.length() <= MAX_BODY_CHARS ? text : text.substring(0, MAX_BODY_CHARS));
  }

  static String id(RabbitMQMessage message) {
    return text(
        RetryAndDeadLetter.headersOf(message.properties()),
        RetryAndDeadLetter.DEAD_LETTER_ID,
        Digest.sha256(message.body().toString(StandardCharsets.ISO_8859_1)).substring(0, 32));
  }

  /** Without stack and body, for a list. */
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
