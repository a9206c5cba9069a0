package baedal.mypage;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.rabbitmq.MongoAggregates;
import baedal.runtime.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.util.List;

/** Pages and notifications in MongoDB. */
final class MyPageRepository {

  private static final String PAGES = "mypages";
  private static final String NOTIFICATIONS = "notifications";

  private final MongoClient mongo;
  private final MongoAggregates<MyPage> pages;

  MyPageRepository(MongoClient mongo) {
    this.mongo = mongo;
    pages = new MongoAggregates<>(mongo, PAGES, MyPage.class, MyPageRepository::searched, () -> {});
  }

  private static JsonObject searched(MyPage page) {
    return new JsonObject()
        .put("customerId", page.customerId())
        .put("status", page.status() == null ? null : page.status().name());
  }

  Future<?> prepare() {
    return mongo
        .createIndex(PAGES, new JsonObject().put("customerId", 1).put("_id", -1))
        .compose(
            v ->
                mongo.createIndex(
                    NOTIFICATIONS, new JsonObject().put("customerId", 1).put("sentAt", -1)))
        .compose(
            v ->
                mongo.createIndex(NOTIFICATIONS, new JsonObject().put("state", 1).put("noted", 1)));
  }

  /** Applies an event to the page of its order, exactly once. */
  Future<MyPage> apply(EventMessage message) {
    return pages.change(
        message.subject(),
        message,
        page ->
            Change.of(
                Projection.apply(page == null ? MyPage.blank(message.subject()) : page, message)));
  }

  /** Null when there is none. */
  Future<MyPage> find(String orderId) {
    return pages.find(orderId);
  }

  /** Those that there are. */
  Future<List<MyPage>> find(List<String> orderIds) {
    JsonObject in = new JsonObject().put("$in", new JsonArray(orderIds));
    return pages.list(
        new JsonObject().put("_id", in), new JsonObject().put("_id", 1), orderIds.size());
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
    return pages.list(query, new JsonObject().put("_id", -1), limit);
  }

  /** Writes a notification down, once for each order and change. */
  Future<Void> note(String orderId, String change, String text) {
    JsonObject note =
        new JsonObject()
            .put("_id", orderId + ":" + change)
            .put("orderId", orderId)
            .put("text", text)
            .put("noted", Ids.next())
            .put("state", "PENDING");
    return mongo
        .insert(NOTIFICATIONS, note)
        .recover(
            e -> MongoAggregates.isDuplicate(e) ? Future.succeededFuture() : Future.failedFuture(e))
        .mapEmpty();
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
    JsonObject set =
        new JsonObject()
            .put("state", "SENT")
            .put("customerId", customerId)
            .put("channel", channel)
            .put("sentAt", now.toString());
    return mongo
        .updateCollection(
            NOTIFICATIONS,
            new JsonObject().put("_id", id).put("state", "PENDING"),
            new JsonObject().put("$set", set))
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
