package baedal.store;

import static baedal.store.Samples.NOON;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.runtime.Boot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Base class of tests of the kitchen with a real database. Before each test the stock of two menus
 * is 100.
 */
abstract class KitchenFixture {

  private final Vertx vertx = Boot.vertx();
  final Database db = new Database(vertx);

  @BeforeEach
  void resetStock() {
    db.menu("fried", 100);
    db.menu("cola", 100);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  static Change<Ticket> accepted(Ticket ticket, Instant now) {
    return ticket.accept("owner-1", now);
  }

  static Change<Ticket> finished(Ticket ticket, Instant now) {
    return ticket.finish("owner-1", now);
  }

  static void deliver(Kitchen kitchen, EventMessage message) {
    handle(kitchen, message).await();
  }

  static Future<?> handle(Kitchen kitchen, EventMessage message) {
    return switch (message.type()) {
      case "order.paid" -> kitchen.receive(message, (OrderEvent.Paid) message.data());
      case "order.updated" -> kitchen.updated(message, (OrderEvent.Updated) message.data());
      default -> kitchen.cancelRequested(message, (OrderEvent.CancelRequested) message.data());
    };
  }

  static EventMessage message(Event event) {
    return EventMessages.wrap(List.of(event), 1, NOON).get(0);
  }

  /** Returns a message with an id that depends only on its type and order, as in a redelivery. */
  static EventMessage redeliverable(Event event) {
    EventMessage message = message(event);
    return new EventMessage(
        message.type() + "-" + message.subject(),
        message.type(),
        message.subject(),
        1,
        NOON,
        null,
        event);
  }
}
