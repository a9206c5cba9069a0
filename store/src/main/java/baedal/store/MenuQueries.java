package baedal.store;

import baedal.events.Stay;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The search fields of the menus' documents, and the queries for them. */
final class MenuQueries {

  static final String STORE_ID = "storeId";
  private static final String REMOVED = "removed";
  private static final String MAX_GUESTS = "maxGuests";

  /** The number of rooms of a nightly menu. */
  private static final String ROOMS = "rooms";

  /** The nights on which no room of a nightly menu is free. */
  private static final String FULL = "full";

  /** The attributes of a nightly menu, see {@link RoomType#searched}. */
  private static final String ATTRIBUTES = "attributes";

  private MenuQueries() {}

  /** The search fields of a menu. */
  static JsonObject fields(Menu menu) {
    JsonObject fields = new JsonObject().put(STORE_ID, menu.storeId()).put(REMOVED, menu.removed());
    if (menu.room() != null) {
      fields
          .put(MAX_GUESTS, menu.room().maxGuests())
          .put(ROOMS, menu.stock())
          .put(FULL, dates(menu.room().nights().full(menu.stock())))
          .put(ATTRIBUTES, new JsonArray(menu.room().searched()));
    }
    return fields;
  }

  /**
   * A query for the menus that a store sells.
   *
   * @param attribute {@code name} or {@code name:text} of an attribute in upper or lower case; null
   *     for all menus
   */
  static JsonObject ofStore(String storeId, String attribute) {
    JsonObject query = new JsonObject().put(STORE_ID, storeId).put(REMOVED, false);
    return attribute == null ? query : query.put(ATTRIBUTES, attribute.toLowerCase(Locale.ROOT));
  }

  /** A query for the nightly menus of these stores that have a room free on every night. */
  static JsonObject free(Collection<String> storeIds, Stay stay) {
    return new JsonObject()
        .put(STORE_ID, new JsonObject().put("$in", new JsonArray(List.copyOf(storeIds))))
        .put(REMOVED, false)
        .put(MAX_GUESTS, new JsonObject().put("$gte", stay.guests()))
        .put(ROOMS, new JsonObject().put("$gte", 1))
        .put(FULL, new JsonObject().put("$nin", dates(stay.nights())));
  }

  private static JsonArray dates(List<LocalDate> dates) {
    return new JsonArray(dates.stream().map(LocalDate::toString).toList());
  }
}
