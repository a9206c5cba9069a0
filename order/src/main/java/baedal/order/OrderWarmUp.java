package baedal.order;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.StoreEvent.MenuOption;
import baedal.events.WarmUpEvents;
import baedal.postgres.PgDatabase;
import baedal.rabbitmq.Subscription;
import baedal.runtime.Caller;
import baedal.runtime.Digest;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.WarmUp;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The steps with which the order service warms up: an order is placed and paid in a transaction
 * that is rolled back, and requests to the own server find no store and no order.
 */
final class OrderWarmUp {

  private static final JsonObject PLACE =
      new JsonObject(
          """
          {"storeId": "%s", "lines": [{"menuId": "m-1", "quantity": 2, "options": ["순살"]}],
           "fulfilment": "DELIVERY", "memo": "문 앞에 놓아 주세요",
           "address": {"text": "서울 마포구 연남동 1-1", "lat": 37.56, "lng": 126.925}}
          """
              .formatted(WarmUpRequests.ID));

  private static final Catalog CATALOG =
      new Catalog(
          WarmUpRequests.ID,
          WarmUpRequests.ID,
          "가게",
          "FOOD",
          true,
          new Address("서울 마포구", 37.55, 126.92),
          null,
          Map.of(
              "m-1",
              new Catalog.Menu(
                  "m-1",
                  "메뉴",
                  18_000,
                  null,
                  List.of(new MenuOption("순살", 500)),
                  false,
                  null,
                  Map.of())));

  private static final Duration PAY_WITHIN = Duration.ofMinutes(15);

  private final PgDatabase postgres;
  private final CatalogRepository catalogs;
  private final WarmUpRequests requests;
  private final boolean signsPeople;
  private final DueStatement dueStatement;
  private final Clock clock;

  /** {@code signsPeople}: the secret of the services signs people's tokens, too. */
  OrderWarmUp(
      PgDatabase postgres,
      CatalogRepository catalogs,
      WarmUpRequests requests,
      boolean signsPeople,
      DueStatement dueStatement,
      Clock clock) {
    this.postgres = postgres;
    this.catalogs = catalogs;
    this.requests = requests;
    this.signsPeople = signsPeople;
    this.dueStatement = dueStatement;
    this.clock = clock;
  }

  void addTo(WarmUp warmUp) {
    warmUp
        .step("place and pay an order", () -> OrderRepository.rollBack(postgres, this::placeAndPay))
        .step("amount due", () -> requests.findNothing("/internal/orders/warm-up/due"));
    if (signsPeople) {
      warmUp.step(
          "place an order at no store",
          () -> requests.sendAsPerson(HttpMethod.POST, "/orders", Caller.CUSTOMER, PLACE, 400));
    }
  }

  private Future<?> placeAndPay(OrderRepository orders) {
    Subscription consumer = new OrderConsumer(orders, catalogs).subscription();
    PlaceOrder request = Json.toObject(PLACE, PlaceOrder.class);
    IdempotencyKey key =
        new IdempotencyKey(WarmUpRequests.ID, Ids.next(), Digest.sha256(Json.encode(request)));
    Instant now = clock.instant();
    Change<Order> placed =
        Order.place(
            Ids.next(), request.details(WarmUpRequests.ID, Optional.of(CATALOG), now, PAY_WITHIN));
    return orders
        .findByKey(key)
        .compose(unused -> orders.placeOnce(placed, key))
        .compose(order -> consumer.handle(paid(order, now)))
        .compose(handled -> orders.find(placed.state().id()))
        .map(order -> Json.encode(OrderView.of(order)) + dueStatement.of(order));
  }

  private static EventMessage paid(Order order, Instant now) {
    PaymentEvent paid =
        new PaymentEvent.Paid(
            order.id(),
            Ids.next(),
            order.details().due(),
            PaymentMethod.CARD,
            order.details().version(),
            now);
    return WarmUpEvents.receive(List.of(paid), now).get(0);
  }
}
