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
 * Aggregates of one kind in a MongoDB collection. Each is a document with its {@code state}, the
 * {@code revision} that decides races, its {@code pending} events, the ids of the last messages
 * {@code seen}, and the fields to search by. A change, its events and the id of the message that
 * caused it are one update of one document.
 */
public final class MongoAggregates<S> {

  private static final int MAX_TRIES = 50;

  /** An order causes a few dozen messages. An older message is not delivered again. */
  private static final int SEEN_KEPT = 200;

  /** A caller deletes the answer when it has stored it elsewhere. Only a crash leaves one. */
  private static final int ANSWERS_KEPT = 20;

  private static final String SEEN = "seen";
  private static final String ANSWERS = "answers";

  private final MongoClient mongo;
  private final String collection;
  private final Class<S> type;
  private final Function<S, JsonObject> searched;
  private final Runnable wake;

  /**
   * {@code searched} returns the top-level fields by which a state is found; {@code wake} is called
   * after every write that added events to the outbox.
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

  /** The first ids that the query finds. The states are not read. */
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
   * Applies a transition that a client or a timer asks for. It is given null if the aggregate does
   * not exist yet.
   */
  public Future<S> change(String id, Function<S, Change<S>> transition) {
    return change(id, new Once<>(null, transition, null), MAX_TRIES).map(Outcome::state);
  }

  /**
   * Applies the transition of an event, exactly once for each message. It is given null if the
   * aggregate does not exist yet.
   */
  public Future<S> change(String id, EventMessage message, Function<S, Change<S>> transition) {
    return once(id, message.id(), transition);
  }

  /**
   * Applies a transition exactly once for each {@code mark}. Two hundred other marks in between
   * make it forget one. A null mark applies the transition each time.
   */
  public Future<S> once(String id, String mark, Function<S, Change<S>> transition) {
    return change(id, new Once<>(mark, transition, null), MAX_TRIES).map(Outcome::state);
  }

  /**
   * Applies a transition as {@link #once} does, and returns what {@code answer} makes of the states
   * before and after it. Under a mark the answer is written with the change, and kept until {@link
   * #forgetAnswer}: a repeated call returns the same one, or null when it was forgotten.
   */
  public Future<JsonObject> answered(
      String id,
      String mark,
      Function<S, Change<S>> transition,
      BiFunction<S, S, JsonObject> answer) {
    return change(id, new Once<>(mark, transition, answer), MAX_TRIES).map(Outcome::answer);
  }

  /** Deletes the answer of {@link #answered}: its caller has stored it elsewhere. */
  public Future<Void> forgetAnswer(String id, String mark) {
    JsonObject pull = new JsonObject().put(ANSWERS, new JsonObject().put("mark", mark));
    return mongo
        .updateCollection(
            collection, new JsonObject().put("_id", id), new JsonObject().put("$pull", pull))
        .mapEmpty();
  }

  /** {@code mark} and {@code answer} may be null. */
  private record Once<S>(
      String mark, Function<S, Change<S>> transition, BiFunction<S, S, JsonObject> answer) {

    JsonObject answer(S before, S after) {
      return answer == null ? null : answer.apply(before, after);
    }
  }

  private record Outcome<S>(S state, JsonObject answer) {}

  private Future<Outcome<S>> change(String id, Once<S> once, int tries) {
    return mongo
        .findOne(collection, new JsonObject().put("_id", id), new JsonObject().put("pending", 0))
        .compose(
            document -> {
              S before = document == null ? null : state(document);
              if (document != null && once.mark() != null && seen(document).contains(once.mark())) {
                return Future.succeededFuture(
                    new Outcome<>(before, keptAnswer(document, once.mark())));
              }
              Change<S> change = once.transition().apply(before);
              if (change.state() == null) {
                return Future.succeededFuture(new Outcome<>(null, null));
              }
              JsonObject answer = once.answer(before, change.state());
              Marked marked = new Marked(once.mark(), answer);
              Future<Boolean> saved =
                  document == null
                      ? insert(id, marked, change)
                      : update(id, marked, document, change, change.state().equals(before));
              return saved.compose(
                  done -> {
                    if (done) {
                      if (!change.events().isEmpty()) {
                        wake.run();
                      }
                      return Future.succeededFuture(new Outcome<>(change.state(), answer));
                    }
                    return tries > 1
                        ? change(id, once, tries - 1)
                        : Future.failedFuture(
                            Refusal.unavailable(
                                "busy",
                                id + " changes too fast, or cannot be told now: try again",
                                Duration.ofSeconds(1)));
                  });
            });
  }

