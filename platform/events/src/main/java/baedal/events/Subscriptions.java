package baedal.events;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which service consumes which events. The bindings of the queues, {@code definitions.json}, {@code
 * asyncapi.yaml} and the start-up check of each consumer use this list.
 */
public final class Subscriptions {

  /** The services that publish events; each has a topic exchange of its name. */
  public static final List<String> PUBLISHERS =
      List.of("order", "payment", "store", "rider", "coupon");

  /** The services that consume events; each has a queue of its name. */
  public static final List<String> CONSUMERS =
      List.of("order", "payment", "store", "rider", "coupon", "mypage");

  /**
   * The type of an event that is published often. The log and the queues of the services do not
   * keep such events.
   */
  public static final Class<? extends Event> TRANSIENT = RiderEvent.Moved.class;

  private static final Map<String, List<Class<? extends Event>>> BY_CONSUMER =
      Map.of(
          "order",
          List.of(
              PaymentEvent.Paid.class,
              PaymentEvent.Deferred.class,
              PaymentEvent.Declined.class,
              PaymentEvent.Refunded.class,
              StoreEvent.Opened.class,
              StoreEvent.Closed.class,
              StoreEvent.MenuChanged.class,
              StoreEvent.OrderAccepted.class,
              StoreEvent.OrderRejected.class,
              StoreEvent.CookStarted.class,
              StoreEvent.CookFinished.class,
              StoreEvent.CancelAccepted.class,
              StoreEvent.CancelRefused.class,
              StoreEvent.UpdateRefused.class,
              RiderEvent.Picked.class,
              RiderEvent.Delivered.class,
              CouponEvent.Restored.class,
              CouponEvent.Revoked.class),
          "payment",
          List.of(
              OrderEvent.PaymentRefused.class,
              OrderEvent.RefundRequested.class,
              OrderEvent.Collected.class),
          "store",
          List.of(
              OrderEvent.Paid.class, OrderEvent.Updated.class, OrderEvent.CancelRequested.class),
          "rider",
          List.of(
              StoreEvent.OrderAccepted.class,
              StoreEvent.CookFinished.class,
              StoreEvent.CancelAccepted.class,
              OrderEvent.Canceled.class,
              OrderEvent.Rejected.class,
              OrderEvent.Updated.class),
          "coupon",
          List.of(
              OrderEvent.Updated.class,
              OrderEvent.Paid.class,
              OrderEvent.Canceled.class,
              OrderEvent.Rejected.class,
              OrderEvent.Expired.class,
              OrderEvent.Delivered.class,
              OrderEvent.Completed.class),
          "mypage",
          everythingAboutOrders());

  private Subscriptions() {}

  private static List<Class<? extends Event>> everythingAboutOrders() {
    List<Class<? extends Event>> notAboutOrders =
        List.of(
            TRANSIENT,
            StoreEvent.Opened.class,
            StoreEvent.Closed.class,
            StoreEvent.MenuChanged.class);
    return EventTypes.all().values().stream()
        .filter(type -> !notAboutOrders.contains(type))
        .collect(Collectors.toUnmodifiableList());
  }

  /**
   * Returns the event types that {@code consumer} handles. They are the routing keys of the
   * bindings of its queue.
   *
   * @throws IllegalArgumentException if no consumer has this name
   */
  public static SortedSet<String> of(String consumer) {
    List<Class<? extends Event>> types = BY_CONSUMER.get(consumer);
    if (types == null) {
      throw new IllegalArgumentException("no service named " + consumer + " consumes events");
    }
    return types.stream().map(EventTypes::name).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the event types that the log keeps: all but {@link #TRANSIENT}. */
  public static Stream<String> durable() {
    return EventTypes.all().keySet().stream()
        .filter(type -> !type.equals(EventTypes.name(TRANSIENT)))
        .sorted();
  }
}
