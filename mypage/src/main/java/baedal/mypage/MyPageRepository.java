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

/** Reads and writes the pages and notifications of MyPage in MongoDB. */
final class MyPageRepository {

  private static final Logger log = LoggerFactory.getLogger(MyPageRepository.class);
  private static final String NOTIFICATIONS = "notifications";
  private static final int COPY_BATCH = 100;

  /**
   * Always writes three decimal places, so that texts sort by time; {@link Instant#toString} does
   * not.
   */
  private static final DateTimeFormatter SORTABLE =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private final MongoClient mongo;
  private final GenerationRepository generations;

  MyPageRepository(MongoClient mongo, GenerationRepository generations) {
    this.mongo = mongo;
    this.generations = generations;
  }

  private MongoAggregates<MyPage> pages(String collection) {
    return new MongoAggregates<>(
        mongo, collection, MyPage.class, MyPageRepository::searchFields, () -> {});
  }

  private <T> Future<T> current(Function<MongoAggregates<MyPage>, Future<T>> work) {
    return generations.location().compose(location -> work.apply(pages(location.current())));
  }

  private static JsonObject searchFields(MyPage page) {
    return new JsonObject()
        .put("customerId", page.customerId())
        .put("status", page.status() == null ? null : page.status().name());
  }

  /** Creates the indexes of the current pages and of the notifications. */
  Future<?> prepare() {
    return generations
        .location()
        .compose(location -> prepare(location.current()))
        .compose(
            v ->
                mongo.createIndex(
                    NOTIFICATIONS, new JsonObject().put("customerId", 1).put("sentAt", -1)))
        .compose(
            v ->
                mongo.createIndex(NOTIFICATIONS, new JsonObject().put("state", 1).put("noted", 1)));
  }

  /** Creates the index of a collection of pages. */
  Future<?> prepare(String collection) {
    return mongo.createIndex(collection, new JsonObject().put("customerId", 1).put("_id", -1));
  }

  /**
   * Applies an event to the page of its order, exactly once. While a rebuild fills another
   * collection, applies it there, too.
   */
  Future<MyPage> apply(EventMessage message) {
    return generations
        .location()
        .compose(
            location ->
                (location.building() == null
                        ? Future.succeededFuture()
                        : applyTo(location.building(), message))
                    .compose(v -> applyTo(location.current(), message)));
  }

