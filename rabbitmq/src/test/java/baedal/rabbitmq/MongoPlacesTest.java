package baedal.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.TestServers;
import baedal.events.Change;
import baedal.runtime.Boot;
import baedal.runtime.Geo;
import baedal.runtime.Nearest.Found;
import baedal.runtime.Page;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.MongoClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Searches by place in a real database. */
class MongoPlacesTest {

  private static final String COLLECTION = "things";
  private static final Geo.Point HERE = new Geo.Point(37.5501, 127.0001);
  private static final int A_CITY_FULL = 10_500;

  private final Vertx vertx = Boot.vertx();
  private final MongoClient mongo = new MongoStore(vertx, TestServers.mongo()).client();
  private final MongoAggregates<Thing> things =
      new MongoAggregates<>(mongo, COLLECTION, Thing.class, MongoPlacesTest::searched, () -> {});
  private final MongoPlaces<Thing> places =
      new MongoPlaces<>(mongo, COLLECTION, things, "at", Thing::id);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private record Thing(String id, boolean open, Geo.Point at) {}

  private static JsonObject searched(Thing thing) {
    return new JsonObject()
        .put("open", thing.open())
        .put(MongoPlaces.CELL, Geo.cell(thing.at().lat(), thing.at().lng()));
  }

  private void put(Thing thing) {
    things.change(thing.id(), none -> Change.of(thing)).await();
  }

  private List<String> near(double radiusKm) {
    Page<Found<Thing>> page =
        places.near(new JsonObject().put("open", true), HERE, radiusKm, null, 20).await();
    return page.items().stream().map(found -> found.thing().id()).toList();
  }

  /** However many there are elsewhere in the cell, and whichever came first. */
  @Test
  void what_is_near_is_found_in_a_city_full_of_others() {
    put(new Thing("a-first", true, new Geo.Point(37.5502, 127.0001)));
    List<BulkOperation> others = new ArrayList<>();
    Geo.Point elsewhere = new Geo.Point(37.5950, 127.0450);
    IntStream.range(0, A_CITY_FULL)
        .mapToObj(i -> new Thing("b-" + i, true, elsewhere))
        .forEach(
            thing ->
                others.add(
                    BulkOperation.createInsert(
                        searched(thing)
                            .put("_id", thing.id())
                            .put("state", JsonObject.mapFrom(thing)))));
    mongo.bulkWrite(COLLECTION, others).await();
    put(new Thing("c-last", true, new Geo.Point(37.5503, 127.0001)));
    assertThat(Geo.cell(elsewhere.lat(), elsewhere.lng()))
        .isEqualTo(Geo.cell(HERE.lat(), HERE.lng()));
    assertThat(near(1)).containsExactly("a-first", "c-last");
    assertThat(near(20)).hasSize(20).startsWith("c-last");
  }

  @Test
  void only_what_the_query_finds_is_near_and_nothing_beyond_the_radius() {
    put(new Thing("open", true, new Geo.Point(37.5600, 127.0001)));
    put(new Thing("closed", false, HERE));
    assertThat(near(1)).isEmpty();
    assertThat(near(1.2)).containsExactly("open");
    put(new Thing("as-far-as-it-goes", true, new Geo.Point(HERE.lat() + 20 / 111.195, HERE.lng())));
    assertThat(near(20)).containsExactly("open", "as-far-as-it-goes");
  }
}
