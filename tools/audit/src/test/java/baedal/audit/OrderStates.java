package baedal.audit;

import baedal.coupon.Coupon;
import baedal.coupon.CouponStatus;
import baedal.events.Address;
import baedal.events.DeliveryJob;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.PaymentMethod;
import baedal.mypage.MyPage;
import baedal.order.Order;
import baedal.order.OrderStatus;
import baedal.payment.Payment;
import baedal.payment.PaymentStatus;
import baedal.rider.Delivery;
import baedal.rider.DeliveryStatus;
import baedal.runtime.Json;
import baedal.store.Ticket;
import baedal.store.TicketStatus;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The states of one order in all services, as the services' own records write them. They agree
 * until a test changes one. A state that a service does not have is null.
 */
final class OrderStates {

  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  static final long DUE = 34_000;
  static final String COUPON = "coupon-1";

  final String id;
  final List<ObjectNode> payments = new ArrayList<>();
  ObjectNode order;
  ObjectNode ticket;
  ObjectNode delivery;
  ObjectNode coupon;
  ObjectNode earned;
  ObjectNode page;
  long pendingNotifications;

  private final OrderStatus status;
  private final OrderDetails details;
  private final Instant now;

  OrderStates(String id, OrderStatus status, Fulfilment fulfilment, Instant now) {
    this.id = id;
    this.status = status;
    this.now = now;
    details = details(fulfilment);
    order = encoded(order());
    if (paid()) {
      pay("payment-of-" + id, over() ? PaymentStatus.REFUNDED : PaymentStatus.PAID);
      ticket = ticket(ticketStatus());
    }
    delivery = fulfilment == Fulfilment.VISIT ? null : delivery(deliveryStatus());
    coupon = coupon(COUPON + "-of-" + id, couponStatus());
    if (List.of(OrderStatus.DELIVERED, OrderStatus.COMPLETED).contains(status)) {
      earned = coupon("earned-" + id, CouponStatus.ISSUED);
    }
    page = page();
  }

  /** An order for delivery with a coupon, last changed at {@link #NOON}. */
  static OrderStates at(OrderStatus status) {
    return at(status, Fulfilment.DELIVERY);
  }

  static OrderStates at(OrderStatus status, Fulfilment fulfilment) {
    return new OrderStates("order-1", status, fulfilment, NOON);
  }

  static OrderStates of(String id, OrderStatus status, Instant now) {
    return new OrderStates(id, status, Fulfilment.DELIVERY, now);
  }

  OrderSnapshot snapshot() {
    return new OrderSnapshot(
        id,
        orMissing(order),
        List.copyOf(payments),
        orMissing(ticket),
        orMissing(delivery),
        orMissing(coupon),
        orMissing(earned),
        orMissing(page),
        pendingNotifications);
  }

  private static JsonNode orMissing(ObjectNode node) {
    return node == null ? MissingNode.getInstance() : node;
  }

  ObjectNode details() {
    return order.withObject("details");
  }

  /** Adds a payment, and a charge of the provider that agrees with it. */
  ObjectNode pay(String paymentId, PaymentStatus as) {
    Payment payment =
        new Payment(
            paymentId,
            id,
            details.customerId(),
            DUE,
            PaymentMethod.CARD,
            "4242",
            1,
            as,
            null,
            now,
            now,
            null,
            as == PaymentStatus.REFUNDED ? DUE : null);
    ObjectNode node = encoded(payment);
    boolean approved = as != PaymentStatus.DECLINED;
    boolean refunded = as == PaymentStatus.REFUNDED;
    node.putObject("charge")
        .put("amount", DUE)
        .put("approved", approved)
        .put("refunded", refunded)
        .put("refundedAmount", refunded ? DUE : 0);
    payments.add(node);
    return node;
  }

  /**
   * Gives the order a refund term of {@code percent}, by which a part of the first payment was
   * refunded.
   */
  OrderStates refundPart(int percent) {
    long won = DUE * percent / 100;
    details()
        .putArray("refundTerms")
        .addObject()
        .put("untilHoursBefore", 24)
        .put("refundPercent", percent);
    order.put("refundAmount", won);
    ObjectNode payment = payments.get(0).put("refundAmount", won);
    charge().put("refunded", won > 0).put("refundedAmount", won);
    page.withObject("payments")
        .putObject(payment.path("id").asText())
        .put("method", "CARD")
        .put("status", "REFUNDED")
        .put("at", now.toString())
        .put("voided", false)
        .put("refunded", won)
        .put("kept", DUE - won);
    return this;
  }

  /** Turns the first payment into one on delivery that is not collected yet. */
  void defer() {
    payments.get(0).put("status", "DEFERRED").remove("charge");
  }

