package baedal.mypage;

import baedal.mongodb.BulkWrites;
import baedal.runtime.Ids;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Set;

/** Reads and writes the notifications of MyPage in MongoDB. */
final class NotificationRepository {

  private static final String NOTIFICATIONS = "notifications";

  /**
   * Always writes three decimal places, so that texts sort by time; {@link Instant#toString} does
   * not.
   */
  private static final DateTimeFormatter SORTABLE =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private final MongoClient mongo;

  NotificationRepository(MongoClient mongo) {
    this.mongo = mongo;
  }

  /** Creates the indexes. */
  Future<?> prepare() {
    return mongo
        .createIndex(NOTIFICATIONS, new JsonObject().put("customerId", 1).put("sentAt", -1))
        .compose(
            v ->
                mongo.createIndex(NOTIFICATIONS, new JsonObject().put("state", 1).put("noted", 1)));
  }

  /** Composes the document of a notification that a poll sends later. */
  static JsonObject pending(Submission notification) {
    return document(notification).put("state", "PENDING");
  }

  /** Composes the document of a notification that counts as sent, and is sent when it is stored. */
  static JsonObject sent(Submission notification, String channel, Instant now) {
    return document(notification).mergeIn(sent(notification.customerId(), channel, now));
  }

  private static JsonObject document(Submission notification) {
    return new JsonObject()
        .put("_id", notification.orderId() + ":" + notification.text().changeId())
        .put("orderId", notification.orderId())
        .put("text", notification.text().text())
        .put("noted", Ids.next());
  }

  private static JsonObject sent(String customerId, String channel, Instant now) {
    return new JsonObject()
        .put("state", "SENT")
        .put("customerId", customerId)
        .put("channel", channel)
        .put("sentAt", SORTABLE.format(now));
  }

  /**
   * Stores notifications, once for each order and change. Returns the indexes of those that were
   * stored already: the caller must not send these.
   */
  Future<Set<Integer>> insert(List<JsonObject> notifications) {
    return BulkWrites.insert(mongo, NOTIFICATIONS, notifications);
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
  Future<List<JsonObject>> list(String customerId, List<String> last, int limit) {
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
