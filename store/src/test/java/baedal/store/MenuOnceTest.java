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

/** Tests that a menu change with an idempotency key is applied once, in a real database. */
class MenuOnceTest {

  /**
   * The writes of one change: insert the key, change the menu, store the answer with the key,
   * delete the answer from the menu.
   */
  private static final int WRITES = 4;

  private static final String ID = Menu.key("s-1", "fried");

  private final Vertx vertx = Boot.vertx();
  private final Database db = new Database(vertx);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static Future<JsonObject> raisePrice(StoreRepository repository, String key) {
    return repository.changeMenu(
        ID,
        new IdempotencyKey("o-1", key, "hash"),
        before ->
            before.revise(
                Samples.STORE,
                new MenuForm(null, before.price() + 1, null, null, RoomForm.EMPTY),
                NOON),
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
  void a_change_that_crashed_at_any_write_is_applied_once_with_one_answer() {
    for (int nth = 0; nth < WRITES; nth++) {
      for (boolean written : List.of(false, true)) {
        db.menu("fried", 10);
        String key = "k-" + nth + written;
        raisePrice(db.crashingRepository(nth, written), key).otherwiseEmpty().await();
        db.setStock("fried", 3);
        JsonObject first = raisePrice(db.repository, key).await();
        boolean changedBeforeTheCrash = nth > 1 || (nth == 1 && written);
        assertThat(first.getInteger("stock"))
            .as("crashed at write %d, written %s", nth, written)
            .isEqualTo(changedBeforeTheCrash ? 10 : 3);
        assertThat(first.getLong("price")).isEqualTo(18_001);
        db.setStock("fried", 2);
        assertThat(raisePrice(db.repository, key).await()).isEqualTo(first);
        assertThat(db.repository.menu("s-1", "fried").await().price()).isEqualTo(18_001);
      }
    }
  }

  @Test
  void concurrent_requests_at_four_replicas_make_one_change_with_one_answer() {
    db.menu("fried", 10);
    for (int round = 0; round < 50; round++) {
      List<Future<JsonObject>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(raisePrice(db.replicaRepository(), "k-" + round));
      }
      Future.all(answers).await();
      assertThat(answers.stream().map(Future::result).distinct()).hasSize(1);
      assertThat(db.repository.menu("s-1", "fried").await().price()).isEqualTo(18_001 + round);
    }
  }

  @Test
  void a_change_without_effect_stores_its_answer_too() {
    db.menu("fried", 10);
    IdempotencyKey key = new IdempotencyKey("o-1", "k", "hash");
    JsonObject first =
        db.crashingRepository(1, true)
            .changeMenu(ID, key, Change::none, MenuOnceTest::answer, NOON)
            .otherwiseEmpty()
            .await();
    assertThat(first).isNull();
    db.setStock("fried", 3);
    assertThat(
            db.repository
                .changeMenu(ID, key, Change::none, MenuOnceTest::answer, NOON)
                .await()
                .getInteger("stock"))
        .isEqualTo(10);
  }

  @Test
  void a_menu_keeps_no_answers_except_the_last_20_of_crashed_changes() {
    db.menu("fried", 10);
    for (int i = 0; i < 30; i++) {
      raisePrice(db.repository, "k-" + i).await();
    }
    assertThat(stored().getJsonArray("answers")).isEmpty();
    for (int i = 0; i < 30; i++) {
      raisePrice(db.crashingRepository(1, true), "cut-" + i).otherwiseEmpty().await();
    }
    assertThat(stored().getJsonArray("answers")).hasSize(20);
  }
}
