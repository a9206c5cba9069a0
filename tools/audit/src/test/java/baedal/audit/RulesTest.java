package baedal.audit;

import static baedal.audit.Books.at;
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
import static org.assertj.core.api.Assertions.assertThat;

import baedal.audit.Tolerances.Bounds;
import baedal.coupon.CouponStatus;
import baedal.events.Fulfilment;
import baedal.order.OrderStatus;
import baedal.payment.PaymentStatus;
import baedal.rider.DeliveryStatus;
import baedal.store.TicketStatus;
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

/**
 * Each rule finds the one disagreement that was planted in books which agree, and no other does.
 */
class RulesTest {

  private static final Instant GRACE_BEGAN = Books.NOON.plusSeconds(1);
  private static final Duration CONFIRMS_AFTER = Duration.ofHours(24);
  private static final Instant BEFORE_SILENCE = Books.NOON.minus(CONFIRMS_AFTER);

  /** One disagreement, and the line that tells of it. */
  record Planted(Books books, String finding) {

    @Override
    public String toString() {
      return finding;
    }
  }

  private static Planted planted(Books books, Consumer<Books> disagreement, String finding) {
    disagreement.accept(books);
    return new Planted(books, finding);
  }

  static List<Planted> disagreements() {
    return List.of(
        planted(
            at(COMPLETED),
            b -> b.order = null,
            "order-known  order-1  other services know of an order that the order service lost"),
        planted(
            at(PLACED),
            b -> b.details().put("expiresAt", Books.NOON.toString()),
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
            Books::defer,
            "money  order-1  is DELIVERED, but what was promised was not collected"),
        planted(
            at(COMPLETED, Fulfilment.VISIT),
            Books::defer,
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
            b -> b.coupon = b.coupon(Books.COUPON, CouponStatus.ISSUED),
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
            b -> b.coupon = b.coupon(Books.COUPON, CouponStatus.USED),
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
            at(PAID), b -> b.pending = 2, "notification  order-1  2 notifications were not sent"));
  }

  private static List<String> lines(Books books, Instant graceBegan) {
    Bounds bounds = new Bounds(graceBegan, graceBegan.minus(CONFIRMS_AFTER));
    return Rules.check(books.story(), bounds).stream().map(Finding::toString).toList();
  }

  @ParameterizedTest
  @MethodSource("disagreements")
  void what_disagrees_is_found(Planted planted) {
    assertThat(lines(planted.books(), GRACE_BEGAN)).containsExactly(planted.finding());
  }

  @Test
  void no_rule_is_left_out_here() {
    assertThat(disagreements().stream().map(p -> p.finding().split(" ", 2)[0]).distinct())
        .containsExactlyElementsOf(Rules.RULES.stream().map(Rules.Rule::name).toList());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CANCEL_REQUESTED")
  void books_that_agree_are_passed_over(OrderStatus status) {
    assertThat(lines(at(status), GRACE_BEGAN)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"PLACED", "PAID", "COOKED", "COMPLETED", "CANCELED"})
  void those_of_a_visit_too(OrderStatus status) {
    assertThat(lines(at(status, Fulfilment.VISIT), GRACE_BEGAN)).isEmpty();
  }

  @Test
  void those_of_a_guest_who_stays_for_days_too() {
    Books books = at(COOKED, Fulfilment.VISIT);
    books.order.put("changedAt", BEFORE_SILENCE.toString());
    books.details().put("to", Books.NOON.toString());
    assertThat(lines(books, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void those_of_an_order_without_a_coupon_too() {
    Books books = at(PAID);
    books.details().putNull("couponId");
    books.coupon = null;
    assertThat(lines(books, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void those_of_an_order_that_was_paid_before_its_coupon_was_revoked_too() {
    Books books = at(PAID);
    books.coupon.put("status", "REVOKED");
    assertThat(lines(books, GRACE_BEGAN)).isEmpty();
  }

  /** One of the two services wrote it anew since. */
  @Test
  void those_of_an_order_from_before_the_prices_of_options_were_kept_too() {
    Books books = at(COOKED);
    ((ObjectNode) books.order.at("/details/lines/0")).putArray("optionPrices");
    ((ObjectNode) books.ticket.at("/details/lines/0")).remove("optionPrices");
    assertThat(lines(books, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void what_is_promised_until_the_door_is_held() {
    Books books = at(PICKED);
    books.defer();
    assertThat(lines(books, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void an_attempt_that_was_declined_does_no_harm() {
    Books books = at(PAID);
    books.pay("p-0", PaymentStatus.DECLINED);
    assertThat(lines(books, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void an_order_canceled_before_it_was_paid_has_no_ticket() {
    Books books = at(CANCELED);
    books.order.putNull("paymentId");
    books.payments.clear();
    books.ticket = null;
    assertThat(lines(books, GRACE_BEGAN)).isEmpty();
  }

  @Test
  void a_canceled_order_may_have_given_its_coupon_to_another() {
    Books books = at(CANCELED);
    books.coupon = books.coupon(Books.COUPON, CouponStatus.USED).put("orderId", "order-2");
    assertThat(lines(books, GRACE_BEGAN)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("disagreements")
  void what_changed_since_the_grace_began_is_left_alone(Planted planted) {
    assertThat(lines(planted.books(), Books.NOON)).isEmpty();
  }

  /** Whichever service heard of the change first, the others are given time. */
  @Test
  void one_late_change_is_enough_to_leave_a_story_alone() {
    for (Consumer<Books> change : lateChanges()) {
      Books books = at(COMPLETED);
      books.pending = 1;
      assertThat(lines(books, GRACE_BEGAN)).hasSize(1);
      change.accept(books);
      assertThat(lines(books, GRACE_BEGAN)).isEmpty();
    }
  }

  private static List<Consumer<Books>> lateChanges() {
    List<Consumer<Books>> changes = new ArrayList<>();
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

  private static List<String> claim(ObjectNode coupon, Books holder) {
    return Rules.checkClaim(coupon, holder.story(), GRACE_BEGAN).stream()
        .map(Finding::toString)
        .toList();
  }

  /** Of an order that does not know of its coupon no story shows it. */
  private static Books forgetful() {
    Books books = at(PAID);
    books.details().putNull("couponId");
    books.coupon = null;
    return books;
  }

  private static ObjectNode claimed() {
    return at(PAID).coupon;
  }

  @ParameterizedTest
  @ValueSource(strings = {"CLAIMED", "USED"})
  void a_coupon_is_held_by_an_order_that_knows_of_it(String status) {
    ObjectNode coupon = claimed().put("status", status);
    assertThat(claim(coupon, at(PAID))).isEmpty();
    assertThat(claim(coupon, forgetful()))
        .containsExactly("claim  order-1  does not know of its coupon coupon-1-of-order-1");
    Books another = forgetful();
    another.details().put("couponId", "coupon-2");
    assertThat(claim(coupon, another)).hasSize(1);
    Books lost = forgetful();
    lost.order = null;
    assertThat(claim(coupon, lost)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ISSUED", "REVOKED"})
  void a_coupon_that_nobody_holds_claims_nothing(String status) {
    assertThat(claim(claimed().put("status", status), forgetful())).isEmpty();
  }

  @Test
  void a_claim_that_changed_since_the_grace_began_is_left_alone() {
    ObjectNode late = claimed();
    late(late);
    assertThat(claim(late, forgetful())).isEmpty();
    Books holder = forgetful();
    late(holder.order);
    assertThat(claim(claimed(), holder)).isEmpty();
  }
}
