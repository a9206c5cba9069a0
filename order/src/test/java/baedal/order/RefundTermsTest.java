package baedal.order;

import static baedal.order.OrderFixtures.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Hotel;
import baedal.events.PaymentMethod;
import baedal.events.RefundTerm;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of a canceled stay is refunded. */
class RefundTermsTest {

  /** Check-in is on 2026-12-24 at 06:00 UTC. The terms are 48 h: 100, 24 h: 50, 6 h: 10. */
  @ParameterizedTest
  @CsvSource({
    "2026-11-21T12:00:00Z,",
    "2026-12-22T06:00:00Z,",
    "2026-12-22T06:00:00.001Z, 100000",
    "2026-12-23T06:00:00Z, 100000",
    "2026-12-23T06:00:00.001Z, 20000",
    "2026-12-24T00:00:00Z, 20000",
    "2026-12-24T00:00:00.001Z, 0",
    "2026-12-24T06:00:00Z, 0"
  })
  void a_term_applies_until_exactly_its_hours_before_check_in(Instant now, Long amount) {
    assertThat(RefundTerms.refundAmount(RoomFixtures.paid(), now)).isEqualTo(amount);
  }

  @Test
  void a_stay_without_terms_is_refunded_in_full_until_check_in() {
    Order order = paid(RoomFixtures.hotel("Asia/Seoul"), "2026-12-24");
    assertThat(RefundTerms.refundAmount(order, order.details().from())).isNull();
  }

  @Test
  void the_term_with_the_largest_percentage_wins() {
    Hotel hotel =
        RoomFixtures.hotel(
            "Asia/Seoul", new RefundTerm(0, 30), new RefundTerm(10, 20), new RefundTerm(20, 40));
    Order order = paid(hotel, "2026-12-24");
    Instant checkIn = order.details().from();
    assertThat(RefundTerms.refundAmount(order, checkIn)).isEqualTo(60_000);
    assertThat(RefundTerms.refundAmount(order, checkIn.minus(Duration.ofHours(10))))
        .isEqualTo(60_000);
    assertThat(RefundTerms.refundAmount(order, checkIn.minus(Duration.ofHours(20))))
        .isEqualTo(80_000);
  }

  @Test
  void a_part_of_a_won_is_refunded_as_a_whole_won() {
    Hotel hotel = RoomFixtures.hotel("Asia/Seoul", new RefundTerm(0, 33));
    Order placed = RoomFixtures.placed(hotel, "2026-12-24", "2026-12-26", NOON);
    Order discounted = CouponUse.use(placed, "k-1", 99_999, NOON).state();
    Order order = OrderFixtures.paid(discounted, PaymentMethod.CARD);
    assertThat(order.details().due()).isEqualTo(100_001);
    assertThat(RefundTerms.refundAmount(order, NOON)).isEqualTo(33_001);
  }

  @Test
  void a_stay_that_the_coupon_pays_in_full_has_nothing_to_keep() {
    Hotel hotel = RoomFixtures.hotel("Asia/Seoul", new RefundTerm(0, 0));
    Order placed = RoomFixtures.placed(hotel, "2026-12-24", "2026-12-26", NOON);
    Order free = CouponUse.use(placed, "k-1", 1_000_000, NOON).state();
    Order order = OrderFixtures.paid(free, PaymentMethod.CARD);
    assertThat(RefundTerms.refundAmount(order, NOON)).isNull();
  }

  /** The clocks in Berlin change on 2027-03-28 at 01:00 UTC and on 2027-10-31 at 01:00 UTC. */
  @ParameterizedTest
  @CsvSource({
    "2027-03-28, 2027-03-28T13:00:00Z, 2027-03-27T13:00:00Z",
    "2027-03-29, 2027-03-29T13:00:00Z, 2027-03-28T13:00:00Z",
    "2027-10-31, 2027-10-31T14:00:00Z, 2027-10-30T14:00:00Z",
    "2027-11-01, 2027-11-01T14:00:00Z, 2027-10-31T14:00:00Z"
  })
  void hours_before_check_in_are_elapsed_hours_when_the_clocks_change(
      String checkIn, Instant from, Instant lastMoment) {
    Order order = paid(RoomFixtures.hotel("Europe/Berlin", new RefundTerm(24, 50)), checkIn);
    assertThat(order.details().from()).isEqualTo(from);
    assertThat(RefundTerms.refundAmount(order, lastMoment)).isEqualTo(100_000);
    assertThat(RefundTerms.refundAmount(order, lastMoment.plusMillis(1))).isZero();
  }

  /** A paid stay of two nights for 200,000 won. */
  private static Order paid(Hotel hotel, String checkIn) {
    String checkOut = LocalDate.parse(checkIn).plusDays(2).toString();
    Order placed = RoomFixtures.placed(hotel, checkIn, checkOut, NOON);
    return OrderFixtures.paid(placed, PaymentMethod.CARD);
  }
}
