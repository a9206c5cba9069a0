package baedal.mongodb;

import baedal.events.Change;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.mongodb.AggregateDocuments.Kept;
import baedal.mongodb.AggregateDocuments.Update;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.BulkOperation;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Applies the transitions of several events to their aggregates, for {@link
 * MongoAggregates#changeAll}: one query reads all documents, and one bulk write changes them.
 */
final class AggregateBatch<S> {

  private final MongoClient mongo;
  private final String collection;
  private final AggregateDocuments<S> documents;
  private final BiFunction<EventMessage, S, Change<S>> transition;
  private final Map<String, List<EventMessage>> messagesById = new LinkedHashMap<>();
  private boolean hasEvents;

  AggregateBatch(
      MongoClient mongo,
      String collection,
      AggregateDocuments<S> documents,
      List<EventMessage> messages,
      BiFunction<EventMessage, S, Change<S>> transition) {
    this.mongo = mongo;
    this.collection = collection;
    this.documents = documents;
    this.transition = transition;
    messages.forEach(
        message ->
            messagesById.computeIfAbsent(message.subject(), id -> new ArrayList<>()).add(message));
  }

  /** Whether {@link #apply} has written events, or may have written some although it failed. */
  boolean hasEvents() {
    return hasEvents;
  }

  /**
   * Reads, changes and writes the aggregates. Returns their states by id. Returns null if a
   * concurrent change of an aggregate won; then the caller tries again. Changes that this call has
   * written are not applied again, because their documents have the ids of the messages.
   */
  Future<Map<String, S>> apply() {
    JsonArray ids = new JsonArray(List.copyOf(messagesById.keySet()));
    return mongo
        .findWithOptions(
            collection,
            new JsonObject().put("_id", new JsonObject().put("$in", ids)),
            new FindOptions()
                .setFields(new JsonObject().put("pending", 0))
                .setBatchSize(messagesById.size() + 1))
        .compose(
            found -> {
              Map<String, JsonObject> byId = new HashMap<>();
              found.forEach(document -> byId.put(document.getString("_id"), document));
              List<Folded<S>> folded = new ArrayList<>();
              messagesById.forEach((id, messages) -> folded.add(fold(id, byId.get(id), messages)));
              return BulkWrites.write(mongo, collection, writes(folded))
                  .map(written -> written ? states(folded) : null);
            });
  }

  /**
   * The changes of one aggregate. {@code document} is null if there is none yet. {@code before} and
   * {@code after} are null if the aggregate does not exist.
   */
  private record Folded<S>(
      String id,
      JsonObject document,
      S before,
      S after,
      List<String> changeIds,
      List<EventMessage> events) {}

  /** Applies the transitions of those messages that the document has not seen. */
  private Folded<S> fold(String id, JsonObject document, List<EventMessage> messages) {
    S before = document == null ? null : documents.state(document);
    S state = before;
    List<String> changeIds = new ArrayList<>();
    List<EventMessage> events = new ArrayList<>();
    for (EventMessage message : messages) {
      if (changeIds.contains(message.id())
          || (document != null && AggregateDocuments.hasSeen(document, message.id()))) {
        continue;
      }
      Change<S> change = transition.apply(message, state);
      if (change.state() == null) {
        continue;
      }
      state = change.state();
      changeIds.add(message.id());
      events.addAll(wrap(change.events(), document, events.size(), message));
    }
    return new Folded<>(id, document, before, state, changeIds, events);
  }

  /** The events belong to the trace of the message that caused them. */
  private static List<EventMessage> wrap(
      List<? extends Event> events, JsonObject document, int earlier, EventMessage cause) {
    return EventMessages.wrap(
        events,
        AggregateDocuments.nextSequence(document) + earlier,
        Instant.now(),
        cause.traceparent());
  }

  private List<BulkOperation> writes(List<Folded<S>> all) {
    List<BulkOperation> writes = new ArrayList<>();
    for (Folded<S> one : all) {
      if (one.changeIds().isEmpty()) {
        continue;
      }
      hasEvents |= !one.events().isEmpty();
      Kept kept = new Kept(one.changeIds(), null);
      if (one.document() == null) {
        writes.add(
            BulkOperation.createInsert(
                documents.inserted(one.id(), one.after(), kept, one.events())));
      } else {
        boolean unchanged = one.events().isEmpty() && one.after().equals(one.before());
        Update update =
            unchanged
                ? AggregateDocuments.seen(one.document(), kept)
                : documents.updated(one.document(), one.after(), kept, one.events());
        writes.add(BulkOperation.createUpdate(update.query(), update.update()));
      }
    }
    return writes;
  }

  private Map<String, S> states(List<Folded<S>> all) {
    Map<String, S> states = new LinkedHashMap<>();
    all.stream()
        .filter(one -> one.after() != null)
        .forEach(one -> states.put(one.id(), one.after()));
    return states;
  }
}
