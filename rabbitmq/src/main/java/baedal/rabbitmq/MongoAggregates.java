package baedal.rabbitmq;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * Aggregates of one kind in a MongoDB collection, a document each: {@code state}, the {@code
 * revision} that decides races, the events {@code pending}, the ids of the last messages {@code
 * seen}, and the fields to search by. A change, its events and the mark that an event was seen are
 * one update of one document.
 */
public final class MongoAggregates<S> {

  private static final int MAX_TRIES = 50;

  /** An order causes a few dozens; what is older than these is not delivered again. */
  private static final int SEEN_KEPT = 200;

  private final MongoClient mongo;
  private final String collection;
  private final Class<S> type;
  private final Function<S, JsonObject> searched;
  private final Runnable wake;

  /**
   * {@code searched} are the top-level fields to find a state by; {@code wake} is called after a
   * write that told something.
   */
  public MongoAggregates(
      MongoClient mongo,
      String collection,
      Class<S> type,
      Function<S, JsonObject> searched,
      Runnable wake) {
    this.mongo = mongo;
    this.collection = collection;
    this.type = type;
    this.searched = searched;
    this.wake = wake;
  }

  /** Null when there is none. */
  public Future<S> find(String id) {
    return mongo
        .findOne(collection, new JsonObject().put("_id", id), new JsonObject().put("state", 1))
        .map(document -> document == null ? null : state(document));
  }

  public Future<List<S>> list(JsonObject query, JsonObject sort, int limit) {
    FindOptions options =
        new FindOptions().setFields(new JsonObject().put("state", 1)).setSort(sort).setLimit(limit);
    return mongo
        .findWithOptions(collection, query, options)
        .map(found -> found.stream().map(this::state).toList());
  }

  /** The first ids of those that the query finds, whatever else is in them. */
  public Future<List<String>> ids(JsonObject query, int limit) {
    FindOptions options =
        new FindOptions()
            .setFields(new JsonObject().put("_id", 1))
            .setSort(new JsonObject().put("_id", 1))
            .setLimit(limit);
    return mongo
        .findWithOptions(collection, query, options)
        .map(found -> found.stream().map(document -> document.getString("_id")).toList());
  }

  /**
   * Applies a transition that a client or a timer asks for; it is given null where there is nothing
   * yet.
   */
  public Future<S> change(String id, Function<S, Change<S>> transition) {
    return change(id, null, transition, MAX_TRIES);
  }

  /**
   * Applies what an event says, exactly once for each message; the transition may make what is not
   * there yet.
   */
  public Future<S> change(String id, EventMessage message, Function<S, Change<S>> transition) {
    return once(id, message.id(), transition);
  }

  /**
   * Applies a transition exactly once for each {@code mark}, unless two hundred others came in
   * between; each time, when it is null.
   */
  public Future<S> once(String id, String mark, Function<S, Change<S>> transition) {
    return change(id, mark, transition, MAX_TRIES);
  }

  private Future<S> change(String id, String mark, Function<S, Change<S>> transition, int tries) {
    return mongo
        .findOne(collection, new JsonObject().put("_id", id), new JsonObject().put("pending", 0))
        .compose(
            document -> {
              S before = document == null ? null : state(document);
              if (document != null && mark != null && seen(document).contains(mark)) {
                return Future.succeededFuture(before);
              }
              Change<S> change = transition.apply(before);
              if (change.state() == null) {
                return Future.succeededFuture();
              }
              Future<Boolean> saved =
                  document == null
                      ? insert(id, mark, change)
                      : update(id, mark, document, change, change.state().equals(before));
              return saved.compose(
                  done -> {
                    if (done) {
                      if (!change.events().isEmpty()) {
                        wake.run();
                      }
                      return Future.succeededFuture(change.state());
                    }
                    return tries > 1
                        ? change(id, mark, transition, tries - 1)
                        : Future.failedFuture(
                            Refusal.unavailable(
                                "busy",
                                id + " changes too fast, or cannot be told now: try again",
                                Duration.ofSeconds(1)));
                  });
            });
  }

  private Future<Boolean> insert(String id, String mark, Change<S> change) {
    JsonObject document =
        fields(change.state())
            .put("_id", id)
            .put("revision", 1)
            .put("sequence", change.events().size())
            .put("seen", mark == null ? new JsonArray() : new JsonArray().add(mark));
    MongoOutbox.into(document, EventMessages.wrap(change.events(), 1, Instant.now()));
    return mongo
        .insert(collection, document)
        .map(true)
        .recover(e -> isDuplicate(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }

  private Future<Boolean> update(
      String id, String mark, JsonObject document, Change<S> change, boolean unchanged) {
    if (unchanged && change.events().isEmpty()) {
      if (mark == null) {
        return Future.succeededFuture(true);
      }
      JsonObject marked = new JsonObject().put("$addToSet", new JsonObject().put("seen", mark));
      return mongo.updateCollection(collection, new JsonObject().put("_id", id), marked).map(true);
    }
    long sequence = document.getLong("sequence");
    JsonObject set =
        fields(change.state())
            .put("revision", document.getLong("revision") + 1)
            .put("sequence", sequence + change.events().size());
    JsonObject update = new JsonObject().put("$set", set);
    if (mark != null) {
      update.put("$push", new JsonObject().put("seen", last(mark)));
    }
    JsonObject query =
        new JsonObject().put("_id", id).put("revision", document.getLong("revision"));
    MongoOutbox.push(
        query, update, EventMessages.wrap(change.events(), sequence + 1, Instant.now()));
    return mongo
        .updateCollection(collection, query, update)
        .map(result -> result.getDocMatched() > 0);
  }

  private JsonObject fields(S state) {
    return searched.apply(state).copy().put("state", Json.fromObject(state));
  }

  private S state(JsonObject document) {
    return Json.toObject(document.getJsonObject("state"), type);
  }

  private static JsonObject last(String mark) {
    return new JsonObject().put("$each", new JsonArray().add(mark)).put("$slice", -SEEN_KEPT);
  }

  private static JsonArray seen(JsonObject document) {
    return document.getJsonArray("seen", new JsonArray());
  }

  /** MongoDB's E11000: somebody else made it in the meantime. */
  public static boolean isDuplicate(Throwable failure) {
    return String.valueOf(failure.getMessage()).contains("E11000");
  }
}
