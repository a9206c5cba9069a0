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

/** Finds places near a point in a real database. */
class MongoPlacesTest {

  private static final String COLLECTION = "things";
  private static final Geo.Point CENTER = new Geo.Point(37.5501, 127.0001);
  private static final int OTHERS = 10_500;
  private static final double EARTH_KM = 6371.0;
  private static final double ONE_METER = 0.001;
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
        places.near(new JsonObject().put("open", true), CENTER, radiusKm, null, 20).await();
    return page.items().stream().map(found -> found.element().id()).toList();
  }

  /** The others are in the same cell, and there are more of them than a search reads. */
  @Test
  void near_places_are_found_among_ten_thousand_others() {
    put(new Thing("a-first", true, new Geo.Point(37.5502, 127.0001)));
    List<BulkOperation> others = new ArrayList<>();
    Geo.Point elsewhere = new Geo.Point(37.5950, 127.0450);
    IntStream.range(0, OTHERS)
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
        .isEqualTo(Geo.cell(CENTER.lat(), CENTER.lng()));
    assertThat(near(1)).containsExactly("a-first", "c-last");
    assertThat(near(20)).hasSize(20).startsWith("c-last");
  }

  @Test
  void a_search_returns_only_matches_of_the_query_within_the_radius() {
    put(new Thing("open", true, new Geo.Point(37.5600, 127.0001)));
    put(new Thing("closed", false, CENTER));
    assertThat(near(1)).isEmpty();
    assertThat(near(1.2)).containsExactly("open");
    put(new Thing("at-20-km", true, new Geo.Point(CENTER.lat() + 20 / 111.195, CENTER.lng())));
    assertThat(near(20)).containsExactly("open", "at-20-km");
  }

  @Test
  void places_across_the_antimeridian_and_around_a_pole_are_found() {
    put(new Thing("pacific", true, new Geo.Point(0.001, 179.999)));
    put(new Thing("on-the-line", true, new Geo.Point(0.001, -180)));
    put(new Thing("arctic", true, new Geo.Point(89.95, 30)));
    put(new Thing("antarctic", true, new Geo.Point(-90, 17)));
    assertThat(found(new Geo.Point(0.001, -179.999), 1))
        .extracting(found -> found.element().id() + " " + found.distanceKm())
        .containsExactly("on-the-line 0.111", "pacific 0.222");
    assertThat(found(new Geo.Point(0.001, 180), 1)).hasSize(2);
    assertThat(found(new Geo.Point(89.95, 0), 3))
        .extracting(found -> found.element().id() + " " + found.distanceKm())
        .containsExactly("arctic 2.878");
    assertThat(found(new Geo.Point(89.95, -150), 12)).hasSize(1);
    assertThat(found(new Geo.Point(-89.99, -163), 2))
        .extracting(found -> found.element().id())
        .containsExactly("antarctic");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void a_search_finds_the_same_places_as_a_comparison_with_all_places(long seed) {
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

  /** Points near the poles and the antimeridian, where degrees are special, and random points. */
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

  /** Returns a random point at a distance of at most {@code km}. */
  private static Geo.Point beside(Geo.Point center, double km, Random random) {
    double distance = random.nextDouble() * km / EARTH_KM;
    double bearing = random.nextDouble() * 2 * Math.PI;
    double lat = Math.toRadians(center.lat());
    double sin =
        Math.sin(lat) * Math.cos(distance) + Math.cos(lat) * Math.sin(distance) * Math.cos(bearing);
    double lngDifference =
        Math.atan2(
            Math.sin(bearing) * Math.sin(distance) * Math.cos(lat),
            Math.cos(distance) - Math.sin(lat) * sin);
    double lng = Math.toRadians(center.lng()) + lngDifference;
    return new Geo.Point(
        Math.toDegrees(Math.asin(Math.max(-1, Math.min(1, sin)))),
        Math.toDegrees(Math.atan2(Math.sin(lng), Math.cos(lng))));
  }

  private void compare(List<Thing> all, Geo.Point from, double radiusKm) {
    List<Found<Thing>> found = found(from, radiusKm);
    List<String> ids = found.stream().map(one -> one.element().id()).toList();
    String search = "%s within %s km".formatted(from, radiusKm);
    assertThat(ids).as(search).doesNotHaveDuplicates();
    assertThat(found.stream().map(Found::distanceKm).toList()).as(search).isSorted();
    assertThat(ids).as(search).containsAll(within(all, from, radiusKm - ONE_METER));
    assertThat(within(all, from, radiusKm + ONE_METER)).as(search).containsAll(ids);
  }

  private static List<String> within(List<Thing> all, Geo.Point from, double km) {
    return all.stream().filter(one -> angleKm(from, one.at()) <= km).map(Thing::id).toList();
  }

  /** Computes the distance from the angle between two vectors; {@link Geo} uses another formula. */
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

  /** Returns the places on all pages of a search. */
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
