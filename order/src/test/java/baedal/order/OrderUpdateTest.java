package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderAssertions.refusal;
import static baedal.order.OrderFixtures.CATALOG;
import static baedal.order.OrderFixtures.HOME;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.STORE;
import static baedal.order.OrderFixtures.chicken;
import static baedal.order.OrderFixtures.later;
import static baedal.order.OrderFixtures.orderIn;
import static baedal.order.OrderFixtures.paid;
import static baedal.order.OrderFixtures.placed;
import static baedal.order.OrderStatus.ACCEPTED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.runtime.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OrderUpdateTest {

  @ParameterizedTest
  @CsvSource({
    "COOKING, has begun",
    "COOKED, is ready",
    "PICKED, on the way",
    "DELIVERED, was delivered",
    "COMPLETED, customer received it",
    "CANCEL_REQUESTED, cancellation",
    "CANCELED, canceled",
    "REJECTED, rejected",
    "EXPIRED, not paid"
  })
  void a_refused_change_states_the_reason_in_each_status(OrderStatus status, String why) {
    assertThat(refusal(() -> OrderUpdate.change(orderIn(status), null, STORE, null, NOON)))
        .hasMessageContaining(status.name())
        .hasMessageContaining("changed")
        .hasMessageContaining(why);
  }

  @Test
  void every_part_of_an_unpaid_order_may_change() {
    List<Line> lines =
        CATALOG.price(List.of(new Catalog.RequestedLine("cola", 3, List.of())), null);
    OrderDetails changed =
        OrderUpdate.change(placed(), lines, STORE, "조심히", NOON).state().details();
    assertThat(changed.total()).isEqualTo(6_000);
    assertThat(changed.address()).isEqualTo(STORE);
    assertThat(changed.memo()).isEqualTo("조심히");
    assertThat(changed.version()).isEqualTo(2);
  }

  /** The audit relies on this time: other services may not have received a recent change. */
  @Test
  void a_change_of_details_or_coupon_sets_the_time_of_the_last_change() {
    assertThat(OrderUpdate.change(placed(), null, STORE, null, later(5)).state().changedAt())
        .isEqualTo(later(5));
    Order holding = CouponUse.use(placed(), "k-1", 3_000, later(5)).state();
    assertThat(holding.changedAt()).isEqualTo(later(5));
    assertThat(CouponUse.takenBack(holding, "k-1", later(6)).state().changedAt())
        .isEqualTo(later(6));
  }

  @Test
  void a_change_refused_after_the_delivery_keeps_the_time_of_delivery() {
    Order changed = OrderUpdate.change(paid(), null, STORE, null, later(2)).state();
    Order delivered = FulfilmentProgress.delivered(changed, "r-7", 0, later(3)).state();
    Order refused = OrderUpdate.refusedByStore(delivered, 1, later(9)).state();
    assertThat(refused.details().address()).isEqualTo(HOME);
    assertThat(refused.servedAt()).isEqualTo(later(3));
  }

  @Test
  void an_empty_memo_removes_the_memo_and_omitted_parts_stay() {
    OrderDetails changed = OrderUpdate.change(placed(), null, null, "", NOON).state().details();
    assertThat(changed.memo()).isNull();
    assertThat(changed.address()).isEqualTo(HOME);
    assertThat(changed.total()).isEqualTo(40_000);
  }

  @ParameterizedTest
  @EnumSource(names = {"PAID", "ACCEPTED"})
  void a_paid_order_may_change_its_options_at_the_same_price_only(OrderStatus status) {
    Order order = orderIn(status);
    Change<Order> change =
        OrderUpdate.change(
            order, OrderUpdate.price(order, List.of(chicken("뼈")), CATALOG), null, null, NOON);
    assertThat(onlyEvent(change, OrderEvent.Updated.class).established()).isTrue();
    List<Line> moreExpensive = OrderUpdate.price(order, List.of(chicken("순살", "무")), CATALOG);
    assertThat(refusal(() -> OrderUpdate.change(order, moreExpensive, null, null, NOON)).type())
        .isEqualTo("order-state");
    List<Catalog.RequestedLine> others = List.of(new Catalog.RequestedLine("cola", 20, List.of()));
    assertThat(refusal(() -> OrderUpdate.price(order, others, CATALOG)).type())
        .isEqualTo("order-state");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"PLACED", "PAID", "ACCEPTED"})
  void an_order_cannot_change_once_cooking_has_begun_or_it_has_ended(OrderStatus status) {
    Refusal refusal = refusal(() -> OrderUpdate.change(orderIn(status), null, STORE, null, NOON));
    assertThat(refusal.type()).isEqualTo("order-state");
    assertThat(refusal).hasMessageContaining(status.name());
  }

  @Test
  void a_visit_takes_no_address() {
    Refusal refusal =
        refusal(() -> OrderUpdate.change(placed(Fulfilment.VISIT), null, HOME, null, NOON));
    assertThat(refusal.faults()).extracting(Refusal.Fault::pointer).containsExactly("/address");
  }

  @Test
  void a_refused_change_restores_the_details_that_the_ticket_shows() {
    Order first = paid();
    long paidVersion = first.details().version();
    Order second = OrderUpdate.change(first, null, null, "B", NOON).state();
    long shown = second.details().version();
    Order third =
        OrderUpdate.change(
                FulfilmentProgress.reached(second, ACCEPTED, NOON).state(), null, null, "C", NOON)
            .state();

    Change<Order> one = OrderUpdate.refusedByStore(third, shown, NOON);
    assertThat(one.state().details().memo()).isEqualTo("B");
    onlyEvent(one, OrderEvent.Updated.class);
    assertThat(OrderUpdate.refusedByStore(one.state(), shown, NOON).events()).isEmpty();

    Change<Order> both = OrderUpdate.refusedByStore(third, paidVersion, NOON);
    assertThat(both.state().details().memo()).isEqualTo("문 앞에");
    assertThat(OrderUpdate.refusedByStore(both.state(), paidVersion, NOON).events()).isEmpty();
  }

  @Test
  void a_rejected_order_ignores_a_refused_change() {
    Order changed = OrderUpdate.change(paid(), null, null, "B", NOON).state();
    Order rejected = Rejection.rejectedByStore(changed, "closed", NOON).state();
    assertThat(OrderUpdate.refusedByStore(rejected, 2, NOON)).isEqualTo(Change.none(rejected));
  }

  @Test
  void a_paid_order_changes_at_most_ten_times() {
    Order order = paid();
    for (int i = 0; i < 10; i++) {
      order = OrderUpdate.change(order, null, null, "memo " + i, NOON).state();
    }
    Order often = order;
    assertThat(refusal(() -> OrderUpdate.change(often, null, null, "once more", NOON)).type())
        .isEqualTo("order-state");
  }
}
