package baedal.store;

import static baedal.store.Hotels.TODAY;
import static baedal.store.Hotels.menu;
import static baedal.store.Hotels.stay;
import static baedal.store.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.Stay;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.Night;
import baedal.runtime.Refusal;
import java.time.LocalDate;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests how reservations change the nights of a room type. */
class RoomBookingTest {

  private static Menu take(Menu menu, String orderId, int rooms, Stay stay) {
    return RoomBooking.take(menu, orderId, rooms, stay, TODAY, NOON).state();
  }

  /** A reservation whose ticket is stored. */
  private static Menu booked(Menu menu, String orderId, int rooms, Stay stay) {
    return RoomBooking.settle(take(menu, orderId, rooms, stay), orderId).state();
  }

  private static Menu giveBack(Menu menu, String orderId, Integer onTicket, Stay stay) {
    return RoomBooking.giveBack(menu, orderId, onTicket, stay, NOON).state();
  }

  private static int taken(Menu menu, int inDays) {
    return menu.room().nights().taken(TODAY.plusDays(inDays));
  }

  @Test
  void a_stay_takes_its_nights_but_not_the_day_of_departure() {
    Change<Menu> change = RoomBooking.take(menu("m", 5), "o", 2, stay(1, 2), TODAY, NOON);
    StoreEvent.MenuChanged event = (StoreEvent.MenuChanged) change.events().get(0);
    assertThat(event.nights())
        .containsExactly(
            new Night(TODAY.plusDays(1), 2, null), new Night(TODAY.plusDays(2), 2, null));
    assertThat(event.stock()).isEqualTo(5);
    assertThat(taken(change.state(), 3)).isZero();
  }

