package baedal.mongodb;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.mongodb.Nearest.Found;
import baedal.runtime.Boot;
import baedal.runtime.Page;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.MongoClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches by place in a real database. */
class MongoPlacesTest {

  private static final String COLLECTION = "things";
  private static final Geo.Point HERE = new Geo.Point(37.5501, 127.0001);
  private static final int A_CITY_FULL = 10_500;
  private static final double EARTH_KM = 6371.0;
  private static final double A_METER = 0.001;
  private static final int PLACES_A_CENTER = 15;
  private static final int SEARCHES_A_CENTER = 3;

  private final Vertx vertx = Boot.vertx();
  private final MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
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

  @Test
  void what_lies_across_the_antimeridian_or_round_a_pole_is_near() {
    put(new Thing("pacific", true, new Geo.Point(0.001, 179.999)));
    put(new Thing("on-the-line", true, new Geo.Point(0.001, -180)));
    put(new Thing("arctic", true, new Geo.Point(89.95, 30)));
    put(new Thing("antarctic", true, new Geo.Point(-90, 17)));
    assertThat(found(new Geo.Point(0.001, -179.999), 1))
        .extracting(found -> found.thing().id() + " " + found.distanceKm())
        .containsExactly("on-the-line 0.111", "pacific 0.222");
    assertThat(found(new Geo.Point(0.001, 180), 1)).hasSize(2);
    assertThat(found(new Geo.Point(89.95, 0), 3))
        .extracting(found -> found.thing().id() + " " + found.distanceKm())
        .containsExactly("arctic 2.878");
    assertThat(found(new Geo.Point(89.95, -150), 12)).hasSize(1);
    assertThat(found(new Geo.Point(-89.99, -163), 2))
        .extracting(found -> found.thing().id())
        .containsExactly("antarctic");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void a_search_anywhere_on_the_globe_finds_what_a_look_at_every_place_finds(long seed) {
    Random random = new Random(seed);
    List<Geo.Point> centers = centers(random);
    List<Thing> all = new ArrayList<>();
    for (Geo.Point center : centers) {
      for (int i = 0; i < PLACES_A_CENTER; i++) {
        all.add(new Thing("t-" + all.size(), true, beside(center, 25, random)));
      }
    }
    mongo
        .bulkWrite(
            COLLECTION,
            all.stream()
                .map(
                    thing ->
                        BulkOperation.createInsert(
                            searched(thing)
                                .put("_id", thing.id())
                                .put("state", JsonObject.mapFrom(thing))))
                .toList())
        .await();
    for (Geo.Point center : centers) {
      for (int i = 0; i < SEARCHES_A_CENTER; i++) {
        compare(all, beside(center, 10, random), 0.1 + random.nextDouble() * 19.9);
      }
      compare(all, center, Geo.MAX_RADIUS_KM);
    }
  }

  /** Where degrees are odd, and elsewhere. */
  private static List<Geo.Point> centers(Random random) {
    List<Geo.Point> centers = new ArrayList<>();
    for (double lat : new double[] {-90, -89.95, -85, 0, 60, 84.5, 85.2, 89.5, 89.99, 90}) {
      for (double lng : new double[] {-180, 180, random.nextDouble() * 360 - 180}) {
        centers.add(new Geo.Point(lat, lng));
      }
    }
    for (int i = 0; i < 10; i++) {
      double lat = Math.toDegrees(Math.asin(random.nextDouble() * 2 - 1));
      centers.add(new Geo.Point(lat, random.nextDouble() * 360 - 180));
    }
    return centers;
  }

  /** A point up to {@code km} away, in any direction. */
  private static Geo.Point beside(Geo.Point center, double km, Random random) {
    double distance = random.nextDouble() * km / EARTH_KM;
    double bearing = random.nextDouble() * 2 * Math.PI;
    double lat = Math.toRadians(center.lat());
    double sin =
        Math.sin(lat) * Math.cos(distance) + Math.cos(lat) * Math.sin(distance) * Math.cos(bearing);
    double turned =
        Math.atan2(
            Math.sin(bearing) * Math.sin(distance) * Math.cos(lat),
            Math.cos(distance) - Math.sin(lat) * sin);
    double lng = Math.toRadians(center.lng()) + turned;
    return new Geo.Point(
        Math.toDegrees(Math.asin(Math.max(-1, Math.min(1, sin)))),
        Math.toDegrees(Math.atan2(Math.sin(lng), Math.cos(lng))));
  }

  private void compare(List<Thing> all, Geo.Point from, double radiusKm) {
    List<Found<Thing>> found = found(from, radiusKm);
    List<String> ids = found.stream().map(one -> one.thing().id()).toList();
    String search = "%s within %s km".formatted(from, radiusKm);
    assertThat(ids).as(search).doesNotHaveDuplicates();
    assertThat(found.stream().map(Found::distanceKm).toList()).as(search).isSorted();
    assertThat(ids).as(search).containsAll(within(all, from, radiusKm - A_METER));
    assertThat(within(all, from, radiusKm + A_METER)).as(search).containsAll(ids);
  }

  private static List<String> within(List<Thing> all, Geo.Point from, double km) {
    return all.stream().filter(one -> angleKm(from, one.at()) <= km).map(Thing::id).toList();
  }

  /** By the angle between two vectors: another way than that of {@link Geo}. */
  private static double angleKm(Geo.Point a, Geo.Point b) {
    double[] x = vector(a);
    double[] y = vector(b);
    double dot = x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
    double cross =
        Math.hypot(
            Math.hypot(x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2]),
            x[0] * y[1] - x[1] * y[0]);
    return EARTH_KM * Math.atan2(cross, dot);
  }

  private static double[] vector(Geo.Point point) {
    double lat = Math.toRadians(point.lat());
    double lng = Math.toRadians(point.lng());
    return new double[] {
      Math.cos(lat) * Math.cos(lng), Math.cos(lat) * Math.sin(lng), Math.sin(lat)
    };
  }

  /** All pages of a search. */
  private List<Found<Thing>> found(Geo.Point from, double radiusKm) {
    JsonObject open = new JsonObject().put("open", true);
    List<Found<Thing>> found = new ArrayList<>();
    String cursor = null;
    do {
      Page<Found<Thing>> page = places.near(open, from, radiusKm, cursor, 20).await();
      found.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return found;
  }
}
