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
 * Where the pages are: the collection that is read, and the one in which they are being rebuilt.
 * All replicas use one document, which each caches for at most {@link #CACHED_FOR}.
 */
final class GenerationRepository {

  static final String PREFIX = "mypages";

  /** Maximum age of the location that a replica uses. */
  static final Duration CACHED_FOR = Duration.ofSeconds(1);

  /** A rebuild without a heartbeat for this long died with its process. */
  private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(30);

  private static final String COLLECTION = "generations";
  private static final JsonObject ID = new JsonObject().put("_id", PREFIX);

  /** Names of collections; {@code building} is null while nothing is rebuilt. */
  record Location(String current, String building) {}

  private final MongoClient mongo;
  private final Clock clock;
  private Location cached;

  /** In nanoseconds of {@link System#nanoTime}, which no change of the clock affects. */
  private long cachedAt;

  GenerationRepository(MongoClient mongo, Clock clock) {
    this.mongo = mongo;
    this.clock = clock;
  }

  Future<Location> location() {
    long now = System.nanoTime();
    if (cached != null && now - cachedAt < CACHED_FOR.toNanos()) {
      return Future.succeededFuture(cached);
    }
    return readLocation()
        .onSuccess(
            location -> {
              cached = location;
              cachedAt = now;
            });
  }

  /** The location as it is stored now. */
  Future<Location> readLocation() {
    return document()
        .map(
            document ->
                new Location(
                    document.getString("current", PREFIX), document.getString("building")));
  }

  /** The stored document, which has the state of the present or last rebuild; may be empty. */
  Future<JsonObject> document() {
    return mongo
        .findOne(COLLECTION, ID, new JsonObject())
        .map(document -> document == null ? new JsonObject() : document);
  }

  /** Whether a rebuild is running, according to the stored document. */
  boolean isRunning(JsonObject document) {
    return document.getString("building") != null
        && document.getLong("heardAt") >= oldestHeartbeat(clock.instant());
  }

  private static long oldestHeartbeat(Instant now) {
    return now.minus(HEARTBEAT_TIMEOUT).toEpochMilli();
  }

  /** The name of a new collection to build in; null while another rebuild is running. */
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
                    ID.copy().put("$or", notRunning(now)),
                    new JsonObject().put("$set", begun),
                    new FindOptions(),
                    new UpdateOptions()))
        .map(taken -> taken == null ? null : building);
  }

  private static JsonArray notRunning(Instant now) {
    return new JsonArray()
        .add(new JsonObject().putNull("building"))
        .add(new JsonObject().put("heardAt", new JsonObject().put("$lt", oldestHeartbeat(now))));
  }

  /** False when this rebuild was taken for dead and another one has begun. */
  Future<Boolean> heartbeat(String building, long events) {
    return set(
        building,
        new JsonObject().put("events", events).put("heardAt", clock.instant().toEpochMilli()));
  }

  /** Ends a rebuild: from now on its collection is read. False as for a heartbeat. */
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
