package baedal.events;

import baedal.runtime.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.Set;
import java.util.TreeSet;

/**
 * Generates the AsyncAPI 3.0 document of all events from {@link EventTypes} and {@link
 * Subscriptions}.
 */
final class AsyncApi {

  private AsyncApi() {}

  static String document() {
    ObjectNode api = Json.mapper().createObjectNode();
    api.put("asyncapi", "3.0.0");
    api.putObject("info")
        .put("title", "Baedal events")
        .put("version", "1.0.0")
        .put(
            "description",
            "CloudEvents 1.0 in JSON on RabbitMQ topic exchanges; the routing key is the event's type.");
    api.put("defaultContentType", EventMessages.CONTENT_TYPE);
    ObjectNode channels = api.putObject("channels");
    ObjectNode operations = api.putObject("operations");
    ObjectNode messages = Json.mapper().createObjectNode();
    for (String publisher : Subscriptions.PUBLISHERS) {
      ObjectNode channel = channels.putObject(publisher);
      channel.put("address", publisher);
      ObjectNode sent = channel.putObject("messages");
      for (String type : types(publisher)) {
        sent.putObject(type).put("$ref", "#/components/messages/" + type);
        messages
            .putObject(type)
            .put("name", type)
            .put("contentType", EventMessages.CONTENT_TYPE)
            .putObject("payload")
            .put("$ref", "./schemas/" + type + ".json");
      }
      channel
          .putObject("bindings")
          .putObject("amqp")
          .put("is", "routingKey")
          .putObject("exchange")
          .put("name", publisher)
          .put("type", "topic")
          .put("durable", true);
      ref(
          operations
              .putObject(publisher + ".send")
              .put("action", "send")
              .put("summary", "events that " + publisher + " publishes"),
          publisher,
          types(publisher));
    }
    for (String consumer : Subscriptions.CONSUMERS) {
      for (String publisher : Subscriptions.PUBLISHERS) {
        Set<String> consumed = types(publisher);
        consumed.retainAll(Subscriptions.of(consumer));
        if (!consumed.isEmpty()) {
          ref(
              operations
                  .putObject(consumer + ".receives." + publisher)
                  .put("action", "receive")
                  .put("summary", "events of " + publisher + " that " + consumer + " consumes"),
              publisher,
              consumed);
        }
      }
    }
    api.putObject("components").set("messages", messages);
    try {
      return new YAMLMapper()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .writeValueAsString(api);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void ref(ObjectNode operation, String channel, Set<String> types) {
    operation.putObject("channel").put("$ref", "#/channels/" + channel);
    var messages = operation.putArray("messages");
    types.forEach(
        type -> messages.addObject().put("$ref", "#/channels/" + channel + "/messages/" + type));
  }

  private static Set<String> types(String publisher) {
    TreeSet<String> types = new TreeSet<>(EventTypes.all().keySet());
    types.removeIf(type -> !EventTypes.exchange(type).equals(publisher));
    return types;
  }
}
