package baedal.mongodb;

import baedal.mongodb.Nearest.Found;
import baedal.runtime.Page;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds the aggregates of a collection near a point, nearest first, for {@code store} and {@code
 * rider}. It uses a plain index on the cells of {@link Geo}, not a geospatial index. It reads the
 * coordinates of all candidates, and then the states of one page.
 */
public final class MongoPlaces<S> {

  /** The field of a document with the name of its cell, see {@link Geo#cell}. */
  public static final String CELL = "cell";

  /**
   * Maximum number of candidates of a search. If there are more, the search ignores the oldest
   * aggregates.
   */
  private static final int MAX_CANDIDATES = 10_000;

  private final MongoClient mongo;
  private final String collection;
  private final MongoAggregates<S> aggregates;
  private final String latitude;
  private final String longitude;
  private final Function<S, String> id;

  /** {@code place} is the path of the object with {@code lat} and {@code lng} in a state. */
  public MongoPlaces(
      MongoClient mongo,
      String collection,
      MongoAggregates<S> aggregates,
      String place,
      Function<S, String> id) {
    this.mongo = mongo;
    this.collection = collection;
    this.aggregates = aggregates;
    this.latitude = "state." + place + ".lat";
    this.longitude = "state." + place + ".lng";
    this.id = id;
  }

  /**
   * Returns the aggregates that {@code query} finds within {@code radiusKm} of {@code from},
   * nearest first.
   *
   * @param cursor the cursor of the previous page, or null
   */
  public Future<Page<Found<S>>> near(
      JsonObject query, Geo.Point from, double radiusKm, String cursor, int limit) {
    FindOptions options =
        new FindOptions()
            .setFields(new JsonObject().put(latitude, 1).put(longitude, 1))
            .setSort(new JsonObject().put("_id", -1))
            .setLimit(MAX_CANDIDATES);
    return mongo
        .findWithOptions(collection, around(query, from, radiusKm), options)
        .map(
            all ->
                Nearest.page(
                    all, from, radiusKm, cursor, limit, this::place, d -> d.getString("_id")))
        .compose(page -> whole(query, page));
  }

  private JsonObject around(JsonObject query, Geo.Point from, double radiusKm) {
    Geo.Box box = Geo.boxAround(from, radiusKm);
    Geo.Cells cells = Geo.cellsIn(box);
    JsonObject around = query.copy().put(latitude, between(box.south(), box.north()));
    JsonArray alternatives = new JsonArray();
    if (cells.rows().isEmpty()) {
      around.put(CELL, new JsonObject().put("$in", new JsonArray(cells.cells())));
    } else {
      alternatives.add(anyOf(cells.rows().stream().map(MongoPlaces::inRow).toList()));
    }
    if (box.crossesAntimeridian()) {
      JsonObject east = new JsonObject().put("$gte", box.west());
      JsonObject west = new JsonObject().put("$lte", box.east());
      alternatives.add(
          anyOf(
              List.of(
                  new JsonObject().put(longitude, east), new JsonObject().put(longitude, west))));
    } else {
      around.put(longitude, between(box.west(), box.east()));
    }
    return alternatives.isEmpty() ? around : around.put("$and", alternatives);
  }

  private static JsonObject anyOf(List<JsonObject> conditions) {
    return new JsonObject().put("$or", new JsonArray(conditions));
  }

  /** Matches the cells of a row by a range of their names, which the index supports. */
  private static JsonObject inRow(Geo.Row row) {
    return new JsonObject()
        .put(CELL, new JsonObject().put("$gte", row.from()).put("$lt", row.to()));
  }

  private static JsonObject between(double least, double most) {
    return new JsonObject().put("$gte", least).put("$lte", most);
  }

  private Geo.Point place(JsonObject document) {
    return new Geo.Point(number(document, latitude), number(document, longitude));
  }

  private static double number(JsonObject document, String path) {
    String[] names = path.split("\\.", -1);
    JsonObject inner = document;
    for (int i = 0; i < names.length - 1; i++) {
      inner = inner.getJsonObject(names[i]);
    }
    return inner.getDouble(names[names.length - 1]);
  }

  /**
   * Reads the states of a page. Leaves out an aggregate that no longer matches the query since its
   * coordinates were read.
   */
  private Future<Page<Found<S>>> whole(JsonObject query, Page<Found<JsonObject>> page) {
    List<String> ids =
        page.items().stream().map(found -> found.element().getString("_id")).toList();
    JsonObject these = query.copy().put("_id", new JsonObject().put("$in", new JsonArray(ids)));
    return aggregates
        .list(these, new JsonObject().put("_id", 1), Math.max(1, ids.size()))
        .map(
            states -> {
              Map<String, S> byId =
                  states.stream().collect(Collectors.toMap(id, Function.identity()));
              List<Found<S>> items =
                  page.items().stream()
                      .filter(found -> byId.containsKey(found.element().getString("_id")))
                      .map(
                          found ->
                              new Found<>(
                                  byId.get(found.element().getString("_id")), found.distanceKm()))
                      .toList();
              return new Page<>(items, page.next());
            });
  }
}
