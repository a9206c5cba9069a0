package baedal.order;

import baedal.events.Address;
import baedal.events.EventMessage;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Json;
import baedal.runtime.Text;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads and writes the order service's own copy of stores and menus, which store events keep
 * current. An older event never replaces a newer one: events of a store are compared by sequence,
 * events of a menu by revision.
 */
final class CatalogRepository {

  private static final String FIND =
      """
      SELECT s.owner_id, s.name, s.kind, s.open, s.address::text, m.menu_id, m.name AS menu_name, m.price, m.stock, m.options::text
        FROM store_copy s
        LEFT JOIN menu_copy m ON m.store_id = s.store_id AND m.menu_id = ANY($2) AND NOT m.removed
       WHERE s.store_id = $1
      """;
  private static final String SAVE_STORE =
      """
      INSERT INTO store_copy (store_id, owner_id, name, kind, open, address, sequence)
      VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7)
      ON CONFLICT (store_id) DO UPDATE
        SET owner_id = excluded.owner_id, name = excluded.name, kind = excluded.kind, open = excluded.open,
            address = excluded.address, sequence = excluded.sequence
        WHERE store_copy.sequence < excluded.sequence
      """;
  private static final String SAVE_MENU =
      """
      INSERT INTO menu_copy (store_id, menu_id, name, price, stock, options, removed, revision)
      VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8)
      ON CONFLICT (store_id, menu_id) DO UPDATE
        SET name = excluded.name, price = excluded.price, stock = excluded.stock, options = excluded.options,
            removed = excluded.removed, revision = excluded.revision
        WHERE menu_copy.revision < excluded.revision
      """;

  private final SqlClient pool;

  CatalogRepository(SqlClient pool) {
    this.pool = pool;
  }

  /**
   * Finds a store, with those of the menus {@code menuIds} that it sells. Empty when the store is
   * unknown. {@code menuIds} are in Unicode normalization form C (NFC). Earlier versions of the
   * code stored menu ids in form D (NFD); the method also finds these menus.
   */
  Future<Optional<Catalog>> find(String storeId, List<String> menuIds) {
    String[] stored =
        menuIds.stream()
            .flatMap(id -> Stream.of(id, Text.nfd(id)))
            .distinct()
            .toArray(String[]::new);
    return pool.preparedQuery(FIND)
        .execute(Tuple.tuple().addString(storeId).addArrayOfString(stored))
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
                              menus));
            });
  }

  private static Catalog.Menu menu(Row row) {
    return new Catalog.Menu(
        row.getString("menu_id"),
        row.getString("menu_name"),
        row.getLong("price"),
        row.getInteger("stock"),
        List.of(Json.decode(row.getString("options"), MenuOption[].class)));
  }

  Future<?> opened(EventMessage message, StoreEvent.Opened e) {
    return save(
        e.storeId(), e.ownerId(), e.name(), e.kind(), true, e.address(), message.sequence());
  }

  Future<?> closed(EventMessage message, StoreEvent.Closed e) {
    return save(
        e.storeId(), e.ownerId(), e.name(), e.kind(), false, e.address(), message.sequence());
  }

  private Future<?> save(
      String id,
      String owner,
      String name,
      String kind,
      boolean open,
      Address address,
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
                .addLong(sequence));
  }

  Future<?> menuChanged(StoreEvent.MenuChanged e) {
    return pool.preparedQuery(SAVE_MENU)
        .execute(
            Tuple.tuple()
                .addString(e.storeId())
                .addString(e.menuId())
                .addString(e.name())
                .addLong(e.price())
                .addInteger(e.stock())
                .addString(Json.encode(e.options()))
                .addBoolean(e.removed())
                .addLong(e.revision()));
  }
}
