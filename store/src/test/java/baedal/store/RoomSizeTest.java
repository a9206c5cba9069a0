package baedal.store;

import static baedal.store.Hotels.HOTEL;
import static baedal.store.Hotels.TODAY;
import static baedal.store.Hotels.stay;
import static baedal.store.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.Stay;
import baedal.runtime.Ids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

/** Tests that the document of a room type does not grow with the number of its stays. */
class RoomSizeTest extends KitchenFixture {

  private static final String KEY = Menu.key("h-1", "deluxe");
  private static final int STAYS = 40_000;

  /** Rooms with a price for every night, and with {@code stays} reservations of 1 to 4 nights. */
  static Menu withStays(int stays) {
    Map<LocalDate, Long> prices = new HashMap<>();
    for (int day = 0; day <= 395; day++) {
      prices.put(TODAY.plusDays(day), 100_000L + day);
    }
    RoomForm room = new RoomForm(true, 2, Map.of("전망", "바다"), prices);
    Menu menu = Menu.put(null, HOTEL, "deluxe", Hotels.form(1_000, room), NOON).state();
    Random random = new Random(1);
    for (int i = 0; i < stays; i++) {
      String id = Ids.next();
      Stay stay = stay(random.nextInt(365), 1 + random.nextInt(4));
      menu = RoomBooking.take(menu, id, 1, stay, TODAY, NOON).state();
      menu = RoomBooking.settle(menu, id).state();
      if (i % 50 == 0) {
        menu = RoomBooking.giveBack(menu, id, 1, stay, NOON).state();
        menu = RoomBooking.markRecorded(menu, id).state();
      }
    }
    return menu;
  }

  @Test
  void the_document_of_40_000_stays_is_smaller_than_100_kb() {
    Menu menu = withStays(STAYS);
    assertThat(menu.room().nights().byDate().values())
        .as("nights")
        .hasSize(396)
        .anyMatch(night -> night.taken() > 200);
    db.hotel();
    db.repository.changeMenu(KEY, before -> Change.of(menu)).await();
    List<String> changeIds = IntStream.range(0, 200).mapToObj(i -> Ids.next()).toList();
    JsonObject id = new JsonObject().put("_id", KEY);
    JsonObject seen = new JsonObject().put("seen", new JsonArray(changeIds));
    db.client.updateCollection("menus", id, new JsonObject().put("$set", seen)).await();
    JsonObject document = db.client.findOne("menus", id, null).await();
    int bytes = RawBsonDocument.parse(document.encode()).getByteBuffer().remaining();
    assertThat(bytes).isLessThan(100_000);
  }
}
