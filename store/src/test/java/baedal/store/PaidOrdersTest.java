package baedal.store;

import static baedal.store.Samples.line;
import static baedal.store.Samples.paid;
import static baedal.store.TicketStatus.RECEIVED;
import static baedal.store.TicketStatus.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests batches of paid orders in a real database. */
class PaidOrdersTest extends KitchenFixture {

  private void receive(EventMessage... messages) {
    new PaidOrders(db.repository, db.kitchen).receive(List.of(messages)).await();
  }

  @Test
  void each_order_of_a_batch_gets_its_ticket_and_its_stock_once() {
    db.menu("water", null);
    EventMessage unlimited = message(paid("unlimited", line("water", 2)));
    EventMessage limited = message(paid("limited", line("water", 1), line("fried", 2)));
    EventMessage unknown = message(paid("unknown", line("nothing", 1)));
    receive(unlimited, limited, unlimited, unknown);
    receive(unlimited, limited, unknown);
    assertThat(db.ticket("unlimited").status()).isEqualTo(RECEIVED);
    assertThat(db.ticket("limited").status()).isEqualTo(RECEIVED);
    assertThat(db.ticket("unknown").status()).isEqualTo(REJECTED);
    assertThat(db.stock("fried")).isEqualTo(98);
    assertThat(db.eventTypes("unlimited")).isEmpty();
    assertThat(db.eventTypes("unknown")).containsExactly("store.order-rejected");
  }

  @Test
  void the_orders_of_a_batch_are_rejected_if_the_store_is_closed() {
    db.menu("water", null);
    db.open(false);
    receive(message(paid("a", line("water", 1))), message(paid("b", line("water", 1))));
    assertThat(db.ticket("a").reason()).isEqualTo("STORE_CLOSED");
    assertThat(db.ticket("b").reason()).isEqualTo("STORE_CLOSED");
  }
}
