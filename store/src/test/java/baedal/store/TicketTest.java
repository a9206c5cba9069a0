package baedal.store;

import static baedal.store.Samples.NOON;
import static baedal.store.Samples.at;
import static baedal.store.Samples.cancelRequested;
import static baedal.store.Samples.paid;
import static baedal.store.Samples.updated;
import static baedal.store.TicketStatus.ACCEPTED;
import static baedal.store.TicketStatus.CANCELED;
import static baedal.store.TicketStatus.COOKED;
import static baedal.store.TicketStatus.COOKING;
import static baedal.store.TicketStatus.RECEIVED;
import static baedal.store.TicketStatus.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.StoreEvent;
import baedal.runtime.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TicketTest {

  private static final Map<TicketStatus, Function<Ticket, Change<Ticket>>> ACTIONS =
      Map.of(
          ACCEPTED, ticket -> ticket.accept("owner-1", NOON),
          REJECTED, ticket -> ticket.reject("재료 소진", NOON),
          COOKING, ticket -> ticket.start(NOON),
          COOKED, ticket -> ticket.finish("owner-1", NOON));
  private static final Map<TicketStatus, Set<TicketStatus>> FROM =
      Map.of(
          ACCEPTED, EnumSet.of(RECEIVED),
          REJECTED, EnumSet.of(RECEIVED, ACCEPTED),
          COOKING, EnumSet.of(ACCEPTED),
          COOKED, EnumSet.of(COOKING));

  @ParameterizedTest
  @EnumSource
  void an_action_works_where_it_belongs_changes_nothing_twice_and_else_names_both_states(
      TicketStatus status) {
    ACTIONS.forEach(
        (wanted, action) -> {
          Ticket ticket = at(status);
          if (status == wanted) {
            assertThat(action.apply(ticket)).isEqualTo(Change.none(ticket));
          } else if (FROM.get(wanted).contains(status)) {
            Change<Ticket> change = action.apply(ticket);
            assertThat(change.state().status()).isEqualTo(wanted);
            assertThat(change.events()).hasSize(1);
          } else {
            Refusal no = catchThrowableOfType(Refusal.class, () -> action.apply(ticket));
            assertThat(no.type()).isEqualTo("order-state");
            assertThat(no).hasMessageContaining(status.name()).hasMessageContaining(wanted.name());
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "COOKING, ACCEPTED, cooking has begun",
    "COOKED, ACCEPTED, it is ready",
    "REJECTED, ACCEPTED, the store rejected it",
    "CANCELED, ACCEPTED, the customer canceled it",
    "COOKING, REJECTED, cooking has begun",
    "COOKED, REJECTED, it is ready",
    "CANCELED, REJECTED, the customer canceled it",
    "RECEIVED, COOKING, accept or reject it first",
    "COOKED, COOKING, it is ready",
    "REJECTED, COOKING, the store rejected it",
    "CANCELED, COOKING, the customer canceled it",
    "RECEIVED, COOKED, accept or reject it first",
    "ACCEPTED, COOKED, start it first",
    "REJECTED, COOKED, the store rejected it",
    "CANCELED, COOKED, the customer canceled it"
  })
  void an_action_that_is_refused_says_why_in_each_state(
      TicketStatus status, TicketStatus wanted, String why) {
    Refusal no = catchThrowableOfType(Refusal.class, () -> ACTIONS.get(wanted).apply(at(status)));
    assertThat(no).hasMessageContaining(why);
  }

  @Test
  void an_accepted_order_tells_riders_all_they_must_know() {
    StoreEvent.OrderAccepted accepted =
        (StoreEvent.OrderAccepted) only(at(RECEIVED).accept("owner-1", NOON));
    assertThat(accepted.job().from()).isEqualTo(Samples.PLACE);
    assertThat(accepted.job().to()).isEqualTo(Samples.HOME);
    assertThat(accepted.job().collect()).isEqualTo(18_000);
    assertThat(accepted.job().riderId()).isNull();
    assertThat(accepted.job().ownerId()).isEqualTo("owner-1");
  }

  @ParameterizedTest
  @EnumSource(names = {"ACCEPTED", "COOKING"})
  void a_rider_can_be_assigned_until_it_is_ready_and_is_named_then(TicketStatus status) {
    Ticket assigned = at(status).assign("r-7", NOON).state();
    assertThat(assigned.assign("r-7", NOON)).isEqualTo(Change.none(assigned));
    Ticket cooking = status == ACCEPTED ? assigned.start(NOON).state() : assigned;
    Change<Ticket> finished = cooking.finish("owner-1", NOON);
    assertThat(((StoreEvent.CookFinished) only(finished)).job().riderId()).isEqualTo("r-7");
    assertThat(((StoreEvent.CookFinished) only(finished)).job().ownerId()).isEqualTo("owner-1");
    assertThat(finished.state().assign("r-7", NOON).events()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIVED", "COOKED", "REJECTED", "CANCELED"})
  void no_rider_is_assigned_too_early_or_too_late(TicketStatus status) {
    Refusal no = catchThrowableOfType(Refusal.class, () -> at(status).assign("r-7", NOON));
    assertThat(no.type()).isEqualTo("order-state");
    assertThat(no).hasMessageContaining(status.name()).hasMessageContaining("rider");
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIVED", "ACCEPTED"})
  void before_the_pan_is_hot_a_cancellation_is_accepted_and_the_stock_owed(TicketStatus status) {
    var change = Ticket.cancelRequested(at(status), cancelRequested("order-1"), NOON);
    assertThat(change.state().status()).isEqualTo(CANCELED);
    assertThat(change.state().stockOwed()).isTrue();
    assertThat(only(change)).isInstanceOf(StoreEvent.CancelAccepted.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"COOKING", "COOKED"})
  void once_the_pan_is_hot_a_cancellation_is_refused_and_the_state_named(TicketStatus status) {
    var change = Ticket.cancelRequested(at(status), cancelRequested("order-1"), NOON);
    assertThat(change.state()).isEqualTo(at(status));
    assertThat(((StoreEvent.CancelRefused) only(change)).status()).isEqualTo(status.name());
  }

  @ParameterizedTest
  @EnumSource(names = {"REJECTED", "CANCELED"})
  void what_is_over_is_not_canceled_again(TicketStatus status) {
    var change = Ticket.cancelRequested(at(status), cancelRequested("order-1"), NOON);
    assertThat(change).isEqualTo(Change.none(at(status)));
  }

  @Test
  void a_cancellation_that_overtakes_its_order_lets_no_ticket_open() {
    var canceled = Ticket.cancelRequested(null, cancelRequested("order-1"), NOON);
    assertThat(only(canceled)).isInstanceOf(StoreEvent.CancelAccepted.class);
    assertThat(Ticket.receive(canceled.state(), paid(), Map.of()))
        .isEqualTo(Change.none(canceled.state()));
    assertThat(Ticket.receiveAndReject(canceled.state(), paid(), "OUT_OF_STOCK").events())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void an_order_that_comes_again_changes_nothing(TicketStatus status) {
    assertThat(Ticket.receive(at(status), paid(), Map.of())).isEqualTo(Change.none(at(status)));
    assertThat(Ticket.receiveAndReject(at(status), paid(), "STORE_CLOSED"))
        .isEqualTo(Change.none(at(status)));
  }

  @Test
  void a_store_that_rejects_by_itself_says_why_and_owes_what_it_took() {
    var change = Ticket.receiveAndReject(null, paid(), "OUT_OF_STOCK");
    assertThat(change.state().stockOwed()).isTrue();
    assertThat(((StoreEvent.OrderRejected) only(change)).reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(change.state().clearStockOwed().state().stockOwed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIVED", "ACCEPTED"})
  void a_changed_order_is_shown_until_cooking_and_never_an_older_one(TicketStatus status) {
    Ticket fifth = Ticket.updated(at(status), updated(5, "fifth"), NOON).state();
    assertThat(fifth.details().memo()).isEqualTo("fifth");
    assertThat(Ticket.updated(fifth, updated(4, "fourth"), NOON)).isEqualTo(Change.none(fifth));
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIVED", "ACCEPTED", "COOKING", "COOKED"})
  void a_newer_order_that_is_as_before_still_makes_older_ones_stale(TicketStatus status) {
    var sixth = Ticket.updated(at(status), updated(6, "문 앞에"), NOON);
    assertThat(sixth.events()).isEmpty();
    assertThat(Ticket.updated(sixth.state(), updated(4, "fourth"), NOON))
        .isEqualTo(Change.none(sixth.state()));
  }

  @ParameterizedTest
  @EnumSource(names = {"COOKING", "COOKED"})
  void a_change_is_refused_once_cooking_has_begun_naming_both_versions(TicketStatus status) {
    var change = Ticket.updated(at(status), updated(5, "too late"), NOON);
    StoreEvent.UpdateRefused refused = (StoreEvent.UpdateRefused) only(change);
    assertThat(refused.refusedVersion()).isEqualTo(5);
    assertThat(refused.keptVersion()).isEqualTo(2);
    assertThat(change.state()).isEqualTo(at(status));
  }

  @Test
  void a_change_that_overtakes_its_order_is_asked_to_come_again() {
    Refusal no =
        catchThrowableOfType(Refusal.class, () -> Ticket.updated(null, updated(3, "early"), NOON));
    assertThat(no.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE);
  }

  @Test
  void a_change_whose_order_never_came_is_given_up_after_a_day() {
    Instant late = NOON.plus(Duration.ofDays(1)).plusMillis(1);
    Throwable no = catchThrowable(() -> Ticket.updated(null, updated(3, "lost"), late));
    assertThat(no).isInstanceOf(IllegalStateException.class).hasMessageContaining("order.paid");
  }

  private static Event only(Change<Ticket> change) {
    assertThat(change.events()).hasSize(1);
    return change.events().get(0);
  }
}
