package baedal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.order.OrderStatus;
import baedal.runtime.Json;
import baedal.store.Menu;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Menus against tickets: what is taken, and what is sold. */
class StockTest {

  private final Stock stock = new Stock(OrderStates.NOON.plusSeconds(1));

  /** The tickets of {@link OrderStates} took two of it. */
  private void menu(Map<String, Integer> taken, long sold) {
    Menu menu =
        new Menu(
            "store-1", "fried", "후라이드", 18_000, 10, List.of(), false, 1, taken, List.of(), sold);
    stock.menu(Json.mapper().valueToTree(menu));
  }

  private static ObjectNode ticket(String id, OrderStatus status) {
    return OrderStates.of(id, status, OrderStates.NOON).ticket;
  }

  private static ObjectNode late(ObjectNode ticket) {
    return ticket.put("changedAt", OrderStates.NOON.plusSeconds(1).toString());
  }

  private List<String> lines(UnaryOperator<Set<String>> atRest) {
    return stock.findings(atRest).stream().map(Finding::toString).toList();
  }

  private List<String> lines() {
    return lines(orders -> orders);
  }

  @Test
  void what_open_tickets_took_is_taken_and_what_was_cooked_is_sold() {
    menu(Map.of("a", 2, "b", 2, "c", 2), 4);
    stock.ticket(ticket("a", OrderStatus.PAID));
    stock.ticket(ticket("b", OrderStatus.ACCEPTED));
    stock.ticket(ticket("c", OrderStatus.COOKING));
    stock.ticket(ticket("d", OrderStatus.COOKED));
    stock.ticket(ticket("e", OrderStatus.COMPLETED));
    stock.ticket(ticket("f", OrderStatus.CANCELED));
    assertThat(lines()).isEmpty();
  }

  @Test
  void what_an_open_ticket_took_must_be_taken() {
    menu(Map.of("a", 2), 0);
    stock.ticket(ticket("a", OrderStatus.PAID));
    stock.ticket(ticket("b", OrderStatus.PAID));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  says that {} is taken, but open tickets took {b=2}");
  }

  @Test
  void what_a_canceled_ticket_took_must_be_back() {
    menu(Map.of("a", 2), 0);
    stock.ticket(ticket("a", OrderStatus.CANCELED));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  says that {a=2} is taken, but open tickets took {}");
  }

  @Test
  void the_quantity_must_be_the_same() {
    menu(Map.of("a", 3), 0);
    stock.ticket(ticket("a", OrderStatus.PAID));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  says that {a=3} is taken, but open tickets took {a=2}");
  }

  @Test
  void no_more_is_sold_than_was_cooked() {
    menu(Map.of(), 3);
    assertThat(lines())
        .containsExactly("stock  store-1/fried  says that 3 are sold, but cooked were 0");
  }

  /** Whatever its owner added to it or set it to. */
  @Test
  void what_is_free_to_sell_is_nothing_at_least() {
    for (Integer free : Arrays.asList(-1, 0, 1_000, null)) {
      Menu menu =
          new Menu(
              "store-1", "m" + free, "물", 1, free, List.of(), false, 1, Map.of(), List.of(), 0);
      stock.menu(Json.mapper().valueToTree(menu));
    }
    assertThat(lines()).containsExactly("stock  store-1/m-1  says that -1 are free to sell");
  }

  @Test
  void all_that_was_cooked_is_sold() {
    menu(Map.of(), 0);
    stock.ticket(ticket("a", OrderStatus.COOKED));
    assertThat(lines())
        .containsExactly("stock  store-1/fried  says that 0 are sold, but cooked were 2");
  }

  @Test
  void a_ticket_takes_from_a_menu_that_is_there() {
    stock.ticket(ticket("a", OrderStatus.PAID));
    stock.ticket(ticket("b", OrderStatus.COOKED));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  says that {} is taken, but open tickets took {a=2}",
            "stock  store-1/fried  says that 0 are sold, but cooked were 2");
  }

  @Test
  void tickets_that_changed_since_the_grace_began_are_left_alone() {
    menu(Map.of("b", 2, "c", 2), 0);
    stock.ticket(late(ticket("a", OrderStatus.PAID)));
    stock.ticket(late(ticket("b", OrderStatus.CANCELED)));
    stock.ticket(late(ticket("c", OrderStatus.COOKED)));
    assertThat(lines()).isEmpty();
  }

  @Test
  void they_hide_nothing_of_the_others() {
    menu(Map.of("a", 2), 5);
    stock.ticket(ticket("a", OrderStatus.CANCELED));
    stock.ticket(ticket("b", OrderStatus.COOKED));
    stock.ticket(late(ticket("c", OrderStatus.COOKED)));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  says that {a=2} is taken, but open tickets took {}",
            "stock  store-1/fried  says that 5 are sold, but cooked were 2 to 4");
  }

  /** That is a finding of its own. */
  @Test
  void tickets_that_owe_stock_are_left_alone() {
    menu(Map.of("a", 2, "b", 2), 0);
    stock.ticket(ticket("a", OrderStatus.CANCELED).put("stockOwed", true));
    stock.ticket(ticket("b", OrderStatus.COOKED).put("stockOwed", true));
    assertThat(lines()).isEmpty();
  }

  @Test
  void stock_that_was_taken_for_an_order_that_changed_just_now_may_get_its_ticket_yet() {
    menu(Map.of("a", 2, "b", 2), 0);
    assertThat(lines(orders -> Set.of("b")))
        .containsExactly(
            "stock  store-1/fried  says that {b=2} is taken, but open tickets took {}");
  }
}
