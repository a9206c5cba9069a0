package baedal.events;

import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import baedal.runtime.Traces;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Encodes and decodes events as CloudEvents 1.0 in the structured JSON format. */
public final class EventMessages {

  public static final String CONTENT_TYPE = "application/cloudevents+json";

  /** Maximum size of a message. Publishers and consumers refuse a larger one. */
  public static final int MAX_BYTES = 1024 * 1024;

  private static final String SPEC_VERSION = "1.0";

  private EventMessages() {}

  /**
   * Wraps events of one aggregate into messages with new ids, numbered from {@code firstSequence}.
   */
  public static List<EventMessage> wrap(
      List<? extends Event> events, long firstSequence, Instant now) {
    return wrap(events, firstSequence, now, Traces.traceparent());
  }

  /** Does the same for events that belong to another trace; {@code traceparent} may be null. */
  public static List<EventMessage> wrap(
      List<? extends Event> events, long firstSequence, Instant now, String traceparent) {
    List<EventMessage> messages = new ArrayList<>(events.size());
    for (Event event : events) {
      long sequence = firstSequence + messages.size();
      messages.add(
          new EventMessage(
              Ids.next(),
              EventTypes.name(event.getClass()),
              event.subject(),
              sequence,
              now,
              traceparent,
              event));
    }
    return List.copyOf(messages);
  }

  /**
   * Encodes a message. Refuses a message above {@link #MAX_BYTES}, which consumers could not
   * handle.
   */
  public static String encode(EventMessage message) {
    ObjectNode json = Json.mapper().createObjectNode();
    json.put("specversion", SPEC_VERSION)
        .put("id", message.id())
        .put("source", "/" + EventTypes.exchange(message.type()))
        .put("type", message.type())
        .put("subject", message.subject())
        .put("time", message.time().toString())
        .put("sequence", Long.toString(message.sequence()))
        .put("datacontenttype", "application/json");
    if (message.traceparent() != null) {
      json.put("traceparent", message.traceparent());
    }
    json.set("data", Json.mapper().valueToTree(message.data()));
    String text = Json.encode(json);
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw Refusal.of(
          Refusal.Kind.TOO_LARGE,
          "too-large",
          "the event of this change would have more than %d bytes: send less data"
              .formatted(MAX_BYTES));
    }
    return text;
  }

  /**
   * Decodes a message.
   *
   * @throws UnprocessableMessage if the text is not a message of a known type
   */
  public static EventMessage decode(String text) {
    return decode(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Decodes a message in UTF-8, as {@link #decode(String)} does. */
  public static EventMessage decode(byte[] text) {
    try {
      JsonNode json = Json.mapper().readTree(text);
      if (!json.path("specversion").asText().equals(SPEC_VERSION)) {
        throw new UnprocessableMessage("the message is not in CloudEvents format " + SPEC_VERSION);
      }
      String type = required(json, "type");
      Event data = Json.mapper().treeToValue(json.path("data"), EventTypes.type(type));
      if (data == null) {
        throw new UnprocessableMessage("the message has no data");
      }
      return new EventMessage(
          required(json, "id"),
          type,
          required(json, "subject"),
          Long.parseLong(required(json, "sequence")),
          Instant.parse(required(json, "time")),
          json.path("traceparent").asText(null),
          data);
    } catch (JsonProcessingException e) {
      throw new UnprocessableMessage("the message cannot be read: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading bytes in memory failed", e);
    } catch (NumberFormatException | DateTimeException e) {
      throw new UnprocessableMessage("the message cannot be read: " + e.getMessage(), e);
    }
  }

  /** The attributes that the publisher needs to send an encoded message. */
  public record Header(String id, String type) {}

  /**
   * Reads the id and the type of an encoded message, but not its data.
   *
   * @throws UnprocessableMessage if the id or the type is missing
   */
  public static Header header(String message) {
    Map<String, String> found = attributes(message, Set.of("id", "type"));
    return new Header(found.get("id"), found.get("type"));
  }

  /** The attributes by which a reader decides whether to decode a message. */
  public record TypeAndSubject(String type, String subject) {}

  /**
   * Reads the type and the subject of an encoded message, but not its data.
   *
   * @throws UnprocessableMessage if the type or the subject is missing
   */
  public static TypeAndSubject typeAndSubject(String message) {
    Map<String, String> found = attributes(message, Set.of("type", "subject"));
    return new TypeAndSubject(found.get("type"), found.get("subject"));
  }

  /**
   * Reads the wanted attributes, and stops after the last one. It does not reach the data, because
   * {@link #encode} writes the data after the attributes.
   */
  private static Map<String, String> attributes(String message, Set<String> wanted) {
    Map<String, String> found = new HashMap<>();
    try (JsonParser parser = Json.mapper().createParser(message)) {
      parser.nextToken();
      while (found.size() < wanted.size() && parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (wanted.contains(name)) {
          found.put(name, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new UnprocessableMessage("the message cannot be read: " + e.getMessage(), e);
    }
    if (found.size() < wanted.size()) {
      throw new UnprocessableMessage("the message lacks one of the attributes " + wanted);
    }
    return found;
  }

  private static String required(JsonNode json, String attribute) {
    JsonNode value = json.path(attribute);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new UnprocessableMessage("the message has no " + attribute);
    }
    return value.textValue();
  }
}
