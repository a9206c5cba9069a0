package baedal.audit;

import static baedal.audit.OrderStates.at;
import static baedal.order.OrderStatus.ACCEPTED;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.CANCEL_REQUESTED;
import static baedal.order.OrderStatus.COMPLETED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.DELIVERED;
import static baedal.order.OrderStatus.PAID;
import static baedal.order.OrderStatus.PICKED;
import static baedal.order.OrderStatus.PLACED;
import static baedal.order.OrderStatus.REJECTED;

import baedal.coupon.CouponStatus;
import baedal.events.Fulfilment;
import baedal.payment.PaymentStatus;
import baedal.rider.DeliveryStatus;
import baedal.store.TicketStatus;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * States of one order which agree but for one disagreement, and the finding that names it.
 *
 * @param finding the line that the audit prints
 */
record PlantedDisagreement(OrderStates states, String finding) {

  private static final Instant BEFORE_SILENCE = OrderStates.NOON.minus(Duration.ofHours(24));

  @Override
  public String toString() {
    return finding;
  }

  private static PlantedDisagreement planted(
      OrderStates states, Consumer<OrderStates> disagreement, String finding) {
    disagreement.accept(states);
    return new PlantedDisagreement(states, finding);
  }

  /** At least one of each rule, in the order of the rules. */
  static List<PlantedDisagreement> all() {
    return List.of(
        planted(
            at(COMPLETED),
            b -> b.order = null,
            "order-known  order-1  other services know of an order that the order service lost"),
        planted(
            at(PLACED),
            b -> b.details().put("expiresAt", OrderStates.NOON.toString()),
            "order-stuck  order-1  still PLACED"),
        planted(at(CANCEL_REQUESTED), b -> {}, "order-stuck  order-1  still CANCEL_REQUESTED"),
        planted(
            at(DELIVERED),
            b -> b.order.put("changedAt", BEFORE_SILENCE.toString()),
            "order-stuck  order-1  still DELIVERED"),
        planted(
            at(COOKED, Fulfilment.VISIT),
            b -> b.order.put("changedAt", BEFORE_SILENCE.toString()),
            "order-stuck  order-1  still COOKED"),
        planted(
            at(REJECTED),
            b -> b.order.put("settling", true),
            "order-stuck  order-1  still REJECTED, waiting for its money"),
        planted(
            at(PLACED),
            b -> b.pay("p-2", PaymentStatus.CHARGING),
            "payment-stuck  order-1  payment p-2 is still CHARGING"),
        planted(
            at(CANCELED),
            b -> b.pay("p-2", PaymentStatus.REFUNDING),
            "payment-stuck  order-1  payment p-2 is still REFUNDING"),
        planted(
            at(PLACED),
            b -> b.pay("p-2", PaymentStatus.PAID),
            "money  order-1  is PLACED, but money is held"),
        planted(
            at(CANCELED),
            b -> b.pay("p-2", PaymentStatus.PAID),
            "money  order-1  is CANCELED, but money is held"),
        planted(
            at(PAID), b -> b.payments.clear(), "money  order-1  is PAID with 0 payments that hold"),
        planted(
            at(COOKED),
            b -> b.pay("p-2", PaymentStatus.PAID),
            "money  order-1  is COOKED with 2 payments that hold"),
        planted(
            at(PAID),
            b -> b.order.put("paymentId", "p-2"),
            "money  order-1  is settled by another payment, payment-of-order-1"),
        planted(
            at(PAID),
            b -> {
              b.payments.get(0).put("amount", 36_000);
              b.charge().put("amount", 36_000);
            },
            "money  order-1  34000 won are due, 36000 are held"),
        planted(
            at(DELIVERED),
            OrderStates::defer,
            "money  order-1  is DELIVERED, but what was promised was not collected"),
        planted(
            at(COMPLETED, Fulfilment.VISIT),
            OrderStates::defer,
            "money  order-1  is COMPLETED, but what was promised was not collected"),
        planted(
            at(PAID),
            b -> b.charge().put("refunded", true),
            "provider  order-1  payment payment-of-order-1 is PAID, but the provider does not hold it"),
        planted(
            at(PAID),
            b -> b.charge().put("approved", false),
            "provider  order-1  payment payment-of-order-1 is PAID, but the provider does not hold it"),
        planted(
            at(CANCELED),
            b -> b.charge().put("refunded", false),
            "provider  order-1  payment payment-of-order-1 is REFUNDED, but the provider holds the money"),
        planted(
            at(PLACED),
            b -> {
              b.pay("p-2", PaymentStatus.DECLINED);
              b.charge().put("approved", true);
            },
            "provider  order-1  payment p-2 is DECLINED, but the provider holds the money"),
        planted(
            at(PAID),
            b -> b.payments.get(0).putNull("charge"),
            "provider  order-1  payment payment-of-order-1 is PAID, but the provider never heard of it"),
        planted(
            at(PAID),
            b -> b.charge().put("amount", 1),
            "provider  order-1  payment payment-of-order-1 was charged another amount"),
        planted(
            at(PAID), b -> b.ticket = null, "ticket  order-1  is PAID, but its ticket is missing"),
        planted(
            at(PAID),
            b -> b.ticket.put("status", "ACCEPTED"),
            "ticket  order-1  is PAID, but its ticket is ACCEPTED"),
        planted(
            at(CANCELED),
            b -> b.ticket.put("status", "COOKING"),
            "ticket  order-1  is CANCELED, but its ticket is COOKING"),
        planted(
            at(PLACED),
            b -> b.ticket = b.ticket(TicketStatus.RECEIVED),
            "ticket  order-1  is PLACED, never paid, but its ticket is RECEIVED"),
        planted(
            at(PAID),
            b -> ((ObjectNode) b.ticket.at("/details/lines/0")).put("quantity", 3),
            "ticket-content  order-1  the ticket shows another lines"),
        planted(
            at(PAID),
            b -> b.ticket.withObject("/details/address").put("text", "부산"),
            "ticket-content  order-1  the ticket shows another address"),
        planted(
            at(PAID),
            b -> b.ticket.withObject("details").putNull("memo"),
            "ticket-content  order-1  the ticket shows another memo"),
        planted(
            at(PAID),
            b -> b.ticket.withObject("details").put("due", 0),
            "ticket-content  order-1  the ticket shows another due"),
        planted(
            at(COOKED),
            b -> b.ticket.put("stockOwed", true),
            "stock-owed  order-1  its stock is not settled"),
        planted(
            at(COOKED),
            b -> b.delivery = null,
            "delivery  order-1  is COOKED, but its delivery is missing"),
        planted(
            at(ACCEPTED),
            b -> b.delivery.put("status", "OPEN"),
            "delivery  order-1  is ACCEPTED, but its delivery is OPEN"),
        planted(
            at(PICKED),
            b -> b.delivery.put("status", "CANCELED"),
            "delivery  order-1  is PICKED, but its delivery is CANCELED"),
        planted(
            at(PAID),
            b -> b.delivery = b.delivery(DeliveryStatus.WAITING),
            "delivery  order-1  is PAID, but its delivery is WAITING"),
        planted(
            at(CANCELED),
            b -> b.delivery.put("status", "OPEN"),
            "delivery  order-1  is CANCELED, but its delivery is OPEN"),
        planted(
            at(COOKED, Fulfilment.VISIT),
            b -> b.delivery = b.delivery(DeliveryStatus.OPEN),
            "delivery  order-1  is COOKED, but its delivery is OPEN"),
        planted(
            at(PLACED),
            b -> b.coupon = b.coupon(OrderStates.COUPON, CouponStatus.ISSUED),
            "coupon  order-1  is PLACED with the coupon coupon-1-of-order-1, which is ISSUED"),
        planted(
            at(PLACED),
            b -> b.coupon.put("status", "USED"),
            "coupon  order-1  is PLACED with the coupon coupon-1-of-order-1, which is USED by order-1"),
        planted(
            at(PAID),
            b -> b.coupon.put("status", "CLAIMED"),
            "coupon  order-1  is PAID with the coupon coupon-1-of-order-1, which is CLAIMED by order-1"),
        planted(
            at(PAID),
            b -> b.coupon.put("orderId", "order-2"),
            "coupon  order-1  is PAID with the coupon coupon-1-of-order-1, which is USED by order-2"),
        planted(
            at(PAID),
            b -> b.coupon = null,
            "coupon  order-1  is PAID with the coupon coupon-1-of-order-1, which is lost"),
        planted(
            at(CANCELED),
            b -> b.coupon = b.coupon(OrderStates.COUPON, CouponStatus.USED),
            "coupon  order-1  is CANCELED, but its coupon is still USED"),
        planted(
            at(DELIVERED),
            b -> b.earned = null,
            "coupon-earned  order-1  is DELIVERED, but earned no coupon"),
        planted(
            at(PICKED),
            b -> b.earned = b.coupon("earned-order-1", CouponStatus.ISSUED),
            "coupon-earned  order-1  is PICKED, but earned a coupon"),
        planted(
            at(PAID),
            b -> b.page.put("shown", "PLACED"),
            "mypage  order-1  is PAID, but MyPage shows PLACED"),
        planted(at(PAID), b -> b.page = null, "mypage  order-1  is PAID, but MyPage shows nothing"),
        planted(
            at(PAID),
            b -> b.page.withObject("details").put("due", 36_000),
            "mypage  order-1  34000 won are due, but MyPage shows 36000"),
        planted(
            at(PAID),
            b -> b.pendingNotifications = 2,
            "notification  order-1  2 notifications were not sent"));
  }
}
