package baedal.order;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.Parcel;
import baedal.events.PaymentMethod;
import baedal.events.StoreEvent.MenuOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The store, the menus and the orders of the tests in this package. */
final class OrderFixtures {

  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  static final Duration PAY_WITHIN = Duration.ofMinutes(15);
  static final Duration CONFIRMS_AFTER = Duration.ofHours(24);
  static final Address STORE = new Address("서울 마포구 양화로 1", 37.55, 126.91);
  static final Address HOME = new Address("서울 마포구 월드컵로 2", 37.56, 126.92);
  static final Parcel PARCEL = new Parcel(Parcel.Size.SMALL, 2.5, "documents");
  static final Catalog CATALOG = catalog(true);

  private OrderFixtures() {}

  static Catalog catalog(boolean open) {
    return new Catalog(
        "s-1",
        "o-1",
        "통닭천국",
        null,
        open,
        STORE,
        null,
        Map.of(
            "fried",
            menu(
                "fried",
                "후라이드",
                18_000,
                null,
                new MenuOption("순살", 2_000),
                new MenuOption("뼈", 2_000),
                new MenuOption("무", 500)),
            "cola",
            menu("cola", "콜라", 2_000, 10)));
  }

  static Catalog.Menu menu(
      String menuId, String name, long price, Integer stock, MenuOption... options) {
    return new Catalog.Menu(menuId, name, price, stock, List.of(options), false, null, Map.of());
  }

  static PlaceOrder request(Fulfilment fulfilment, Catalog.RequestedLine... lines) {
    return switch (fulfilment) {
      case DELIVERY ->
          new PlaceOrder(
              "s-1", List.of(lines), fulfilment, null, HOME, null, null, null, null, "문 앞에");
      case COURIER ->
          new PlaceOrder(
              "s-1", List.of(lines), fulfilment, HOME, STORE, PARCEL, null, null, null, null);
      case VISIT ->
          new PlaceOrder(
              "s-1", List.of(lines), fulfilment, null, null, null, null, null, null, null);
    };
  }

  static Catalog.RequestedLine chicken(String... options) {
    return new Catalog.RequestedLine("fried", 2, List.of(options));
  }

  static Order placed(Fulfilment fulfilment) {
    return Order.place(
            "order-1",
            request(fulfilment, chicken("순살"))
                .details("c-1", Optional.of(CATALOG), NOON, PAY_WITHIN))
        .state();
  }

  static Order placed() {
    return placed(Fulfilment.DELIVERY);
  }

  static Order paid() {
    return paid(placed(), PaymentMethod.CARD);
  }

  static Order paid(Order order, PaymentMethod method) {
    return pay(order, "p-1", method).state();
  }

  static Change<Order> pay(Order order, String paymentId, PaymentMethod method) {
    return PaymentAcceptance.decide(
        order, paymentId, method, order.details().due(), order.details().version(), later(1));
  }

  /** An order in this status, which it reached by valid transitions. */
  static Order orderIn(OrderStatus status) {
    return switch (status) {
      case PLACED -> placed();
      case PAID -> paid();
      case ACCEPTED, COOKING, COOKED, PICKED ->
          FulfilmentProgress.reached(paid(), status, later(2)).state();
      case DELIVERED -> FulfilmentProgress.delivered(paid(), "r-7", 0, later(3)).state();
      case COMPLETED -> Confirmation.byCustomer(orderIn(OrderStatus.DELIVERED), later(4)).state();
      case CANCEL_REQUESTED -> Cancellation.request(paid(), "changed my mind", later(2)).state();
      case CANCELED -> Cancellation.request(placed(), "changed my mind", later(2)).state();
      case REJECTED -> Rejection.rejectedByStore(paid(), "OUT_OF_STOCK", later(2)).state();
      case EXPIRED -> Expiration.expire(placed(), NOON.plus(PAY_WITHIN)).state();
    };
  }

  static Instant later(long minutes) {
    return NOON.plus(Duration.ofMinutes(minutes));
  }
}