  /** Null if it was deleted. */
  private static JsonObject keptAnswer(JsonObject document, String mark) {
    return document.getJsonArray(ANSWERS, new JsonArray()).stream()
        .map(JsonObject.class::cast)
        .filter(kept -> mark.equals(kept.getString("mark")))
        .map(kept -> kept.getJsonObject("answer"))
        .findFirst()
        .orElse(null);
  }

  /** The mark of a change, and the answer to keep with it; both may be null. */
  private record Marked(String mark, JsonObject answer) {

    boolean keepsAnswer() {
      return mark != null && answer != null;
    }

    JsonObject kept() {
      return new JsonObject().put("mark", mark).put("answer", answer);
    }

    /** The operand of the {@code $push} that adds it to a document. */
    JsonObject pushed() {
      JsonObject pushed = new JsonObject().put(SEEN, last(mark, SEEN_KEPT));
      return keepsAnswer() ? pushed.put(ANSWERS, last(kept(), ANSWERS_KEPT)) : pushed;
    }
  }

  private Future<Boolean> insert(String id, Marked marked, Change<S> change) {
    JsonObject document =
        fields(change.state())
            .put("_id", id)
            .put("revision", 1)
            .put("sequence", change.events().size())
            .put(
                SEEN, marked.mark() == null ? new JsonArray() : new JsonArray().add(marked.mark()));
    if (marked.keepsAnswer()) {
      document.put(ANSWERS, new JsonArray().add(marked.kept()));
    }
    MongoOutbox.into(document, EventMessages.wrap(change.events(), 1, Instant.now()));
    return mongo
        .insert(collection, document)
        .map(true)
        .recover(e -> isDuplicate(e) ? Future.succeededFuture(false) : Future.failedFuture(e));
  }

  private Future<Boolean> update(
      String id, Marked marked, JsonObject document, Change<S> change, boolean unchanged) {
    JsonObject query = new JsonObject().put("_id", id);
    if (unchanged && change.events().isEmpty()) {
      return marked.mark() == null
          ? Future.succeededFuture(true)
          : markUnchanged(query, marked, document);
    }
    long sequence = document.getLong("sequence");
    JsonObject set =
        fields(change.state())
            .put("revision", document.getLong("revision") + 1)
            .put("sequence", sequence + change.events().size());
    JsonObject update = new JsonObject().put("$set", set);
    if (marked.mark() != null) {
      update.put("$push", marked.pushed());
    }
    query.put("revision", document.getLong("revision"));
    MongoOutbox.push(
        query, update, EventMessages.wrap(change.events(), sequence + 1, Instant.now()));
    return mongo
        .updateCollection(collection, query, update)
        .map(result -> result.getDocMatched() > 0);
  }

  /** An answer must belong to the state that it was computed from. */
  private Future<Boolean> markUnchanged(JsonObject query, Marked marked, JsonObject document) {
    if (!marked.keepsAnswer()) {
      JsonObject seen = new JsonObject().put(SEEN, marked.mark());
      return mongo
          .updateCollection(collection, query, new JsonObject().put("$addToSet", seen))
          .map(true);
    }
    query
        .put("revision", document.getLong("revision"))
        .put(SEEN, new JsonObject().put("$ne", marked.mark()));
    return mongo
        .updateCollection(collection, query, new JsonObject().put("$push", marked.pushed()))
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
