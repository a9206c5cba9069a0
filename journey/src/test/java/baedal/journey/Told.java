package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.rabbitmq.EventTypes;
import baedal.rabbitmq.LogReader;
import baedal.runtime.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** All that the services told each other, one after another as the log has it. */
final class Told {

  private static final long READ_WITHIN_SECONDS = 60;

  private final Set<String> ids = new HashSet<>();
  private final Map<String, Long> last = new HashMap<>();
  private final List<String> backwards = new ArrayList<>();

  private Told() {}

  /** What is told again counts once; all else goes on from what its teller told before. */
  static void inOrder(Vertx vertx, String amqpUri) {
    Told told = new Told();
    LogReader reader = new LogReader(vertx, amqpUri, "journey", null, told::hear);
    reader.start();
    try {
      reader.caughtUp().timeout(READ_WITHIN_SECONDS, TimeUnit.SECONDS).await();
    } finally {
      reader.stop().await();
    }
    told.check();
  }

  private synchronized Future<?> hear(EventMessage message) {
    if (ids.add(message.id())) {
      long before = last.getOrDefault(teller(message), 0L);
      if (message.sequence() <= before) {
        backwards.add("%s after its %d".formatted(message, before));
      }
      last.put(teller(message), message.sequence());
    }
    return Future.succeededFuture();
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

  private synchronized void check() {
    assertThat(last).isNotEmpty();
    assertThat(backwards).isEmpty();
  }
}
