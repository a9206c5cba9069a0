package baedal.store;

import static baedal.store.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.runtime.Boot;
import baedal.runtime.IdempotencyKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A change of a menu under an idempotency key, in a real database. */
class MenuOnceTest {

  /** Key, menu, key again, and the answer that is no longer needed beside the menu. */
  private static final int WRITES = 4;

  private static final String ID = Menu.key("s-1", "fried");

  private final Vertx vertx = Boot.vertx();
  private final Database db = new Database(vertx);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static Future<JsonObject> dearer(StoreRepository repository, String key) {
    return repository.changeMenu(
        ID,
        new IdempotencyKey("o-1", key, "hash"),
        before -> before.revise(new MenuForm(null, before.price() + 1, null, null), NOON),
        MenuOnceTest::answer,
        NOON);
  }

  private static JsonObject answer(Menu before, Menu after) {
    return new JsonObject().put("price", after.price()).put("stock", after.stock());
  }

  private JsonObject stored() {
    return db.client.findOne("menus", new JsonObject().put("_id", ID), null).await();
  }

  @Test
  void a_crash_at_any_write_of_a_change_leaves_one_change_and_one_answer() {
    for (int nth = 0; nth < WRITES; nth++) {
      for (boolean written : List.of(false, true)) {
        db.menu("fried", 10);
        String key = "k-" + nth + written;
        dearer(db.cutOffRepository(nth, written), key).otherwiseEmpty().await();
        db.menuStock("fried", 3);
        JsonObject first = dearer(db.repository, key).await();
        boolean changedBeforeTheCrash = nth > 1 || (nth == 1 && written);
        assertThat(first.getInteger("stock"))
            .as("cut off at write %d, written %s", nth, written)
            .isEqualTo(changedBeforeTheCrash ? 10 : 3);
        assertThat(first.getLong("price")).isEqualTo(18_001);
        db.menuStock("fried", 2);
        assertThat(dearer(db.repository, key).await()).isEqualTo(first);
        assertThat(db.repository.menu("s-1", "fried").await().price()).isEqualTo(18_001);
      }
    }
  }

  @Test
  void many_replicas_that_are_asked_at_once_make_one_change_and_give_one_answer() {
    db.menu("fried", 10);
    for (int round = 0; round < 50; round++) {
      List<Future<JsonObject>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(dearer(db.replicaRepository(), "k-" + round));
      }
      Future.all(answers).await();
      assertThat(answers.stream().map(Future::result).distinct()).hasSize(1);
      assertThat(db.repository.menu("s-1", "fried").await().price()).isEqualTo(18_001 + round);
    }
  }

  @Test
  void a_change_that_changes_nothing_keeps_its_answer_too() {
    db.menu("fried", 10);
    IdempotencyKey key = new IdempotencyKey("o-1", "k", "hash");
    JsonObject first =
        db.cutOffRepository(1, true)
            .changeMenu(ID, key, Change::none, MenuOnceTest::answer, NOON)
            .otherwiseEmpty()
            .await();
    assertThat(first).isNull();
    db.menuStock("fried", 3);
    assertThat(
            db.repository
                .changeMenu(ID, key, Change::none, MenuOnceTest::answer, NOON)
                .await()
                .getInteger("stock"))
        .isEqualTo(10);
  }

  @Test
  void answers_do_not_stay_beside_the_menu() {
    db.menu("fried", 10);
    for (int i = 0; i < 30; i++) {
      dearer(db.repository, "k-" + i).await();
    }
    assertThat(stored().getJsonArray("answers")).isEmpty();
    for (int i = 0; i < 30; i++) {
      dearer(db.cutOffRepository(1, true), "cut-" + i).otherwiseEmpty().await();
    }
    assertThat(stored().getJsonArray("answers")).hasSize(20);
  }
}
