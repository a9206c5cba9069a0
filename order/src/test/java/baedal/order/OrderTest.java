package baedal.order;

import static baedal.order.OrderStatus.ACCEPTED;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.CANCEL_REQUESTED;
import static baedal.order.OrderStatus.COMPLETED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.COOKING;
import static baedal.order.OrderStatus.DELIVERED;
import static baedal.order.OrderStatus.EXPIRED;
import static baedal.order.OrderStatus.PAID;
import static baedal.order.OrderStatus.PLACED;
import static baedal.order.OrderStatus.REJECTED;
import static baedal.order.Samples.CATALOG;
import static baedal.order.Samples.HOME;
import static baedal.order.Samples.NOON;
import static baedal.order.Samples.PATIENCE;
import static baedal.order.Samples.STORE;
import static baedal.order.Samples.at;
import static baedal.order.Samples.chicken;
import static baedal.order.Samples.later;
import static baedal.order.Samples.paid;
import static baedal.order.Samples.pay;
import static baedal.order.Samples.placed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import baedal.runtime.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OrderTest {

  @Test
  void a_payment_of_what_is_due_establishes_the_order_and_tells_the_store_all_of_it() {
    Change<Order> change = pay(placed(), "p-1", PaymentMethod.CARD);
    assertThat(change.state().status()).isEqualTo(PAID);
    OrderEvent.Paid paid = only(change, OrderEvent.Paid.class);
    assertThat(paid.order()).isEqualTo(change.state().details());
    assertThat(paid.collect()).isZero();
  }

  @Test
  void a_promise_establishes_it_too_and_says_what_the_rider_collects() {
    Change<Order> change = pay(placed(), "p-1", PaymentMethod.ON_DELIVERY);
    assertThat(only(change, OrderEvent.Paid.class).collect()).isEqualTo(40_000);
  }

  @Test
  void the_same_payment_again_changes_nothing() {
    Order order = paid();
    assertThat(pay(order, "p-1", PaymentMethod.CARD)).isEqualTo(Change.none(order));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLACED")
  void a_payment_that_comes_too_late_is_given_back(OrderStatus status) {
    Change<Order> change = pay(at(status), "p-2", PaymentMethod.CARD);
    assertThat(change.state()).isEqualTo(at(status));
    assertThat(only(change, OrderEvent.PaymentRefused.class).paymentId()).isEqualTo("p-2");
  }

  @Test
  void a_payment_of_another_amount_or_for_other_lines_is_given_back() {
    Order order = placed();
    only(
        PaymentAcceptance.decide(order, "p-1", PaymentMethod.CARD, 39_999, 1, NOON),
        OrderEvent.PaymentRefused.class);
    List<Line> others = order.details().lines().stream().map(OrderTest::withoutOptions).toList();
    Order changed = OrderUpdate.change(order, others, null, null, NOON).state();
    assertThat(changed.details().due()).isEqualTo(order.details().due());
    Change<Order> stale =
        PaymentAcceptance.decide(changed, "p-1", PaymentMethod.CARD, 40_000, 1, NOON);
    only(stale, OrderEvent.PaymentRefused.class);
    assertThat(stale.state().status()).isEqualTo(PLACED);
  }

  private static Line withoutOptions(Line line) {
    return new Line(
        line.menuId(),
        line.name(),
        line.quantity(),
        line.unitPrice(),
        List.of(),
        List.of(),
        line.amount());
  }

  @Test
  void the_memo_and_the_address_may_change_while_the_payment_is_on_its_way() {
    Order changed = OrderUpdate.change(placed(), null, STORE, "문 앞에", NOON).state();
    Change<Order> paid =
        PaymentAcceptance.decide(changed, "p-1", PaymentMethod.CARD, 40_000, 1, NOON);
    assertThat(paid.state().status()).isEqualTo(PAID);
    assertThat(only(paid, OrderEvent.Paid.class).order().address()).isEqualTo(STORE);
  }

  @Test
  void an_unpaid_order_is_canceled_at_once() {
    Change<Order> change = Cancellation.request(placed(), "changed my mind", NOON);
    assertThat(change.state().status()).isEqualTo(CANCELED);
    assertThat(only(change, OrderEvent.Canceled.class).reason()).isEqualTo("changed my mind");
  }

  @ParameterizedTest
  @EnumSource(names = {"PAID", "ACCEPTED"})
  void a_paid_order_asks_its_store_before_it_is_canceled(OrderStatus status) {
    Change<Order> change = Cancellation.request(at(status), "changed my mind", NOON);
    assertThat(change.state().status()).isEqualTo(CANCEL_REQUESTED);
    only(change, OrderEvent.CancelRequested.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"COOKING", "COOKED", "PICKED", "DELIVERED"})
  void an_order_on_the_stove_refuses_to_be_canceled(OrderStatus status) {
    Refusal refusal = refusal(() -> Cancellation.request(at(status), "", NOON));
    assertThat(refusal.type()).isEqualTo("order-state");
    assertThat(refusal).hasMessageContaining(status.name()).hasMessageContaining("CANCELED");
  }

  @ParameterizedTest
  @EnumSource(names = {"COMPLETED", "REJECTED", "EXPIRED"})
  void what_is_over_is_not_canceled(OrderStatus status) {
    assertThat(refusal(() -> Cancellation.request(at(status), "", NOON)).type())
        .isEqualTo("order-state");
  }

  @ParameterizedTest
  @EnumSource(names = {"CANCEL_REQUESTED", "CANCELED"})
  void a_cancellation_that_is_repeated_changes_nothing(OrderStatus status) {
    Order order = at(status);
    assertThat(Cancellation.request(order, "once more", later(9))).isEqualTo(Change.none(order));
  }

  @Test
  void the_store_agrees_the_money_comes_back_and_only_then_it_is_canceled() {
    Change<Order> agreed = Cancellation.acceptedByStore(at(CANCEL_REQUESTED), later(3));
    assertThat(agreed.state().status()).isEqualTo(CANCEL_REQUESTED);
    assertThat(only(agreed, OrderEvent.RefundRequested.class).paymentId()).isEqualTo("p-1");
    Change<Order> done = Refund.completed(agreed.state(), "p-1", later(4));
    assertThat(done.state().status()).isEqualTo(CANCELED);
    only(done, OrderEvent.Canceled.class);
  }

  @Test
  void the_store_refuses_and_the_order_is_where_the_kitchen_is() {
    Order asked = Cancellation.request(at(ACCEPTED), "", NOON).state();
    assertThat(Cancellation.refusedByStore(asked, "COOKING", NOON).state().status())
        .isEqualTo(COOKING);
    Order heard = FulfilmentProgress.reached(asked, COOKED, NOON).state();
    assertThat(Cancellation.refusedByStore(heard, "COOKING", NOON).state().status())
        .isEqualTo(COOKED);
  }

  @ParameterizedTest
  @EnumSource(names = {"PAID", "ACCEPTED"})
  void a_store_that_rejected_it_refuses_to_cancel_it_and_the_rejection_decides(OrderStatus status) {
    Order back =
        Cancellation.refusedByStore(
                Cancellation.request(at(status), "", NOON).state(), "REJECTED", NOON)
            .state();
    assertThat(back.status()).isEqualTo(status);
    only(Rejection.rejectedByStore(back, "OUT_OF_STOCK", NOON), OrderEvent.RefundRequested.class);
  }

  @Test
  void a_rejected_order_is_rejected_for_good_once_the_money_is_back() {
    Change<Order> rejected = Rejection.rejectedByStore(paid(), "OUT_OF_STOCK", NOON);
    assertThat(rejected.state().status()).isEqualTo(REJECTED);
    only(rejected, OrderEvent.RefundRequested.class);
    Change<Order> done = Refund.completed(rejected.state(), "p-1", NOON);
    assertThat(only(done, OrderEvent.Rejected.class).reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(Refund.completed(done.state(), "p-1", NOON).events()).isEmpty();
  }

  @Test
  void the_refund_of_another_payment_says_nothing_about_the_order() {
    Order rejected = at(REJECTED);
    assertThat(Refund.completed(rejected, "p-2", NOON)).isEqualTo(Change.none(rejected));
    assertThat(Refund.completed(placed(), "p-2", NOON).events()).isEmpty();
  }

  @Test
  void a_rider_at_the_door_delivers_and_tells_what_was_collected() {
    Order promised = paid(placed(), PaymentMethod.ON_DELIVERY);
    Change<Order> change = FulfilmentProgress.delivered(promised, "r-7", 40_000, NOON);
    assertThat(change.state().status()).isEqualTo(DELIVERED);
    assertThat(change.events()).hasSize(2);
    assertThat(change.events().get(0)).isInstanceOf(OrderEvent.Collected.class);
    assertThat(change.events().get(1)).isInstanceOf(OrderEvent.Delivered.class);
    only(FulfilmentProgress.delivered(paid(), "r-7", 0, NOON), OrderEvent.Delivered.class);
    only(FulfilmentProgress.delivered(promised, "r-7", 0, NOON), OrderEvent.Delivered.class);
  }

  @Test
  void the_customer_confirms_a_delivery_and_a_visit_as_soon_as_it_is_ready() {
    only(Confirmation.byCustomer(at(DELIVERED), NOON), OrderEvent.Completed.class);
    Order visit =
        FulfilmentProgress.reached(paid(placed(Fulfilment.VISIT), PaymentMethod.CARD), COOKED, NOON)
            .state();
    assertThat(Confirmation.byCustomer(visit, NOON).state().status()).isEqualTo(COMPLETED);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DELIVERED", "COMPLETED"})
  void what_the_customer_has_not_got_cannot_be_confirmed(OrderStatus status) {
    assertThat(refusal(() -> Confirmation.byCustomer(at(status), NOON)).type())
        .isEqualTo("order-state");
  }

  @ParameterizedTest
  @CsvSource({
    "PLACED, pay",
    "PAID, not begun",
    "ACCEPTED, not begun",
    "COOKING, has begun",
    "COOKED, waits for its rider",
    "PICKED, on the way",
    "CANCEL_REQUESTED, cancellation",
    "CANCELED, canceled",
    "REJECTED, rejected",
    "EXPIRED, not paid"
  })
  void a_confirmation_that_is_refused_says_why_in_each_state(OrderStatus status, String why) {
    assertThat(refusal(() -> Confirmation.byCustomer(at(status), NOON)))
        .hasMessageContaining(status.name())
        .hasMessageContaining("COMPLETED")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "COOKING, has begun",
    "COOKED, is ready",
    "PICKED, on the way",
    "DELIVERED, was delivered",
    "COMPLETED, customer has it",
    "REJECTED, rejected",
    "EXPIRED, not paid"
  })
  void a_cancellation_that_is_refused_says_why_in_each_state(OrderStatus status, String why) {
    assertThat(refusal(() -> Cancellation.request(at(status), "", NOON)))
        .hasMessageContaining(status.name())
        .hasMessageContaining("CANCELED")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "COOKING, has begun",
    "COOKED, is ready",
    "PICKED, on the way",
    "DELIVERED, was delivered",
    "COMPLETED, customer has it",
    "CANCEL_REQUESTED, cancellation",
    "CANCELED, canceled",
    "REJECTED, rejected",
    "EXPIRED, not paid"
  })
  void a_change_that_is_refused_says_why_in_each_state(OrderStatus status, String why) {
    assertThat(refusal(() -> OrderUpdate.change(at(status), null, STORE, null, NOON)))
        .hasMessageContaining(status.name())
        .hasMessageContaining("changed")
        .hasMessageContaining(why);
  }

  @Test
  void a_visit_that_is_not_ready_says_that_the_store_prepares_it() {
    Order visit =
        FulfilmentProgress.reached(
                paid(placed(Fulfilment.VISIT), PaymentMethod.CARD), COOKING, NOON)
            .state();
    assertThat(refusal(() -> Confirmation.byCustomer(visit, NOON))).hasMessageContaining("COOKED");
  }

  @Test
  void a_day_of_silence_is_a_confirmation() {
    Order delivered = at(DELIVERED);
    assertThat(
            Confirmation.bySilence(delivered, PATIENCE, later(3).plus(PATIENCE).minusMillis(1))
                .events())
        .isEmpty();
    OrderEvent.Completed completed =
        only(
            Confirmation.bySilence(delivered, PATIENCE, later(3).plus(PATIENCE)),
            OrderEvent.Completed.class);
    assertThat(completed.byCustomer()).isFalse();
  }

  @Test
  void the_day_of_silence_of_a_visit_begins_when_it_ends() {
    PlaceOrder stay =
        new PlaceOrder(
            "s-1",
            List.of(chicken()),
            Fulfilment.VISIT,
            null,
            null,
            null,
            "2026-12-24T15:00:00Z",
            "2026-12-26T11:00:00Z",
            null);
    Order order =
        Order.place("o", stay.details("c-1", Optional.of(CATALOG), NOON, Samples.PAY_WITHIN))
            .state();
    Order ready =
        FulfilmentProgress.reached(paid(order, PaymentMethod.CARD), COOKED, later(9)).state();
    assertThat(ready.servedAt()).isEqualTo("2026-12-26T11:00:00Z");
    assertThat(Confirmation.bySilence(ready, PATIENCE, later(9).plus(PATIENCE)).events()).isEmpty();
    assertThat(at(COOKED).servedAt()).isNull();
  }

  @Test
  void an_order_that_nobody_paid_in_time_expires_and_one_that_was_paid_does_not() {
    Order order = placed();
    assertThat(Expiration.expire(order, order.details().expiresAt().minusMillis(1)).events())
        .isEmpty();
    Change<Order> change = Expiration.expire(order, order.details().expiresAt());
    assertThat(change.state().status()).isEqualTo(EXPIRED);
    only(change, OrderEvent.Expired.class);
    assertThat(Expiration.expire(paid(), NOON.plus(Duration.ofDays(1))).events()).isEmpty();
  }

  @Test
  void a_coupon_lowers_what_is_due_and_the_same_one_again_changes_nothing() {
    Change<Order> change = CouponUse.use(placed(), "k-1", 3_000, NOON);
    OrderEvent.Updated updated = only(change, OrderEvent.Updated.class);
    assertThat(updated.established()).isFalse();
    assertThat(updated.order().due()).isEqualTo(37_000);
    assertThat(updated.order().couponId()).isEqualTo("k-1");
    assertThat(CouponUse.use(change.state(), "k-1", 3_000, NOON).events()).isEmpty();
    Order paid = paid(change.state(), PaymentMethod.CARD);
    assertThat(CouponUse.use(paid, "k-1", 3_000, NOON).events()).isEmpty();
  }

  @Test
  void the_discount_is_never_more_than_the_total_and_follows_it_while_unpaid() {
    Order cheap = CouponUse.use(placed(), "k-1", 45_000, NOON).state();
    assertThat(cheap.details().due()).isZero();
    List<Line> more = CATALOG.price(List.of(chicken("순살"), chicken()));
    assertThat(OrderUpdate.change(cheap, more, null, null, NOON).state().details().due())
        .isEqualTo(31_000);
  }

  @Test
  void a_second_coupon_or_one_for_a_paid_order_is_refused() {
    Order holding = CouponUse.use(placed(), "k-1", 3_000, NOON).state();
    assertThat(refusal(() -> CouponUse.use(holding, "k-2", 1, NOON)).type())
        .isEqualTo("order-state");
    assertThat(refusal(() -> CouponUse.use(paid(), "k-2", 1, NOON)).type())
        .isEqualTo("order-state");
  }

  @Test
  void an_order_that_is_over_has_given_its_coupon_back() {
    Order holding = CouponUse.use(placed(), "k-1", 3_000, NOON).state();
    Order canceled = Cancellation.request(holding, "", NOON).state();
    assertThat(refusal(() -> CouponUse.use(canceled, "k-1", 3_000, NOON)).type())
        .isEqualTo("order-state");
  }

  @Test
  void a_coupon_that_is_taken_back_costs_an_unpaid_order_its_discount() {
    Order holding = CouponUse.use(placed(), "k-1", 3_000, NOON).state();
    assertThat(CouponUse.takenBack(holding, "k-1", NOON).state().details().due()).isEqualTo(40_000);
    assertThat(CouponUse.takenBack(holding, "k-2", NOON).events()).isEmpty();
    assertThat(CouponUse.takenBack(paid(holding, PaymentMethod.CARD), "k-1", NOON).events())
        .isEmpty();
  }

  @Test
  void an_unpaid_order_may_change_altogether() {
    List<Line> lines = CATALOG.price(List.of(new Catalog.RequestedLine("cola", 3, List.of())));
    OrderDetails changed =
        OrderUpdate.change(placed(), lines, STORE, "조심히", NOON).state().details();
    assertThat(changed.total()).isEqualTo(6_000);
    assertThat(changed.address()).isEqualTo(STORE);
    assertThat(changed.memo()).isEqualTo("조심히");
    assertThat(changed.version()).isEqualTo(2);
  }

  /** What compares services knows from it that others may not have heard yet. */
  @Test
  void what_the_customer_wants_or_owes_anew_counts_as_a_change() {
    assertThat(OrderUpdate.change(placed(), null, STORE, null, later(5)).state().changedAt())
        .isEqualTo(later(5));
    Order holding = CouponUse.use(placed(), "k-1", 3_000, later(5)).state();
    assertThat(holding.changedAt()).isEqualTo(later(5));
    assertThat(CouponUse.takenBack(holding, "k-1", later(6)).state().changedAt())
        .isEqualTo(later(6));
  }

  @Test
  void a_store_that_refuses_late_does_not_put_off_the_confirmation() {
    Order changed = OrderUpdate.change(paid(), null, STORE, null, later(2)).state();
    Order delivered = FulfilmentProgress.delivered(changed, "r-7", 0, later(3)).state();
    Order refused = OrderUpdate.refusedByStore(delivered, 1, later(9)).state();
    assertThat(refused.details().address()).isEqualTo(HOME);
    assertThat(refused.servedAt()).isEqualTo(later(3));
  }

  @Test
  void an_empty_memo_is_none_and_what_is_not_named_stays() {
    OrderDetails changed = OrderUpdate.change(placed(), null, null, "", NOON).state().details();
    assertThat(changed.memo()).isNull();
    assertThat(changed.address()).isEqualTo(HOME);
    assertThat(changed.total()).isEqualTo(40_000);
  }

  @ParameterizedTest
  @EnumSource(names = {"PAID", "ACCEPTED"})
  void a_paid_order_may_change_its_options_at_the_same_price_only(OrderStatus status) {
    Order order = at(status);
    Change<Order> change =
        OrderUpdate.change(
            order, OrderUpdate.price(order, List.of(chicken("뼈")), CATALOG), null, null, NOON);
    assertThat(only(change, OrderEvent.Updated.class).established()).isTrue();
    List<Line> dearer = OrderUpdate.price(order, List.of(chicken("순살", "무")), CATALOG);
    assertThat(refusal(() -> OrderUpdate.change(order, dearer, null, null, NOON)).type())
        .isEqualTo("order-state");
    List<Catalog.RequestedLine> others = List.of(new Catalog.RequestedLine("cola", 20, List.of()));
    assertThat(refusal(() -> OrderUpdate.price(order, others, CATALOG)).type())
        .isEqualTo("order-state");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"PLACED", "PAID", "ACCEPTED"})
  void nothing_changes_once_the_pan_is_hot_or_it_is_over(OrderStatus status) {
    Refusal refusal = refusal(() -> OrderUpdate.change(at(status), null, STORE, null, NOON));
    assertThat(refusal.type()).isEqualTo("order-state");
    assertThat(refusal).hasMessageContaining(status.name());
  }

  @Test
  void a_visit_has_no_address_to_change() {
    Refusal refusal =
        refusal(() -> OrderUpdate.change(placed(Fulfilment.VISIT), null, HOME, null, NOON));
    assertThat(refusal.faults()).extracting(Refusal.Fault::pointer).containsExactly("/address");
  }

  @Test
  void a_change_that_the_store_refused_is_undone_to_what_its_ticket_shows() {
    Order told = paid();
    long first = told.details().version();
    Order second = OrderUpdate.change(told, null, null, "B", NOON).state();
    long shown = second.details().version();
    Order third =
        OrderUpdate.change(
                FulfilmentProgress.reached(second, ACCEPTED, NOON).state(), null, null, "C", NOON)
            .state();

    Change<Order> one = OrderUpdate.refusedByStore(third, shown, NOON);
    assertThat(one.state().details().memo()).isEqualTo("B");
    only(one, OrderEvent.Updated.class);
    assertThat(OrderUpdate.refusedByStore(one.state(), shown, NOON).events()).isEmpty();

    Change<Order> both = OrderUpdate.refusedByStore(third, first, NOON);
    assertThat(both.state().details().memo()).isEqualTo("문 앞에");
    assertThat(OrderUpdate.refusedByStore(both.state(), first, NOON).events()).isEmpty();
  }

  @Test
  void a_refused_change_is_no_news_for_an_order_that_is_over() {
    Order changed = OrderUpdate.change(paid(), null, null, "B", NOON).state();
    Order rejected = Rejection.rejectedByStore(changed, "closed", NOON).state();
    assertThat(OrderUpdate.refusedByStore(rejected, 2, NOON)).isEqualTo(Change.none(rejected));
  }

  @Test
  void a_paid_order_changes_a_bounded_number_of_times() {
    Order order = paid();
    for (int i = 0; i < 10; i++) {
      order = OrderUpdate.change(order, null, null, "memo " + i, NOON).state();
    }
    Order often = order;
    assertThat(refusal(() -> OrderUpdate.change(often, null, null, "once more", NOON)).type())
        .isEqualTo("order-state");
  }

  private static <E extends Event> E only(Change<Order> change, Class<E> type) {
    assertThat(change.events()).hasSize(1).first().isInstanceOf(type);
    return type.cast(change.events().get(0));
  }

  private static Refusal refusal(ThrowingCallable call) {
    Refusal refusal = catchThrowableOfType(Refusal.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