  ObjectNode charge() {
    return payments.get(0).withObject("charge");
  }

  ObjectNode ticket(TicketStatus as) {
    return encoded(
        new Ticket(id, "store-1", as, details, 0, null, null, Map.of("fried", 2), false, now, now));
  }

  /** Returns null if {@code as} is null. */
  ObjectNode delivery(DeliveryStatus as) {
    DeliveryJob job =
        new DeliveryJob(
            details.storeId(),
            details.storeName(),
            details.customerId(),
            details.fulfilment(),
            details.pickup(),
            details.address(),
            null,
            details.memo(),
            0,
            null,
            "owner-1");
    return as == null ? null : encoded(new Delivery(id, as, job, "rider-1", now));
  }

  ObjectNode coupon(String couponId, CouponStatus as) {
    boolean held = as == CouponStatus.CLAIMED || as == CouponStatus.USED;
    return encoded(
        new Coupon(
            couponId,
            details.customerId(),
            null,
            null,
            false,
            "첫 주문",
            2_000,
            as,
            held ? id : null,
            held,
            now,
            now.plus(Duration.ofDays(30)),
            now));
  }

  private boolean paid() {
    return status != OrderStatus.PLACED && status != OrderStatus.EXPIRED;
  }

  private boolean over() {
    return List.of(OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED)
        .contains(status);
  }

  private OrderDetails details(Fulfilment fulfilment) {
    Address store = new Address("서울 마포구 양화로 1", 37.55, 126.91);
    boolean visit = fulfilment == Fulfilment.VISIT;
    return new OrderDetails(
        "customer-1",
        "store-1",
        "통닭천국",
        null,
        List.of(
            new Line("fried", "후라이드", 2, 18_000, List.of("순살"), List.of(0L), List.of(), 36_000)),
        fulfilment,
        visit ? null : store,
        visit ? null : new Address("서울 마포구 월드컵로 2", 37.56, 126.92),
        null,
        null,
        null,
        null,
        List.of(),
        "문 앞에",
        COUPON + "-of-" + id,
        36_000,
        2_000,
        DUE,
        1,
        now,
        now.plus(Duration.ofMinutes(15)));
  }

  private Order order() {
    return new Order(
        id,
        status,
        details,
        1,
        2_000,
        paid() ? "payment-of-" + id : null,
        paid() ? PaymentMethod.CARD : null,
        null,
        List.of(),
        false,
        null,
        null,
        now);
  }

  private TicketStatus ticketStatus() {
    return switch (status) {
      case PLACED, EXPIRED -> throw new IllegalStateException("an unpaid order has no ticket");
      case PAID, CANCEL_REQUESTED -> TicketStatus.RECEIVED;
      case ACCEPTED -> TicketStatus.ACCEPTED;
      case COOKING -> TicketStatus.COOKING;
      case COOKED, PICKED, DELIVERED, COMPLETED -> TicketStatus.COOKED;
      case CANCELED -> TicketStatus.CANCELED;
      case REJECTED -> TicketStatus.REJECTED;
    };
  }

  private DeliveryStatus deliveryStatus() {
    return switch (status) {
      case PLACED, PAID, CANCEL_REQUESTED, EXPIRED -> null;
      case ACCEPTED, COOKING -> DeliveryStatus.WAITING;
      case COOKED -> DeliveryStatus.OPEN;
      case PICKED -> DeliveryStatus.PICKED;
      case DELIVERED, COMPLETED -> DeliveryStatus.DELIVERED;
      case CANCELED, REJECTED -> DeliveryStatus.CANCELED;
    };
  }

  private CouponStatus couponStatus() {
    return switch (status) {
      case PLACED -> CouponStatus.CLAIMED;
      case CANCELED, REJECTED, EXPIRED -> CouponStatus.ISSUED;
      case PAID, ACCEPTED, COOKING, COOKED, PICKED, DELIVERED, COMPLETED, CANCEL_REQUESTED ->
          CouponStatus.USED;
    };
  }

  private ObjectNode page() {
    String text =
        """
        {"orderId": "%s", "facts": {"%s": "%s"}, "payments": {}, "cancelRefused": false,
         "details": {"customerId": "customer-1", "storeId": "store-1", "storeName": "통닭천국", "due": %d, "sequence": 1}}
        """
            .formatted(id, status, now, DUE);
    return encoded(Json.decode(text, MyPage.class)).put("shown", status.name());
  }

  private static ObjectNode encoded(Object state) {
    try {
      return (ObjectNode) Json.mapper().readTree(Json.encode(state));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
