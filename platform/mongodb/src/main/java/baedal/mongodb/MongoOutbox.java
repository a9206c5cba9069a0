package baedal.mongodb;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Outbox;
import baedal.runtime.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.IndexOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The outbox in MongoDB: the array {@code pending} in the document of each aggregate. So one update
 * changes the state and appends its events. A relay leases documents, publishes their events, and
 * removes them from the arrays.
 */
public final class MongoOutbox implements Outbox {

  static final String PENDING = "pending";

  /**
   * Approximate limit of the pending events of a document, in bytes; MongoDB's limit of a document
   * is 16 MB. A mix of large and small events may exceed this limit, because {@link #push} compares
   * only the number of events.
   */
  private static final int MAX_PENDING_BYTES = 6_000_000;

  /**
   * The time at which the oldest pending event was added, in milliseconds since the epoch. The
   * field exists only while events are pending; its index is sparse.
   */
  static final String SINCE = "pendingSince";

  static final String LEASE = "pendingLease";
  private static final Duration LEASE_TIME = Duration.ofSeconds(15);

  private final MongoClient mongo;
  private final List<String> collections;

  public MongoOutbox(MongoClient mongo, String... collections) {
    this.mongo = mongo;
    this.collections = List.of(collections);
  }

  /**
   * Adds the messages to {@code update}, and keeps its other operators. Restricts {@code query} to
   * a document that has room for the messages. Changes {@code query} and {@code update}.
   */
  public static JsonObject push(JsonObject query, JsonObject update, List<EventMessage> messages) {
    if (!messages.isEmpty()) {
      JsonArray entries = entries(messages);
      operator(update, "$push").put(PENDING, new JsonObject().put("$each", entries));
      operator(update, "$min").put(SINCE, System.currentTimeMillis());
      int most = MAX_PENDING_BYTES / entries.toBuffer().length() * entries.size();
      query.put(PENDING + "." + most, new JsonObject().put("$exists", false));
    }
    return update;
  }

  /** Adds the messages to a new document. Changes {@code document}. */
  public static JsonObject into(JsonObject document, List<EventMessage> messages) {
    if (!messages.isEmpty()) {
      document.put(PENDING, entries(messages)).put(SINCE, System.currentTimeMillis());
    }
    return document;
  }

  private static JsonArray entries(List<EventMessage> messages) {
    JsonArray entries = new JsonArray();
    messages.forEach(
        m -> entries.add(new JsonObject().put("id", m.id()).put("body", EventMessages.encode(m))));
    return entries;
  }

  private static JsonObject operator(JsonObject update, String name) {
    JsonObject operator = update.getJsonObject(name);
    if (operator == null) {
      operator = new JsonObject();
      update.put(name, operator);
    }
    return operator;
  }

  /** Creates the indexes that find documents with pending events. */
  public Future<Void> prepare() {
    List<Future<Void>> indexes = new ArrayList<>();
    for (String collection : collections) {
      indexes.add(
          mongo.createIndexWithOptions(
              collection,
              new JsonObject().put(SINCE, 1),
              new IndexOptions().name("pending").sparse(true)));
    }
    return Future.all(indexes).mapEmpty();
  }

  /** The batch has at most {@code max} documents of each collection, with all their messages. */
  @Override
  public Future<Batch> next(int max) {
    List<Future<LeasedDocuments>> leased = new ArrayList<>();
    collections.forEach(
        collection ->
            leased.add(
                candidates(collection, max).compose(found -> lease(collection, found, max))));
    return Future.all(leased).map(all -> new MongoBatch(all.list()));
  }

  /**
   * Finds documents with pending events that no relay has leased. Ignores a lease that ends more
   * than 30 s from now: the clock of the relay that wrote it was wrong.
   */
  private Future<List<JsonObject>> candidates(String collection, int max) {
    long now = System.currentTimeMillis();
    JsonArray free =
        new JsonArray()
            .add(new JsonObject().put(LEASE, new JsonObject().put("$exists", false)))
            .add(new JsonObject().put(LEASE + ".until", new JsonObject().put("$lt", now)))
            .add(
                new JsonObject()
                    .put(
                        LEASE + ".until",
                        new JsonObject().put("$gt", now + 2 * LEASE_TIME.toMillis())));
    JsonObject query =
        new JsonObject().put(SINCE, new JsonObject().put("$exists", true)).put("$or", free);
    return mongo.findWithOptions(
        collection,
        query,
        new FindOptions()
            .setSort(new JsonObject().put(SINCE, 1))
            .setFields(new JsonObject().put("_id", 1).put(LEASE, 1).put(PENDING, 1))
            .setBatchSize(max)
            .setLimit(max));
  }

  private Future<LeasedDocuments> lease(String collection, List<JsonObject> found, int max) {
    long now = System.currentTimeMillis();
    String owner = Ids.next();
    JsonObject lease =
        new JsonObject().put("owner", owner).put("until", now + LEASE_TIME.toMillis());
    JsonObject update = new JsonObject().put("$set", new JsonObject().put(LEASE, lease));
    List<BulkOperation> leases =
        found.stream()
            .map(document -> BulkOperation.createUpdate(asFound(document), update))
            .toList();
    LeasedDocuments all = new LeasedDocuments(mongo, collection, owner, now, found, max);
    return BulkWrites.write(mongo, collection, leases)
        .compose(leased -> leased ? Future.succeededFuture(all) : all.withoutThoseOfOthers());
  }

  /**
   * Returns a query that finds the document only if no relay has leased it or published its events
   * since it was read. Events may have been added since then.
   */
  private static JsonObject asFound(JsonObject document) {
    JsonObject lease = document.getJsonObject(LEASE);
    JsonArray pending = LeasedDocuments.ids(document);
    JsonObject query = new JsonObject().put("_id", document.getValue("_id"));
    if (!pending.isEmpty()) {
      query.put(PENDING + ".0.id", pending.getString(0));
    }
    return lease == null
        ? query.put(LEASE, new JsonObject().put("$exists", false))
        : query
            .put(LEASE + ".until", lease.getLong("until"))
            .put(LEASE + ".owner", lease.getString("owner"));
  }

  private record MongoBatch(List<LeasedDocuments> parts, List<String> messages) implements Batch {

    MongoBatch(List<LeasedDocuments> parts) {
      this(parts, parts.stream().flatMap(LeasedDocuments::messages).toList());
    }

    @Override
    public boolean more() {
      return parts.stream().anyMatch(LeasedDocuments::more);
    }

    @Override
    public Future<Void> sent() {
      return Future.join(parts.stream().map(LeasedDocuments::sent).toList()).mapEmpty();
    }

    @Override
    public Future<Void> release() {
      return Future.join(parts.stream().map(LeasedDocuments::release).toList()).mapEmpty();
    }
  }
}
