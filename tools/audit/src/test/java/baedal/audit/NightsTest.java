package baedal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Fulfilment;
import baedal.order.OrderStatus;
import baedal.runtime.Json;
import baedal.store.Menu;
import baedal.store.RoomNights;
import baedal.store.RoomType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The rule {@code nights}: the nights of room types agree with those of tickets. */
class NightsTest {

  private static final LocalDate TODAY =
      LocalDate.ofInstant(OrderStates.NOON, ZoneOffset.ofHours(14));
  private static final int ROOMS = 5;

  private final Nights nights =
      new Nights(OrderStates.NOON.plusSeconds(1), OrderStates.NOON.plusSeconds(60));
  private final Stock stock = new Stock(OrderStates.NOON.plusSeconds(1));

  /** A room type; {@code taken} has the rooms of each night from tomorrow on. */
  private void menu(Map<String, Integer> withoutTicket, int... taken) {
    TreeMap<LocalDate, RoomNights.Night> byDate = new TreeMap<>();
    for (int i = 0; i < taken.length; i++) {
      byDate.put(TODAY.plusDays(1 + i), new RoomNights.Night(taken[i], null));
    }
    RoomType room = new RoomType(2, new TreeMap<>(), new RoomNights(byDate), List.of());
    Menu menu =
        new Menu(
            "store-1",
            "fried",
            "디럭스",
            89_000,
            ROOMS,
            List.of(),
            false,
            1,
            withoutTicket,
            List.of(),
            0,
            room);
    nights.menu(Json.mapper().valueToTree(menu));
    stock.menu(Json.mapper().valueToTree(menu));
  }

  /** A ticket of two rooms for two nights from tomorrow on. */
  private static ObjectNode ticket(String id, OrderStatus status) {
    ObjectNode ticket = new OrderStates(id, status, Fulfilment.VISIT, OrderStates.NOON).ticket;
    ticket
        .withObject("/details/stay")
        .put("checkIn", TODAY.plusDays(1).toString())
        .put("checkOut", TODAY.plusDays(3).toString())
        .put("guests", 2);
    return ticket;
  }

  private void read(ObjectNode ticket) {
    nights.ticket(ticket);
    stock.ticket(ticket);
  }

  private static ObjectNode late(ObjectNode ticket) {
    return ticket.put("changedAt", OrderStates.NOON.plusSeconds(1).toString());
  }

  private List<String> lines(UnaryOperator<Set<String>> unchanged) {
    assertThat(stock.findings(unchanged)).as("findings of the rule stock").isEmpty();
    return nights.findings(unchanged).stream().map(Finding::toString).toList();
  }

  private List<String> lines() {
    return lines(orders -> orders);
  }

  @Test
  void a_room_type_that_agrees_with_its_tickets_gives_no_finding() {
    menu(Map.of(), 4, 4, 0);
    read(ticket("a", OrderStatus.PAID));
    read(ticket("b", OrderStatus.COOKED));
    read(ticket("c", OrderStatus.CANCELED));
    assertThat(lines()).isEmpty();
  }

  @Test
  void a_night_that_only_a_ticket_has_is_a_finding() {
    menu(Map.of(), 2);
    read(ticket("a", OrderStatus.PAID));
    assertThat(lines())
        .containsExactly(
            "nights  store-1/fried  rooms taken in the night of %s: 0 in the menu, but 2 in tickets"
                .formatted(TODAY.plusDays(2)));
  }

  @Test
  void a_night_still_taken_for_a_canceled_ticket_is_a_finding() {
    menu(Map.of(), 2);
    read(ticket("a", OrderStatus.CANCELED));
    assertThat(lines())
        .containsExactly(
            "nights  store-1/fried  rooms taken in the night of %s: 2 in the menu, but 0 in tickets"
                .formatted(TODAY.plusDays(1)));
  }

  @Test
  void more_taken_rooms_than_the_hotel_has_are_a_finding() {
    menu(Map.of(), 6, 6);
    for (String id : List.of("a", "b", "c")) {
      read(ticket(id, OrderStatus.PAID));
    }
    assertThat(lines())
        .contains(
            "nights  store-1/fried  rooms taken in the night of %s: 6, but the hotel has 5"
                .formatted(TODAY.plusDays(1)))
        .hasSize(2);
  }

  @Test
  void an_open_ticket_without_its_rooms_is_a_finding() {
    menu(Map.of());
    ObjectNode ticket = ticket("a", OrderStatus.PAID);
    ticket.putObject("taken");
    read(ticket);
    assertThat(lines())
        .containsExactly(
            "nights  a  rooms by menu id: {fried=2} in the ticket's lines, but it has taken {}");
  }

  @Test
  void a_ticket_that_changes_may_or_may_not_be_counted() {
    menu(Map.of(), 2, 4);
    read(ticket("a", OrderStatus.PAID));
    read(late(ticket("b", OrderStatus.PAID)));
    read(ticket("c", OrderStatus.CANCELED).put("stockOwed", true));
    assertThat(lines()).isEmpty();
  }

  @Test
  void an_order_without_a_ticket_is_a_finding_when_it_has_not_changed() {
    menu(Map.of("a", 2, "b", 2), 4, 2);
    assertThat(lines(orders -> Set.of("b")))
        .containsExactly(
            "nights  store-1/fried  orders that the menu still records as orders without a stored ticket: [b]");
  }

  @Test
  void an_order_that_the_menu_did_not_forget_after_its_ticket_is_a_finding() {
    menu(Map.of("a", 2), 2, 2);
    read(ticket("a", OrderStatus.PAID));
    assertThat(lines())
        .containsExactly(
            "nights  store-1/fried  orders that the menu still records as orders without a stored ticket: [a]");
  }

  @Test
  void the_tickets_of_a_missing_room_type_are_a_finding() {
    read(ticket("a", OrderStatus.PAID));
    assertThat(lines()).hasSize(2).allMatch(line -> line.contains("0 in the menu, but 2"));
  }

  @Test
  void a_night_that_may_be_past_is_not_checked() {
    menu(Map.of());
    ObjectNode ticket = ticket("a", OrderStatus.COOKED);
    ticket
        .withObject("/details/stay")
        .put("checkIn", TODAY.minusDays(2).toString())
        .put("checkOut", TODAY.toString());
    read(ticket);
    assertThat(lines()).isEmpty();
  }
}
