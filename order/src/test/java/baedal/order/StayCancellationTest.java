package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderAssertions.refusal;
import static baedal.order.OrderFixtures.later;
import static baedal.order.OrderStatus.ACCEPTED;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.CANCEL_REQUESTED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.COOKING;
import static baedal.order.OrderStatus.PAID;
import static baedal.order.OrderStatus.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The cancellation of a paid stay, whose terms refund 100,000 of 200,000 won at {@code HALF}. */
class StayCancellationTest {

  private static final Instant CHECK_IN = Instant.parse("2026-12-24T06:00:00Z");
  private static final Instant HALF = CHECK_IN.minus(Duration.ofHours(30));
  private static final Instant NOTHING = CHECK_IN.minus(Duration.ofHours(1));

  @ParameterizedTest
  @EnumSource(names = {"ACCEPTED", "COOKING"})
  void a_stay_can_be_canceled_until_its_check_in_time(OrderStatus status) {
    Order order = stayIn(status);
    assertThat(Cancellation.request(order, "", CHECK_IN).state().status())
        .isEqualTo(CANCEL_REQUESTED);
    assertThat(refusal(() -> Cancellation.request(order, "", CHECK_IN.plusMillis(1))))
        .hasMessageContaining("check-in time")
        .hasMessageContaining("2026-12-24T06:00:00Z");
  }

  @Test
  void a_stay_that_the_hotel_never_accepted_is_refunded_after_its_check_in_time() {
    Order requested = Cancellation.request(stayIn(PAID), "", CHECK_IN.plusMillis(1)).state();
    Change<Order> accepted = Cancellation.acceptedByStore(requested, CHECK_IN.plusMillis(2));
    assertThat(onlyEvent(accepted, OrderEvent.RefundRequested.class).amount()).isNull();
  }

  @Test
  void a_guest_who_has_checked_in_cannot_cancel() {
    assertThat(refusal(() -> Cancellation.request(stayIn(COOKED), "", HALF)))
        .hasMessageContaining("checked in");
  }

  @Test
  void an_unpaid_stay_can_be_canceled_after_its_check_in_time() {
    Order placed =
        RoomFixtures.placed(
            RoomFixtures.hotel("Asia/Seoul"), "2026-12-24", "2026-12-25", CHECK_IN.plusSeconds(60));
    Order canceled = Cancellation.request(placed, "", CHECK_IN.plusSeconds(120)).state();
    assertThat(canceled.status()).isEqualTo(CANCELED);
    assertThat(OrderView.of(canceled).refund()).isNull();
  }

  @Test
  void the_terms_at_the_first_request_decide_the_refund() {
    Order requested = Cancellation.request(stayIn(PAID), "", HALF).state();
    assertThat(Cancellation.request(requested, "", NOTHING)).isEqualTo(Change.none(requested));
    Change<Order> accepted = Cancellation.acceptedByStore(requested, NOTHING);
    assertThat(onlyEvent(accepted, OrderEvent.RefundRequested.class).amount()).isEqualTo(100_000);
    Order canceled = Refund.completed(accepted.state(), "p-1", NOTHING).state();
    assertThat(canceled.status()).isEqualTo(CANCELED);
    for (Order order : new Order[] {requested, accepted.state(), canceled}) {
      assertThat(OrderView.of(order).refund())
          .isEqualTo(new OrderView.RefundView(100_000, 100_000));
    }
  }

  @Test
  void a_cancellation_without_a_term_that_applies_refunds_nothing() {
    Order requested = Cancellation.request(stayIn(PAID), "", NOTHING).state();
    Change<Order> accepted = Cancellation.acceptedByStore(requested, NOTHING);
    assertThat(onlyEvent(accepted, OrderEvent.RefundRequested.class).amount()).isZero();
    assertThat(OrderView.of(requested).refund()).isEqualTo(new OrderView.RefundView(0, 200_000));
  }

  @Test
  void a_rejection_refunds_all_while_a_cancellation_is_requested() {
    Order requested = Cancellation.request(stayIn(ACCEPTED), "", HALF).state();
    Change<Order> rejected = Rejection.rejectedByStore(requested, "OUT_OF_STOCK", HALF);
    assertThat(rejected.state().status()).isEqualTo(REJECTED);
    assertThat(onlyEvent(rejected, OrderEvent.RefundRequested.class).amount()).isNull();
    assertThat(OrderView.of(rejected.state()).refund())
        .isEqualTo(new OrderView.RefundView(200_000, 0));
  }

  @Test
  void a_new_request_after_a_refused_one_has_the_terms_of_its_own_time() {
    Order requested = Cancellation.request(stayIn(COOKING), "", HALF).state();
    Order refused = Cancellation.refusedByStore(requested, "COOKING", HALF).state();
    assertThat(refused.status()).isEqualTo(COOKING);
    assertThat(refused.refundAmount()).isNull();
    assertThat(OrderView.of(refused).refund()).isNull();
    Order again = Cancellation.request(refused, "", NOTHING).state();
    assertThat(again.refundAmount()).isZero();
  }

  @Test
  void an_order_without_a_stay_is_refunded_in_full() {
    Order requested = Cancellation.request(OrderFixtures.paid(), "", later(9)).state();
    Change<Order> accepted = Cancellation.acceptedByStore(requested, later(9));
    assertThat(onlyEvent(accepted, OrderEvent.RefundRequested.class).amount()).isNull();
    assertThat(OrderView.of(requested).refund()).isEqualTo(new OrderView.RefundView(40_000, 0));
  }

  @Test
  void a_payment_on_delivery_has_no_refund() {
    Order order = OrderFixtures.paid(OrderFixtures.placed(), PaymentMethod.ON_DELIVERY);
    assertThat(OrderView.of(Cancellation.request(order, "", later(9)).state()).refund()).isNull();
  }

  private static Order stayIn(OrderStatus status) {
    return FulfilmentProgress.reached(RoomFixtures.paid(), status, later(2)).state();
  }
}
