package baedal.mongodb;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteError;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.BulkWriteOptions;
import io.vertx.ext.mongo.MongoClient;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes several documents of a collection together: one command for all inserts and one for all
 * updates. An operation that fails does not stop the others.
 */
public final class BulkWrites {

  private static final BulkWriteOptions UNORDERED = new BulkWriteOptions(false);

  private BulkWrites() {}

  /** Inserts documents. Returns the indexes of those whose id exists already. */
  public static Future<Set<Integer>> insert(
      MongoClient mongo, String collection, List<JsonObject> documents) {
    if (documents.isEmpty()) {
      return Future.succeededFuture(Set.of());
    }
    return mongo
        .bulkWriteWithOptions(
            collection, documents.stream().map(BulkOperation::createInsert).toList(), UNORDERED)
        .map(Set.<Integer>of())
        .recover(
            e ->
                hasOnlyDuplicates(e)
                    ? Future.succeededFuture(indexes((MongoBulkWriteException) e))
                    : Future.failedFuture(e));
  }

  /**
   * Runs inserts and updates. Returns false if a document to insert existed already, or if an
   * update found no document; the other operations have their effect then.
   */
  static Future<Boolean> write(
      MongoClient mongo, String collection, List<BulkOperation> operations) {
    if (operations.isEmpty()) {
      return Future.succeededFuture(true);
    }
    return mongo
        .bulkWriteWithOptions(collection, operations, UNORDERED)
        .map(done -> done.getInsertedCount() + done.getMatchedCount() == operations.size())
        .recover(
            e -> hasOnlyDuplicates(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }

  private static boolean hasOnlyDuplicates(Throwable failure) {
    return failure instanceof MongoBulkWriteException bulk
        && bulk.getWriteConcernError() == null
        && bulk.getWriteErrors().stream()
            .allMatch(error -> MongoFailures.isDuplicateKey(error.getCode()));
  }

  private static Set<Integer> indexes(MongoBulkWriteException failure) {
    return failure.getWriteErrors().stream()
        .map(BulkWriteError::getIndex)
        .collect(Collectors.toSet());
  }
}
