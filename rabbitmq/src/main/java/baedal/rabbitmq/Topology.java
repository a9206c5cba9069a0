package baedal.rabbitmq;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What stands in the broker: a topic exchange for each publisher; for each consuming service a
 * quorum queue, a ladder of retry queues and a dead-letter queue; the stream {@code log} of
 * everything; {@code unwatched}, which takes positions and keeps none; and {@code unrouted} for
 * what no queue wanted. The file {@code definitions.json} beside this class says the same to
 * RabbitMQ; a test compares the two.
 */
public final class Topology {

  public static final List<String> PUBLISHERS =
      List.of("order", "payment", "store", "rider", "coupon");
  public static final List<String> CONSUMERS =
      List.of("order", "payment", "store", "rider", "coupon", "mypage");

  /** Who connects to the broker, each as a user of its own. */
  public static final List<String> USERS =
      List.of("order", "payment", "store", "rider", "coupon", "mypage", "audit");

  public static final List<Integer> LADDER_SECONDS = List.of(1, 5, 30, 60);
  public static final String LOG = "log";
  public static final String UNROUTED = "unrouted";

  /** Told often and kept by nobody: neither in a queue of a service nor in the log. */
  public static final String TRANSIENT = "rider.moved";

  /** Without it, positions that nobody watches would count as events that nobody wanted. */
  public static final String UNWATCHED = "unwatched";

  private static final int DELIVERY_LIMIT = 50;

  /** Each look at a dead letter counts as a delivery; RabbitMQ 4 would drop it after twenty. */
  private static final int LOOKS_AT_DEAD_LETTERS = 1_000_000_000;

  private static final long LOG_BYTES = 2_000_000_000L;
  private static final long LOG_SEGMENT_BYTES = 50_000_000L;

  private static final Map<String, List<String>> HEARD =
      Map.of(
          "order",
          List.of(
              "payment.paid",
              "payment.deferred",
              "payment.declined",
              "payment.refunded",
              "store.opened",
              "store.closed",
              "store.menu-changed",
              "store.order-accepted",
              "store.order-rejected",
              "store.cook-started",
              "store.cook-finished",
              "store.cancel-accepted",
              "store.cancel-refused",
              "store.update-refused",
              "rider.picked",
              "rider.delivered",
              "coupon.restored",
              "coupon.revoked"),
          "payment",
          List.of("order.payment-refused", "order.refund-requested", "order.collected"),
          "store",
          List.of("order.paid", "order.updated", "order.cancel-requested"),
          "rider",
          List.of(
              "store.order-accepted",
              "store.cook-finished",
              "store.cancel-accepted",
              "order.canceled",
              "order.rejected",
              "order.updated"),
          "coupon",
          List.of(
              "order.updated",
              "order.paid",
              "order.canceled",
              "order.rejected",
              "order.expired",
              "order.delivered",
              "order.completed"));

  private Topology() {}

  static String retryQueue(String queue, int seconds) {
    return queue + ".retry." + seconds + "s";
  }

  /** Where a consumer's messages lie that it could not handle. */
  public static String deadQueue(String queue) {
    return queue + ".dead";
  }

  /**
   * The routing keys that a consumer's queue is bound to, sorted; MyPage hears everything about
   * orders.
   */
  public static List<String> heardBy(String consumer) {
    TreeSet<String> keys = new TreeSet<>();
    if (consumer.equals("mypage")) {
      keys.addAll(EventTypes.all().keySet());
      keys.removeAll(List.of(TRANSIENT, "store.menu-changed", "store.opened", "store.closed"));
    } else {
      keys.addAll(HEARD.get(consumer));
    }
    return List.copyOf(keys);
  }

  /**
   * RabbitMQ definitions for a virtual host, without users: what {@code load_definitions} reads.
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

  /**
   * What a service's own broker user may do: configure nothing, write to its exchange, read its
   * queue and its dead letters.
   */
  public record Permissions(String configure, String write, String read) {}

