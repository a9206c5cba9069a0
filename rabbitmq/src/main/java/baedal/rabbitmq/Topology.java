package baedal.rabbitmq;

import baedal.events.EventTypes;
import baedal.events.Subscriptions;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The exchanges, queues and bindings of the broker. {@link BrokerDefinitions} and {@link
 * TopologyDeclaration} create them:
 *
 * <ul>
 *   <li>a topic exchange for each publisher;
 *   <li>for each consuming service a quorum queue, its retry queues and a dead-letter queue;
 *   <li>the stream {@code log} of all events except rider positions;
 *   <li>the queue {@code unwatched}, which discards rider positions;
 *   <li>the queue {@code unrouted}, for messages that no other queue receives.
 * </ul>
 *
 * <p>The file {@code definitions.json} beside this class holds the same for RabbitMQ. A test
 * compares the two.
 */
public final class Topology {

  /**
   * The delays of the first, second and third retry of a failed event; the last delay is that of
   * every further retry.
   */
  public static final List<Integer> RETRY_DELAYS_SECONDS = List.of(1, 5, 30, 60);

  public static final String LOG = "log";
  public static final String UNROUTED = "unrouted";

  /**
   * The queue that receives all rider positions and discards them. Otherwise they would fill {@link
   * #UNROUTED} while no MyPage process is connected.
   */
  public static final String UNWATCHED = "unwatched";

  /**
   * After so many deliveries without an acknowledgement, the broker makes a message a dead letter.
   */
  private static final int DELIVERY_LIMIT = 50;

  /**
   * High enough to never be reached: each read of a dead letter counts as a delivery, and RabbitMQ
   * 4 drops a message after 20 deliveries by default.
   */
  private static final int DEAD_LETTER_DELIVERY_LIMIT = 1_000_000_000;

  private static final long LOG_BYTES = 2_000_000_000L;
  private static final long LOG_SEGMENT_BYTES = 50_000_000L;

  private Topology() {}

  static String retryQueue(String queue, int seconds) {
    return queue + ".retry." + seconds + "s";
  }

  /** The name of the dead-letter queue of {@code queue}. */
  public static String deadQueue(String queue) {
    return queue + ".dead";
  }

  /**
   * Returns RabbitMQ definitions for a virtual host, without users, as {@code load_definitions}
   * reads them.
   */
  public static ObjectNode definitions(String vhost) {
    ObjectNode definitions = Json.mapper().createObjectNode();
    definitions.putArray("vhosts").addObject().put("name", vhost);
    ArrayNode exchanges = definitions.putArray("exchanges");
    exchanges()
        .forEach(
            (name, e) ->
                exchanges
                    .addObject()
                    .put("name", name)
                    .put("vhost", vhost)
                    .put("type", e.type())
                    .put("durable", true)
                    .put("auto_delete", false)
                    .put("internal", false)
                    .set("arguments", Json.mapper().valueToTree(e.arguments())));
    ArrayNode queues = definitions.putArray("queues");
    queues()
        .forEach(
            (name, arguments) ->
                queues
                    .addObject()
                    .put("name", name)
                    .put("vhost", vhost)
                    .put("durable", true)
                    .put("auto_delete", false)
                    .set("arguments", Json.mapper().valueToTree(arguments)));
    ArrayNode bindings = definitions.putArray("bindings");
    bindings()
        .forEach(
            b ->
                bindings
                    .addObject()
                    .put("source", b.exchange())
                    .put("vhost", vhost)
                    .put("destination", b.queue())
                    .put("destination_type", "queue")
                    .put("routing_key", b.key())
                    .putObject("arguments"));
    return definitions;
  }

  record Exchange(String type, Map<String, Object> arguments) {}

  record Binding(String exchange, String queue, String key) {}

  static Map<String, Exchange> exchanges() {
    Map<String, Exchange> exchanges = new LinkedHashMap<>();
    Subscriptions.PUBLISHERS.forEach(
        p -> exchanges.put(p, new Exchange("topic", Map.of("alternate-exchange", UNROUTED))));
    exchanges.put(UNROUTED, new Exchange("fanout", Map.of()));
    return exchanges;
  }

  static Map<String, Map<String, Object>> queues() {
    Map<String, Map<String, Object>> queues = new LinkedHashMap<>();
    for (String consumer : Subscriptions.CONSUMERS) {
      queues.put(
          consumer,
          quorum(
              "x-delivery-limit",
              DELIVERY_LIMIT,
              "x-dead-letter-exchange",
              "",
              "x-dead-letter-routing-key",
              deadQueue(consumer),
              "x-dead-letter-strategy",
              "at-least-once",
              "x-overflow",
              "reject-publish"));
      for (int seconds : RETRY_DELAYS_SECONDS) {
        queues.put(
            retryQueue(consumer, seconds),
            quorum(
                "x-message-ttl",
                seconds * 1000,
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                consumer,
                "x-dead-letter-strategy",
                "at-least-once",
                "x-overflow",
                "reject-publish"));
      }
      queues.put(deadQueue(consumer), quorum("x-delivery-limit", DEAD_LETTER_DELIVERY_LIMIT));
    }
    queues.put(UNROUTED, quorum());
    queues.put(UNWATCHED, queue("classic", "x-message-ttl", 0));
    queues.put(
        LOG,
        queue(
            "stream",
            "x-max-length-bytes",
            LOG_BYTES,
            "x-stream-max-segment-size-bytes",
            LOG_SEGMENT_BYTES));
    return queues;
  }

  private static Map<String, Object> quorum(Object... arguments) {
    return queue("quorum", arguments);
  }

  private static Map<String, Object> queue(String type, Object... arguments) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("x-queue-type", type);
    for (int i = 0; i < arguments.length; i += 2) {
      all.put((String) arguments[i], arguments[i + 1]);
    }
    return all;
  }

  static List<Binding> bindings() {
    List<Binding> bindings = new ArrayList<>();
    for (String consumer : Subscriptions.CONSUMERS) {
      Subscriptions.of(consumer)
          .forEach(key -> bindings.add(new Binding(EventTypes.exchange(key), consumer, key)));
    }
    Subscriptions.durable()
        .forEach(key -> bindings.add(new Binding(EventTypes.exchange(key), LOG, key)));
    String unwatched = EventTypes.name(Subscriptions.TRANSIENT);
    bindings.add(new Binding(EventTypes.exchange(unwatched), UNWATCHED, unwatched));
    bindings.add(new Binding(UNROUTED, UNROUTED, ""));
    return bindings;
  }
}
