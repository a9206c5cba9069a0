package baedal.mongodb;

import static baedal.mongodb.MongoOutbox.LEASE;
import static baedal.mongodb.MongoOutbox.PENDING;
import static baedal.mongodb.MongoOutbox.SINCE;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Documents of one collection whose events a relay publishes, for {@link MongoOutbox}.
 *
 * @param owner unique to this batch, so that a late update of an earlier batch does not match the
 *     lease of this batch
 * @param readAt when the documents were leased, in milliseconds since the epoch
 * @param documents as they were read before they were leased; events may have been added since then
 * @param more whether the collection may hold other documents with pending events
 */
record LeasedDocuments(
    MongoClient mongo,
    String collection,
    String owner,
    long readAt,
    List<JsonObject> documents,
    boolean more) {

  /** {@code max} is the maximum number of documents that were read. */
  LeasedDocuments(
      MongoClient mongo,
      String collection,
      String owner,
      long readAt,
      List<JsonObject> documents,
      int max) {
    this(mongo, collection, owner, readAt, documents, documents.size() >= max);
  }

  /** Keeps those documents that are leased, because another relay has leased some of them first. */
  Future<LeasedDocuments> withoutThoseOfOthers() {
    return leasedIds()
        .map(
            ids ->
                new LeasedDocuments(
                    mongo,
                    collection,
                    owner,
                    readAt,
                    documents.stream().filter(d -> ids.contains(d.getValue("_id"))).toList(),
                    true));
  }

  Stream<String> messages() {
    return documents.stream()
        .flatMap(document -> document.getJsonArray(PENDING, new JsonArray()).stream())
        .map(entry -> ((JsonObject) entry).getString("body"));
  }

  /**
   * Removes the published events. A document to which events were added since it was read keeps
   * these.
   */
  Future<Void> sent() {
    return updateAll(
            documents,
            document ->
                BulkOperation.createUpdate(
                    leased(document)
                        .put(PENDING, new JsonObject().put("$size", ids(document).size())),
                    unset(PENDING, SINCE, LEASE)))
        .compose(
            all ->
                all
                    ? Future.succeededFuture()
                    : leasedIds()
                        .compose(
                            ids ->
                                updateAll(
                                    documents.stream()
                                        .filter(d -> ids.contains(d.getValue("_id")))
                                        .toList(),
                                    this::removalOfPublished)))
        .mapEmpty();
  }

  /**
   * Sets {@code pendingSince} to the time when the documents were leased, because the remaining
   * events were added later.
   */
  private BulkOperation removalOfPublished(JsonObject document) {
    JsonObject published = new JsonObject().put("id", new JsonObject().put("$in", ids(document)));
    return BulkOperation.createUpdate(
        leased(document),
        unset(LEASE)
            .put("$pull", new JsonObject().put(PENDING, published))
            .put("$set", new JsonObject().put(SINCE, readAt)));
  }

  Future<Void> release() {
    return updateAll(
            documents, document -> BulkOperation.createUpdate(leased(document), unset(LEASE)))
        .mapEmpty();
  }

  private Future<Boolean> updateAll(
      List<JsonObject> updated, Function<JsonObject, BulkOperation> update) {
    return BulkWrites.write(mongo, collection, updated.stream().map(update).toList());
  }

  /** The ids of those documents that still have the lease of this batch. */
  private Future<Set<Object>> leasedIds() {
    JsonArray all = new JsonArray(documents.stream().map(d -> d.getValue("_id")).toList());
    return mongo
        .findWithOptions(
            collection,
            new JsonObject()
                .put("_id", new JsonObject().put("$in", all))
                .put(LEASE + ".owner", owner),
            new FindOptions()
                .setFields(new JsonObject().put("_id", 1))
                .setBatchSize(documents.size() + 1))
        .map(found -> found.stream().map(d -> d.getValue("_id")).collect(Collectors.toSet()));
  }

  private JsonObject leased(JsonObject document) {
    return new JsonObject().put("_id", document.getValue("_id")).put(LEASE + ".owner", owner);
  }

  private static JsonObject unset(String... fields) {
    JsonObject unset = new JsonObject();
    for (String field : fields) {
      unset.put(field, "");
    }
    return new JsonObject().put("$unset", unset);
  }

  /** The ids of the pending events of a document. */
  static JsonArray ids(JsonObject document) {
    JsonArray ids = new JsonArray();
    document
        .getJsonArray(PENDING, new JsonArray())
        .forEach(entry -> ids.add(((JsonObject) entry).getString("id")));
    return ids;
  }
}
