package baedal.mypage;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.CouponEvent;
import baedal.events.DeliveryJob;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentEvent;
import baedal.events.PaymentMethod;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.runtime.Json;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The events of an order make the same page in any sequence and with any duplicates. */
class ProjectionTest {

  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
  private static final DeliveryJob JOB =
      new DeliveryJob("s", "통닭천국", "c", Fulfilment.DELIVERY, null, null, null, null, 0, null, null);

  private static OrderDetails details(long version, long discount) {
    return new OrderDetails(
        "c",
        "s",
        "통닭천국",
        null,
        List.of(),
        Fulfilment.DELIVERY,
        null,
        null,
        null,
        null,
        null,
        null,
        List.of(),
        null,
        discount > 0 ? "cp" : null,
        40_000,
        discount,
        40_000 - discount,
        version,
        at(0),
        at(900));
  }

  private static Instant at(int second) {
    return START.plusSeconds(second);
  }

  /** Numbers the events of each aggregate as its service would. */
  private static List<EventMessage> numbered(Event... events) {
    Map<Class<?>, Long> counts = new java.util.HashMap<>();
    List<EventMessage> messages = new ArrayList<>();
    for (Event event : events) {
      long sequence = counts.merge(event.getClass().getDeclaringClass(), 1L, Long::sum);
      messages.add(
          new EventMessage("m-" + messages.size(), "t", "o", sequence, START, null, event));
    }
    return messages;
  }

