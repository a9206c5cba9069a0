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
 * Stores in one document which collection holds the pages, and which collection a rebuild fills.
 * All replicas share this document, and each replica caches it for at most {@link #CACHED_FOR}.
 */
final class GenerationRepository {

  static final String PREFIX = "mypages";

  /** How long a replica uses a cached {@link Location} before it reads the document again. */
  static final Duration CACHED_FOR = Duration.ofSeconds(1);

  /** A rebuild that has sent no heartbeat for this long counts as failed: its process has died. */
  private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(30);

  private static final String COLLECTION = "generations";
  private static final JsonObject ID = new JsonObject().put("_id", PREFIX);

  /**
   * {@code current} is the name of the collection that holds the pages. {@code building} is the
   * name of the collection that a rebuild fills; null before the first rebuild and after a rebuild
   * that has finished. It is not null after a rebuild that has failed.
   */
  record Location(String current, String building) {}

  private final MongoClient mongo;
  private final Clock clock;
  private Location cached;

  /**
   * When {@code cached} was read: a value of {@link System#nanoTime}, because a change of the
   * system clock does not affect it.
   */
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

  /** Reads the location from the database, not from the cache. */
  Future<Location> readLocation() {
    return document()
        .map(
            document ->
                new Location(
                    document.getString("current", PREFIX), document.getString("building")));
  }

  /**
   * The stored document with the state of the running or last rebuild. Empty before the first
   * rebuild.
   */
  Future<JsonObject> document() {
    return mongo
        .findOne(COLLECTION, ID, new JsonObject())
        .map(document -> document == null ? new JsonObject() : document);
  }

  /** Whether the stored document says that a rebuild is running. */
  boolean isRunning(JsonObject document) {
    return document.getString("building") != null
        && document.getLong("heardAt") >= oldestHeartbeat(clock.instant());
  }

  private static long oldestHeartbeat(Instant now) {
    return now.minus(HEARTBEAT_TIMEOUT).toEpochMilli();
  }

  /**
   * Begins a rebuild. Returns the name of its collection, or null if another rebuild is running.
   */
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

  /**
   * Records that a rebuild is still running, and how many events it has handled. False if this
   * rebuild counted as failed and another rebuild has begun.
   */
  Future<Boolean> heartbeat(String building, long events) {
    return set(
        building,
        new JsonObject().put("events", events).put("heardAt", clock.instant().toEpochMilli()));
  }

  /**
   * Ends a rebuild: from now on, replicas read the pages from its collection. False in the same
   * case as {@link #heartbeat}.
   */
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
