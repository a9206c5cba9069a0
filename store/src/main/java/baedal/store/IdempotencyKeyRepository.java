package baedal.store;

import baedal.mongodb.MongoAggregates;
import baedal.runtime.IdempotencyKey;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;

/** The idempotency keys of requests to the store service, in MongoDB. */
final class IdempotencyKeyRepository {

  private static final String COLLECTION = "keys";

  private final MongoClient mongo;

  IdempotencyKeyRepository(MongoClient mongo) {
    this.mongo = mongo;
  }

  /** Makes the index. */
  Future<Void> prepare() {
    return mongo.createIndex(COLLECTION, new JsonObject().put("madeAt", 1));
  }

  /**
   * The request that was first sent with an idempotency key.
   *
   * @param id of the store it opens, or the mark of its change of a menu
   * @param answer null until it is done, and for requests whose answer follows from their body
   */
  record KeyedRequest(String id, boolean done, JsonObject answer) {}

  /**
   * The first request with this key: a new one with the id {@code newId}, or the stored one.
   * Refuses another body under the same key.
   */
  Future<KeyedRequest> remember(IdempotencyKey key, String newId, Instant now) {
    JsonObject id = new JsonObject().put("_id", key.fingerprint());
    JsonObject made =
        id.copy()
            .put("leadsTo", newId)
            .put("bodyHash", key.bodyHash())
            .put("madeAt", now.toEpochMilli());
    return mongo
        .insert(COLLECTION, made)
        .map(new KeyedRequest(newId, false, null))
        .recover(
            e ->
                MongoAggregates.isDuplicate(e)
                    ? mongo
                        .findOne(COLLECTION, id, new JsonObject())
                        .compose(stored -> request(stored, key))
                    : Future.failedFuture(e))
        .compose(
            request ->
                request == null ? remember(key, newId, now) : Future.succeededFuture(request));
  }

  /** Null when the key was forgotten in the meantime. */
  private static Future<KeyedRequest> request(JsonObject stored, IdempotencyKey key) {
    if (stored == null) {
      return Future.succeededFuture();
    }
    key.sameAs(stored.getString("bodyHash"));
    return Future.succeededFuture(
        new KeyedRequest(
            stored.getString("leadsTo"),
            stored.getBoolean("done", false),
            stored.getJsonObject("answer")));
  }

  /**
   * Marks the key's request as done, so that it is not repeated. Returns the answer that is stored:
   * this one, or that of another replica.
   */
  Future<JsonObject> storeAnswer(IdempotencyKey key, JsonObject answer) {
    JsonObject id = new JsonObject().put("_id", key.fingerprint());
    JsonObject done = new JsonObject().put("done", true).put("answer", answer);
    return mongo
        .updateCollection(
            COLLECTION,
            id.copy().put("done", new JsonObject().put("$ne", true)),
            new JsonObject().put("$set", done))
        .compose(
            updated ->
                updated.getDocMatched() > 0
                    ? Future.succeededFuture(answer)
                    : mongo
                        .findOne(COLLECTION, id, new JsonObject().put("answer", 1))
                        .map(
                            stored ->
                                stored == null ? answer : stored.getJsonObject("answer", answer)));
  }

  /** Deletes idempotency keys that are older than {@link IdempotencyKey#KEPT}. */
  Future<Void> forgetOld(Instant now) {
    long oldest = now.minus(IdempotencyKey.KEPT).toEpochMilli();
    return mongo
        .removeDocuments(
            COLLECTION, new JsonObject().put("madeAt", new JsonObject().put("$lte", oldest)))
        .mapEmpty();
  }
}
