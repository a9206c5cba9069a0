package baedal.store;

import baedal.events.Stay;
import baedal.mongodb.Geo;
import baedal.mongodb.MongoAggregates;
import baedal.mongodb.MongoPlaces;
import baedal.mongodb.Nearest.Found;
import baedal.runtime.Page;
import baedal.runtime.Paging;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.FindOptions;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds stores, for {@link StoreApi}. {@link StoreRepository} creates it. */
final class StoreSearchRepository {

  /** How many pages of hotels a search for a free room reads at most. */
  private static final int MAX_ROUNDS = 10;

  private static final JsonObject BY_ID = new JsonObject().put("_id", 1);

  private final MongoClient mongo;
  private final String menus;
  private final MongoAggregates<Store> stores;
  private final MongoPlaces<Store> places;

  /** {@code menus} is the collection of the menus. */
  StoreSearchRepository(
      MongoClient mongo, String menus, MongoAggregates<Store> stores, MongoPlaces<Store> places) {
    this.mongo = mongo;
    this.menus = menus;
    this.stores = stores;
    this.places = places;
  }

  /**
   * What is searched. All but the limit may be null.
   *
   * @param part a part of the name, in upper or lower case
   * @param from lists the stores nearest to this point first, otherwise the oldest first
   * @param stay finds only hotels with a room that is free on every night
   */
  record Wanted(
      String part, Store.Kind kind, Geo.Point from, double radiusKm, Stay stay, Instant now) {

    private JsonObject query() {
      JsonObject query = UnicodeForms.named(part);
      return kind == null ? query : query.put(StoreRepository.KIND, kind.name());
    }

    /** Whether the stay does not begin in the past, at the hotel. */
    private boolean isInTime(Store hotel) {
      return !stay.checkIn().isBefore(hotel.today(now));
    }
  }

  /** A store, and its distance to the point of the search; null without a point. */
  record Hit(Store store, Double distanceKm) {}

  /**
   * Returns a page of stores. With a stay, it may have fewer than {@code limit} stores although
   * there is a next page.
   *
   * @param cursor the cursor of the previous page, or null
   */
  Future<Page<Hit>> find(Wanted wanted, String cursor, int limit) {
    return wanted.stay() == null
        ? page(wanted, cursor, limit)
        : withFreeRoom(wanted, new Page<>(List.of(), cursor), limit, MAX_ROUNDS);
  }

  private Future<Page<Hit>> page(Wanted wanted, String cursor, int limit) {
    if (wanted.from() != null) {
      return places
          .near(wanted.query(), wanted.from(), wanted.radiusKm(), cursor, limit)
          .map(page -> page.map(StoreSearchRepository::hit));
    }
    JsonObject query = wanted.query();
    if (cursor != null) {
      query.put("_id", new JsonObject().put("$gt", Paging.decode(cursor, 1).get(0)));
    }
    return stores
        .list(query, BY_ID, limit + 1)
        .map(found -> Page.of(found, limit, store -> Paging.encode(store.id())))
        .map(page -> page.map(store -> new Hit(store, null)));
  }

  private static Hit hit(Found<Store> found) {
    return new Hit(found.element(), found.distanceKm());
  }

  /**
   * Reads pages of hotels until {@code limit} of them have a free room, or there are no more. Each
   * page has as many hotels as are still wanted, so that its cursor is that of the last result.
   */
  private Future<Page<Hit>> withFreeRoom(Wanted wanted, Page<Hit> before, int limit, int rounds) {
    int missing = limit - before.items().size();
    return page(wanted, before.next(), missing)
        .compose(
            page ->
                storesWithFreeRoom(page, wanted.stay())
                    .compose(
                        free -> {
                          List<Hit> hits = new ArrayList<>(before.items());
                          page.items().stream()
                              .filter(hit -> free.contains(hit.store().id()))
                              .filter(hit -> wanted.isInTime(hit.store()))
                              .forEach(hits::add);
                          Page<Hit> found = new Page<>(hits, page.next());
                          return hits.size() == limit || page.next() == null || rounds == 1
                              ? Future.succeededFuture(found)
                              : withFreeRoom(wanted, found, limit, rounds - 1);
                        }));
  }

  private Future<Set<String>> storesWithFreeRoom(Page<Hit> page, Stay stay) {
    List<String> ids = page.items().stream().map(hit -> hit.store().id()).toList();
    FindOptions options =
        new FindOptions().setFields(new JsonObject().put(MenuQueries.STORE_ID, 1));
    return mongo
        .findWithOptions(menus, MenuQueries.free(ids, stay), options)
        .map(
            found ->
                found.stream()
                    .map(menu -> menu.getString(MenuQueries.STORE_ID))
                    .collect(Collectors.toSet()));
  }
}