  /**
   * The least that one of {@link #USERS} needs; what a service lays into its retry and dead-letter
   * queues goes through the default exchange. The audit only counts messages, for which RabbitMQ
   * asks no permission.
   */
  public static Permissions permissions(String service) {
    return switch (service) {
      case "mypage" ->
          new Permissions(
              "^mypage\\.live\\..*$",
              "^(amq\\.default|mypage\\.live\\..*)$",
              "^(mypage(\\.dead|\\.live\\..*)?|log|order|payment|store|rider|coupon)$");
      case "coupon" ->
          new Permissions("^$", "^(coupon|amq\\.default)$", "^(coupon(\\.dead)?|log)$");
      case "audit" -> new Permissions("^$", "^$", "^$");
      case "order", "payment", "store", "rider" ->
          new Permissions("^$", "^(" + service + "|amq\\.default)$", "^" + service + "(\\.dead)?$");
      default -> throw new IllegalArgumentException("no broker user is called " + service);
    };
  }

  private record Exchange(String type, Map<String, Object> arguments) {}

  private record Binding(String exchange, String queue, String key) {}

  private static Map<String, Exchange> exchanges() {
    Map<String, Exchange> exchanges = new LinkedHashMap<>();
    PUBLISHERS.forEach(
        p -> exchanges.put(p, new Exchange("topic", Map.of("alternate-exchange", UNROUTED))));
    exchanges.put(UNROUTED, new Exchange("fanout", Map.of()));
    return exchanges;
  }

  private static Map<String, Map<String, Object>> queues() {
    Map<String, Map<String, Object>> queues = new LinkedHashMap<>();
    for (String consumer : CONSUMERS) {
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
      for (int seconds : LADDER_SECONDS) {
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
      queues.put(deadQueue(consumer), quorum("x-delivery-limit", LOOKS_AT_DEAD_LETTERS));
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

  private static List<Binding> bindings() {
    List<Binding> bindings = new ArrayList<>();
    for (String consumer : CONSUMERS) {
      heardBy(consumer)
          .forEach(key -> bindings.add(new Binding(EventTypes.exchange(key), consumer, key)));
    }
    new TreeSet<>(EventTypes.all().keySet())
        .stream()
            .filter(key -> !key.equals(TRANSIENT))
            .forEach(key -> bindings.add(new Binding(EventTypes.exchange(key), LOG, key)));
    bindings.add(new Binding(EventTypes.exchange(TRANSIENT), UNWATCHED, TRANSIENT));
    bindings.add(new Binding(UNROUTED, UNROUTED, ""));
    return bindings;
  }

  /**
   * Makes all of it in the virtual host of the URI, where it is not there yet: for a broker that
   * loads no definitions.
   */
  public static Future<Void> declare(Vertx vertx, String amqpUri) {
    RabbitMQClient client =
        RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(amqpUri).setReconnectAttempts(0));
    return client
        .start()
        .compose(v -> declareExchanges(client))
        .compose(v -> declareQueues(client))
        .compose(v -> bind(client))
        .eventually(client::stop);
  }

  private static Future<Void> declareExchanges(RabbitMQClient client) {
    Future<Void> done = Future.succeededFuture();
    for (Map.Entry<String, Exchange> e : exchanges().entrySet()) {
      Exchange exchange = e.getValue();
      done =
          done.compose(
              v ->
                  client.exchangeDeclare(
                      e.getKey(),
                      exchange.type(),
                      true,
                      false,
                      new JsonObject(exchange.arguments())));
    }
    return done;
  }

  private static Future<Void> declareQueues(RabbitMQClient client) {
    Future<Void> done = Future.succeededFuture();
    for (Map.Entry<String, Map<String, Object>> queue : queues().entrySet()) {
      done =
          done.compose(
              v ->
                  client
                      .queueDeclare(
                          queue.getKey(), true, false, false, new JsonObject(queue.getValue()))
                      .mapEmpty());
    }
    return done;
  }

  private static Future<Void> bind(RabbitMQClient client) {
    Future<Void> done = Future.succeededFuture();
    for (Binding b : bindings()) {
      done = done.compose(v -> client.queueBind(b.queue(), b.exchange(), b.key()));
    }
    return done;
  }
}
