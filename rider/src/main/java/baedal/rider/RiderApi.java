package baedal.rider;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.DeliveryJob;
import baedal.events.EventMessages;
import baedal.events.Fulfilment;
import baedal.events.Parcel;
import baedal.events.RiderEvent;
import baedal.mongodb.Geo;
import baedal.rabbitmq.EventPublisher;
import baedal.runtime.Caller;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of deliveries and riders. Riders find, claim and carry deliveries and report their
 * location. A customer, and a store's owner and staff, read the deliveries of their orders.
 */
final class RiderApi {

  private static final Logger log = LoggerFactory.getLogger(RiderApi.class);
  private static final double DEFAULT_RADIUS_KM = 3;

  private final RiderRepository repository;
  private final EventPublisher publisher;
  private final Clock clock;

  RiderApi(RiderRepository repository, EventPublisher publisher, Clock clock) {
    this.repository = repository;
    this.publisher = publisher;
    this.clock = clock;
  }

  void mount(Router router) {
    router.get("/deliveries").respond(this::list);
    router.get("/deliveries/:orderId").respond(this::show);
    router
        .post("/deliveries/:orderId/claim")
        .respond(ctx -> act(ctx, (d, now) -> d.claim(rider(ctx), now)));
    router
        .post("/deliveries/:orderId/release")
        .respond(
            ctx ->
                act(
                    ctx,
                    (d, now) ->
                        Caller.of(ctx).has(Caller.ADMIN)
                            ? d.takeBack(now)
                            : d.release(rider(ctx), now)));
    router
        .post("/deliveries/:orderId/pick")
        .respond(ctx -> act(ctx, (d, now) -> d.pick(rider(ctx), now)));
    router
        .post("/deliveries/:orderId/deliver")
        .respond(ctx -> act(ctx, (d, now) -> d.deliver(rider(ctx), collected(ctx), now)));
    router.get("/riders/me").respond(this::me);
    router.put("/riders/me/location").respond(this::reportLocation);
  }

  /**
   * The JSON of a delivery.
   *
   * @param collect the amount in won that the rider must collect from the customer
   * @param distanceKm the distance to the pick-up point; null unless the request is a search near a
   *     point
   */
  record DeliveryView(
      String orderId,
      DeliveryStatus status,
      String storeId,
      String storeName,
      Fulfilment fulfilment,
      Address from,
      Address to,
      Parcel parcel,
      String memo,
      long collect,
      String riderId,
      Double distanceKm) {

    static DeliveryView of(Delivery delivery, Double distanceKm) {
      DeliveryJob j = delivery.job();
      return new DeliveryView(
          delivery.id(),
          delivery.status(),
          j.storeId(),
          j.storeName(),
          j.fulfilment(),
          j.from(),
          j.to(),
          j.parcel(),
          j.memo(),
          j.collect(),
          delivery.riderId(),
          distanceKm);
    }
  }

  private Future<Page<DeliveryView>> list(RoutingContext ctx) {
    String cursor = ctx.request().getParam("cursor");
    int limit = Paging.limit(ctx);
    if ("true".equals(ctx.request().getParam("mine"))) {
      String after = Paging.last(ctx);
      return repository
          .claimedBy(rider(ctx), after, limit + 1)
          .map(found -> Page.of(found, limit, delivery -> Paging.encode(delivery.id())))
          .map(page -> page.map(delivery -> DeliveryView.of(delivery, null)));
    }
    String near = ctx.request().getParam("near");
    if (near == null) {
      throw Refusal.invalid("/near", "is required as lat,lng, except with mine=true");
    }
    Geo.Point from = Geo.Point.parse(near, "/near");
    String radiusKm = ctx.request().getParam("radiusKm");
    double radius = radiusKm == null ? DEFAULT_RADIUS_KM : Double.parseDouble(radiusKm);
    return repository
        .open(from, radius, cursor, limit)
        .map(page -> page.map(found -> DeliveryView.of(found.element(), found.distanceKm())));
  }

  private Future<DeliveryView> show(RoutingContext ctx) {
    return repository
        .find(ctx.pathParam("orderId"))
        .map(
            delivery -> {
              if (delivery == null
                  || delivery.job() == null
                  || !isVisible(delivery, Caller.of(ctx))) {
                throw noSuch(ctx);
              }
              return DeliveryView.of(delivery, null);
            });
  }

  /**
   * Riders may see open deliveries and the deliveries that they have claimed. A customer, and a
   * store's owner and staff, may see the deliveries of their orders.
   */
  private static boolean isVisible(Delivery delivery, Caller caller) {
    DeliveryJob job = delivery.job();
    String sub = caller.sub();
    boolean carries = delivery.status() == DeliveryStatus.OPEN || sub.equals(delivery.riderId());
    boolean worksFor = sub.equals(job.ownerId()) || caller.stores().contains(job.storeId());
    return (caller.has(Caller.RIDER) && carries)
        || (caller.has(Caller.CUSTOMER) && sub.equals(job.customerId()))
        || (caller.has(Caller.OWNER) && worksFor);
  }

  private Future<DeliveryView> act(
      RoutingContext ctx, BiFunction<Delivery, Instant, Change<Delivery>> action) {
    return repository
        .change(
            ctx.pathParam("orderId"),
            delivery -> {
              if (delivery == null || delivery.job() == null) {
                throw noSuch(ctx);
              }
              return action.apply(delivery, clock.instant());
            })
        .map(delivery -> DeliveryView.of(delivery, null));
  }

  private static long collected(RoutingContext ctx) {
    JsonObject body = ctx.body().asJsonObject();
    return body == null ? 0 : body.getLong("collected", 0L);
  }

  record RiderView(String riderId, Rider.State state, Double lat, Double lng) {}

  private Future<RiderView> me(RoutingContext ctx) {
    return repository
        .rider(rider(ctx))
        .compose(
            rider ->
                repository
                    .claimedBy(rider.id())
                    .map(
                        claimed ->
                            new RiderView(
                                rider.id(),
                                rider.state(!claimed.isEmpty(), clock.instant()),
                                rider.lat(),
                                rider.lng())));
  }

  /**
   * Stores the rider's location, and publishes it for each delivery that the rider has claimed. The
   * event is transient: a failed publication is not repeated, because a newer location follows.
   */
  private Future<Void> reportLocation(RoutingContext ctx) {
    JsonObject place = ctx.body().asJsonObject();
    Rider rider =
        new Rider(rider(ctx), place.getDouble("lat"), place.getDouble("lng"), clock.instant());
    return repository
        .saveLocation(rider)
        .compose(v -> repository.claimedBy(rider.id()))
        .onSuccess(claimed -> publishLocation(rider, claimed))
        .mapEmpty();
  }

  private void publishLocation(Rider rider, List<Delivery> claimed) {
    for (Delivery delivery : claimed) {
      RiderEvent moved =
          new RiderEvent.Moved(delivery.id(), rider.id(), rider.lat(), rider.lng(), rider.seenAt());
      EventMessages.wrap(List.of(moved), 1, rider.seenAt())
          .forEach(
              message ->
                  publisher
                      .publishTransient(message)
                      .onFailure(
                          e ->
                              log.atDebug()
                                  .addKeyValue("orderId", delivery.id())
                                  .log("rider location not published")));
    }
  }

  private static Refusal noSuch(RoutingContext ctx) {
    return Refusal.notFound("there is no delivery " + ctx.pathParam("orderId"));
  }

  private static String rider(RoutingContext ctx) {
    return Caller.of(ctx).sub();
  }
}