  /** Applies an event to its page in one collection, once. Null if the event has no page. */
  Future<MyPage> applyTo(String collection, EventMessage message) {
    if (!Projection.belongsToPage(message)) {
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

  /** Null if the order has no page. */
  Future<MyPage> find(String orderId) {
    return current(pages -> pages.find(orderId));
  }

  /** The pages of these orders. Orders without a page are omitted. */
  Future<List<MyPage>> find(List<String> orderIds) {
    JsonObject in = new JsonObject().put("$in", new JsonArray(orderIds));
    return current(
        pages ->
            pages.list(
                new JsonObject().put("_id", in), new JsonObject().put("_id", 1), orderIds.size()));
  }

  /**
   * A customer's pages, newest first. {@code status} is null for every status; {@code before} is
   * the last order id of the previous page of the list, or null.
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
   * Copies current pages into the collection {@code building} if the log no longer has the first
   * event of their order. A copy is merged with the page of the same order in {@code building}.
   */
  Future<Void> copyIncomplete(String building) {
    return generations
        .location()
        .compose(location -> copyIncomplete(location.current(), building, ""));
  }

  private Future<Void> copyIncomplete(String current, String building, String after) {
    JsonObject next = new JsonObject().put("_id", new JsonObject().put("$gt", after));
    return pages(current)
        .ids(next, COPY_BATCH)
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture()
                    : Future.all(
                            found.stream()
                                .map(id -> copyUnlessComplete(current, building, id))
                                .toList())
                        .compose(
                            v -> copyIncomplete(current, building, found.get(found.size() - 1))));
  }

  /** A page that cannot be read is not copied. */
  private Future<?> copyUnlessComplete(String current, String building, String orderId) {
    return pages(building)
        .find(orderId)
        .compose(
            rebuilt ->
                rebuilt != null && rebuilt.complete()
                    ? Future.succeededFuture()
                    : pages(current).find(orderId).compose(page -> merge(building, page)))
        .recover(
            e -> {
              if (TransientFailures.isOutage(e)) {
                return Future.failedFuture(e);
              }
              log.atError()
                  .addKeyValue("orderId", orderId)
                  .setCause(e)
                  .log("page cannot be read and was not copied to the rebuilt pages");
              return Future.succeededFuture();
            });
  }

  private Future<MyPage> merge(String building, MyPage page) {
    return pages(building)
        .change(
            page.orderId(),
            rebuilt -> Change.of(rebuilt == null ? page : rebuilt.mergedWith(page)));
  }

  /**
   * Drops the collections of earlier rebuilds. Lists all collections first, then reads which
   * collections are in use. So the collection of a rebuild that begins between these two steps is
   * not dropped.
   */
  Future<Void> dropOldCollections() {
    return mongo
        .getCollections()
        .compose(
            all ->
                generations.readLocation().compose(location -> dropOldCollections(all, location)));
  }

  private Future<Void> dropOldCollections(
      List<String> all, GenerationRepository.Location location) {
    return Future.all(
            all.stream()
                .filter(name -> name.startsWith(GenerationRepository.PREFIX))
                .filter(name -> !name.equals(location.current()))
                .filter(name -> !name.equals(location.building()))
                .map(mongo::dropCollection)
                .toList())
        .mapEmpty();
  }

  /** Stores a notification, which a poll sends later, once for each order and change. */
  Future<Void> insertPending(String orderId, NotificationText text) {
    return insert(document(orderId, text).put("state", "PENDING")).mapEmpty();
  }

  /**
   * Stores a notification as sent, before it is sent. False if it was stored already: then the
   * caller must not send it.
   */
  Future<Boolean> insertSent(
      String orderId, NotificationText text, String customerId, String channel, Instant now) {
    return insert(document(orderId, text).mergeIn(sent(customerId, channel, now)));
  }

  private static JsonObject document(String orderId, NotificationText text) {
    return new JsonObject()
        .put("_id", orderId + ":" + text.changeId())
        .put("orderId", orderId)
        .put("text", text.text())
        .put("noted", Ids.next());
  }

  private static JsonObject sent(String customerId, String channel, Instant now) {
    return new JsonObject()
        .put("state", "SENT")
        .put("customerId", customerId)
        .put("channel", channel)
        .put("sentAt", SORTABLE.format(now));
  }

  /** False if the notification was stored already. */
  private Future<Boolean> insert(JsonObject notification) {
    return mongo
        .insert(NOTIFICATIONS, notification)
        .map(true)
        .recover(
            e ->
                MongoAggregates.isDuplicate(e)
                    ? Future.succeededFuture(false)
                    : Future.failedFuture(e));
  }

  /**
   * Lists pending notifications whose field {@code noted} is greater than {@code last}, oldest
   * first.
   */
  Future<List<JsonObject>> pending(String last, int limit) {
    return mongo.findWithOptions(
        NOTIFICATIONS,
        new JsonObject().put("state", "PENDING").put("noted", new JsonObject().put("$gt", last)),
        new FindOptions().setSort(new JsonObject().put("noted", 1)).setLimit(limit));
  }

  /** Marks a pending notification as sent. False if it was marked already: do not send it then. */
  Future<Boolean> claimForSending(String id, String customerId, String channel, Instant now) {
    return mongo
        .updateCollection(
            NOTIFICATIONS,
            new JsonObject().put("_id", id).put("state", "PENDING"),
            new JsonObject().put("$set", sent(customerId, channel, now)))
        .map(result -> result.getDocModified() > 0);
  }

  /**
   * A customer's notifications, newest first. {@code last} holds {@code sentAt} and {@code noted}
   * of the last notification on the previous page; it is null for the first page.
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
