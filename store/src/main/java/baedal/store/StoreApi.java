package baedal.store;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.Hotel;
import baedal.events.RefundTerm;
import baedal.mongodb.Geo;
import baedal.runtime.Caller;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Json;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import baedal.runtime.Reply;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The routes of stores: everyone may find stores, owners open stores, and a store's owner and staff
 * change it.
 */
final class StoreApi {

  private static final double DEFAULT_RADIUS_KM = 3;

  /** The time zone in which a date ends last. A date before that is past everywhere. */
  private static final ZoneOffset LAST_ZONE = ZoneOffset.ofHours(-12);

  private final StoreRepository repository;
  private final Clock clock;

  StoreApi(StoreRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
  }

  void mount(Router router) {
    router.get("/stores").respond(this::search);
    router.post("/stores").respond(this::open);
    router.get("/stores/:storeId").respond(this::show);
    router.patch("/stores/:storeId").respond(this::revise);
  }

  /**
   * The JSON of a store. {@code distanceKm} is the distance to the point of a search; null unless
   * the request is a search near a point.
   */
  record StoreView(
      String storeId,
      String ownerId,
      String name,
      Store.Kind kind,
      Address address,
      boolean open,
      HotelView hotel,
      Double distanceKm) {

    static StoreView of(Store store, Double distanceKm) {
      return new StoreView(
          store.id(),
          store.ownerId(),
          store.name(),
          store.kind(),
          store.address(),
          store.open(),
          store.hotel() == null ? null : HotelView.of(store.hotel()),
          distanceKm);
    }
  }

  /** The JSON of a hotel's fields. Times are texts of hour and minute, such as 15:00. */
  record HotelView(
      String timeZone, String checkInTime, String checkOutTime, List<RefundTerm> refundTerms) {

    static HotelView of(Hotel hotel) {
      return new HotelView(
          hotel.timeZone(),
          hotel.checkInTime().toString(),
          hotel.checkOutTime().toString(),
          hotel.refundTerms());
    }
  }

  private Future<Page<StoreView>> search(RoutingContext ctx) {
    String near = ctx.request().getParam("near");
    String radiusKm = ctx.request().getParam("radiusKm");
    String kindName = ctx.request().getParam("kind");
    Store.Kind kind = kindName == null ? null : Store.Kind.valueOf(kindName);
    Instant now = clock.instant();
    LocalDate anywhere = LocalDate.ofInstant(now, LAST_ZONE);
    StoreSearchRepository.Wanted wanted =
        new StoreSearchRepository.Wanted(
            ctx.request().getParam("q"),
            kind,
            near == null ? null : Geo.Point.parse(near, "/near"),
            radiusKm == null ? DEFAULT_RADIUS_KM : Double.parseDouble(radiusKm),
            StayQuery.of(ctx, kind == Store.Kind.ROOM, anywhere),
            now);
    return repository
        .search()
        .find(wanted, ctx.request().getParam("cursor"), Paging.limit(ctx))
        .map(page -> page.map(hit -> StoreView.of(hit.store(), hit.distanceKm())));
  }

  /**
   * The body of a request that opens a store. {@code hotel} may be null. Its hash is part of an
   * idempotency key, and a null does not change the hash that older versions computed.
   */
  record OpenStore(
      String name,
      Store.Kind kind,
      Address address,
      @JsonInclude(JsonInclude.Include.NON_NULL) HotelForm hotel) {}

  private Future<StoreView> open(RoutingContext ctx) {
    OpenStore request = Json.toObject(ctx.body().asJsonObject(), OpenStore.class);
    opened(ctx, "", request); // refuses a wrong request before its key is stored
    return IdempotencyKey.of(ctx, request)
        .map(
            key ->
                repository
                    .keys()
                    .findOrInsert(key, Ids.next(), clock.instant())
                    .map(IdempotencyKeyRepository.KeyedRequest::id))
        .orElseGet(() -> Future.succeededFuture(Ids.next()))
        .compose(id -> open(ctx, id, request));
  }

  /**
   * Opens a store if no store with this id exists. A repeated request gets the store as the first
   * request opened it, even if the store was changed afterwards.
   */
  private Future<StoreView> open(RoutingContext ctx, String id, OpenStore request) {
    Change<Store> opened = opened(ctx, id, request);
    return repository
        .changeStore(id, before -> before == null ? opened : Change.none(before))
        .map(store -> Reply.created(ctx, "/stores/" + id, StoreView.of(opened.state(), null)));
  }

  private Change<Store> opened(RoutingContext ctx, String id, OpenStore request) {
    return Store.open(
        id,
        Caller.of(ctx).sub(),
        request.name(),
        request.kind(),
        request.address(),
        request.hotel(),
        clock.instant());
  }

  private Future<StoreView> show(RoutingContext ctx) {
    return existing(ctx).map(store -> StoreView.of(store, null));
  }

  record ReviseStore(String name, Address address, Boolean open, HotelForm hotel) {}

  private Future<StoreView> revise(RoutingContext ctx) {
    ReviseStore request = Json.toObject(ctx.body().asJsonObject(), ReviseStore.class);
    return own(ctx)
        .compose(
            store ->
                repository.changeStore(
                    store.id(),
                    s ->
                        s.revise(
                            request.name(),
                            request.address(),
                            request.open(),
                            request.hotel(),
                            clock.instant())))
        .map(store -> StoreView.of(store, null));
  }

  /** Returns the store in the path; fails with {@code not-found} if it does not exist. */
  Future<Store> existing(RoutingContext ctx) {
    return repository
        .store(ctx.pathParam("storeId"))
        .map(
            store -> {
              if (store == null) {
                throw Refusal.notFound("there is no store " + ctx.pathParam("storeId"));
              }
              return store;
            });
  }

  /**
   * Returns the store in the path; fails with {@code forbidden} if the caller neither owns it nor
   * works for it.
   */
  Future<Store> own(RoutingContext ctx) {
    return existing(ctx)
        .map(
            store -> {
              if (!worksFor(Caller.of(ctx), store)) {
                throw Refusal.forbidden("only the owner and the staff of this store may do this");
              }
              return store;
            });
  }

  /** True for the store's owner and for its staff. The token of staff names the store. */
  static boolean worksFor(Caller caller, Store store) {
    return store.ownerId().equals(caller.sub()) || caller.stores().contains(store.id());
  }
}
