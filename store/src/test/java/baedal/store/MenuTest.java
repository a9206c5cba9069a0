package baedal.store;

import static baedal.store.Samples.NOON;
import static baedal.store.Samples.form;
import static baedal.store.Samples.menu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Change;
import baedal.events.StoreEvent;
import baedal.runtime.Refusal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MenuTest {

  @Test
  void stock_is_taken_once_however_often_it_is_asked_for() {
    Menu taken = menu("fried", 3).take("order-1", 2, NOON).state();
    assertThat(taken.stock()).isEqualTo(1);
    assertThat(taken.take("order-1", 2, NOON)).isEqualTo(Change.none(taken));
  }

  @Test
  void stock_comes_back_once_however_often_it_is_given() {
    Menu back = menu("fried", 3).take("order-1", 2, NOON).state().giveBack("order-1", NOON).state();
    assertThat(back.stock()).isEqualTo(3);
    assertThat(back.giveBack("order-1", NOON)).isEqualTo(Change.none(back));
  }

  @Test
  void an_order_that_took_nothing_gives_nothing_back_and_takes_nothing_any_more() {
    Change<Menu> back = menu("fried", 3).giveBack("order-9", NOON);
    assertThat(back.state().stock()).isEqualTo(3);
    assertThat(back.events()).isEmpty();
    assertThat(back.state().giveBack("order-9", NOON)).isEqualTo(Change.none(back.state()));
    assertThat(back.state().take("order-9", 2, NOON)).isEqualTo(Change.none(back.state()));
  }

  @Test
  void what_is_cooked_never_comes_back() {
    Menu cooked = menu("fried", 3).take("order-1", 2, NOON).state().consume("order-1").state();
    assertThat(cooked.giveBack("order-1", NOON).state().stock()).isEqualTo(1);
    assertThat(cooked.takenByOrder()).isEmpty();
    assertThat(cooked.sold()).isEqualTo(2);
  }

  @Test
  void an_order_that_is_through_with_it_takes_nothing_however_late_it_is_repeated() {
    Menu taken = menu("fried", 3).take("order-1", 2, NOON).state();
    Menu cooked = taken.consume("order-1").state();
    Menu back = taken.giveBack("order-1", NOON).state();
    assertThat(cooked.take("order-1", 2, NOON)).isEqualTo(Change.none(cooked));
    assertThat(back.take("order-1", 2, NOON)).isEqualTo(Change.none(back));
  }

  @Test
  void nobody_gets_more_than_there_is() {
    assertThat(soldOut(menu("fried", 1), 2)).isEqualTo("out-of-stock");
    assertThat(soldOut(menu("fried", 0), 1)).isEqualTo("out-of-stock");
    assertThat(soldOut(menu("fried", 5).remove(NOON).state(), 1)).isEqualTo("out-of-stock");
  }

  @Test
  void an_unlimited_menu_counts_nothing() {
    Menu unlimited = menu("fried", null);
    assertThat(unlimited.take("order-1", 1_000, NOON)).isEqualTo(Change.none(unlimited));
  }

  @Test
  void what_an_order_took_comes_back_on_top_of_what_the_owner_counted_since() {
    Menu taken = menu("fried", 3).take("order-1", 2, NOON).state();
    Menu counted = Menu.put(taken, "s-1", "fried", form("fried", 19_000, 10), NOON).state();
    assertThat(counted.giveBack("order-1", NOON).state().stock()).isEqualTo(12);
  }

  @Test
  void a_difference_changes_what_is_free_and_not_what_is_held() {
    Menu taken = menu("fried", 10).take("order-1", 4, NOON).state();
    Change<Menu> fewer = taken.add(-6, NOON);
    assertThat(fewer.state().stock()).isZero();
    assertThat(fewer.state().held()).isEqualTo(4);
    assertThat(((StoreEvent.MenuChanged) fewer.events().get(0)).stock()).isZero();
    assertThat(fewer.state().giveBack("order-1", NOON).state().stock()).isEqualTo(4);
    assertThat(fewer.state().add(3, NOON).state().stock()).isEqualTo(3);
    assertThat(taken.add(0, NOON)).isEqualTo(Change.none(taken));
  }

  @Test
  void fewer_than_none_cannot_be_free_and_unlimited_has_no_difference() {
    Menu taken = menu("fried", 10).take("order-1", 4, NOON).state();
    assertThat(refused(taken, -7))
        .hasMessage("6 are free to sell, and orders hold 4: subtract at most 6")
        .returns("stock-too-low", Refusal::type)
        .returns(Refusal.Kind.CONFLICT, Refusal::kind);
    assertThat(refused(menu("fried", null), 1))
        .hasMessageContaining("PATCH")
        .returns("stock-unlimited", Refusal::type);
    assertThat(refused(menu("fried", 1_000_000), 1)).returns("stock-too-high", Refusal::type);
  }

  private static Refusal refused(Menu menu, int difference) {
    return catchThrowableOfType(Refusal.class, () -> menu.add(difference, NOON));
  }

  /** Free + held + sold is what the owner began with and added since, whatever orders do. */
  @Test
  void any_sequence_of_orders_and_changes_keeps_the_balance() {
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      MenuModel model = new MenuModel(20);
      for (int step = 0; step < 80; step++) {
        model.step(random);
        model.check("seed " + seed + ", step " + step);
      }
    }
  }

  @Test
  void every_change_that_is_told_has_the_next_revision() {
    Menu first = menu("fried", 3);
    Change<Menu> second = first.take("order-1", 1, NOON);
    Change<Menu> third = second.state().giveBack("order-1", NOON);
    Change<Menu> fourth = third.state().remove(NOON);
    Change<Menu> fifth = Menu.put(fourth.state(), "s-1", "fried", form("fried", 1, null), NOON);
    assertThat(List.of(second, third, fourth, fifth))
        .extracting(change -> ((StoreEvent.MenuChanged) change.events().get(0)).revision())
        .containsExactly(2L, 3L, 4L, 5L);
    assertThat(fourth.state().remove(NOON).events()).isEmpty();
  }

  private static String soldOut(Menu menu, int quantity) {
    return catchThrowableOfType(Refusal.class, () -> menu.take("order-1", quantity, NOON)).type();
  }
}
