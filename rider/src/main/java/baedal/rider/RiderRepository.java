package baedal.rider;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.mongodb.Geo;
import baedal.mongodb.MongoAggregates;
import baedal.mongodb.MongoOutbox;
import baedal.mongodb.MongoPlaces;
import baedal.mongodb.Nearest.Found;
import baedal.runtime.Page;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.mongo.UpdateOptions;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * Reads and writes deliveries and riders in MongoDB. A delivery is one document, and one update of
 * the document writes the new state together with its events. A rider's document holds the last
 * location.
 */
final class RiderRepository {

  private static final String DELIVERIES = "deliveries";
  private static final String RIDERS = "riders";

  /** Maximum number of a rider's deliveries for which the location is published. */
  private static final int MAX_FOLLOWED = 100;

  private final MongoClient mongo;
  private final MongoAggregates<Delivery> deliveries;
  private final MongoPlaces<Delivery> pickUps;

  RiderRepository(MongoClient mongo, Runnable wake) {
    this.mongo = mongo;
    deliveries =
        new MongoAggregates<>(
            mongo, DELIVERIES, Delivery.class, RiderRepository::searchFields, wake);
    pickUps = new MongoPlaces<>(mongo, DELIVERIES, deliveries, "job.from", Delivery::id);
  }

  private static JsonObject searchFields(Delivery delivery) {
    JsonObject fields =
        new JsonObject().put("status", delivery.status().name()).put("riderId", delivery.riderId());
    if (delivery.job() != null) {
      fields.put(
          MongoPlaces.CELL, Geo.cell(delivery.job().from().lat(), delivery.job().from().lng()));
    }
    return fields;
  }

  /** The unpublished events of all deliveries. */
  static MongoOutbox outbox(MongoClient mongo) {
    return new MongoOutbox(mongo, DELIVERIES);
  }

  /** Creates the indexes. */
  Future<?> prepare() {
    return outbox(mongo)
        .prepare()
        .compose(
            v ->
                mongo.createIndex(
                    DELIVERIES, new JsonObject().put("status", 1).put(MongoPlaces.CELL, 1)))
        .compose(
            v ->
                mongo.createIndex(DELIVERIES, new JsonObject().put("riderId", 1).put("status", 1)));
  }

  /** Null if the order has no delivery. */
  Future<Delivery> find(String orderId) {
    return deliveries.find(orderId);
  }

  Future<Delivery> change(String orderId, Function<Delivery, Change<Delivery>> transition) {
    return deliveries.change(orderId, transition);
  }

  /**
   * Applies a transition to the delivery of the event's order. If the event is delivered again,
   * nothing changes.
   */
  Future<Delivery> change(EventMessage message, Function<Delivery, Change<Delivery>> transition) {
    return deliveries.change(message.subject(), message, transition);
  }

  /**
   * Lists open deliveries, nearest pick-up point first. {@code cursor} is the cursor of the
   * previous page, or null.
   */
  Future<Page<Found<Delivery>>> open(Geo.Point from, double radiusKm, String cursor, int limit) {
    JsonObject open = new JsonObject().put("status", DeliveryStatus.OPEN.name());
    return pickUps.near(open, from, radiusKm, cursor, limit);
  }

  /** Lists the rider's oldest {@link #MAX_FOLLOWED} deliveries that are CLAIMED or PICKED. */
  Future<List<Delivery>> claimedBy(String riderId) {
    return claimedBy(riderId, null, MAX_FOLLOWED);
  }

  /**
   * Lists the rider's deliveries that are CLAIMED or PICKED, oldest first. {@code after} is the
   * last order id of the previous page, or null.
   */
  Future<List<Delivery>> claimedBy(String riderId, String after, int limit) {
    JsonArray active =
        new JsonArray().add(DeliveryStatus.CLAIMED.name()).add(DeliveryStatus.PICKED.name());
    JsonObject query =
        new JsonObject().put("riderId", riderId).put("status", new JsonObject().put("$in", active));
    if (after != null) {
      query.put("_id", new JsonObject().put("$gt", after));
    }
    return deliveries.list(query, new JsonObject().put("_id", 1), limit);
  }

  /** Replaces the rider's last location. */
  Future<Void> saveLocation(Rider rider) {
    JsonObject place =
        new JsonObject()
            .put("lat", rider.lat())
            .put("lng", rider.lng())
            .put("seenAt", rider.seenAt().toString());
    return mongo
        .updateCollectionWithOptions(
            RIDERS,
            new JsonObject().put("_id", rider.id()),
            new JsonObject().put("$set", place),
            new UpdateOptions().setUpsert(true))
        .mapEmpty();
  }

  /** Returns a rider without a location if the rider has never reported a location. */
  Future<Rider> rider(String id) {
    return mongo
        .findOne(RIDERS, new JsonObject().put("_id", id), new JsonObject())
        .map(
            found ->
                found == null
                    ? Rider.unseen(id)
                    : new Rider(
                        id,
                        found.getDouble("lat"),
                        found.getDouble("lng"),
                        Instant.parse(found.getString("seenAt"))));
  }
}
