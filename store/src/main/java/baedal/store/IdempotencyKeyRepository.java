package baedal.store;

import baedal.mongodb.MongoAggregates;
import baedal.runtime.IdempotencyKey;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;

/**
 * Saves the idempotency keys of requests that open a store or change a menu, in MongoDB. {@link
 * StoreApi} and {@link StoreRepository} use it.
 */
final class IdempotencyKeyRepository {

  private static final String COLLECTION = "keys";

  private final MongoClient mongo;

  IdempotencyKeyRepository(MongoClient mongo) {
    this.mongo = mongo;
  }

  /** Creates the index by which {@link #deleteExpired} finds old keys. */
  Future<Void> prepare() {
    return mongo.createIndex(COLLECTION, new JsonObject().put("madeAt", 1));
  }

  /**
   * The first request that was sent with an idempotency key.
   *
   * @param id the id of the store that the request opens, or the id of the menu change that it
   *     makes
   * @param done true when a menu change was applied; always false for a request that opens a store
   * @param answer the saved answer to a menu change; null before the change is applied, for a
   *     request that opens a store, and for a key that was saved by an older version of the
   *     service, which saved no answers
   */
  record KeyedRequest(String id, boolean done, JsonObject answer) {}

  /**
   * Returns the first request with this key. If there is none, this request is the first: it is
   * saved with the id {@code newId} and returned. Refuses a request whose body differs from the
   * body of the first request.
   */
  Future<KeyedRequest> findOrInsert(IdempotencyKey key, String newId, Instant now) {
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
                request == null ? findOrInsert(key, newId, now) : Future.succeededFuture(request));
  }

  /**
   * Returns the first request with this key. If {@link #deleteExpired} has just deleted the key's
   * document, {@code stored} and the result are null. Refuses a request whose body differs from the
   * body of the first request.
   */
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
   * Saves the answer to a menu change that was applied. Returns the answer that is saved for the
   * key now: {@code answer}, or the answer that another replica saved first.
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

  /** Deletes the keys that are older than {@link IdempotencyKey#KEPT}. */
  Future<Void> deleteExpired(Instant now) {
    long oldest = now.minus(IdempotencyKey.KEPT).toEpochMilli();
    return mongo
        .removeDocuments(
            COLLECTION, new JsonObject().put("madeAt", new JsonObject().put("$lte", oldest)))
        .mapEmpty();
  }
}
