package baedal.rider;

import static baedal.rider.DeliveryStatus.CANCELED;
import static baedal.rider.DeliveryStatus.CLAIMED;
import static baedal.rider.DeliveryStatus.DELIVERED;
import static baedal.rider.DeliveryStatus.OPEN;
import static baedal.rider.DeliveryStatus.PICKED;
import static baedal.rider.DeliveryStatus.WAITING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.DeliveryJob;
import baedal.events.Fulfilment;
import baedal.events.RiderEvent;
import baedal.runtime.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Address STORE = new Address("가게", 37.55, 126.92);

  private static DeliveryJob job(Fulfilment fulfilment, String riderId, long collect) {
    return new DeliveryJob(
        "s-1", "통닭천국", "c-1", fulfilment, STORE, STORE, null, null, collect, riderId, "owner-1");
  }

  private static DeliveryJob job() {
    return job(Fulfilment.DELIVERY, null, 0);
  }

  private static Delivery at(DeliveryStatus status) {
    return new Delivery(
        "o-1",
        status,
        job(),
        status == CLAIMED || status == PICKED || status == DELIVERED ? "r-1" : null,
        NOW);
  }

  @Test
  void a_delivery_is_waiting_until_the_store_has_finished_and_then_open() {
    Delivery expected = Delivery.expected(null, "o-1", job(), NOW).state();
    assertThat(expected.status()).isEqualTo(WAITING);
    assertThat(Delivery.ready(expected, "o-1", job(), NOW).state().status()).isEqualTo(OPEN);
  }

  @Test
  void a_delivery_with_an_assigned_rider_is_claimed_when_it_is_ready() {
    Change<Delivery> ready = Delivery.ready(null, "o-1", job(Fulfilment.COURIER, "r-7", 0), NOW);
    assertThat(ready.state().status()).isEqualTo(CLAIMED);
    assertThat(ready.events()).containsExactly(new RiderEvent.Claimed("o-1", "r-7", NOW));
  }

  @Test
  void a_visit_has_no_delivery() {
    assertThat(Delivery.expected(null, "o-1", job(Fulfilment.VISIT, null, 0), NOW).state())
        .isNull();
    assertThat(Delivery.ready(null, "o-1", job(Fulfilment.VISIT, null, 0), NOW).state()).isNull();
  }

  @Test
  void a_second_rider_cannot_claim_and_the_first_may_repeat_the_claim() {
    Delivery claimed = at(OPEN).claim("r-1", NOW).state();
    assertThat(claimed.claim("r-1", NOW).events()).isEmpty();
    assertThatThrownBy(() -> claimed.claim("r-2", NOW))
        .isInstanceOfSatisfying(
            Refusal.class, r -> assertThat(r.type()).isEqualTo("delivery-taken"));
  }

  @Test
  void a_released_delivery_can_be_claimed_by_another_rider() {
    Change<Delivery> released = at(CLAIMED).release("r-1", NOW);
    assertThat(released.state().status()).isEqualTo(OPEN);
    assertThat(released.events()).containsExactly(new RiderEvent.Released("o-1", "r-1", NOW));
    assertThat(released.state().claim("r-2", NOW).state().riderId()).isEqualTo("r-2");
  }

  @Test
  void a_repeated_release_changes_nothing_until_another_rider_claims() {
    Delivery released = at(CLAIMED).release("r-1", NOW).state();
    assertThat(released.release("r-1", NOW)).isEqualTo(Change.none(released));
    assertThat(released.takeBack(NOW)).isEqualTo(Change.none(released));
    Delivery taken = released.claim("r-2", NOW).state();
    assertThatThrownBy(() -> taken.release("r-1", NOW))
        .isInstanceOfSatisfying(
            Refusal.class, r -> assertThat(r.kind()).isEqualTo(Refusal.Kind.NOT_FOUND));
  }

  @ParameterizedTest
  @CsvSource({
    "WAITING, claim, the store has not finished",
    "CANCELED, claim, do not carry it",
    "PICKED, release, deliver it",
    "DELIVERED, release, was delivered",
    "DELIVERED, pick, was delivered",
    "CANCELED, pick, do not carry it",
    "CLAIMED, deliver, pick it first",
    "CANCELED, deliver, do not carry it"
  })
  void the_detail_of_a_refused_action_gives_the_reason(
      DeliveryStatus status, String action, String why) {
    Delivery delivery = new Delivery("o-1", status, job(), "r-1", NOW);
    assertThatThrownBy(
            () -> {
              switch (action) {
                case "claim" -> delivery.claim("r-1", NOW);
                case "release" -> delivery.release("r-1", NOW);
                case "pick" -> delivery.pick("r-1", NOW);
                default -> delivery.deliver("r-1", 0, NOW);
              }
            })
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(status.name())
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @EnumSource(names = {"PICKED", "DELIVERED"})
  void a_delivery_cannot_be_released_after_pick_up(DeliveryStatus status) {
    assertThatThrownBy(() -> at(status).release("r-1", NOW)).isInstanceOf(Refusal.class);
  }

  @Test
  void another_rider_cannot_pick_deliver_or_release_a_delivery() {
    assertThatThrownBy(() -> at(CLAIMED).pick("r-2", NOW)).isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> at(PICKED).deliver("r-2", 0, NOW)).isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> at(CLAIMED).release("r-2", NOW)).isInstanceOf(Refusal.class);
  }

  @Test
  void the_collected_amount_must_equal_the_amount_due() {
    Delivery picked =
        new Delivery("o-1", PICKED, job(Fulfilment.COURIER, null, 12_000), "r-1", NOW);
    assertThatThrownBy(() -> picked.deliver("r-1", 0, NOW))
        .isInstanceOf(Refusal.class)
        .extracting("faults")
        .asString()
        .contains("/collected");
    Change<Delivery> delivered = picked.deliver("r-1", 12_000, NOW);
    assertThat(delivered.events())
        .containsExactly(new RiderEvent.Delivered("o-1", "r-1", 12_000, NOW));
    assertThat(delivered.state().deliver("r-1", 0, NOW).events()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"WAITING", "OPEN", "CLAIMED"})
  void a_withdrawn_order_cancels_its_delivery_before_pick_up(DeliveryStatus status) {
    Change<Delivery> canceled = Delivery.canceled(at(status), "o-1", NOW);
    assertThat(canceled.state().status()).isEqualTo(CANCELED);
    assertThat(canceled.events()).hasSize(1);
    assertThatThrownBy(() -> canceled.state().claim("r-2", NOW)).isInstanceOf(Refusal.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_canceled_delivery_stays_canceled_for_any_sequence_of_events(long seed) {
    List<UnaryOperator<Delivery>> events = new ArrayList<>();
    events.add(d -> Delivery.expected(d, "o-1", job(), NOW).state());
    events.add(d -> Delivery.canceled(d, "o-1", NOW).state());
    events.add(d -> Delivery.ready(d, "o-1", job(), NOW).state());
    events.addAll(List.copyOf(events));
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      Collections.shuffle(events, random);
      Delivery delivery = null;
      for (UnaryOperator<Delivery> event : events) {
        delivery = event.apply(delivery);
      }
      assertThat(delivery.status()).isEqualTo(CANCELED);
    }
  }

  @Test
  void a_rider_is_busy_with_a_delivery_else_idle_if_seen_lately_else_offline() {
    Rider rider = new Rider("r-1", 37.5, 126.9, NOW);
    assertThat(rider.state(true, NOW)).isEqualTo(Rider.State.BUSY);
    assertThat(rider.state(false, NOW)).isEqualTo(Rider.State.IDLE);
    assertThat(rider.state(false, NOW.plus(Duration.ofMinutes(11)))).isEqualTo(Rider.State.OFFLINE);
    assertThat(Rider.unseen("r-1").state(false, NOW)).isEqualTo(Rider.State.OFFLINE);
  }
}
