package baedal.order;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
import baedal.events.StoreEvent.Night;
import baedal.runtime.Boot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The copy of stores and menus, with a database. */
class CatalogRepositoryTest {

  private static final LocalDate EVE = LocalDate.parse("2026-12-24");
  private static final LocalDate CHRISTMAS = LocalDate.parse("2026-12-25");
  private static final LocalDate LATER = LocalDate.parse("2027-01-05");

  private final Vertx vertx = Boot.vertx();
  private final OrderDatabase db = new OrderDatabase(vertx);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void the_newest_event_of_a_store_or_a_menu_wins_in_any_order_of_arrival() {
    for (int seed = 0; seed < 20; seed++) {
      db.pool.query("TRUNCATE store_copy, menu_copy").execute().await();
      List<Runnable> events =
          new ArrayList<>(
              List.of(
                  () -> db.saveStore(true, 1),
                  () -> db.saveStore(false, 2),
                  () -> db.saveStore(true, 3),
                  () -> db.saveMenu("fried", 18_000, 1),
                  () -> db.saveMenu("fried", 19_000, 2, new MenuOption("무", 500)),
                  () ->
                      db.catalogs
                          .menuChanged(OrderDatabase.menuChanged("cola", 1, 2, true))
                          .await(),
                  () -> db.saveMenu("cola", 2_000, 1)));
      events.addAll(List.copyOf(events));
      Collections.shuffle(events, new Random(seed));
      events.forEach(Runnable::run);
      Catalog catalog =
          db.catalogs.find("s-1", List.of("fried", "cola"), List.of()).await().orElseThrow();
      assertThat(catalog.open()).as("seed " + seed).isTrue();
      assertThat(catalog.menus().keySet()).as("seed " + seed).containsExactly("fried");
      assertThat(catalog.menus().get("fried").price()).as("seed " + seed).isEqualTo(19_000);
    }
    assertThat(db.catalogs.find("s-9", List.of(), List.of()).await()).isEqualTo(Optional.empty());
  }

  /** Each event contains only some nights. A night keeps the count of its highest revision. */
  @Test
  void the_newest_event_of_each_night_wins_in_any_order_of_arrival() {
    db.saveStore(true, 1);
    for (int seed = 0; seed < 20; seed++) {
      db.pool.query("TRUNCATE menu_copy, night_copy").execute().await();
      List<StoreEvent.MenuChanged> events =
          new ArrayList<>(
              List.of(
                  room(1, night(EVE, 1, null)),
                  room(2, night(CHRISTMAS, 1, null), night(EVE, 2, 250_000L)),
                  room(3, night(CHRISTMAS, 2, null)),
                  room(4, night(EVE, 1, null), night(LATER, 4, null)),
                  room(5)));
      events.addAll(List.copyOf(events));
      Collections.shuffle(events, new Random(seed));
      events.forEach(event -> db.catalogs.menuChanged(event).await());
      Catalog.Menu room = room(List.of(EVE, CHRISTMAS));
      assertThat(room.stock()).as("seed " + seed).isEqualTo(5);
      assertThat(room.nightly()).isTrue();
      assertThat(room.maxGuests()).isEqualTo(2);
      assertThat(room.nights())
          .as("seed " + seed)
          .containsOnly(
              Map.entry(EVE, night(EVE, 1, null)), Map.entry(CHRISTMAS, night(CHRISTMAS, 2, null)));
    }
  }

  /** At noon UTC on the 25th, it is still the 24th in the westernmost time zone. */
  @Test
  void nights_are_deleted_when_they_are_in_the_past_everywhere() {
    db.catalogs.menuChanged(room(1, night(EVE.minusDays(1), 1, null), night(EVE, 1, null))).await();
    db.catalogs.deletePastNights(Instant.parse("2026-12-24T11:59:59Z")).await();
    assertThat(db.count("night_copy")).isEqualTo(2);
    db.catalogs.deletePastNights(Instant.parse("2026-12-25T11:59:59Z")).await();
    assertThat(room(List.of(EVE.minusDays(1), EVE)).nights()).containsOnlyKeys(EVE);
  }

  @Test
  void concurrent_events_of_the_same_nights_keep_the_highest_revision() {
    List<Night> nights =
        IntStream.range(0, 200).mapToObj(i -> night(EVE.plusDays(i), 0, null)).toList();
    List<Future<?>> saved = new ArrayList<>();
    for (int revision = 1; revision <= 20; revision++) {
      int taken = revision;
      List<Night> shuffled =
          new ArrayList<>(nights.stream().map(n -> night(n.date(), taken, null)).toList());
      Collections.shuffle(shuffled, new Random(revision));
      saved.add(db.catalogs.menuChanged(room(revision, shuffled.toArray(Night[]::new))));
    }
    Future.all(saved).await();
    assertThat(room(nights.stream().map(Night::date).toList()).nights().values())
        .hasSize(200)
        .allMatch(night -> night.taken() == 20);
  }

  private Catalog.Menu room(List<LocalDate> nights) {
    return db.catalogs
        .find("s-1", List.of("double"), nights)
        .await()
        .orElseThrow()
        .menus()
        .get("double");
  }

  /** The event of a room type whose number of rooms is the revision. */
  private static StoreEvent.MenuChanged room(int revision, Night... nights) {
    return new StoreEvent.MenuChanged(
        "s-1",
        "double",
        "더블",
        100_000,
        revision,
        List.of(),
        true,
        2,
        List.of(nights),
        false,
        revision,
        OrderFixtures.NOON);
  }

  private static Night night(LocalDate date, int taken, Long price) {
    return new Night(date, taken, price);
  }
}
