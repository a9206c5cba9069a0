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
  void an_action_in_the_wrong_status_is_refused_and_a_repeated_one_has_no_effect(
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
            Refusal refusal = catchThrowableOfType(Refusal.class, () -> action.apply(ticket));
            assertThat(refusal.type()).isEqualTo("order-state");
            assertThat(refusal)
                .hasMessageContaining(status.name())
                .hasMessageContaining(wanted.name());
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
  void the_detail_of_a_refused_action_gives_the_reason(
      TicketStatus status, TicketStatus wanted, String why) {
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> ACTIONS.get(wanted).apply(at(status)));
    assertThat(refusal).hasMessageContaining(why);
  }

  @Test
  void order_accepted_has_addresses_amount_and_owner_for_the_rider_service() {
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
  void cook_finished_names_the_rider_whom_the_store_assigned(TicketStatus status) {
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
  void a_rider_is_assigned_only_between_acceptance_and_the_end_of_cooking(TicketStatus status) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> at(status).assign("r-7", NOON));
    assertThat(refusal.type()).isEqualTo("order-state");
    assertThat(refusal).hasMessageContaining(status.name()).hasMessageContaining("rider");
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIVED", "ACCEPTED"})
  void a_cancellation_before_cooking_is_accepted_and_the_ticket_owes_its_stock(
      TicketStatus status) {
    var change = Ticket.cancelRequested(at(status), cancelRequested("order-1"), NOON);
    assertThat(change.state().status()).isEqualTo(CANCELED);
    assertThat(change.state().stockOwed()).isTrue();
    assertThat(only(change)).isInstanceOf(StoreEvent.CancelAccepted.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"COOKING", "COOKED"})
  void a_cancellation_after_cooking_began_is_refused_with_the_status(TicketStatus status) {
    var change = Ticket.cancelRequested(at(status), cancelRequested("order-1"), NOON);
    assertThat(change.state()).isEqualTo(at(status));
    assertThat(((StoreEvent.CancelRefused) only(change)).status()).isEqualTo(status.name());
  }

  @ParameterizedTest
  @EnumSource(names = {"REJECTED", "CANCELED"})
  void a_cancellation_of_a_rejected_or_canceled_ticket_changes_nothing(TicketStatus status) {
    var change = Ticket.cancelRequested(at(status), cancelRequested("order-1"), NOON);
    assertThat(change).isEqualTo(Change.none(at(status)));
  }

  @Test
  void an_order_paid_after_its_cancellation_opens_no_ticket() {
    var canceled = Ticket.cancelRequested(null, cancelRequested("order-1"), NOON);
    assertThat(only(canceled)).isInstanceOf(StoreEvent.CancelAccepted.class);
    assertThat(Ticket.receive(canceled.state(), paid(), Map.of()))
        .isEqualTo(Change.none(canceled.state()));
    assertThat(Ticket.receiveAndReject(canceled.state(), paid(), "OUT_OF_STOCK").events())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void a_repeated_order_paid_changes_nothing(TicketStatus status) {
    assertThat(Ticket.receive(at(status), paid(), Map.of())).isEqualTo(Change.none(at(status)));
    assertThat(Ticket.receiveAndReject(at(status), paid(), "STORE_CLOSED"))
        .isEqualTo(Change.none(at(status)));
  }

  @Test
  void an_automatic_rejection_has_a_reason_and_owes_the_stock_that_was_taken() {
    var change = Ticket.receiveAndReject(null, paid(), "OUT_OF_STOCK");
    assertThat(change.state().stockOwed()).isTrue();
    assertThat(((StoreEvent.OrderRejected) only(change)).reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(change.state().stockGivenBack().state().stockOwed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIVED", "ACCEPTED"})
  void an_update_before_cooking_is_applied_unless_its_version_is_older(TicketStatus status) {
    Ticket fifth = Ticket.updated(at(status), updated(5, "fifth"), NOON).state();
    assertThat(fifth.details().memo()).isEqualTo("fifth");
    assertThat(Ticket.updated(fifth, updated(4, "fourth"), NOON)).isEqualTo(Change.none(fifth));
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIVED", "ACCEPTED", "COOKING", "COOKED"})
  void an_update_that_changes_only_the_version_makes_older_updates_stale(TicketStatus status) {
    var sixth = Ticket.updated(at(status), updated(6, "문 앞에"), NOON);
    assertThat(sixth.events()).isEmpty();
    assertThat(Ticket.updated(sixth.state(), updated(4, "fourth"), NOON))
        .isEqualTo(Change.none(sixth.state()));
  }

  @ParameterizedTest
  @EnumSource(names = {"COOKING", "COOKED"})
  void an_update_after_cooking_began_is_refused_with_both_versions(TicketStatus status) {
    var change = Ticket.updated(at(status), updated(5, "too late"), NOON);
    StoreEvent.UpdateRefused refused = (StoreEvent.UpdateRefused) only(change);
    assertThat(refused.refusedVersion()).isEqualTo(5);
    assertThat(refused.keptVersion()).isEqualTo(2);
    assertThat(change.state()).isEqualTo(at(status));
  }

  @Test
  void an_update_that_arrives_before_its_order_is_retried() {
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> Ticket.updated(null, updated(3, "early"), NOON));
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE);
  }

  @Test
  void an_update_without_its_order_fails_after_a_day() {
    Instant late = NOON.plus(Duration.ofDays(1)).plusMillis(1);
    Throwable failure = catchThrowable(() -> Ticket.updated(null, updated(3, "lost"), late));
    assertThat(failure)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("order.paid");
  }

  private static Event only(Change<Ticket> change) {
    assertThat(change.events()).hasSize(1);
    return change.events().get(0);
  }
}
