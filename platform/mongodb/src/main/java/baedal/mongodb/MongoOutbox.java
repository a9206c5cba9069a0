package baedal.mongodb;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Outbox;
import baedal.runtime.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.IndexOptions;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.mongo.UpdateOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The outbox in MongoDB: the array {@code pending} in the document of each aggregate. So one update
 * changes the state and appends its events. A relay leases a document, publishes its events, and
 * removes them from the array.
 */
public final class MongoOutbox implements Outbox {

  private static final String PENDING = "pending";

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
  private static final String SINCE = "pendingSince";

  private static final String LEASE = "pendingLease";
  private static final Duration LEASE_TIME = Duration.ofSeconds(15);

  private final MongoClient mongo;
  private final List<String> collections;
  private int nextCollection;

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

  @Override
  public Future<Batch> next(int max) {
    return next(max, collections.size());
  }

  private Future<Batch> next(int max, int left) {
    String collection = collections.get(Math.floorMod(nextCollection++, collections.size()));
    return candidates(collection, max)
        .compose(
            found ->
                found.isEmpty() && left > 1
                    ? next(max, left - 1)
                    : take(collection, found, left > 1 || found.size() == max));
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
            .setFields(new JsonObject().put("_id", 1).put(LEASE, 1))
            .setLimit(max));
  }

  private Future<Batch> take(String collection, List<JsonObject> found, boolean more) {
    String owner = Ids.next();
    long now = System.currentTimeMillis();
    List<Future<JsonObject>> taken = new ArrayList<>();
    found.forEach(candidate -> taken.add(lease(collection, candidate, owner)));
    return Future.join(taken)
        .otherwiseEmpty()
        .map(
            done -> {
              List<JsonObject> documents = new ArrayList<>();
              taken.forEach(
                  one -> {
                    if (one.succeeded() && one.result() != null) {
                      documents.add(one.result());
                    }
                  });
              boolean someLeasedByOthers = documents.size() < found.size();
              return new MongoBatch(collection, documents, owner, now, more || someLeasedByOthers);
            });
  }

  /** Leases a document. Returns the document, or null if another relay has leased it first. */
  private Future<JsonObject> lease(String collection, JsonObject candidate, String owner) {
    JsonObject seen = candidate.getJsonObject(LEASE);
    JsonObject query =
        new JsonObject()
            .put("_id", candidate.getValue("_id"))
            .put(SINCE, new JsonObject().put("$exists", true));
    if (seen == null) {
      query.put(LEASE, new JsonObject().put("$exists", false));
    } else {
      query
          .put(LEASE + ".until", seen.getLong("until"))
          .put(LEASE + ".owner", seen.getString("owner"));
    }
    JsonObject lease =
        new JsonObject()
            .put("owner", owner)
            .put("until", System.currentTimeMillis() + LEASE_TIME.toMillis());
    return mongo.findOneAndUpdateWithOptions(
        collection,
        query,
        new JsonObject().put("$set", new JsonObject().put(LEASE, lease)),
        new FindOptions().setFields(new JsonObject().put("_id", 1).put(PENDING, 1)),
        new UpdateOptions().setReturningNewDocument(true));
  }

  private final class MongoBatch implements Batch {

    private final String collection;
    private final List<JsonObject> documents;

    /**
     * Unique to this batch, so that a late update of an earlier batch does not match the lease of
     * this batch.
     */
    private final String owner;

    private final long takenAt;
    private final boolean more;
    private final List<String> messages = new ArrayList<>();

    MongoBatch(
        String collection, List<JsonObject> documents, String owner, long takenAt, boolean more) {
      this.collection = collection;
      this.documents = documents;
      this.owner = owner;
      this.takenAt = takenAt;
      this.more = more;
      for (JsonObject document : documents) {
        document
            .getJsonArray(PENDING, new JsonArray())
            .forEach(e -> messages.add(((JsonObject) e).getString("body")));
      }
    }

    @Override
    public List<String> messages() {
      return messages;
    }

    @Override
    public boolean more() {
      return more;
    }

    @Override
    public Future<Void> sent() {
      List<Future<Void>> done = new ArrayList<>();
      documents.forEach(document -> done.add(sent(document)));
      return Future.join(done).mapEmpty();
    }

    /**
     * Removes the array {@code pending} of a document. If events were added to it after it was
     * leased, removes only the published events.
     */
    private Future<Void> sent(JsonObject document) {
      JsonArray pending = document.getJsonArray(PENDING, new JsonArray());
      JsonObject all = leased(document).put(PENDING, new JsonObject().put("$size", pending.size()));
      JsonObject empty =
          new JsonObject()
              .put("$unset", new JsonObject().put(PENDING, "").put(SINCE, "").put(LEASE, ""));
      return mongo
          .updateCollection(collection, all, empty)
          .compose(
              result ->
                  result.getDocModified() > 0 ? Future.succeededFuture() : pull(document, pending));
    }

    /**
     * Removes the published events from the array. Sets {@code pendingSince} to the time when this
     * batch was taken, because the remaining events were added later.
     */
    private Future<Void> pull(JsonObject document, JsonArray pending) {
      JsonArray ids = new JsonArray();
      pending.forEach(entry -> ids.add(((JsonObject) entry).getString("id")));
      JsonObject update =
          new JsonObject()
              .put(
                  "$pull",
                  new JsonObject()
                      .put(PENDING, new JsonObject().put("id", new JsonObject().put("$in", ids))))
              .put("$set", new JsonObject().put(SINCE, takenAt))
              .put("$unset", new JsonObject().put(LEASE, ""));
      return mongo.updateCollection(collection, leased(document), update).mapEmpty();
    }

    @Override
    public Future<Void> release() {
      List<Future<Void>> done = new ArrayList<>();
      JsonObject update = new JsonObject().put("$unset", new JsonObject().put(LEASE, ""));
      documents.forEach(
          d -> done.add(mongo.updateCollection(collection, leased(d), update).mapEmpty()));
      return Future.join(done).mapEmpty();
    }

    private JsonObject leased(JsonObject document) {
      return new JsonObject().put("_id", document.getValue("_id")).put(LEASE + ".owner", owner);
    }
  }
}
