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

/** All that the services told each other, one after another as the log has it. */
final class EventLog {

  private static final long READ_WITHIN_SECONDS = 60;

  private EventLog() {}

  /** What was told again counts once. */
  static Collection<EventMessage> all(Vertx vertx, String amqpUri) {
    Map<String, EventMessage> told = Collections.synchronizedMap(new LinkedHashMap<>());
    LogReader reader =
        new LogReader(
            vertx,
            amqpUri,
            "journey",
            null,
            message -> {
              told.putIfAbsent(message.id(), message);
              return Future.succeededFuture();
            });
    reader.start();
    try {
      reader.caughtUp().timeout(READ_WITHIN_SECONDS, TimeUnit.SECONDS).await();
    } finally {
      reader.stop().await();
    }
    return List.copyOf(told.values());
  }

  /** Each goes on from what its teller told before. */
  static void inOrder(Collection<EventMessage> told) {
    Map<String, Long> last = new HashMap<>();
    List<String> backwards = new ArrayList<>();
    for (EventMessage message : told) {
      Long before = last.put(teller(message), message.sequence());
      if (before != null && message.sequence() <= before) {
        backwards.add("%s after its %d".formatted(message, before));
      }
    }
    assertThat(last).isNotEmpty();
    assertThat(backwards).isEmpty();
  }

  /** An order may have several payments and coupons, a store many menus: each counts from 1. */
  private static String teller(EventMessage message) {
    String exchange = EventTypes.exchange(message.type());
    String part =
        switch (exchange) {
          case "payment" -> "paymentId";
          case "coupon" -> "couponId";
          case "store" -> "menuId";
          default -> "orderId";
        };
    String id = Json.mapper().valueToTree(message.data()).path(part).asText();
    return String.join(" ", exchange, message.subject(), id);
  }
}
