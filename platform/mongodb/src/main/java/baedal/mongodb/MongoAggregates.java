package baedal.mongodb;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.mongodb.AggregateDocuments.Kept;
import baedal.mongodb.AggregateDocuments.Update;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Loads and changes the aggregates of one kind in a MongoDB collection, for a service's repository.
 *
 * <p>Each aggregate is a document with its {@code state}, its {@code revision} (the optimistic
 * lock), its {@code pending} events, the ids of the last changes ({@code seen}), and search fields.
 * One update of the document writes the new state, the events and the id of the change.
 */
public final class MongoAggregates<S> {

  private static final int MAX_TRIES = 50;

  private final MongoClient mongo;
  private final String collection;
  private final AggregateDocuments<S> documents;
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
    documents = new AggregateDocuments<>(type, searched);
    this.wake = wake;
  }

  /** Returns the state of an aggregate, or null if it does not exist. */
  public Future<S> find(String id) {
    return mongo
        .findOne(collection, new JsonObject().put("_id", id), new JsonObject().put("state", 1))
        .map(document -> document == null ? null : documents.state(document));
  }

  /** Returns the states of these aggregates, by id. Aggregates that do not exist are omitted. */
  public Future<Map<String, S>> findAll(Set<String> ids) {
    JsonObject in = new JsonObject().put("$in", new JsonArray(List.copyOf(ids)));
    FindOptions options =
        new FindOptions().setFields(new JsonObject().put("state", 1)).setBatchSize(ids.size() + 1);
    return mongo
        .findWithOptions(collection, new JsonObject().put("_id", in), options)
        .map(
            found ->
                found.stream()
                    .collect(Collectors.toMap(d -> d.getString("_id"), documents::state)));
  }

  public Future<List<S>> list(JsonObject query, JsonObject sort, int limit) {
    FindOptions options =
        new FindOptions().setFields(new JsonObject().put("state", 1)).setSort(sort).setLimit(limit);
    return mongo
        .findWithOptions(collection, query, options)
        .map(found -> found.stream().map(documents::state).toList());
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
   * Applies the transitions of several events, each as {@link #change(String, EventMessage,
   * Function)} does, with the subject of the event as the id of the aggregate. Events of one
   * subject are applied in the order of the list. If nothing else changes the aggregates, this
   * takes one query and one bulk write, however many events there are.
   *
   * @param transition receives an event and the state before it, which is null if the aggregate
   *     does not exist
   * @return the states after the events, by id; aggregates that do not exist are omitted. If the
   *     future fails, some of the events may have been applied.
   */
  public Future<Map<String, S>> changeAll(
      List<EventMessage> messages, BiFunction<EventMessage, S, Change<S>> transition) {
    return messages.isEmpty()
        ? Future.succeededFuture(Map.of())
        : changeAll(
            new AggregateBatch<>(mongo, collection, documents, messages, transition), MAX_TRIES);
  }

  private Future<Map<String, S>> changeAll(AggregateBatch<S> batch, int tries) {
    return batch
        .apply()
        .compose(
            states -> {
              if (batch.hasEvents()) {
                wake.run();
              }
              if (states != null) {
                return Future.succeededFuture(states);
              }
              return tries > 1
                  ? changeAll(batch, tries - 1)
                  : Future.failedFuture(busy("a document of " + collection));
            });
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
    JsonObject pull =
        new JsonObject()
            .put(
                AggregateDocuments.ANSWERS,
                new JsonObject().put(AggregateDocuments.CHANGE_ID, changeId));
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
              S before = document == null ? null : documents.state(document);
              String changeId = request.changeId();
              if (document != null
                  && changeId != null
                  && AggregateDocuments.hasSeen(document, changeId)) {
                return Future.succeededFuture(
                    new Outcome<>(before, AggregateDocuments.keptAnswer(document, changeId)));
              }
              Change<S> change = request.transition().apply(before);
              if (change.state() == null) {
                return Future.succeededFuture(new Outcome<>(null, null));
              }
              JsonObject answer = request.answer(before, change.state());
              Kept kept = Kept.of(changeId, answer);
              Future<Boolean> saved =
                  document == null
                      ? insert(id, kept, change)
                      : update(document, kept, change, change.state().equals(before));
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
                        : Future.failedFuture(busy(id));
                  });
            });
  }

  private static Refusal busy(String id) {
    return Refusal.unavailable(
        "busy",
        id + " has too many changes or unpublished events: " + Refusal.RETRY_LATER,
        Duration.ofSeconds(1));
  }

  private Future<Boolean> insert(String id, Kept kept, Change<S> change) {
    List<EventMessage> events = EventMessages.wrap(change.events(), 1, Instant.now());
    return mongo
        .insert(collection, documents.inserted(id, change.state(), kept, events))
        .map(true)
        .recover(e -> isDuplicate(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }

  private Future<Boolean> update(
      JsonObject document, Kept kept, Change<S> change, boolean unchanged) {
    if (unchanged && change.events().isEmpty()) {
      return kept.changeIds().isEmpty()
          ? Future.succeededFuture(true)
          : update(AggregateDocuments.seen(document, kept))
              .map(found -> found || kept.answer() == null);
    }
    List<EventMessage> events =
        EventMessages.wrap(
            change.events(), AggregateDocuments.nextSequence(document), Instant.now());
    return update(documents.updated(document, change.state(), kept, events));
  }

  /** False if the query of the update found no document. */
  private Future<Boolean> update(Update update) {
    return mongo
        .updateCollection(collection, update.query(), update.update())
        .map(result -> result.getDocMatched() > 0);
  }

  /** Whether an insert failed because the document exists already. */
  public static boolean isDuplicate(Throwable failure) {
    return MongoFailures.isDuplicateKey(failure);
  }
}
