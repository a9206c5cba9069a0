package baedal.store;

import static baedal.store.Samples.HOME;
import static baedal.store.Samples.NOON;
import static baedal.store.Samples.PLACE;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.StoreEvent;
import org.junit.jupiter.api.Test;

class StoreTest {

  private static final Change<Store> OPENED =
      Store.open("s-1", "o-1", "통닭천국", Store.Kind.FOOD, PLACE, null, NOON);

  @Test
  void a_new_store_is_open_and_publishes_store_opened() {
    assertThat(OPENED.state().open()).isTrue();
    assertThat(OPENED.events()).hasSize(1).first().isInstanceOf(StoreEvent.Opened.class);
  }

  @Test
  void closing_a_store_twice_publishes_one_event() {
    Change<Store> closed = OPENED.state().revise(null, null, false, null, NOON);
    assertThat(closed.events()).hasSize(1).first().isInstanceOf(StoreEvent.Closed.class);
    assertThat(closed.state().revise(null, null, false, null, NOON).events()).isEmpty();
  }

  @Test
  void a_store_of_an_older_version_is_published_again_once() {
    Store s = OPENED.state();
    assertThat(s.announceAgain(NOON).events()).isEmpty();
    Store older =
        new Store(s.id(), s.ownerId(), s.name(), s.kind(), s.address(), s.open(), null, 0);
    Change<Store> again = older.announceAgain(NOON);
    assertThat(again.events()).isEqualTo(OPENED.events());
    assertThat(again.state().announceAgain(NOON).events()).isEmpty();
  }

  @Test
  void moving_or_renaming_a_store_publishes_its_new_address_and_name() {
    Change<Store> moved = OPENED.state().revise("새 통닭", HOME, null, null, NOON);
    assertThat(moved.events())
        .containsExactly(new StoreEvent.Opened("s-1", "o-1", "새 통닭", "FOOD", HOME, null, NOON));
  }
}
