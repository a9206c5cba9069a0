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

/** The rule {@code stock}: the quantities of menus agree with those of tickets. */
class StockTest {

  private final Stock stock = new Stock(OrderStates.NOON.plusSeconds(1));

  /** Each ticket of {@link OrderStates} took a quantity of 2 from this menu. */
  private void menu(Map<String, Integer> taken, long sold) {
    Menu menu =
        new Menu(
            "store-1", "fried", "후라이드", 18_000, 10, List.of(), false, 1, taken, List.of(), sold,
            null);
    stock.menu(Json.mapper().valueToTree(menu));
  }

  private static ObjectNode ticket(String id, OrderStatus status) {
    return OrderStates.of(id, status, OrderStates.NOON).ticket;
  }

  private static ObjectNode late(ObjectNode ticket) {
    return ticket.put("changedAt", OrderStates.NOON.plusSeconds(1).toString());
  }

  private List<String> lines(UnaryOperator<Set<String>> unchanged) {
    return stock.findings(unchanged).stream().map(Finding::toString).toList();
  }

  private List<String> lines() {
    return lines(orders -> orders);
  }

  @Test
  void a_menu_that_agrees_with_its_tickets_gives_no_finding() {
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
  void a_quantity_that_only_an_open_ticket_has_is_a_finding() {
    menu(Map.of("a", 2), 0);
    stock.ticket(ticket("a", OrderStatus.PAID));
    stock.ticket(ticket("b", OrderStatus.PAID));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  quantity taken by order id: {} in the menu, but {b=2} in open tickets");
  }

  @Test
  void a_quantity_still_taken_for_a_canceled_ticket_is_a_finding() {
    menu(Map.of("a", 2), 0);
    stock.ticket(ticket("a", OrderStatus.CANCELED));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  quantity taken by order id: {a=2} in the menu, but {} in open tickets");
  }

  @Test
  void a_menu_and_an_open_ticket_with_different_quantities_are_a_finding() {
    menu(Map.of("a", 3), 0);
    stock.ticket(ticket("a", OrderStatus.PAID));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  quantity taken by order id: {a=3} in the menu, but {a=2} in open tickets");
  }

  @Test
  void a_menu_that_sold_more_than_was_cooked_is_a_finding() {
    menu(Map.of(), 3);
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  quantity sold: 3 in the menu, but 0 in cooked tickets");
  }

  @Test
  void a_negative_free_stock_is_a_finding() {
    for (Integer free : Arrays.asList(-1, 0, 1_000, null)) {
      Menu menu =
          new Menu(
              "store-1",
              "m" + free,
              "물",
              1,
              free,
              List.of(),
              false,
              1,
              Map.of(),
              List.of(),
              0,
              null);
      stock.menu(Json.mapper().valueToTree(menu));
    }
    assertThat(lines())
        .containsExactly("stock  store-1/m-1  the menu's free stock is -1, expected: 0 or more");
  }

  @Test
  void a_menu_that_sold_less_than_was_cooked_is_a_finding() {
    menu(Map.of(), 0);
    stock.ticket(ticket("a", OrderStatus.COOKED));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  quantity sold: 0 in the menu, but 2 in cooked tickets");
  }

  @Test
  void the_tickets_of_a_missing_menu_are_a_finding() {
    stock.ticket(ticket("a", OrderStatus.PAID));
    stock.ticket(ticket("b", OrderStatus.COOKED));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  quantity taken by order id: {} in the menu, but {a=2} in open tickets",
            "stock  store-1/fried  quantity sold: 0 in the menu, but 2 in cooked tickets");
  }

  @Test
  void a_ticket_that_changed_within_the_grace_period_gives_no_finding() {
    menu(Map.of("b", 2, "c", 2), 0);
    stock.ticket(late(ticket("a", OrderStatus.PAID)));
    stock.ticket(late(ticket("b", OrderStatus.CANCELED)));
    stock.ticket(late(ticket("c", OrderStatus.COOKED)));
    assertThat(lines()).isEmpty();
  }

  @Test
  void a_ticket_within_the_grace_period_hides_no_finding_of_other_tickets() {
    menu(Map.of("a", 2), 5);
    stock.ticket(ticket("a", OrderStatus.CANCELED));
    stock.ticket(ticket("b", OrderStatus.COOKED));
    stock.ticket(late(ticket("c", OrderStatus.COOKED)));
    assertThat(lines())
        .containsExactly(
            "stock  store-1/fried  quantity taken by order id: {a=2} in the menu, but {} in open tickets",
            "stock  store-1/fried  quantity sold: 5 in the menu, but 2 to 4 in cooked tickets");
  }

  /** The rule {@code stock-owed} reports it. */
  @Test
  void a_ticket_that_owes_stock_gives_no_finding() {
    menu(Map.of("a", 2, "b", 2), 0);
    stock.ticket(ticket("a", OrderStatus.CANCELED).put("stockOwed", true));
    stock.ticket(ticket("b", OrderStatus.COOKED).put("stockOwed", true));
    assertThat(lines()).isEmpty();
  }

  @Test
  void stock_taken_for_an_order_within_the_grace_period_gives_no_finding() {
    menu(Map.of("a", 2, "b", 2), 0);
    assertThat(lines(orders -> Set.of("b")))
        .containsExactly(
            "stock  store-1/fried  quantity taken by order id: {b=2} in the menu, but {} in open tickets");
  }
}
