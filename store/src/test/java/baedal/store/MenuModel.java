package baedal.store;

import static baedal.store.Samples.NOON;
import static baedal.store.Samples.STORE;
import static baedal.store.Samples.form;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.runtime.Refusal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * A menu, and a simple model of how many must be free, held and sold. {@link MenuTest} compares
 * both after each random step.
 */
final class MenuModel {

  private static final int ORDERS = 12;

  private Menu menu;

  /** Null while the stock is unlimited. */
  private Integer free;

  private final Map<String, Integer> held = new HashMap<>();
  private final Set<String> finished = new HashSet<>();
  private long sold;

  /** The expected sum of free, held and sold. */
  private long total;

  MenuModel(int stock) {
    menu = Samples.menu("fried", stock);
    free = stock;
    total = stock;
  }

  void step(Random random) {
    int n = random.nextInt(ORDERS);
    String order = "order-" + n;
    int quantity = 1 + n % 4;
    int times = 1 + random.nextInt(2);
    switch (random.nextInt(9)) {
      case 0, 1, 2 -> repeat(times, () -> take(order, quantity));
      case 3 -> repeat(times, () -> giveBack(order));
      case 4 -> repeat(times, () -> consume(order));
      case 5 -> add(random.nextInt(16) - 8);
      case 6 -> set(random.nextInt(30), random.nextBoolean());
      case 7 -> write(new MenuForm("fried", 1L + n, null, null, RoomForm.EMPTY));
      default -> {
        if (random.nextInt(4) == 0) {
          set(null, random.nextBoolean());
        }
      }
    }
  }

  private void take(String order, int quantity) {
    boolean done = apply(m -> m.take(order, quantity, NOON));
    boolean fits = held.containsKey(order) || finished.contains(order) || free == null;
    assertThat(done).isEqualTo(fits || free >= quantity);
    if (done && !fits) {
      held.put(order, quantity);
      free -= quantity;
    }
  }

  private void giveBack(String order) {
    apply(m -> m.giveBack(order, NOON));
    if (held.containsKey(order)) {
      int back = held.remove(order);
      free = free == null ? null : Integer.valueOf(free + back);
      finished.add(order);
    } else if (free != null) {
      finished.add(order);
    }
  }

  private void consume(String order) {
    apply(m -> m.consume(order));
    if (held.containsKey(order)) {
      sold += held.remove(order);
      finished.add(order);
    }
  }

  private void add(int difference) {
    boolean done = apply(m -> m.add(STORE, difference, NOON));
    assertThat(done).isEqualTo(free != null && free + difference >= 0);
    if (done) {
      free += difference;
      total += difference;
    }
  }

  private void set(Integer number, boolean put) {
    if (put) {
      apply(m -> Menu.put(m, STORE, "fried", form("fried", 18_000, number), NOON));
    } else {
      write(new MenuForm(null, null, new MenuForm.Stock(number), null, RoomForm.EMPTY));
    }
    if (number != null) {
      total = free == null ? number + heldNow() + sold : total + number - free;
    }
    free = number;
  }

  private void write(MenuForm form) {
    assertThat(apply(m -> m.revise(STORE, form, NOON))).isTrue();
  }

  private static void repeat(int times, Runnable step) {
    for (int i = 0; i < times; i++) {
      step.run();
    }
  }

  /** Returns false if the menu refused the transition. */
  private boolean apply(Function<Menu, Change<Menu>> transition) {
    try {
      menu = transition.apply(menu).state();
      return true;
    } catch (Refusal refusal) {
      assertThat(refusal.kind()).isEqualTo(Refusal.Kind.CONFLICT);
      return false;
    }
  }

  private int heldNow() {
    return held.values().stream().mapToInt(Integer::intValue).sum();
  }

  void check(String when) {
    assertThat(menu.takenByOrder()).as(when).isEqualTo(held);
    assertThat(menu.held()).as(when).isEqualTo(heldNow());
    assertThat(menu.sold()).as(when).isEqualTo(sold);
    assertThat(menu.stock()).as(when).isEqualTo(free);
    if (free != null) {
      assertThat(free).as(when).isNotNegative();
      assertThat(menu.stock() + menu.held() + menu.sold()).as(when).isEqualTo(total);
    }
  }
}