  @Test
  void a_stay_with_one_full_night_takes_no_night() {
    Menu full = take(menu("m", 1), "o-1", 1, stay(2, 1));
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> take(full, "o-2", 1, stay(0, 4)));
    assertThat(refusal).hasMessage("디럭스 is sold out in the night of 2026-11-23");
    assertThat(refusal.type()).isEqualTo("out-of-stock");
    assertThat(full.room().nights().byDate()).hasSize(1);
  }

  @Test
  void a_stay_that_has_ended_takes_no_night() {
    Menu menu = menu("m", 1);
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> take(menu, "o", 1, stay(-2, 2)));
    assertThat(refusal).hasMessage("the stay ended on 2026-11-21");
    assertThat(refusal.type()).isEqualTo("out-of-stock");
    assertThat(taken(take(menu, "o", 1, stay(-2, 3)), 0)).isEqualTo(1);
  }

  @Test
  void a_guest_checks_in_on_the_first_day_or_later() {
    Ticket ticket = Ticket.receive(null, Hotels.paid("o", stay(1, 1)), Map.of()).state();
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> ticket.requireCheckInDay(TODAY));
    assertThat(refusal).hasMessageContaining("2026-11-22");
    ticket.requireCheckInDay(TODAY.plusDays(1));
  }

  @Test
  void stays_that_share_no_night_do_not_compete() {
    Menu menu = menu("m", 1);
    for (int day = 0; day < 300; day += 3) {
      menu = booked(menu, "o-" + day, 1, stay(day, 3));
    }
    assertThat(menu.room().nights().free(1, stay(0, 300).nights())).isZero();
  }

  @Test
  void repeated_steps_of_an_order_change_nothing() {
    Menu menu = menu("m", 5);
    Menu taken = take(menu, "o", 2, stay(1, 2));
    assertThat(RoomBooking.take(taken, "o", 2, stay(1, 2), TODAY, NOON))
        .isEqualTo(Change.none(taken));
    Menu settled = RoomBooking.settle(taken, "o").state();
    assertThat(settled.takenByOrder()).isEmpty();
    assertThat(RoomBooking.settle(settled, "o")).isEqualTo(Change.none(settled));
    assertThat(RoomBooking.take(settled, "o", 2, stay(1, 2), TODAY, NOON))
        .isEqualTo(Change.none(settled));
    Menu back = giveBack(settled, "o", 2, stay(1, 2));
    assertThat(taken(back, 1)).isZero();
    assertThat(taken(giveBack(back, "o", 2, stay(1, 2)), 1)).isZero();
  }

  @Test
  void an_order_without_a_ticket_gives_back_only_what_it_has_taken() {
    Menu other = booked(menu("m", 5), "o-1", 2, stay(1, 2));
    Menu taken = take(other, "o-2", 1, stay(1, 2));
    assertThat(taken(giveBack(taken, "o-2", null, stay(1, 2)), 1)).isEqualTo(2);
    Menu before = giveBack(other, "o-3", null, stay(1, 2));
    assertThat(taken(before, 1)).isEqualTo(2);
    assertThat(RoomBooking.take(before, "o-3", 1, stay(1, 2), TODAY, NOON))
        .as("a late take")
        .isEqualTo(Change.none(before));
  }

  /** A crash may leave a ticket that asks again after any number of other cancellations. */
  @Test
  void an_order_gives_back_once_even_after_many_other_cancellations() {
    Menu menu = booked(menu("m", 500), "o", 2, stay(1, 2));
    for (int i = 0; i < 300; i++) {
      menu = booked(menu, "o-" + i, 1, stay(1, 2));
    }
    menu = giveBack(menu, "o", 2, stay(1, 2));
    for (int i = 0; i < 300; i++) {
      menu = giveBack(menu, "o-" + i, 1, stay(1, 2));
      menu = RoomBooking.markRecorded(menu, "o-" + i).state();
    }
    assertThat(taken(menu, 1)).isZero();
    menu = giveBack(menu, "o", 2, stay(1, 2));
    assertThat(taken(menu, 1)).isZero();
    assertThat(menu.room().givenBack()).hasSize(201);
    menu = RoomBooking.markRecorded(menu, "o").state();
    assertThat(menu.room().givenBack()).hasSize(200).noneMatch(g -> g.orderId().equals("o"));
  }

  @Test
  void nights_before_yesterday_are_removed_and_giving_them_back_changes_nothing() {
    Menu menu = booked(menu("m", 5), "o-1", 2, stay(0, 4));
    menu = giveBack(booked(menu, "o-2", 1, stay(0, 1)), "o-2", 1, stay(0, 1));
    LocalDate later = TODAY.plusDays(3);
    menu = RoomBooking.take(menu, "o-3", 1, stay(9, 1), later, NOON).state();
    assertThat(menu.room().nights().byDate())
        .containsOnlyKeys(TODAY.plusDays(2), TODAY.plusDays(3), TODAY.plusDays(9));
    assertThat(menu.room().givenBack()).as("orders that have left").isEmpty();
    menu = giveBack(menu, "o-1", 2, stay(0, 4));
    assertThat(menu.room().nights().byDate()).containsOnlyKeys(TODAY.plusDays(9));
  }

  @Test
  void a_stay_that_began_long_ago_takes_only_the_nights_that_are_kept() {
    LocalDate later = TODAY.plusDays(3);
    Menu menu = RoomBooking.take(menu("m", 5), "o", 1, stay(0, 4), later, NOON).state();
    assertThat(menu.room().nights().byDate())
        .containsOnlyKeys(TODAY.plusDays(2), TODAY.plusDays(3));
  }

  @Test
  void a_menu_that_is_not_nightly_or_was_removed_takes_no_stay() {
    Menu removed = menu("m", 5).remove(NOON).state();
    for (Menu menu : new Menu[] {Samples.menu("m", 5), removed}) {
      assertThat(catchThrowableOfType(Refusal.class, () -> take(menu, "o", 1, stay(0, 1))).type())
          .isEqualTo("out-of-stock");
    }
    assertThat(catchThrowableOfType(Refusal.class, () -> menu("m", 5).take("o", 1, NOON)).type())
        .as("an order without a stay")
        .isEqualTo("out-of-stock");
  }

  @Test
  void a_night_of_a_canceled_order_keeps_its_own_price() {
    Menu priced =
        menu("m", 5)
            .revise(
                Hotels.HOTEL,
                new MenuForm(
                    null, null, null, null, new RoomForm(null, null, null, Map.of(TODAY, 7L))),
                NOON)
            .state();
    Menu back = giveBack(take(priced, "o", 1, stay(0, 1)), "o", null, stay(0, 1));
    assertThat(back.room().nights().byDate())
        .containsExactly(Map.entry(TODAY, new RoomNights.Night(0, 7L)));
  }

  /**
   * Several replicas receive, cancel and handle the same orders at the same time, with duplicates,
   * crashes and the change of the date.
   */
  @Test
  void random_reservations_leave_counts_equal_to_what_the_tickets_say() {
    for (int seed = 0; seed < 1_000; seed++) {
      Random random = new Random(seed);
      ReservationModel model = new ReservationModel(random);
      for (int step = 0; step < 400; step++) {
        model.step();
        model.checkBounds("seed " + seed + ", step " + step);
      }
      model.finish();
      model.checkCounts("seed " + seed);
    }
  }
}
