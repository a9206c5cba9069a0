package baedal.mypage;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.mongodb.MongoAggregates;
import baedal.runtime.Ids;
import baedal.runtime.TransientFailures;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pages and notifications in MongoDB. */
final class MyPageRepository {

  private static final Logger log = LoggerFactory.getLogger(MyPageRepository.class);
  private static final String NOTIFICATIONS = "notifications";
  private static final int KEPT_AT_ONCE = 100;

  /** As text in the order of time; {@link Instant#toString} leaves the zeros of a second out. */
  private static final DateTimeFormatter IN_ORDER =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private final MongoClient mongo;
  private final GenerationRepository generations;

  MyPageRepository(MongoClient mongo, GenerationRepository generations) {
    this.mongo = mongo;
    this.generations = generations;
  }

  private MongoAggregates<MyPage> pages(String collection) {
    return new MongoAggregates<>(
        mongo, collection, MyPage.class, MyPageRepository::searched, () -> {});
  }

  private <T> Future<T> current(Function<MongoAggregates<MyPage>, Future<T>> work) {
    return generations.where().compose(where -> work.apply(pages(where.current())));
  }

  private static JsonObject searched(MyPage page) {
    return new JsonObject()
        .put("customerId", page.customerId())
        .put("status", page.status() == null ? null : page.status().name());
  }

  Future<?> prepare() {
    return generations
        .where()
        .compose(where -> prepare(where.current()))
        .compose(
            v ->
                mongo.createIndex(
                    NOTIFICATIONS, new JsonObject().put("customerId", 1).put("sentAt", -1)))
        .compose(
            v ->
                mongo.createIndex(NOTIFICATIONS, new JsonObject().put("state", 1).put("noted", 1)));
  }

  /** Makes the indexes of a collection of pages. */
  Future<?> prepare(String collection) {
    return mongo.createIndex(collection, new JsonObject().put("customerId", 1).put("_id", -1));
  }

  /**
   * Applies an event to the page of its order, exactly once; also where pages are being rebuilt.
   */
  Future<MyPage> apply(EventMessage message) {
    return generations
        .where()
        .compose(
            where ->
                (where.building() == null
                        ? Future.succeededFuture()
                        : applyTo(where.building(), message))
                    .compose(v -> applyTo(where.current(), message)));
  }

  /** As {@link #apply}, in one collection; null for what belongs to no page. */
  Future<MyPage> applyTo(String collection, EventMessage message) {
    if (!Projection.concerns(message)) {
      return Future.succeededFuture();
    }
    return pages(collection)
        .change(
            message.subject(),
            message,
            page ->
                Change.of(
                    Projection.apply(
                        page == null ? MyPage.blank(message.subject()) : page, message)));
  }

  /** Null when there is none. */
  Future<MyPage> find(String orderId) {
    return current(pages -> pages.find(orderId));
  }

  /** Those that there are. */
  Future<List<MyPage>> find(List<String> orderIds) {
    JsonObject in = new JsonObject().put("$in", new JsonArray(orderIds));
    return current(
        pages ->
            pages.list(
                new JsonObject().put("_id", in), new JsonObject().put("_id", 1), orderIds.size()));
  }

  /**
   * A customer's pages, newest first; {@code status} and {@code before} (an order id) may be null.
   */
  Future<List<MyPage>> list(String customerId, String status, String before, int limit) {
    JsonObject query = new JsonObject().put("customerId", customerId);
    if (status != null) {
      query.put("status", status);
    }
    if (before != null) {
      query.put("_id", new JsonObject().put("$lt", before));
    }
    return current(pages -> pages.list(query, new JsonObject().put("_id", -1), limit));
  }

  /**
   * Pages of which the log no longer has anything, or not the beginning, know what they know
   * already, and what is told meanwhile.
   */
  Future<Void> keepOlder(String building) {
    return generations.where().compose(where -> keepOlder(where.current(), building, ""));
  }

