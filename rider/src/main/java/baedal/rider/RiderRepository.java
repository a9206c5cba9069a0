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
 * Deliveries and riders in MongoDB: a document each, changed together with the events it causes.
 */
final class RiderRepository {

  private static final String DELIVERIES = "deliveries";
  private static final String RIDERS = "riders";

  /** Of more deliveries than these customers do not see the rider move. */
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

  /** The events of all deliveries that are not published yet. */
  static MongoOutbox outbox(MongoClient mongo) {
    return new MongoOutbox(mongo, DELIVERIES);
  }

  /** Makes the indexes. */
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

  /** Null when there is none. */
  Future<Delivery> find(String orderId) {
    return deliveries.find(orderId);
  }

  Future<Delivery> change(String orderId, Function<Delivery, Change<Delivery>> transition) {
    return deliveries.change(orderId, transition);
  }

  /** Applies what an event says, exactly once for each message. */
  Future<Delivery> change(EventMessage message, Function<Delivery, Change<Delivery>> transition) {
    return deliveries.change(message.subject(), message, transition);
  }

  /** Open jobs whose pick-up point is near, the nearest first; {@code cursor} may be null. */
  Future<Page<Found<Delivery>>> open(Geo.Point from, double radiusKm, String cursor, int limit) {
    JsonObject open = new JsonObject().put("status", DeliveryStatus.OPEN.name());
    return pickUps.near(open, from, radiusKm, cursor, limit);
  }

  /** The deliveries in a rider's hand whose customers see the rider move, oldest first. */
  Future<List<Delivery>> inHand(String riderId) {
    return inHand(riderId, null, MAX_FOLLOWED);
  }

  /** The deliveries in a rider's hand, oldest first, after an order id {@code after} or null. */
  Future<List<Delivery>> inHand(String riderId, String after, int limit) {
    JsonArray active =
        new JsonArray().add(DeliveryStatus.CLAIMED.name()).add(DeliveryStatus.PICKED.name());
    JsonObject query =
        new JsonObject().put("riderId", riderId).put("status", new JsonObject().put("$in", active));
    if (after != null) {
      query.put("_id", new JsonObject().put("$gt", after));
    }
    return deliveries.list(query, new JsonObject().put("_id", 1), limit);
  }

  /** Keeps where the rider was last seen. */
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

  /** A rider who was never seen has no location. */
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
