package baedal.mongodb;

import baedal.events.EventMessage;
import baedal.runtime.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;

/**
 * Reads and composes the documents of {@link MongoAggregates}.
 *
 * @param type the class of the states
 * @param searched returns the search fields of a state
 */
record AggregateDocuments<S>(Class<S> type, Function<S, JsonObject> searched) {

  /** Maximum number of change ids in a document. An order causes a few dozen messages. */
  private static final int SEEN_KEPT = 200;

  /** Maximum number of answers in a document. Only a crash of a caller leaves an answer there. */
  private static final int ANSWERS_KEPT = 20;

  static final String SEEN = "seen";
  static final String ANSWERS = "answers";

  /** The field with the change id in a stored answer. Stored documents have it: keep its name. */
  static final String CHANGE_ID = "mark";

  /** A query for the document, and the update of the document that the query finds. */
  record Update(JsonObject query, JsonObject update) {}

  /**
   * The ids of the changes that a write stores; {@code answer} is that of the only one, or null.
   */
  record Kept(List<String> changeIds, JsonObject answer) {

    static Kept of(String changeId, JsonObject answer) {
      return changeId == null ? new Kept(List.of(), null) : new Kept(List.of(changeId), answer);
    }

    private JsonObject storedAnswer() {
      return new JsonObject().put(CHANGE_ID, changeIds.get(0)).put("answer", answer);
    }

    /** The operand of a {@code $push} of the ids and, if there is one, the answer. */
    private JsonObject pushed() {
      JsonObject pushed = new JsonObject().put(SEEN, last(new JsonArray(changeIds), SEEN_KEPT));
      return answer == null
          ? pushed
          : pushed.put(ANSWERS, last(JsonArray.of(storedAnswer()), ANSWERS_KEPT));
    }

    private static JsonObject last(JsonArray added, int kept) {
      return new JsonObject().put("$each", added).put("$slice", -kept);
    }
  }

  S state(JsonObject document) {
    return Json.toObject(document.getJsonObject("state"), type);
  }

  static boolean hasSeen(JsonObject document, String changeId) {
    return document.getJsonArray(SEEN, new JsonArray()).contains(changeId);
  }

  /** Returns the answer that the document keeps for a change; null if the answer was deleted. */
  static JsonObject keptAnswer(JsonObject document, String changeId) {
    return document.getJsonArray(ANSWERS, new JsonArray()).stream()
        .map(JsonObject.class::cast)
        .filter(kept -> changeId.equals(kept.getString(CHANGE_ID)))
        .map(kept -> kept.getJsonObject("answer"))
        .findFirst()
        .orElse(null);
  }

  /** The number of the next event of a document; {@code document} is null if there is none yet. */
  static long nextSequence(JsonObject document) {
    return document == null ? 1 : document.getLong("sequence") + 1;
  }

  /** Composes a new document. */
  JsonObject inserted(String id, S state, Kept kept, List<EventMessage> events) {
    JsonObject document =
        fields(state)
            .put("_id", id)
            .put("revision", 1)
            .put("sequence", events.size())
            .put(SEEN, new JsonArray(kept.changeIds()));
    if (kept.answer() != null) {
      document.put(ANSWERS, JsonArray.of(kept.storedAnswer()));
    }
    return MongoOutbox.into(document, events);
  }

  /** Composes an update that changes the state, if the document still has the same revision. */
  Update updated(JsonObject document, S state, Kept kept, List<EventMessage> events) {
    long revision = document.getLong("revision");
    JsonObject set =
        fields(state)
            .put("revision", revision + 1)
            .put("sequence", document.getLong("sequence") + events.size());
    JsonObject update = new JsonObject().put("$set", set);
    if (!kept.changeIds().isEmpty()) {
      update.put("$push", kept.pushed());
    }
    JsonObject query =
        new JsonObject().put("_id", document.getString("_id")).put("revision", revision);
    MongoOutbox.push(query, update, events);
    return new Update(query, update);
  }

  /**
   * Composes an update that stores the ids of changes without an effect. If there is an answer, the
   * update finds the document only while it has the revision from which the answer was computed.
   */
  static Update seen(JsonObject document, Kept kept) {
    JsonObject query = new JsonObject().put("_id", document.getString("_id"));
    if (kept.answer() == null) {
      JsonObject ids = new JsonObject().put("$each", new JsonArray(kept.changeIds()));
      JsonObject seen = new JsonObject().put(SEEN, ids);
      return new Update(query, new JsonObject().put("$addToSet", seen));
    }
    query
        .put("revision", document.getLong("revision"))
        .put(SEEN, new JsonObject().put("$ne", kept.changeIds().get(0)));
    return new Update(query, new JsonObject().put("$push", kept.pushed()));
  }

  private JsonObject fields(S state) {
    return searched.apply(state).copy().put("state", Json.fromObject(state));
  }
}
