package baedal.order;

import baedal.events.Address;
import baedal.events.EventMessage;
import baedal.events.Hotel;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
import baedal.events.StoreEvent.Night;
import baedal.runtime.Json;
import baedal.runtime.Text;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads and writes the order service's own copy of stores and menus, which store events keep
 * current. An older event never replaces a newer one: events of a store are compared by sequence,
 * events of a menu by revision.
 */
final class CatalogRepository {

  private static final String FIND =
      """
      SELECT s.owner_id, s.name, s.kind, s.open, s.address::text, s.hotel::text, m.menu_id, m.name AS menu_name, m.price, m.stock, m.options::text, m.nightly, m.max_guests,
             CASE WHEN m.nightly THEN (
               SELECT json_agg(json_build_object('date', night, 'taken', taken, 'price', price))::text FROM night_copy
                WHERE store_id = m.store_id AND menu_id = m.menu_id AND night = ANY($3)
             ) END AS nights
        FROM store_copy s
        LEFT JOIN menu_copy m ON m.store_id = s.store_id AND m.menu_id = ANY($2) AND NOT m.removed
       WHERE s.store_id = $1
      """;
  private static final String SAVE_STORE =
      """
      INSERT INTO store_copy (store_id, owner_id, name, kind, open, address, hotel, sequence)
      VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8)
      ON CONFLICT (store_id) DO UPDATE
        SET owner_id = excluded.owner_id, name = excluded.name, kind = excluded.kind, open = excluded.open,
            address = excluded.address, hotel = excluded.hotel, sequence = excluded.sequence
        WHERE store_copy.sequence < excluded.sequence
      """;
  private static final String SAVE_MENU =
      """
      INSERT INTO menu_copy (store_id, menu_id, name, price, stock, options, nightly, max_guests, removed, revision)
      VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9, $10)
      ON CONFLICT (store_id, menu_id) DO UPDATE
        SET name = excluded.name, price = excluded.price, stock = excluded.stock, options = excluded.options,
            nightly = excluded.nightly, max_guests = excluded.max_guests, removed = excluded.removed, revision = excluded.revision
        WHERE menu_copy.revision < excluded.revision
      """;
  private static final String SAVE_NIGHTS =
      """
      INSERT INTO night_copy (store_id, menu_id, night, taken, price, revision)
      SELECT $1, $2, n.date, n.taken, n.price, $4
        FROM json_to_recordset($3::text::json) AS n(date date, taken integer, price bigint)
       ORDER BY n.date
      ON CONFLICT (store_id, menu_id, night) DO UPDATE
        SET taken = excluded.taken, price = excluded.price, revision = excluded.revision
        WHERE night_copy.revision < excluded.revision
      """;
  private static final String DELETE_NIGHTS =
      """
      DELETE FROM night_copy WHERE (store_id, menu_id, night) IN (
        SELECT store_id, menu_id, night FROM night_copy WHERE night < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private static final int DELETE_BATCH = 1_000;

  private final SqlClient pool;

  CatalogRepository(SqlClient pool) {
    this.pool = pool;
  }

  /**
   * Finds a store, with those of the menus {@code menuIds} that it sells. Empty when the store is
   * unknown. {@code menuIds} are in Unicode normalization form C (NFC). Earlier versions of the
   * code stored menu ids in form D (NFD); the method also finds these menus. A room type knows only
   * those of its nights that {@code nights} contains.
   */
  Future<Optional<Catalog>> find(String storeId, List<String> menuIds, List<LocalDate> nights) {
    String[] stored =
        menuIds.stream()
            .flatMap(id -> Stream.of(id, Text.nfd(id)))
            .distinct()
            .toArray(String[]::new);
    return pool.preparedQuery(FIND)
        .execute(
            Tuple.tuple()
                .addString(storeId)
                .addArrayOfString(stored)
                .addArrayOfLocalDate(nights.toArray(LocalDate[]::new)))
        .map(
            rows -> {
              Map<String, Catalog.Menu> menus = new HashMap<>();
              Row store = null;
              for (Row row : rows) {
                store = row;
                if (row.getString("menu_id") != null) {
                  menus.put(row.getString("menu_id"), menu(row));
                }
              }
              List.copyOf(menus.values())
                  .forEach(menu -> menus.putIfAbsent(Text.nfc(menu.menuId()), menu));
              return Optional.ofNullable(store)
                  .map(
                      row ->
                          new Catalog(
                              storeId,
                              row.getString("owner_id"),
                              row.getString("name"),
                              row.getString("kind"),
                              row.getBoolean("open"),
                              Json.decode(row.getString("address"), Address.class),
                              hotel(row),
                              menus));
            });
  }

  private static Catalog.Menu menu(Row row) {
    return new Catalog.Menu(
        row.getString("menu_id"),
        row.getString("menu_name"),
        row.getLong("price"),
        row.getInteger("stock"),
        List.of(Json.decode(row.getString("options"), MenuOption[].class)),
        row.getBoolean("nightly"),
        row.getInteger("max_guests"),
        nights(row));
  }

  private static Hotel hotel(Row row) {
    String hotel = row.getString("hotel");
    return hotel == null ? null : Json.decode(hotel, Hotel.class);
  }

  private static Map<LocalDate, Night> nights(Row row) {
    String nights = row.getString("nights");
    return nights == null
        ? Map.of()
        : Stream.of(Json.decode(nights, Night[].class))
            .collect(Collectors.toMap(Night::date, night -> night));
  }

  Future<?> opened(EventMessage message, StoreEvent.Opened e) {
    return save(
        e.storeId(),
        e.ownerId(),
        e.name(),
        e.kind(),
        true,
        e.address(),
        e.hotel(),
        message.sequence());
  }

  Future<?> closed(EventMessage message, StoreEvent.Closed e) {
    return save(
        e.storeId(),
        e.ownerId(),
        e.name(),
        e.kind(),
        false,
        e.address(),
        e.hotel(),
        message.sequence());
  }

  private Future<?> save(
      String id,
      String owner,
      String name,
      String kind,
      boolean open,
      Address address,
      Hotel hotel,
      long sequence) {
    return pool.preparedQuery(SAVE_STORE)
        .execute(
            Tuple.tuple()
                .addString(id)
                .addString(owner)
                .addString(name)
                .addString(kind)
                .addBoolean(open)
                .addString(Json.encode(address))
                .addString(hotel == null ? null : Json.encode(hotel))
                .addLong(sequence));
  }

  /**
   * Updates the menu and the nights that the event contains. The two writes are independent: each
   * compares its own revisions, and a repeated event repeats both.
   */
  Future<?> menuChanged(StoreEvent.MenuChanged e) {
    return saveMenu(e).compose(saved -> saveNights(e));
  }

  private Future<?> saveMenu(StoreEvent.MenuChanged e) {
    return pool.preparedQuery(SAVE_MENU)
        .execute(
            Tuple.tuple()
                .addString(e.storeId())
                .addString(e.menuId())
                .addString(e.name())
                .addLong(e.price())
                .addInteger(e.stock())
                .addString(Json.encode(e.options()))
                .addBoolean(e.nightly())
                .addInteger(e.maxGuests())
                .addBoolean(e.removed())
                .addLong(e.revision()));
  }

  private Future<?> saveNights(StoreEvent.MenuChanged e) {
    return e.nights().isEmpty()
        ? Future.succeededFuture()
        : pool.preparedQuery(SAVE_NIGHTS)
            .execute(Tuple.of(e.storeId(), e.menuId(), Json.encode(e.nights()), e.revision()));
  }

  /**
   * Deletes at most 1,000 nights that are in the past in every time zone. Nobody can reserve them.
   */
  Future<Void> deletePastNights(Instant now) {
    LocalDate earliestToday = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(1);
    return pool.preparedQuery(DELETE_NIGHTS)
        .execute(Tuple.of(earliestToday, DELETE_BATCH))
        .mapEmpty();
  }
}
