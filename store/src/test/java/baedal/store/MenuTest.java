package baedal.store;

import static baedal.store.Samples.NOON;
import static baedal.store.Samples.STORE;
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
  void a_repeated_take_of_an_order_takes_no_more_stock() {
    Menu taken = menu("fried", 3).take("order-1", 2, NOON).state();
    assertThat(taken.stock()).isEqualTo(1);
    assertThat(taken.take("order-1", 2, NOON)).isEqualTo(Change.none(taken));
  }

  @Test
  void a_repeated_give_back_of_an_order_returns_stock_once() {
    Menu back = menu("fried", 3).take("order-1", 2, NOON).state().giveBack("order-1", NOON).state();
    assertThat(back.stock()).isEqualTo(3);
    assertThat(back.giveBack("order-1", NOON)).isEqualTo(Change.none(back));
  }

  @Test
  void an_order_that_took_nothing_returns_nothing_and_takes_nothing_later() {
    Change<Menu> back = menu("fried", 3).giveBack("order-9", NOON);
    assertThat(back.state().stock()).isEqualTo(3);
    assertThat(back.events()).isEmpty();
    assertThat(back.state().giveBack("order-9", NOON)).isEqualTo(Change.none(back.state()));
    assertThat(back.state().take("order-9", 2, NOON)).isEqualTo(Change.none(back.state()));
  }

  @Test
  void stock_of_a_cooked_order_cannot_be_given_back() {
    Menu cooked = menu("fried", 3).take("order-1", 2, NOON).state().consume("order-1").state();
    assertThat(cooked.giveBack("order-1", NOON).state().stock()).isEqualTo(1);
    assertThat(cooked.takenByOrder()).isEmpty();
    assertThat(cooked.sold()).isEqualTo(2);
  }

  @Test
  void a_late_take_of_a_finished_order_takes_nothing() {
    Menu taken = menu("fried", 3).take("order-1", 2, NOON).state();
    Menu cooked = taken.consume("order-1").state();
    Menu back = taken.giveBack("order-1", NOON).state();
    assertThat(cooked.take("order-1", 2, NOON)).isEqualTo(Change.none(cooked));
    assertThat(back.take("order-1", 2, NOON)).isEqualTo(Change.none(back));
  }

  @Test
  void an_order_of_more_than_the_stock_is_refused() {
    assertThat(soldOut(menu("fried", 1), 2)).isEqualTo("out-of-stock");
    assertThat(soldOut(menu("fried", 0), 1)).isEqualTo("out-of-stock");
    assertThat(soldOut(menu("fried", 5).remove(NOON).state(), 1)).isEqualTo("out-of-stock");
  }

  @Test
  void taking_unlimited_stock_changes_nothing() {
    Menu unlimited = menu("fried", null);
    assertThat(unlimited.take("order-1", 1_000, NOON)).isEqualTo(Change.none(unlimited));
  }

  @Test
  void returned_stock_is_added_to_the_number_that_the_owner_has_set() {
    Menu taken = menu("fried", 3).take("order-1", 2, NOON).state();
    Menu counted = Menu.put(taken, STORE, "fried", form("fried", 19_000, 10), NOON).state();
    assertThat(counted.giveBack("order-1", NOON).state().stock()).isEqualTo(12);
  }

  @Test
  void a_stock_difference_changes_the_free_number_but_not_the_held_one() {
    Menu taken = menu("fried", 10).take("order-1", 4, NOON).state();
    Change<Menu> fewer = taken.add(STORE, -6, NOON);
    assertThat(fewer.state().stock()).isZero();
    assertThat(fewer.state().held()).isEqualTo(4);
    assertThat(((StoreEvent.MenuChanged) fewer.events().get(0)).stock()).isZero();
    assertThat(fewer.state().giveBack("order-1", NOON).state().stock()).isEqualTo(4);
    assertThat(fewer.state().add(STORE, 3, NOON).state().stock()).isEqualTo(3);
    assertThat(taken.add(STORE, 0, NOON)).isEqualTo(Change.none(taken));
  }

  @Test
  void a_stock_difference_out_of_bounds_or_of_unlimited_stock_is_refused() {
    Menu taken = menu("fried", 10).take("order-1", 4, NOON).state();
    assertThat(refused(taken, -7))
        .hasMessage("the stock is 6, not counting 4 that orders hold: subtract at most 6")
        .returns("stock-too-low", Refusal::type)
        .returns(Refusal.Kind.CONFLICT, Refusal::kind);
    assertThat(refused(menu("fried", null), 1))
        .hasMessageContaining("PATCH")
        .returns("stock-unlimited", Refusal::type);
    assertThat(refused(menu("fried", 1_000_000), 1)).returns("stock-too-high", Refusal::type);
  }

  private static Refusal refused(Menu menu, int difference) {
    return catchThrowableOfType(Refusal.class, () -> menu.add(STORE, difference, NOON));
  }

  /** Free + held + sold = the stock at the start + the differences that the owner added or set. */
  @Test
  void random_orders_and_changes_keep_the_sum_of_free_held_and_sold() {
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
  void each_published_change_has_the_next_revision() {
    Menu first = menu("fried", 3);
    Change<Menu> second = first.take("order-1", 1, NOON);
    Change<Menu> third = second.state().giveBack("order-1", NOON);
    Change<Menu> fourth = third.state().remove(NOON);
    Change<Menu> fifth = Menu.put(fourth.state(), STORE, "fried", form("fried", 1, null), NOON);
    assertThat(List.of(second, third, fourth, fifth))
        .extracting(change -> ((StoreEvent.MenuChanged) change.events().get(0)).revision())
        .containsExactly(2L, 3L, 4L, 5L);
    assertThat(fourth.state().remove(NOON).events()).isEmpty();
  }

  private static String soldOut(Menu menu, int quantity) {
    return catchThrowableOfType(Refusal.class, () -> menu.take("order-1", quantity, NOON)).type();
  }
}
