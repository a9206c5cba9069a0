package baedal.mypage;

import baedal.runtime.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.mongo.UpdateOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * In which collection the pages are, and in which they are being rebuilt. All replicas go by one
 * document, which each knows no older than {@link #KNOWN_FOR}.
 */
final class GenerationRepository {

  static final String PREFIX = "mypages";

  /** How old a replica's knowledge may be when it acts on it. */
  static final Duration KNOWN_FOR = Duration.ofSeconds(1);

  /** A rebuild that has not been heard of for this long died with its process. */
  private static final Duration HEARD_OF_WITHIN = Duration.ofSeconds(30);

  private static final String COLLECTION = "generations";
  private static final JsonObject ID = new JsonObject().put("_id", PREFIX);

  /** {@code building} is null while nothing is rebuilt. */
  record Where(String current, String building) {}

  private final MongoClient mongo;
  private final Clock clock;
  private Where known;

  /** By a clock that nobody sets. */
  private long knownAt;

  GenerationRepository(MongoClient mongo, Clock clock) {
    this.mongo = mongo;
    this.clock = clock;
  }

  Future<Where> where() {
    long now = System.nanoTime();
    if (known != null && now - knownAt < KNOWN_FOR.toNanos()) {
      return Future.succeededFuture(known);
    }
    return look()
        .onSuccess(
            where -> {
              known = where;
              knownAt = now;
            });
  }

  /** As it is at this moment. */
  Future<Where> look() {
    return document()
        .map(
            document ->
                new Where(document.getString("current", PREFIX), document.getString("building")));
  }

  /** All that is known of the present or last rebuild. */
  Future<JsonObject> document() {
    return mongo
        .findOne(COLLECTION, ID, new JsonObject())
        .map(document -> document == null ? new JsonObject() : document);
  }

  /** Whether the rebuild that {@code document} tells of goes on. */
  boolean underWay(JsonObject document) {
    return document.getString("building") != null
        && document.getLong("heardAt") >= alive(clock.instant());
  }

  private static long alive(Instant now) {
    return now.minus(HEARD_OF_WITHIN).toEpochMilli();
  }

  /** The name of a new collection to build in; null while another rebuild is under way. */
  Future<String> begin() {
    Instant now = clock.instant();
    String building = PREFIX + "_" + Ids.next();
    JsonObject begun =
        new JsonObject()
            .put("building", building)
            .put("startedAt", now.toString())
            .putNull("finishedAt")
            .put("events", 0L)
            .put("heardAt", now.toEpochMilli());
    return mongo
        .updateCollectionWithOptions(
            COLLECTION,
            ID,
            new JsonObject().put("$setOnInsert", new JsonObject().put("current", PREFIX)),
            new UpdateOptions().setUpsert(true))
        .compose(
            v ->
                mongo.findOneAndUpdateWithOptions(
                    COLLECTION,
                    ID.copy().put("$or", free(now)),
                    new JsonObject().put("$set", begun),
                    new FindOptions(),
                    new UpdateOptions()))
        .map(taken -> taken == null ? null : building);
  }

  private static JsonArray free(Instant now) {
    return new JsonArray()
        .add(new JsonObject().putNull("building"))
        .add(new JsonObject().put("heardAt", new JsonObject().put("$lt", alive(now))));
  }

  /** False when the rebuild was given up for dead and another one has begun. */
  Future<Boolean> heard(String building, long events) {
    return set(
        building,
        new JsonObject().put("events", events).put("heardAt", clock.instant().toEpochMilli()));
  }

  /** From now on the pages are there. */
  Future<Boolean> switchTo(String building, long events) {
    return set(
        building,
        new JsonObject()
            .put("current", building)
            .putNull("building")
            .put("events", events)
            .put("finishedAt", clock.instant().toString()));
  }

  private Future<Boolean> set(String building, JsonObject fields) {
    return mongo
        .updateCollection(
            COLLECTION, ID.copy().put("building", building), new JsonObject().put("$set", fields))
        .map(result -> result.getDocMatched() > 0);
  }
}
