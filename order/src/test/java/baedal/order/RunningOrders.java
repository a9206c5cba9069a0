package baedal.order;

import static baedal.testkit.Eventually.await;

import baedal.events.Change;
import baedal.events.EventMessages;
import baedal.events.PaymentMethod;
import baedal.events.StoreEvent;
import baedal.events.StoreEvent.MenuOption;
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
final class RunningOrders implements AutoCloseable {

  private static final String NO_BROKER = "amqp://guest:guest@127.0.0.1:1/none";
  private static final String NO_PAYMENT = "http://127.0.0.1:1";

  final Database db;
  final Clients http;
  final String me;
  private final Vertx vertx = Boot.vertx();
  private final AtomicLong revision = new AtomicLong(100);

  RunningOrders() {
    db = new Database(vertx);
    OrderVerticle service =
        new OrderVerticle(
            new OrderConfig(
                "127.0.0.1",
                0,
                HttpApi.DEFAULT_MAX_HEADER_BYTES,
                db.uri,
                NO_BROKER,
                NO_PAYMENT,
                new Identity.OneMachine(Clients.SECRET),
                Duration.ofMinutes(15),
                Duration.ofHours(24)));
    vertx.deployVerticle(service).await();
    http = new Clients(vertx, service.port());
    me = http.customer("c-1");
    await().until(() -> http.get("/orders", me).statusCode() == 200);
  }

  @Override
  public void close() {
    vertx.close().await();
  }

  /** The service hears that the store of the samples sells this menu; {@code stock} may be null. */
  void sells(String menuId, long price, Integer stock, MenuOption... options) {
    changed(menuId, price, stock, false, options);
  }

  void removes(String menuId) {
    changed(menuId, 1, null, true);
  }

  private void changed(
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
                removed,
                revision.incrementAndGet(),
                Samples.NOON))
        .await();
  }

  /** The service hears of an open store of this kind that sells cola. */
  void opens(String storeId, String kind) {
    StoreEvent.Opened opened =
        new StoreEvent.Opened(storeId, "o-1", "가게", kind, Samples.STORE, Samples.NOON);
    db.catalogs
        .opened(
            EventMessages.wrap(List.of(opened), revision.incrementAndGet(), Samples.NOON).get(0),
            opened)
        .await();
    db.catalogs
        .menuChanged(
            new StoreEvent.MenuChanged(
                storeId, "cola", "콜라", 2_000, null, List.of(), false, 1, Samples.NOON))
        .await();
  }

  /** The path of a new order. */
  String placed(JsonObject order) {
    var created = http.post("/orders", me, order);
    if (created.statusCode() != 201) {
      throw new AssertionError(created.bodyAsString());
    }
    return created.getHeader("Location");
  }

  /** The path of a new order that is paid by card. */
  String paid(JsonObject order) {
    String path = placed(order);
    change(path, o -> Samples.pay(o, "p-1", PaymentMethod.CARD));
    return path;
  }

  void change(String path, Function<Order, Change<Order>> transition) {
    db.orders.change(path.substring("/orders/".length()), transition).await();
  }
}
