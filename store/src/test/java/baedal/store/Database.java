package baedal.store;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.mongodb.MongoDatabase;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A real database with the store of {@link Samples}. No relay runs, so it keeps all events. */
final class Database {

  private static final Set<String> WRITES = Set.of("insert", "updateCollection");
  private static final Clock CLOCK = Clock.fixed(Samples.NOON, ZoneOffset.UTC);

  final MongoClient client;
  final StoreRepository repository;
  final Kitchen kitchen;
  private final Vertx vertx;

  Database(Vertx vertx) {
    this.vertx = vertx;
    client = new MongoDatabase(vertx, TestServers.mongo()).client();
    repository = new StoreRepository(client, () -> {});
    repository.prepare().await();
    kitchen = new Kitchen(vertx, repository, CLOCK);
    repository.changeStore("s-1", none -> Change.of(Samples.STORE)).await();
  }

  /** Stores the hotel of {@link Hotels}. */
  void hotel() {
    repository.changeStore("h-1", none -> Change.of(Hotels.HOTEL)).await();
  }

  /** Puts a new room type, of which no room is taken, into the hotel. */
  void rooms(String menuId, int rooms) {
    repository
        .changeMenu(Menu.key("h-1", menuId), before -> Change.of(Hotels.menu(menuId, rooms)))
        .await();
  }

  Menu roomType(String menuId) {
    return repository.menu("h-1", menuId).await();
  }

  /** The number of rooms that are taken in the night {@code inDays} days after today. */
  int taken(String menuId, int inDays) {
    return roomType(menuId).room().nights().taken(Hotels.TODAY.plusDays(inDays));
  }

  void open(boolean open) {
    repository.changeStore("s-1", s -> s.revise(null, null, open, null, Samples.NOON)).await();
  }

  void menu(String menuId, Integer stock) {
    repository
        .changeMenu(
            Menu.key("s-1", menuId),
            before ->
                Menu.put(
                    before,
                    Samples.STORE,
                    menuId,
                    Samples.form(menuId, 18_000, stock),
                    Samples.NOON))
        .await();
  }

  /** Sets the number that is free to sell, as the owner does. */
  void setStock(String menuId, Integer stock) {
    MenuForm form = new MenuForm(null, null, new MenuForm.Stock(stock), null, RoomForm.EMPTY);
    repository
        .changeMenu(
            Menu.key("s-1", menuId), before -> before.revise(Samples.STORE, form, Samples.NOON))
        .await();
  }

  Integer stock(String menuId) {
    return repository.menu("s-1", menuId).await().stock();
  }

  /** Overwrites the state of the menu with one that the service cannot read. */
  void makeUnreadable(String menuId) {
    client
        .updateCollection(
            "menus",
            new JsonObject().put("_id", Menu.key("s-1", menuId)),
            new JsonObject().put("$set", new JsonObject().put("state", "nonsense")))
        .await();
  }

  Ticket ticket(String orderId) {
    return repository.ticket(orderId).await();
  }

  /** The types of the events that a ticket caused, in order. */
  List<String> eventTypes(String orderId) {
    return pending("foodCookings", orderId).stream().map(EventMessage::type).toList();
  }

  List<EventMessage> pending(String collection, String id) {
    JsonObject document =
        client
            .findOne(
                collection, new JsonObject().put("_id", id), new JsonObject().put("pending", 1))
            .await();
    List<EventMessage> messages = new ArrayList<>();
    if (document != null && document.getJsonArray("pending") != null) {
      document
          .getJsonArray("pending")
          .forEach(e -> messages.add(EventMessages.decode(((JsonObject) e).getString("body"))));
    }
    return messages;
  }

  /** Returns the kitchen of another replica. */
  Kitchen replica() {
    return new Kitchen(vertx, replicaRepository(), CLOCK);
  }

  StoreRepository replicaRepository() {
    return new StoreRepository(client, () -> {});
  }

  /**
   * Returns the kitchen of a replica that crashes at its {@code nth} write (from 0). That call and
   * all later ones fail. The database has the {@code nth} write only if {@code written}.
   */
  Kitchen crashing(int nth, boolean written) {
    return new Kitchen(vertx, crashingRepository(nth, written), CLOCK);
  }

  /** Returns the repository of a replica that crashes as in {@link #crashing}. */
  StoreRepository crashingRepository(int nth, boolean written) {
    AtomicInteger writes = new AtomicInteger();
    MongoClient failing =
        (MongoClient)
            Proxy.newProxyInstance(
                Database.class.getClassLoader(),
                new Class<?>[] {MongoClient.class},
                (proxy, method, arguments) -> {
                  int done = writes.get();
                  if (WRITES.contains(method.getName())) {
                    done = writes.getAndIncrement();
                  }
                  boolean crash = done == nth && WRITES.contains(method.getName());
                  if (done > nth || (crash && !written)) {
                    return Future.failedFuture(new IOException("the replica has crashed"));
                  }
                  try {
                    Object result = method.invoke(client, arguments);
                    return crash
                        ? ((Future<?>) result)
                            .compose(
                                v ->
                                    Future.failedFuture(new IOException("the replica has crashed")))
                        : result;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return new StoreRepository(failing, () -> {});
  }
}
