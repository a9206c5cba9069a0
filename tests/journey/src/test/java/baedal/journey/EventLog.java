package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.EventTypes;
import baedal.rabbitmq.LogReader;
import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads all events from the stream {@code log} for a test, and checks their order. */
final class EventLog {

  private static final long READ_WITHIN_SECONDS = 60;

  private EventLog() {}

  /** Returns every event once, in the order of its first occurrence. */
  static Collection<EventMessage> read(Vertx vertx, String amqpUri) {
    Map<String, EventMessage> events = Collections.synchronizedMap(new LinkedHashMap<>());
    LogReader reader =
        new LogReader(
            vertx,
            amqpUri,
            "journey",
            null,
            message -> {
              events.putIfAbsent(message.id(), message);
              return Future.succeededFuture();
            });
    reader.start();
    try {
      reader.caughtUp().timeout(READ_WITHIN_SECONDS, TimeUnit.SECONDS).await();
    } finally {
      reader.stop().await();
    }
    return List.copyOf(events.values());
  }

  /** Fails if the sequences of an aggregate's events do not increase. */
  static void assertInOrder(Collection<EventMessage> events) {
    Map<String, Long> last = new HashMap<>();
    List<String> backwards = new ArrayList<>();
    for (EventMessage message : events) {
      Long before = last.put(aggregate(message), message.sequence());
      if (before != null && message.sequence() <= before) {
        backwards.add("%s after its %d".formatted(message, before));
      }
    }
    assertThat(last).isNotEmpty();
    assertThat(backwards).isEmpty();
  }

  /** The aggregate of the event: an order, payment, coupon or menu. Each numbers its own events. */
  private static String aggregate(EventMessage message) {
    String exchange = EventTypes.exchange(message.type());
    String idField =
        switch (exchange) {
          case "payment" -> "paymentId";
          case "coupon" -> "couponId";
          case "store" -> "menuId";
          default -> "orderId";
        };
    String id = Json.mapper().valueToTree(message.data()).path(idField).asText();
    return String.join(" ", exchange, message.subject(), id);
  }
}
