package baedal.order;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Boot;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The copy of stores and menus, with a database. */
class CatalogRepositoryTest {

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
}