  static Stream<Arguments> sagas() {
    Event placed = new OrderEvent.Placed("o", details(1, 0));
    Event discounted = new OrderEvent.Updated("o", details(2, 3_000), false, at(1));
    Event paymentPaid = new PaymentEvent.Paid("o", "p", 37_000, PaymentMethod.CARD, 2, at(2));
    Event paid = new OrderEvent.Paid("o", details(3, 3_000), "p", PaymentMethod.CARD, 0, at(3));
    PaymentMethod onDelivery = PaymentMethod.ON_DELIVERY;
    Event deferred = new PaymentEvent.Deferred("o", "p", 37_000, onDelivery, 2, at(2));
    Event orderPaidOnDelivery =
        new OrderEvent.Paid("o", details(3, 3_000), "p", onDelivery, 37_000, at(3));
    Event accepted = new StoreEvent.OrderAccepted("o", JOB, at(4));
    Event started = new StoreEvent.CookStarted("o", "s", at(5));
    Event finished = new StoreEvent.CookFinished("o", JOB, at(6));
    Event cancelRequested = new OrderEvent.CancelRequested("o", "c", "s", "", at(5));
    Event refunded = new PaymentEvent.Refunded("o", "p", 37_000, 0, "", false, at(8));
    return Stream.of(
        Arguments.of(
            Status.COMPLETED,
            MyPage.PaymentStatus.PAID,
            "r-2",
            numbered(
                placed,
                discounted,
                paymentPaid,
                paid,
                accepted,
                started,
                finished,
                new RiderEvent.Claimed("o", "r-1", at(7)),
                new RiderEvent.Released("o", "r-1", at(8)),
                new RiderEvent.Claimed("o", "r-2", at(9)),
                new RiderEvent.Picked("o", "r-2", at(10)),
                new RiderEvent.Delivered("o", "r-2", 0, at(11)),
                new OrderEvent.Delivered("o", "c", "s", "r-2", 37_000, at(11)),
                new OrderEvent.Completed("o", "c", "s", 37_000, true, at(12)))),
        Arguments.of(
            Status.CANCELED,
            MyPage.PaymentStatus.REFUNDED,
            null,
            numbered(
                placed,
                discounted,
                paymentPaid,
                paid,
                accepted,
                cancelRequested,
                new StoreEvent.CancelAccepted("o", "s", at(6)),
                new OrderEvent.RefundRequested("o", "p", null, "", at(7)),
                refunded,
                new OrderEvent.Canceled("o", "c", "s", "cp", "", at(9)))),
        Arguments.of(
            Status.CANCELED,
            MyPage.PaymentStatus.REFUNDED,
            null,
            numbered(
                placed,
                discounted,
                paymentPaid,
                paid,
                accepted,
                started,
                cancelRequested,
                new StoreEvent.CancelAccepted("o", "s", at(6)),
                new OrderEvent.RefundRequested("o", "p", 0L, "", at(7)),
                new PaymentEvent.Refunded("o", "p", 0, 37_000, "", false, at(8)),
                new OrderEvent.Canceled("o", "c", "s", "cp", "", at(9)))),
        Arguments.of(
            Status.COOKING,
            MyPage.PaymentStatus.PAID,
            null,
            numbered(
                placed,
                discounted,
                paymentPaid,
                paid,
                accepted,
                cancelRequested,
                started,
                new StoreEvent.CancelRefused("o", "s", "COOKING", at(6)))),
        Arguments.of(
            Status.REJECTED,
            MyPage.PaymentStatus.REFUNDED,
            null,
            numbered(
                placed,
                discounted,
                paymentPaid,
                paid,
                new StoreEvent.OrderRejected("o", "s", "OUT_OF_STOCK", at(4)),
                new OrderEvent.RefundRequested("o", "p", null, "OUT_OF_STOCK", at(5)),
                refunded,
                new OrderEvent.Rejected("o", "c", "s", "cp", "OUT_OF_STOCK", at(9)))),
        Arguments.of(
            Status.PAID,
            MyPage.PaymentStatus.PAID,
            null,
            numbered(
                placed,
                discounted,
                new PaymentEvent.Declined("o", "p-0", 37_000, PaymentMethod.CARD, "", at(1)),
                paymentPaid,
                paid)),
        Arguments.of(
            Status.COMPLETED,
            MyPage.PaymentStatus.PAID,
            null,
            numbered(
                placed,
                discounted,
                paymentPaid,
                paid,
                accepted,
                new OrderEvent.Updated("o", details(4, 3_000), true, at(4)),
                started,
                new StoreEvent.UpdateRefused("o", "s", 4, 3, "cooking has begun", at(5)),
                new OrderEvent.Updated("o", details(5, 3_000), true, at(6)),
                finished,
                new OrderEvent.Completed("o", "c", "s", 37_000, false, at(12)))),
        Arguments.of(
            Status.COMPLETED,
            MyPage.PaymentStatus.PAID,
            "r-1",
            numbered(
                placed,
                discounted,
                deferred,
                orderPaidOnDelivery,
                accepted,
                started,
                finished,
                new RiderEvent.Claimed("o", "r-1", at(7)),
                new RiderEvent.Picked("o", "r-1", at(10)),
                new RiderEvent.Delivered("o", "r-1", 37_000, at(11)),
                new OrderEvent.Delivered("o", "c", "s", "r-1", 37_000, at(11)),
                new OrderEvent.Collected("o", "p", "r-1", 37_000, at(11)),
                new PaymentEvent.Paid("o", "p", 37_000, onDelivery, 2, at(12)),
                new OrderEvent.Completed("o", "c", "s", 37_000, true, at(12)))),
        Arguments.of(
            Status.CANCELED,
            MyPage.PaymentStatus.REFUNDED,
            null,
            numbered(
                placed,
                discounted,
                deferred,
                orderPaidOnDelivery,
                cancelRequested,
                new StoreEvent.CancelAccepted("o", "s", at(6)),
                new OrderEvent.RefundRequested("o", "p", null, "", at(7)),
                new PaymentEvent.Refunded("o", "p", 0, 0, "", true, at(8)),
                new OrderEvent.Canceled("o", "c", "s", "cp", "", at(9)))),
        Arguments.of(
            Status.PAID,
            MyPage.PaymentStatus.PAID,
            null,
            numbered(
                placed,
                new PaymentEvent.Paid("o", "p-0", 40_000, PaymentMethod.CARD, 1, at(1)),
                discounted,
                new OrderEvent.PaymentRefused("o", "p-0", "changed", at(2)),
                new PaymentEvent.Refunded("o", "p-0", 40_000, 0, "changed", false, at(3)),
                new PaymentEvent.Paid("o", "p", 37_000, PaymentMethod.CARD, 2, at(4)),
                paid)),
        Arguments.of(
            Status.EXPIRED,
            null,
            null,
            numbered(placed, discounted, new OrderEvent.Expired("o", "c", "s", "cp", at(900)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("sagas")
  void events_in_any_sequence_and_with_duplicates_make_the_same_page(
      Status end, MyPage.PaymentStatus payment, String riderId, List<EventMessage> events) {
    MyPage expected = page(events);
    assertThat(expected.status()).isEqualTo(end);
    assertThat(expected.payment() == null ? null : expected.payment().status()).isEqualTo(payment);
    assertThat(expected.riderId()).isEqualTo(riderId);
    assertThat(expected.details().due()).isEqualTo(37_000);
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<EventMessage> shuffled = new ArrayList<>(events);
      for (int i = 0; i < events.size() / 2; i++) {
        shuffled.add(events.get(random.nextInt(events.size())));
      }
      Collections.shuffle(shuffled, random);
      assertThat(page(shuffled)).as("seed %d", seed).isEqualTo(expected);
      int some = random.nextInt(shuffled.size());
      MyPage first = page(shuffled.subList(0, some));
      MyPage rest = page(shuffled.subList(some, shuffled.size()));
      assertThat(rest.mergedWith(first))
          .as("seed %d, merged from two pages", seed)
          .isEqualTo(expected);
    }
  }

  @Test
  void a_payment_that_ended_before_money_was_taken_is_shown_as_voided() {
    PaymentMethod onDelivery = PaymentMethod.ON_DELIVERY;
    Event placed = new OrderEvent.Placed("o", details(1, 0));
    Event deferred = new PaymentEvent.Deferred("o", "p", 40_000, onDelivery, 1, at(1));
    Event voided = new PaymentEvent.Refunded("o", "p", 0, 0, "", true, at(2));
    Event withoutVoided = new PaymentEvent.Refunded("o", "p", 0, 0, "", false, at(2));
    assertThat(shown(placed, deferred, voided)).isEqualTo("VOIDED");
    assertThat(shown(placed, voided)).as("no event with its method").isEqualTo("VOIDED");
    assertThat(shown(placed, withoutVoided))
        .as("an event of a version without voided")
        .isEqualTo("VOIDED");
    Event paid = new PaymentEvent.Paid("o", "p", 40_000, PaymentMethod.CARD, 1, at(1));
    Event refunded = new PaymentEvent.Refunded("o", "p", 40_000, 0, "", false, at(2));
    assertThat(shown(placed, paid, refunded)).isEqualTo("REFUNDED");
  }

  @Test
  void a_page_shows_how_much_was_given_back_and_kept() {
    Event placed = new OrderEvent.Placed("o", details(1, 0));
    Event paid = new PaymentEvent.Paid("o", "p", 40_000, PaymentMethod.CARD, 1, at(1));
    Event part = new PaymentEvent.Refunded("o", "p", 10_000, 30_000, "", false, at(2));
    Event nothing = new PaymentEvent.Refunded("o", "p", 0, 40_000, "", false, at(2));
    Event voided = new PaymentEvent.Refunded("o", "p", 0, 0, "", true, at(2));
    assertThat(payment(placed, paid))
        .isEqualTo(new MyPageView.Payment(PaymentMethod.CARD, "PAID", null, null));
    assertThat(payment(placed, paid, part))
        .isEqualTo(new MyPageView.Payment(PaymentMethod.CARD, "REFUNDED", 10_000L, 30_000L));
    assertThat(payment(placed, paid, nothing))
        .as("a refund of 0 won")
        .isEqualTo(new MyPageView.Payment(PaymentMethod.CARD, "REFUNDED", 0L, 40_000L));
    assertThat(payment(placed, voided)).isEqualTo(new MyPageView.Payment(null, "VOIDED", 0L, 0L));
  }

  @Test
  void only_a_reservation_can_be_canceled_while_it_is_prepared() {
    assertThat(canceling("ROOM", Status.COOKING)).isEqualTo(Status.CANCEL_REQUESTED);
    assertThat(canceling("ROOM", Status.COOKED)).isEqualTo(Status.COOKED);
    for (String kind : new String[] {"FOOD", null}) {
      assertThat(canceling(kind, Status.ACCEPTED)).isEqualTo(Status.CANCEL_REQUESTED);
      assertThat(canceling(kind, Status.COOKING)).isEqualTo(Status.COOKING);
    }
    assertThat(MyPage.blank("o").isReservation()).as("no details yet").isFalse();
  }

  /** The status of an order at a store of this kind after a request to cancel. */
  private static Status canceling(String kind, Status reached) {
    MyPage.Details details = new MyPage.Details("c", "s", "한옥호텔", kind, 40_000, null, 1);
    return MyPageBuilder.builder(MyPage.blank("o"))
        .details(details)
        .reachedAt(Map.of(reached, at(1), Status.CANCEL_REQUESTED, at(2)))
        .build()
        .status();
  }

  /** A rebuild applies the event again. The page of an earlier version has no amounts. */
  @Test
  void a_page_stored_without_the_amounts_gets_them_from_the_event() {
    Event part = new PaymentEvent.Refunded("o", "p", 10_000, 30_000, "", false, at(2));
    MyPage rebuilt = page(numbered(part));
    MyPage.Attempt old =
        new MyPage.Attempt(
            PaymentMethod.CARD, MyPage.PaymentStatus.REFUNDED, at(2), false, null, null);
    MyPage stored = MyPageBuilder.builder(MyPage.blank("o")).payments(Map.of("p", old)).build();
    for (MyPage merged : List.of(stored.mergedWith(rebuilt), rebuilt.mergedWith(stored))) {
      assertThat(MyPageView.Payment.of(merged.payment()))
          .isEqualTo(new MyPageView.Payment(PaymentMethod.CARD, "REFUNDED", 10_000L, 30_000L));
    }
  }

  @Test
  void a_coupon_is_shown_unless_its_order_was_canceled_rejected_or_expired() {
    Event placed = new OrderEvent.Placed("o", details(1, 0));
    Event claimed = new OrderEvent.Updated("o", details(2, 3_000), false, at(1));
    assertThat(shownCoupon(placed, claimed)).isEqualTo("cp");
    for (Event end :
        List.of(
            new OrderEvent.Canceled("o", "c", "s", "cp", "", at(2)),
            new OrderEvent.Rejected("o", "c", "s", "cp", "OUT_OF_STOCK", at(2)),
            new OrderEvent.Expired("o", "c", "s", "cp", at(2)))) {
      assertThat(shownCoupon(placed, claimed, end)).as(end.toString()).isNull();
    }
    Event completed = new OrderEvent.Completed("o", "c", "s", 37_000, true, at(2));
    assertThat(shownCoupon(placed, claimed, completed)).isEqualTo("cp");
  }

  private static String shownCoupon(Event... events) {
    return MyPageView.of(page(numbered(events)), null).couponId();
  }

  private static String shown(Event... events) {
    return payment(events).status();
  }

  private static MyPageView.Payment payment(Event... events) {
    return MyPageView.of(page(numbered(events)), null).payment();
  }

  @Test
  void a_refund_stored_without_voided_is_voided_if_paid_on_delivery() {
    JsonObject attempt =
        new JsonObject()
            .put("method", "ON_DELIVERY")
            .put("status", "REFUNDED")
            .put("at", at(1).toString());
    assertThat(Json.toObject(attempt, MyPage.Attempt.class).isVoided()).isTrue();
    attempt.put("method", "CARD");
    assertThat(Json.toObject(attempt, MyPage.Attempt.class).isVoided()).isFalse();
  }

  private static MyPage page(List<EventMessage> messages) {
    MyPage page = MyPage.blank("o");
    for (EventMessage message : messages) {
      page = Projection.apply(page, message);
    }
    return page;
  }

  @Test
  void of_the_coupon_events_only_an_earned_coupon_belongs_to_a_page() {
    assertThat(belongsToPage(new CouponEvent.Restored("k", "o-never", "c", at(1)))).isFalse();
    assertThat(belongsToPage(issuedBy("o"))).isTrue();
    assertThat(belongsToPage(issuedBy(null))).isFalse();
  }

  private static CouponEvent issuedBy(String orderId) {
    return new CouponEvent.Issued("k", orderId, "c", null, "감사", 1_000, at(9), at(1));
  }

  private static boolean belongsToPage(Event event) {
    return Projection.belongsToPage(EventMessages.wrap(List.of(event), 1, at(1)).get(0));
  }
}
