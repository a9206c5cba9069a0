package baedal.events;

import baedal.runtime.WarmUpRequests;
import java.time.Instant;
import java.util.List;

/** Synthetic events for the warm-up of services. They are never published. */
public final class WarmUpEvents {

  private static final Address STORE = new Address("서울 마포구 합정동 2-2", 37.55, 126.92);
  private static final Address CUSTOMER = new Address("서울 마포구 연남동 1-1", 37.56, 126.925);
  private static final Line LINE =
      new Line("m-1", "메뉴", 2, 18_500, List.of("순살"), List.of(500L), List.of(), 37_000);

  private WarmUpEvents() {}

  /** The events of an order that is placed and paid. */
  public static List<Event> placedAndPaid(Instant now) {
    String id = WarmUpRequests.ID;
    OrderDetails order = order(now);
    return List.of(
        new OrderEvent.Placed(id, order),
        new PaymentEvent.Paid(id, id, order.due(), PaymentMethod.CARD, order.version(), now),
        new OrderEvent.Paid(id, order.withVersion(2), id, PaymentMethod.CARD, 0, now));
  }

  private static OrderDetails order(Instant now) {
    String id = WarmUpRequests.ID;
    return OrderDetailsBuilder.builder()
        .customerId(id)
        .storeId(id)
        .storeName("가게")
        .lines(List.of(LINE))
        .fulfilment(Fulfilment.DELIVERY)
        .pickup(STORE)
        .address(CUSTOMER)
        .memo("문 앞에 놓아 주세요")
        .total(LINE.amount())
        .due(LINE.amount())
        .version(1)
        .placedAt(now)
        .expiresAt(now)
        .build();
  }

  /** Encodes each event as its publisher does, and decodes it as a consumer does. */
  public static List<EventMessage> receive(List<Event> events, Instant now) {
    return EventMessages.wrap(events, 1, now).stream()
        .map(EventMessages::encode)
        .map(WarmUpEvents::decode)
        .toList();
  }

  private static EventMessage decode(String message) {
    EventMessages.header(message);
    return EventMessages.decode(message);
  }
}
