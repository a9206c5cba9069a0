package baedal.order;

import baedal.events.EventMessages;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
import baedal.postgres.PgDatabase;
import baedal.postgres.PgSchema;
import baedal.testkit.TestServers;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.List;

/** A database with the order service's tables. It holds one store, which sells two menus. */
final class OrderDatabase {

  final String uri = TestServers.postgres();
  final Pool pool;
  final OrderRepository orders;
  final CatalogRepository catalogs;

  OrderDatabase(Vertx vertx) {
    PgDatabase store = new PgDatabase(vertx, uri, PgSchema.BACKBONE, "classpath:baedal/order/db");
    Promise<Void> prepared = Promise.promise();
    store.prepare(prepared::complete);
    prepared.future().await();
    pool = store.pool();
    orders = new OrderRepository(pool, () -> {});
    catalogs = new CatalogRepository(pool);
    saveStore(true, 1);
    saveMenu("fried", 18_000, 1, new MenuOption("순살", 2_000), new MenuOption("뼈", 2_000));
    saveMenu("cola", 2_000, 1);
  }

  void saveStore(boolean open, long sequence) {
    StoreEvent.Opened opened =
        new StoreEvent.Opened(
            "s-1", "o-1", "통닭천국", "FOOD", OrderFixtures.STORE, null, OrderFixtures.NOON);
    StoreEvent.Closed closed =
        new StoreEvent.Closed(
            "s-1", "o-1", "통닭천국", "FOOD", OrderFixtures.STORE, null, OrderFixtures.NOON);
    var message =
        EventMessages.wrap(List.of(open ? opened : closed), sequence, OrderFixtures.NOON).get(0);
    if (open) {
      catalogs.opened(message, opened).await();
    } else {
      catalogs.closed(message, closed).await();
    }
  }

  void saveMenu(String menuId, long price, long revision, MenuOption... options) {
    catalogs.menuChanged(menuChanged(menuId, price, revision, false, options)).await();
  }

  static StoreEvent.MenuChanged menuChanged(
      String menuId, long price, long revision, boolean removed, MenuOption... options) {
    return new StoreEvent.MenuChanged(
        "s-1",
        menuId,
        menuId,
        price,
        null,
        List.of(options),
        false,
        null,
        List.of(),
        removed,
        revision,
        OrderFixtures.NOON);
  }

  /** The types of the unpublished events, oldest first. */
  List<String> outboxTypes() {
    List<String> types = new ArrayList<>();
    pool.query("SELECT body FROM outbox ORDER BY id")
        .execute()
        .await()
        .forEach(row -> types.add(EventMessages.decode(row.getString(0)).type()));
    return types;
  }

  List<Long> outboxSequences() {
    List<Long> sequences = new ArrayList<>();
    pool.query("SELECT body FROM outbox ORDER BY id")
        .execute()
        .await()
        .forEach(row -> sequences.add(EventMessages.decode(row.getString(0)).sequence()));
    return sequences;
  }

  long count(String table) {
    return pool.query("SELECT count(*) FROM " + table)
        .execute()
        .await()
        .iterator()
        .next()
        .getLong(0);
  }
}
