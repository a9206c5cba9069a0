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
 * The states of one order with one disagreement, for {@link RulesTest}.
 *
 * @param finding the line that the audit must print
 */
record PlantedDisagreement(OrderStates states, String finding) {

  private static final Instant A_DAY_BEFORE = OrderStates.NOON.minus(Duration.ofHours(24));

  @Override
  public String toString() {
    return finding;
  }

  private static PlantedDisagreement planted(
      OrderStates states, Consumer<OrderStates> disagreement, String finding) {
    disagreement.accept(states);
    return new PlantedDisagreement(states, finding);
  }

  /** At least one disagreement for each rule, in the order of {@link Rules#RULES}. */
  static List<PlantedDisagreement> all() {
    return List.of(
        planted(
            at(COMPLETED),
            b -> b.order = null,
            "order-known  order-1  the order service has no such order, but these services have data of it:"
                + " payment, store, rider, coupon, mypage"),
        planted(
            at(PLACED),
            b -> b.details().put("expiresAt", OrderStates.NOON.toString()),
            "order-stuck  order-1  order is still PLACED, but its time to pay ended at 2026-11-21T12:00:00Z:"
                + " it should be EXPIRED"),
        planted(
            at(CANCEL_REQUESTED),
            b -> {},
            "order-stuck  order-1  order is still CANCEL_REQUESTED, but the store should have accepted"
                + " or refused the cancellation by now"),
        planted(
            at(CANCEL_REQUESTED),
            b -> b.order.put("settling", true),
            "order-stuck  order-1  order is still CANCEL_REQUESTED, but its refund should be complete"
                + " by now"),
        planted(
            at(DELIVERED),
            b -> b.order.put("changedAt", A_DAY_BEFORE.toString()),
            "order-stuck  order-1  order is still DELIVERED, but was served at 2026-11-20T12:00:00Z:"
                + " it should be COMPLETED by now"),
        planted(
            at(COOKED, Fulfilment.VISIT),
            b -> b.order.put("changedAt", A_DAY_BEFORE.toString()),
            "order-stuck  order-1  order is still COOKED, but was served at 2026-11-20T12:00:00Z:"
                + " it should be COMPLETED by now"),
        planted(
            at(REJECTED),
            b -> b.order.put("settling", true),
            "order-stuck  order-1  order is still REJECTED, but its refund should be complete by now"),
        planted(
            at(PLACED),
            b -> b.pay("p-2", PaymentStatus.CHARGING),
            "payment-stuck  order-1  payment p-2 is still CHARGING, but its charge should have ended by now"),
        planted(
            at(CANCELED),
            b -> b.pay("p-2", PaymentStatus.REFUNDING),
            "payment-stuck  order-1  payment p-2 is still REFUNDING, but its refund should have ended by now"),
        planted(
            at(PLACED),
            b -> b.pay("p-2", PaymentStatus.PAID),
            "money  order-1  order is PLACED, so no payment may be PAID or DEFERRED,"
                + " but it has payment p-2 (PAID)"),
        planted(
            at(CANCELED),
            b -> b.pay("p-2", PaymentStatus.PAID),
            "money  order-1  order is CANCELED, so no payment may be PAID or DEFERRED,"
                + " but it has payment p-2 (PAID)"),
        planted(
            at(PAID),
            b -> b.payments.clear(),
            "money  order-1  order is PAID, so one payment must be PAID or DEFERRED, but it has none"),
        planted(
            at(COOKED),
            b -> b.pay("p-2", PaymentStatus.PAID),
            "money  order-1  order is COOKED, so one payment must be PAID or DEFERRED,"
                + " but it has payment payment-of-order-1 (PAID), payment p-2 (PAID)"),
        planted(
            at(PAID),
            b -> b.order.put("paymentId", "p-2"),
            "money  order-1  the order accepted payment p-2, but has payment payment-of-order-1 (PAID)"),
        planted(
            at(PAID),
            b -> {
              b.payments.get(0).put("amount", 36_000);
              b.charge().put("amount", 36_000);
            },
            "money  order-1  the order's amount due is 34000 won,"
                + " but payment payment-of-order-1 has 36000 won"),
        planted(
            at(DELIVERED),
            OrderStates::defer,
            "money  order-1  order is DELIVERED, but its payment on delivery payment-of-order-1"
                + " is still DEFERRED: it was not collected"),
        planted(
            at(COMPLETED, Fulfilment.VISIT),
            OrderStates::defer,
            "money  order-1  order is COMPLETED, but its payment on delivery payment-of-order-1"
                + " is still DEFERRED: it was not collected"),
        planted(
            at(CANCELED).refundPart(50),
            b -> {
              b.payments.get(0).put("refundAmount", 34_000);
              b.charge().put("refundedAmount", 34_000);
              b.page.putObject("payments");
            },
            "money  order-1  the refund of payment payment-of-order-1 must be 17000 won,"
                + " but 34000 won were refunded and 0 won kept"),
        planted(
            at(CANCELED).refundPart(50),
            b -> b.order.putNull("refundAmount"),
            "money  order-1  the refund of payment payment-of-order-1 must be 34000 won,"
                + " but 17000 won were refunded and 17000 won kept"),
        planted(
            at(CANCELED).refundPart(50),
            b -> b.order.put("paymentId", "p-2"),
            "money  order-1  the refund of payment payment-of-order-1 must be 34000 won,"
                + " but 17000 won were refunded and 17000 won kept"),
        planted(
            at(CANCELED).refundPart(50),
            b -> ((ObjectNode) b.details().at("/refundTerms/0")).put("refundPercent", 40),
            "money  order-1  the order refunds 17000 of 34000 won,"
                + " which no refund term of the order gives"),
        planted(
            at(CANCELED).refundPart(0),
            b -> b.details().putArray("refundTerms"),
            "money  order-1  the order refunds 0 of 34000 won,"
                + " which no refund term of the order gives"),
        planted(
            at(PAID),
            b -> b.charge().put("refunded", true),
            "provider  order-1  payment payment-of-order-1 is PAID,"
                + " but the provider has charged and refunded it"),
        planted(
            at(PAID),
            b -> b.charge().put("approved", false),
            "provider  order-1  payment payment-of-order-1 is PAID, but the provider has declined it"),
        planted(
            at(CANCELED),
            b -> b.charge().put("refunded", false),
            "provider  order-1  payment payment-of-order-1 is REFUNDED,"
                + " but the provider has charged it and not refunded it"),
        planted(
            at(CANCELED).refundPart(50),
            b -> b.charge().put("refundedAmount", 34_000),
            "provider  order-1  payment payment-of-order-1 had 17000 won refunded,"
                + " but the provider refunded 34000 won"),
        planted(
            at(CANCELED).refundPart(0),
            b -> b.charge().put("refunded", true).put("refundedAmount", 34_000),
            "provider  order-1  payment payment-of-order-1 had 0 won refunded,"
                + " but the provider refunded 34000 won"),
        planted(
            at(CANCELED).refundPart(0),
            b -> b.payments.get(0).putNull("charge"),
            "provider  order-1  payment payment-of-order-1 is REFUNDED,"
                + " but the provider has no such charge"),
        planted(
            at(PLACED),
            b -> {
              b.pay("p-2", PaymentStatus.DECLINED);
              b.charge().put("approved", true);
            },
            "provider  order-1  payment p-2 is DECLINED,"
                + " but the provider has charged it and not refunded it"),
        planted(
            at(PAID),
            b -> b.payments.get(0).putNull("charge"),
            "provider  order-1  payment payment-of-order-1 is PAID, but the provider has no such charge"),
        planted(
            at(PAID),
            b -> b.charge().put("amount", 1),
            "provider  order-1  payment payment-of-order-1 has 34000 won, but the provider charged 1 won"),
        planted(
            at(PAID),
            b -> b.ticket = null,
            "ticket  order-1  order is PAID; status of its ticket: none, expected: RECEIVED"),
        planted(
            at(PAID),
            b -> b.ticket.put("status", "ACCEPTED"),
            "ticket  order-1  order is PAID; status of its ticket: ACCEPTED, expected: RECEIVED"),
        planted(
            at(CANCELED),
            b -> b.ticket.put("status", "COOKING"),
            "ticket  order-1  order is CANCELED; status of its ticket: COOKING, expected: CANCELED"),
        planted(
            at(PLACED),
            b -> b.ticket = b.ticket(TicketStatus.RECEIVED),
            "ticket  order-1  order is PLACED and was never paid;"
                + " status of its ticket: RECEIVED, expected: none"),
        planted(
            at(PAID),
            b -> ((ObjectNode) b.ticket.at("/details/lines/0")).put("quantity", 3),
            "ticket-content  order-1  \"lines\" is [{\"menuId\":\"fried\",\"name\":\"후라이드\",\"quantity\":2,"
                + "\"unitPrice\":18000,\"options\":[\"순살\"],\"optionPrices\":[0],\"nightPrices\":[],\"amount\":36000}] in the"
                + " order, but [{\"menuId\":\"fried\",\"name\":\"후라이드\",\"quantity\":3,\"unitPrice\":18000,"
                + "\"options\":[\"순살\"],\"optionPrices\":[0],\"nightPrices\":[],\"amount\":36000}] in the ticket"),
        planted(
            at(PAID),
            b -> b.ticket.withObject("/details/address").put("text", "부산"),
            "ticket-content  order-1  \"address\" of the ticket differs from the order"
                + " (personal data, not shown)"),
        planted(
            at(PAID),
            b -> b.ticket.withObject("details").putNull("memo"),
            "ticket-content  order-1  \"memo\" of the ticket differs from the order"
                + " (personal data, not shown)"),
        planted(
            at(PAID),
            b -> b.ticket.withObject("details").put("due", 0),
            "ticket-content  order-1  \"due\" is 34000 in the order, but 0 in the ticket"),
        planted(
            at(COOKED),
            b -> b.ticket.put("stockOwed", true),
            "stock-owed  order-1  ticket is COOKED, but the stock that it took was not counted as sold"),
        planted(
            at(CANCELED),
            b -> b.ticket.put("stockOwed", true),
            "stock-owed  order-1  ticket is CANCELED, but the stock that it took was not given back"),
        planted(
            at(COOKED),
            b -> b.delivery = null,
            "delivery  order-1  order is COOKED; status of its delivery: none, expected: CLAIMED or OPEN"),
        planted(
            at(ACCEPTED),
            b -> b.delivery.put("status", "OPEN"),
            "delivery  order-1  order is ACCEPTED; status of its delivery: OPEN, expected: WAITING"),
        planted(
            at(PICKED),
            b -> b.delivery.put("status", "CANCELED"),
            "delivery  order-1  order is PICKED; status of its delivery: CANCELED, expected: PICKED"),
        planted(
            at(PAID),
            b -> b.delivery = b.delivery(DeliveryStatus.WAITING),
            "delivery  order-1  order is PAID; status of its delivery: WAITING, expected: none"),
        planted(
            at(CANCELED),
            b -> b.delivery.put("status", "OPEN"),
            "delivery  order-1  order is CANCELED; status of its delivery: OPEN,"
                + " expected: CANCELED or none"),
        planted(
            at(COOKED, Fulfilment.VISIT),
            b -> b.delivery = b.delivery(DeliveryStatus.OPEN),
            "delivery  order-1  order is COOKED; status of its delivery: OPEN, expected: none"),
        planted(
            at(PLACED),
            b -> b.coupon = b.coupon(OrderStates.COUPON, CouponStatus.ISSUED),
            "coupon  order-1  order is PLACED; its coupon coupon-1-of-order-1 is ISSUED,"
                + " expected: CLAIMED and held by this order"),
        planted(
            at(PLACED),
            b -> b.coupon.put("status", "USED"),
            "coupon  order-1  order is PLACED; its coupon coupon-1-of-order-1 is USED and held by order-1,"
                + " expected: CLAIMED and held by this order"),
        planted(
            at(PAID),
            b -> b.coupon.put("status", "CLAIMED"),
            "coupon  order-1  order is PAID; its coupon coupon-1-of-order-1 is CLAIMED and held by order-1,"
                + " expected: USED and held by this order"),
        planted(
            at(PAID),
            b -> b.coupon.put("orderId", "order-2"),
            "coupon  order-1  order is PAID; its coupon coupon-1-of-order-1 is USED and held by order-2,"
                + " expected: USED and held by this order"),
        planted(
            at(PAID),
            b -> b.coupon = null,
            "coupon  order-1  order is PAID; its coupon coupon-1-of-order-1 is missing,"
                + " expected: USED and held by this order"),
        planted(
            at(CANCELED),
            b -> b.coupon = b.coupon(OrderStates.COUPON, CouponStatus.USED),
            "coupon  order-1  order is CANCELED; its coupon coupon-1-of-order-1 is USED and held by order-1,"
                + " expected: not held by this order"),
        planted(
            at(DELIVERED),
            b -> b.earned = null,
            "coupon-earned  order-1  order is DELIVERED, but it has not earned a coupon"),
        planted(
            at(PICKED),
            b -> b.earned = b.coupon("earned-order-1", CouponStatus.ISSUED),
            "coupon-earned  order-1  order is PICKED, but it has already earned a coupon"),
        planted(
            at(PAID),
            b -> b.page.put("shown", "PLACED"),
            "mypage  order-1  order is PAID, but MyPage shows PLACED"),
        planted(
            at(PAID),
            b -> b.page = null,
            "mypage  order-1  order is PAID, but MyPage has no page of it"),
        planted(
            at(PAID),
            b -> b.page.withObject("details").put("due", 36_000),
            "mypage  order-1  the order's amount due is 34000 won, but MyPage shows 36000 won"),
        planted(
            at(CANCELED).refundPart(50),
            b -> b.page.withObject("payments").withObject("payment-of-order-1").put("kept", 0),
            "mypage  order-1  payment payment-of-order-1 had 17000 won refunded and 17000 won kept,"
                + " but MyPage shows 17000 won and 0 won"),
        planted(
            at(PAID),
            b -> b.pendingNotifications = 2,
            "notification  order-1  notifications about this order that mypage has not sent: 2"));
  }
}
