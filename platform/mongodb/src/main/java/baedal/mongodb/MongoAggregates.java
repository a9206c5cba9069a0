package baedal.mongodb;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
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
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Loads and changes the aggregates of one kind in a MongoDB collection, for a service's repository.
 *
 * <p>Each aggregate is a document with its {@code state}, its {@code revision} (the optimistic
 * lock), its {@code pending} events, the ids of the last changes ({@code seen}), and search fields.
 * One update of the document writes the new state, the events and the id of the change.
 */
public final class MongoAggregates<S> {

  private static final int MAX_TRIES = 50;

  /** Maximum number of change ids in a document. An order causes a few dozen messages. */
  private static final int SEEN_KEPT = 200;

  /** Maximum number of answers in a document. Only a crash of a caller leaves an answer there. */
  private static final int ANSWERS_KEPT = 20;

  private static final String SEEN = "seen";
  private static final String ANSWERS = "answers";

  /** The field with the change id in a stored answer. Stored documents have it: keep its name. */
  private static final String CHANGE_ID = "mark";

  private final MongoClient mongo;
  private final String collection;
  private final Class<S> type;
  private final Function<S, JsonObject> searched;
  private final Runnable wake;

  /**
   * @param searched returns the search fields of a state, which are stored at the top level
   * @param wake wakes the relay; called after every write that added events to the outbox
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

  /** Returns the state of an aggregate, or null if it does not exist. */
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

  /** Returns the ids that the query finds, in ascending order. Does not read the states. */
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
   * Applies a transition that a client or a timer requests. The transition receives null if the
   * aggregate does not exist. If the transition returns a null state, nothing is written.
   */
  public Future<S> change(String id, Function<S, Change<S>> transition) {
    return once(id, null, transition);
  }

  /** Applies the transition of an event as {@link #once} does, with the message id as change id. */
  public Future<S> change(String id, EventMessage message, Function<S, Change<S>> transition) {
    return once(id, message.id(), transition);
  }

  /**
   * Applies a transition, unless an earlier call with the same {@code changeId} has applied it. The
   * document keeps the last 200 change ids; a repeated call with an older id applies the transition
   * again. If {@code changeId} is null, each call applies the transition.
   */
  public Future<S> once(String id, String changeId, Function<S, Change<S>> transition) {
    return change(id, new Request<>(changeId, transition, null), MAX_TRIES).map(Outcome::state);
  }

  /**
   * Applies a transition as {@link #once} does, and returns an answer. {@code answer} computes it
   * from the states before and after the transition. If {@code changeId} is not null, the change
   * stores the answer. A repeated call returns it, or null after {@link #forgetAnswer}.
   */
  public Future<JsonObject> answered(
      String id,
      String changeId,
      Function<S, Change<S>> transition,
      BiFunction<S, S, JsonObject> answer) {
    return change(id, new Request<>(changeId, transition, answer), MAX_TRIES).map(Outcome::answer);
  }

  /** Deletes a kept answer of {@link #answered}. Call this after the answer is stored elsewhere. */
  public Future<Void> forgetAnswer(String id, String changeId) {
    JsonObject pull = new JsonObject().put(ANSWERS, new JsonObject().put(CHANGE_ID, changeId));
    return mongo
        .updateCollection(
            collection, new JsonObject().put("_id", id), new JsonObject().put("$pull", pull))
        .mapEmpty();
  }

  /** {@code changeId} and {@code answer} may be null. */
  private record Request<S>(
      String changeId, Function<S, Change<S>> transition, BiFunction<S, S, JsonObject> answer) {

    JsonObject answer(S before, S after) {
      return answer == null ? null : answer.apply(before, after);
    }
  }

  private record Outcome<S>(S state, JsonObject answer) {}

  private Future<Outcome<S>> change(String id, Request<S> request, int tries) {
    return mongo
        .findOne(collection, new JsonObject().put("_id", id), new JsonObject().put("pending", 0))
        .compose(
            document -> {
              S before = document == null ? null : state(document);
              String changeId = request.changeId();
              if (document != null && changeId != null && seen(document).contains(changeId)) {
                return Future.succeededFuture(
                    new Outcome<>(before, keptAnswer(document, changeId)));
              }
              Change<S> change = request.transition().apply(before);
              if (change.state() == null) {
                return Future.succeededFuture(new Outcome<>(null, null));
              }
              JsonObject answer = request.answer(before, change.state());
              IdAndAnswer kept = new IdAndAnswer(changeId, answer);
              Future<Boolean> saved =
                  document == null
                      ? insert(id, kept, change)
                      : update(id, kept, document, change, change.state().equals(before));
              return saved.compose(
                  done -> {
                    if (done) {
                      if (!change.events().isEmpty()) {
                        wake.run();
                      }
                      return Future.succeededFuture(new Outcome<>(change.state(), answer));
                    }
                    return tries > 1
                        ? change(id, request, tries - 1)
                        : Future.failedFuture(
                            Refusal.unavailable(
                                "busy",
                                id
                                    + " has too many changes or unpublished events: "
                                    + Refusal.RETRY_LATER,
                                Duration.ofSeconds(1)));
                  });
            });
  }

