package baedal.order;

import static baedal.testkit.Eventually.await;

import baedal.events.Change;
import baedal.events.EventMessages;
import baedal.events.Hotel;
import baedal.events.PaymentMethod;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
import baedal.events.StoreEvent.Night;
import baedal.runtime.Boot;
import baedal.runtime.HttpApi;
import baedal.runtime.Identity;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** An order service with its database and without a broker, for tests over HTTP. */
final class OrderServiceFixture implements AutoCloseable {

  private static final String NO_BROKER = "amqp://guest:guest@127.0.0.1:1/none";
  private static final String NO_PAYMENT = "http://127.0.0.1:1";

  final OrderDatabase db;
  final OrderHttpClient http;
  final String customerToken;
  private final Vertx vertx = Boot.vertx();
  private final AtomicLong revision = new AtomicLong(100);

  OrderServiceFixture() {
    db = new OrderDatabase(vertx);
    OrderVerticle service =
        new OrderVerticle(
            new OrderConfig(
                "127.0.0.1",
                0,
                HttpApi.DEFAULT_MAX_HEADER_BYTES,
                db.uri,
                NO_BROKER,
                NO_PAYMENT,
                new Identity.OneMachine(OrderHttpClient.SECRET),
                Duration.ofMinutes(15),
                Duration.ofHours(24),
                Duration.ZERO,
                Duration.ZERO,
                true));
    vertx.deployVerticle(service).await();
    http = new OrderHttpClient(vertx, service.port());
    customerToken = http.customer("c-1");
    await().until(() -> http.get("/orders", customerToken).statusCode() == 200);
  }

  @Override
  public void close() {
    vertx.close().await();
  }

  /** Adds or changes a menu of the store {@code s-1}; a null {@code stock} is unlimited. */
  void sells(String menuId, long price, Integer stock, MenuOption... options) {
    saveMenu(menuId, price, stock, false, options);
  }

  void removes(String menuId) {
    saveMenu(menuId, 1, null, true);
  }

  private void saveMenu(
      String menuId, long price, Integer stock, boolean removed, MenuOption... options) {
    db.catalogs
        .menuChanged(
            new StoreEvent.MenuChanged(
                "s-1",
                menuId,
                menuId,
                price,
                stock,
                List.of(options),
                false,
                null,
                List.of(),
                removed,
                revision.incrementAndGet(),
                OrderFixtures.NOON))
        .await();
  }

  /** Adds an open store of this kind, which sells cola. */
  void opens(String storeId, String kind) {
    StoreEvent.Opened opened =
        new StoreEvent.Opened(
            storeId, "o-1", "가게", kind, OrderFixtures.STORE, null, OrderFixtures.NOON);
    db.catalogs
        .opened(
            EventMessages.wrap(List.of(opened), revision.incrementAndGet(), OrderFixtures.NOON)
                .get(0),
            opened)
        .await();
    db.catalogs
        .menuChanged(
            new StoreEvent.MenuChanged(
                storeId,
                "cola",
                "콜라",
                2_000,
                null,
                List.of(),
                false,
                null,
                List.of(),
                false,
                1,
                OrderFixtures.NOON))
        .await();
  }

  /** Adds an open hotel. */
  void opensHotel(String storeId, Hotel hotel) {
    StoreEvent.Opened opened =
        new StoreEvent.Opened(
            storeId, "o-1", "한옥", "ROOM", OrderFixtures.STORE, hotel, OrderFixtures.NOON);
    db.catalogs
        .opened(
            EventMessages.wrap(List.of(opened), revision.incrementAndGet(), OrderFixtures.NOON)
                .get(0),
            opened)
        .await();
  }

  /** Adds or changes a room type for two guests, with the options breakfast and dinner. */
  void sellsRooms(String storeId, String menuId, long price, int rooms, Night... nights) {
    db.catalogs
        .menuChanged(
            new StoreEvent.MenuChanged(
                storeId,
                menuId,
                menuId,
                price,
                rooms,
                List.of(new MenuOption("조식", 10_000), new MenuOption("석식", 10_000)),
                true,
                2,
                List.of(nights),
                false,
                revision.incrementAndGet(),
                OrderFixtures.NOON))
        .await();
  }

  /** Places an order and returns its path. */
  String place(JsonObject order) {
    var created = http.post("/orders", customerToken, order);
    if (created.statusCode() != 201) {
      throw new AssertionError(created.bodyAsString());
    }
    return created.getHeader("Location");
  }

  /** Places an order, pays it by card, and returns its path. */
  String placeAndPay(JsonObject order) {
    String path = place(order);
    change(path, o -> OrderFixtures.pay(o, "p-1", PaymentMethod.CARD));
    return path;
  }

  void change(String path, Function<Order, Change<Order>> transition) {
    db.orders.change(path.substring("/orders/".length()), transition).await();
  }
}