  private Future<Void> keepOlder(String current, String building, String after) {
    JsonObject next = new JsonObject().put("_id", new JsonObject().put("$gt", after));
    return pages(current)
        .ids(next, KEPT_AT_ONCE)
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture()
                    : Future.all(found.stream().map(id -> keep(current, building, id)).toList())
                        .compose(v -> keepOlder(current, building, found.get(found.size() - 1))));
  }

  /** A page that nobody can read any more is left behind. */
  private Future<?> keep(String current, String building, String orderId) {
    return pages(building)
        .find(orderId)
        .compose(
            rebuilt ->
                rebuilt != null && rebuilt.whole()
                    ? Future.succeededFuture()
                    : pages(current).find(orderId).compose(page -> keep(building, page)))
        .recover(
            e -> {
              if (TransientFailures.isOutage(e)) {
                return Future.failedFuture(e);
              }
              log.atError()
                  .addKeyValue("orderId", orderId)
                  .setCause(e)
                  .log("a page was left behind");
              return Future.succeededFuture();
            });
  }

  private Future<MyPage> keep(String building, MyPage page) {
    return pages(building)
        .change(page.orderId(), rebuilt -> Change.of(rebuilt == null ? page : rebuilt.and(page)));
  }

  /**
   * What earlier rebuilds left behind. A collection that was there before the look, and is neither
   * the present one nor being built, never becomes one.
   */
  Future<Void> dropOthers() {
    return mongo
        .getCollections()
        .compose(all -> generations.look().compose(where -> dropOthers(all, where)));
  }

  private Future<Void> dropOthers(List<String> all, GenerationRepository.Where where) {
    return Future.all(
            all.stream()
                .filter(name -> name.startsWith(GenerationRepository.PREFIX))
                .filter(name -> !name.equals(where.current()))
                .filter(name -> !name.equals(where.building()))
                .map(mongo::dropCollection)
                .toList())
        .mapEmpty();
  }

  /** Writes a notification down that waits to be sent, once for each order and change. */
  Future<Void> note(String orderId, Messages.Note note) {
    return insert(noted(orderId, note).put("state", "PENDING")).mapEmpty();
  }

  /**
   * Writes a notification down that is sent now. True for the one replica that may send it, and
   * only the first time; from then on it is never sent again.
   */
  Future<Boolean> noteSent(
      String orderId, Messages.Note note, String customerId, String channel, Instant now) {
    return insert(noted(orderId, note).mergeIn(sent(customerId, channel, now)));
  }

  private static JsonObject noted(String orderId, Messages.Note note) {
    return new JsonObject()
        .put("_id", orderId + ":" + note.change())
        .put("orderId", orderId)
        .put("text", note.text())
        .put("noted", Ids.next());
  }

  private static JsonObject sent(String customerId, String channel, Instant now) {
    return new JsonObject()
        .put("state", "SENT")
        .put("customerId", customerId)
        .put("channel", channel)
        .put("sentAt", IN_ORDER.format(now));
  }

  /** False when it was written down before. */
  private Future<Boolean> insert(JsonObject note) {
    return mongo
        .insert(NOTIFICATIONS, note)
        .map(true)
        .recover(
            e ->
                MongoAggregates.isDuplicate(e)
                    ? Future.succeededFuture(false)
                    : Future.failedFuture(e));
  }

  /** What waits to be sent, in the order it was noted, after the note {@code last}. */
  Future<List<JsonObject>> pending(String last, int limit) {
    return mongo.findWithOptions(
        NOTIFICATIONS,
        new JsonObject().put("state", "PENDING").put("noted", new JsonObject().put("$gt", last)),
        new FindOptions().setSort(new JsonObject().put("noted", 1)).setLimit(limit));
  }

  /** True for the one replica that may send it; from then on it is never sent again. */
  Future<Boolean> takeToSend(String id, String customerId, String channel, Instant now) {
    return mongo
        .updateCollection(
            NOTIFICATIONS,
            new JsonObject().put("_id", id).put("state", "PENDING"),
            new JsonObject().put("$set", sent(customerId, channel, now)))
        .map(result -> result.getDocModified() > 0);
  }

  /**
   * A customer's notifications, newest first, after the last one of the page before (null at
   * first).
   */
  Future<List<JsonObject>> notifications(String customerId, List<String> last, int limit) {
    JsonObject query = new JsonObject().put("customerId", customerId);
    if (last != null) {
      JsonObject earlier = new JsonObject().put("sentAt", new JsonObject().put("$lt", last.get(0)));
      JsonObject same =
          new JsonObject()
              .put("sentAt", last.get(0))
              .put("noted", new JsonObject().put("$lt", last.get(1)));
      query.put("$or", new JsonArray().add(earlier).add(same));
    }
    return mongo.findWithOptions(
        NOTIFICATIONS,
        query,
        new FindOptions()
            .setSort(new JsonObject().put("sentAt", -1).put("noted", -1))
            .setLimit(limit));
  }
}
