package baedal.store;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A sample store, menus and orders for the tests of this package. */
final class Samples {

  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  static final Address PLACE = new Address("서울 마포구 양화로 1", 37.55, 126.91);
  static final Address HOME = new Address("서울 마포구 월드컵로 2", 37.56, 126.92);

  static final Store STORE =
      Store.open("s-1", "o-1", "통닭천국", Store.Kind.FOOD, PLACE, null, NOON).state();

  private Samples() {}

  static Line line(String menuId, int quantity) {
    return new Line(
        menuId, menuId, quantity, 18_000, List.of(), List.of(), List.of(), 18_000L * quantity);
  }

  static OrderDetails details(long version, String memo, Line... lines) {
    long total = Arrays.stream(lines).mapToLong(Line::amount).sum();
    return new OrderDetails(
        "c-1",
        "s-1",
        "통닭천국",
        null,
        List.of(lines),
        Fulfilment.DELIVERY,
        PLACE,
        HOME,
        null,
        null,
        null,
        null,
        List.of(),
        memo,
        null,
        total,
        0,
        total,
        version,
        NOON,
        NOON.plus(Duration.ofMinutes(15)));
  }

  static OrderEvent.Paid paid(String orderId, Line... lines) {
    return new OrderEvent.Paid(
        orderId, details(2, "문 앞에", lines), "p-1", PaymentMethod.ON_DELIVERY, 18_000, NOON);
  }

  static OrderEvent.Paid paid() {
    return paid("order-1", line("fried", 2));
  }

  static OrderEvent.Updated updated(String orderId, long version, String memo, Line... lines) {
    return new OrderEvent.Updated(orderId, details(version, memo, lines), true, NOON);
  }

  static OrderEvent.Updated updated(long version, String memo) {
    return updated("order-1", version, memo, line("fried", 2));
  }

  static OrderEvent.CancelRequested cancelRequested(String orderId) {
    return new OrderEvent.CancelRequested(orderId, "c-1", "s-1", "changed my mind", NOON);
  }

  /** Returns a ticket in this status, which it reached by valid transitions. */
  static Ticket at(TicketStatus status) {
    Ticket received = Ticket.receive(null, paid(), Map.of()).state();
    return switch (status) {
      case RECEIVED -> received;
      case ACCEPTED -> received.accept("owner-1", NOON).state();
      case COOKING -> at(TicketStatus.ACCEPTED).start(NOON).state();
      case COOKED -> at(TicketStatus.COOKING).finish("owner-1", NOON).state();
      case REJECTED -> received.reject("재료 소진", NOON).state();
      case CANCELED -> Ticket.cancelRequested(received, cancelRequested("order-1"), NOON).state();
    };
  }

  static MenuForm form(String name, long price, Integer stock) {
    return new MenuForm(name, price, new MenuForm.Stock(stock), List.of(), RoomForm.EMPTY);
  }

  static Menu menu(String menuId, Integer stock) {
    return Menu.put(null, STORE, menuId, form(menuId, 18_000, stock), NOON).state();
  }
}
