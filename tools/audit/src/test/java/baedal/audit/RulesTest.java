package baedal.audit;

import static baedal.audit.OrderStates.at;
import static baedal.order.OrderStatus.CANCELED;
import static baedal.order.OrderStatus.COMPLETED;
import static baedal.order.OrderStatus.COOKED;
import static baedal.order.OrderStatus.PAID;
import static baedal.order.OrderStatus.PICKED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.audit.Tolerances.Bounds;
import baedal.coupon.CouponStatus;
import baedal.events.Fulfilment;
import baedal.order.OrderStatus;
import baedal.payment.PaymentStatus;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each {@link PlantedDisagreement} is found by its rule, and by no other rule. */
class RulesTest {

  private static final Instant GRACE_BEGAN = OrderStates.NOON.plusSeconds(1);
  private static final Duration CONFIRMS_AFTER = Duration.ofHours(24);
  private static final Instant BEFORE_COMPLETION_DUE = OrderStates.NOON.minus(CONFIRMS_AFTER);

  private static List<String> lines(OrderStates states, Instant graceBegan) {
    Bounds bounds = new Bounds(graceBegan, graceBegan.minus(CONFIRMS_AFTER));
    return Rules.check(states.snapshot(), bounds).stream().map(Finding::toString).toList();
  }

  @ParameterizedTest
  @MethodSource("baedal.audit.PlantedDisagreement#all")
  void each_disagreement_gives_exactly_its_finding(PlantedDisagreement planted) {
    assertThat(lines(planted.states(), GRACE_BEGAN)).containsExactly(planted.finding());
  }

  @Test
  void every_rule_has_a_disagreement_that_tests_it() {
    assertThat(PlantedDisagreement.all().stream().map(p -> p.finding().split(" ", 2)[0]).distinct())
        .containsExactlyElementsOf(Rules.RULES.stream().map(Rules.Rule::id).toList());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CANCEL_REQUESTED")
  void an_order_with_states_that_agree_gives_no_finding(OrderStatus status) {
    assertThat(lines(at(status), GRACE_BEGAN)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"PLACED", "PAID", "COOKED", "COMPLETED", "CANCELED"})
  void a_visit_with_states_that_agree_gives_no_finding(OrderStatus status) {
    assertThat(lines(at(status, Fulfilment.VISIT), GRACE_BEGAN)).isEmpty();
  }

  @Test
  void a_visit_that_has_not_ended_is_not_stuck() {
    OrderStates states = at(COOKED, Fulfilment.VISIT);
    states.order.put("changedAt", BEFORE_COMPLETION_DUE.toString());
    states.details().put("to", OrderStates.NOON.toString());
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void an_order_without_a_coupon_gives_no_finding() {
    OrderStates states = at(PAID);
    states.details().putNull("couponId");
    states.coupon = null;
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void a_revoked_coupon_of_a_paid_order_gives_no_finding() {
    OrderStates states = at(PAID);
    states.coupon.put("status", "REVOKED");
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  /** The order service stored the line again, with empty lists. The store did not. */
  @Test
  void a_line_without_lists_of_prices_equals_one_with_empty_lists() {
    OrderStates states = at(COOKED);
    ((ObjectNode) states.order.at("/details/lines/0")).putArray("optionPrices");
    ((ObjectNode) states.ticket.at("/details/lines/0"))
        .remove(List.of("optionPrices", "nightPrices"));
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void a_deferred_payment_of_an_order_before_its_delivery_gives_no_finding() {
    OrderStates states = at(PICKED);
    states.defer();
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 50, 100})
  void a_refund_by_a_term_gives_no_finding(int percent) {
    assertThat(lines(at(CANCELED).refundPart(percent), GRACE_BEGAN)).isEmpty();
  }

  @Test
  void a_part_of_a_won_is_rounded_up() {
    OrderStates states = at(CANCELED).refundPart(50);
    states.details().put("due", 33_999);
    states.page.withObject("details").put("due", 33_999);
    states.ticket.withObject("details").put("due", 33_999);
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  /** Earlier versions stored no amount: they refunded the whole payment. */
  @Test
  void a_refund_without_a_stored_amount_is_of_the_whole_payment() {
    OrderStates states = at(CANCELED);
    states.payments.get(0).remove("refundAmount");
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void a_payment_on_delivery_that_was_not_collected_needs_no_refund() {
    OrderStates states = at(CANCELED).refundPart(50);
    states.defer();
    states.payments.get(0).put("status", "REFUNDED").put("method", "ON_DELIVERY");
    states.page.putObject("payments");
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void a_declined_payment_beside_a_paid_one_gives_no_finding() {
    OrderStates states = at(PAID);
    states.pay("p-0", PaymentStatus.DECLINED);
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void an_order_canceled_before_it_was_paid_needs_no_ticket() {
    OrderStates states = at(CANCELED);
    states.order.putNull("paymentId");
    states.payments.clear();
    states.ticket = null;
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void another_order_may_hold_the_coupon_of_a_canceled_order() {
    OrderStates states = at(CANCELED);
    states.coupon = states.coupon(OrderStates.COUPON, CouponStatus.USED).put("orderId", "order-2");
    assertThat(lines(states, GRACE_BEGAN)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("baedal.audit.PlantedDisagreement#all")
  void a_disagreement_within_the_grace_period_gives_no_finding(PlantedDisagreement planted) {
    assertThat(lines(planted.states(), OrderStates.NOON)).isEmpty();
  }

  /** The change may not have reached the other services yet. */
  @Test
  void one_change_of_any_state_within_the_grace_period_skips_the_order() {
    for (Consumer<OrderStates> change : lateChanges()) {
      OrderStates states = at(COMPLETED);
      states.pendingNotifications = 1;
      assertThat(lines(states, GRACE_BEGAN)).hasSize(1);
      change.accept(states);
      assertThat(lines(states, GRACE_BEGAN)).isEmpty();
    }
  }

  private static List<Consumer<OrderStates>> lateChanges() {
    List<Consumer<OrderStates>> changes = new ArrayList<>();
    changes.add(b -> late(b.order));
    changes.add(b -> late(b.payments.get(0)));
    changes.add(b -> late(b.ticket));
    changes.add(b -> late(b.delivery));
    changes.add(b -> late(b.coupon));
    changes.add(b -> late(b.earned));
    changes.add(b -> b.page.withObject("facts").put("COMPLETED", GRACE_BEGAN.toString()));
    return changes;
  }

  private static void late(ObjectNode state) {
    state.put("changedAt", GRACE_BEGAN.toString());
  }
}