  /** Returns the answer that the document keeps for a change; null if the answer was deleted. */
  private static JsonObject keptAnswer(JsonObject document, String changeId) {
    return document.getJsonArray(ANSWERS, new JsonArray()).stream()
        .map(JsonObject.class::cast)
        .filter(kept -> changeId.equals(kept.getString(CHANGE_ID)))
        .map(kept -> kept.getJsonObject("answer"))
        .findFirst()
        .orElse(null);
  }

  /** The id of a change and its answer, which the document keeps; both may be null. */
  private record IdAndAnswer(String changeId, JsonObject answer) {

    boolean hasBoth() {
      return changeId != null && answer != null;
    }

    JsonObject storedAnswer() {
      return new JsonObject().put(CHANGE_ID, changeId).put("answer", answer);
    }

    /** Returns the operand of a {@code $push} of the id and, if there is one, the answer. */
    JsonObject pushed() {
      JsonObject pushed = new JsonObject().put(SEEN, last(changeId, SEEN_KEPT));
      return hasBoth() ? pushed.put(ANSWERS, last(storedAnswer(), ANSWERS_KEPT)) : pushed;
    }
  }

  private Future<Boolean> insert(String id, IdAndAnswer kept, Change<S> change) {
    JsonArray seen = kept.changeId() == null ? new JsonArray() : JsonArray.of(kept.changeId());
    JsonObject document =
        fields(change.state())
            .put("_id", id)
            .put("revision", 1)
            .put("sequence", change.events().size())
            .put(SEEN, seen);
    if (kept.hasBoth()) {
      document.put(ANSWERS, new JsonArray().add(kept.storedAnswer()));
    }
    MongoOutbox.into(document, EventMessages.wrap(change.events(), 1, Instant.now()));
    return mongo
        .insert(collection, document)
        .map(true)
        .recover(e -> isDuplicate(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }

  private Future<Boolean> update(
      String id, IdAndAnswer kept, JsonObject document, Change<S> change, boolean unchanged) {
    JsonObject query = new JsonObject().put("_id", id);
    if (unchanged && change.events().isEmpty()) {
      return kept.changeId() == null
          ? Future.succeededFuture(true)
          : keepWithoutChange(query, kept, document);
    }
    long sequence = document.getLong("sequence");
    JsonObject set =
        fields(change.state())
            .put("revision", document.getLong("revision") + 1)
            .put("sequence", sequence + change.events().size());
    JsonObject update = new JsonObject().put("$set", set);
    if (kept.changeId() != null) {
      update.put("$push", kept.pushed());
    }
    query.put("revision", document.getLong("revision"));
    MongoOutbox.push(
        query, update, EventMessages.wrap(change.events(), sequence + 1, Instant.now()));
    return mongo
        .updateCollection(collection, query, update)
        .map(result -> result.getDocMatched() > 0);
  }

  /**
   * Stores the id of a change without an effect. If there is an answer, stores both only if the
   * revision is still the one from which the answer was computed; otherwise returns false.
   */
  private Future<Boolean> keepWithoutChange(
      JsonObject query, IdAndAnswer kept, JsonObject document) {
    if (!kept.hasBoth()) {
      JsonObject seen = new JsonObject().put(SEEN, kept.changeId());
      return mongo
          .updateCollection(collection, query, new JsonObject().put("$addToSet", seen))
          .map(true);
    }
    query
        .put("revision", document.getLong("revision"))
        .put(SEEN, new JsonObject().put("$ne", kept.changeId()));
    return mongo
        .updateCollection(collection, query, new JsonObject().put("$push", kept.pushed()))
        .map(result -> result.getDocMatched() > 0);
  }

  private JsonObject fields(S state) {
    return searched.apply(state).copy().put("state", Json.fromObject(state));
  }

  private S state(JsonObject document) {
    return Json.toObject(document.getJsonObject("state"), type);
  }

  private static JsonObject last(Object added, int kept) {
    return new JsonObject().put("$each", new JsonArray().add(added)).put("$slice", -kept);
  }

  private static JsonArray seen(JsonObject document) {
    return document.getJsonArray(SEEN, new JsonArray());
  }

  /** Whether an insert failed because the document exists already. */
  public static boolean isDuplicate(Throwable failure) {
    return MongoFailures.isDuplicateKey(failure);
  }
}
