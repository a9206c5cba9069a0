package baedal.mypage;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.mongodb.MongoAggregates;
import baedal.runtime.TransientFailures;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes the pages of MyPage in MongoDB. */
final class MyPageRepository {

  private static final Logger log = LoggerFactory.getLogger(MyPageRepository.class);
  private static final int COPY_BATCH = 100;

  private final MongoClient mongo;
  private final GenerationRepository generations;

  MyPageRepository(MongoClient mongo, GenerationRepository generations) {
    this.mongo = mongo;
    this.generations = generations;
  }

  private MongoAggregates<MyPage> pages(String collection) {
    return new MongoAggregates<>(
        mongo, collection, MyPage.class, MyPageRepository::searchFields, () -> {});
  }

  private <T> Future<T> current(Function<MongoAggregates<MyPage>, Future<T>> work) {
    return generations.location().compose(location -> work.apply(pages(location.current())));
  }

  private static JsonObject searchFields(MyPage page) {
    return new JsonObject()
        .put("customerId", page.customerId())
        .put("status", page.status() == null ? null : page.status().name());
  }

  /** Creates the index of the current pages. */
  Future<?> prepare() {
    return generations.location().compose(location -> prepare(location.current()));
  }

  /** Creates the index of a collection of pages. */
  Future<?> prepare(String collection) {
    return mongo.createIndex(collection, new JsonObject().put("customerId", 1).put("_id", -1));
  }

  /**
   * Applies events to the pages of their orders, each exactly once. While a rebuild fills another
   * collection, applies them there, too.
   *
   * @param messages events that belong to pages; those of one order in the order of the list
   * @return the pages by order id
   */
  Future<Map<String, MyPage>> apply(List<EventMessage> messages) {
    return generations
        .location()
        .compose(
            location ->
                (location.building() == null
                        ? Future.succeededFuture()
                        : applyTo(location.building(), messages))
                    .compose(v -> applyTo(location.current(), messages)));
  }

  private Future<Map<String, MyPage>> applyTo(String collection, List<EventMessage> messages) {
    return pages(collection).changeAll(messages, MyPageRepository::change);
  }

  private static Change<MyPage> change(EventMessage message, MyPage page) {
    return Change.of(
        Projection.apply(page == null ? MyPage.blank(message.subject()) : page, message));
  }

  /** Applies an event to its page in one collection, once. Null if the event has no page. */
  Future<MyPage> applyTo(String collection, EventMessage message) {
    return Projection.belongsToPage(message)
        ? pages(collection).change(message.subject(), message, page -> change(message, page))
        : Future.succeededFuture();
  }

  /** Null if the order has no page. */
  Future<MyPage> find(String orderId) {
    return current(pages -> pages.find(orderId));
  }

  /** The pages of these orders. Orders without a page are omitted. */
  Future<List<MyPage>> find(List<String> orderIds) {
    JsonObject in = new JsonObject().put("$in", new JsonArray(orderIds));
    return current(
        pages ->
            pages.list(
                new JsonObject().put("_id", in), new JsonObject().put("_id", 1), orderIds.size()));
  }

  /**
   * A customer's pages, newest first. {@code status} is null for every status; {@code before} is
   * the last order id of the previous page of the list, or null.
   */
  Future<List<MyPage>> list(String customerId, String status, String before, int limit) {
    JsonObject query = new JsonObject().put("customerId", customerId);
    if (status != null) {
      query.put("status", status);
    }
    if (before != null) {
      query.put("_id", new JsonObject().put("$lt", before));
    }
    return current(pages -> pages.list(query, new JsonObject().put("_id", -1), limit));
  }

  /**
   * Copies current pages into the collection {@code building} if the log no longer has the first
   * event of their order. A copy is merged with the page of the same order in {@code building}.
   */
  Future<Void> copyIncomplete(String building) {
    return generations
        .location()
        .compose(location -> copyIncomplete(location.current(), building, ""));
  }

  private Future<Void> copyIncomplete(String current, String building, String after) {
    JsonObject next = new JsonObject().put("_id", new JsonObject().put("$gt", after));
    return pages(current)
        .ids(next, COPY_BATCH)
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture()
                    : Future.all(
                            found.stream()
                                .map(id -> copyUnlessComplete(current, building, id))
                                .toList())
                        .compose(
                            v -> copyIncomplete(current, building, found.get(found.size() - 1))));
  }

  /** A page that cannot be read is not copied. */
  private Future<?> copyUnlessComplete(String current, String building, String orderId) {
    return pages(building)
        .find(orderId)
        .compose(
            rebuilt ->
                rebuilt != null && rebuilt.complete()
                    ? Future.succeededFuture()
                    : pages(current).find(orderId).compose(page -> merge(building, page)))
        .recover(
            e -> {
              if (TransientFailures.isOutage(e)) {
                return Future.failedFuture(e);
              }
              log.atError()
                  .addKeyValue("orderId", orderId)
                  .setCause(e)
                  .log("page cannot be read and was not copied to the rebuilt pages");
              return Future.succeededFuture();
            });
  }

  private Future<MyPage> merge(String building, MyPage page) {
    return pages(building)
        .change(
            page.orderId(),
            rebuilt -> Change.of(rebuilt == null ? page : rebuilt.mergedWith(page)));
  }

  /**
   * Drops the collections of earlier rebuilds. Lists all collections first, then reads which
   * collections are in use. So the collection of a rebuild that begins between these two steps is
   * not dropped.
   */
  Future<Void> dropOldCollections() {
    return mongo
        .getCollections()
        .compose(
            all ->
                generations.readLocation().compose(location -> dropOldCollections(all, location)));
  }

  private Future<Void> dropOldCollections(
      List<String> all, GenerationRepository.Location location) {
    return Future.all(
            all.stream()
                .filter(name -> name.startsWith(GenerationRepository.PREFIX))
                .filter(name -> !name.equals(location.current()))
                .filter(name -> !name.equals(location.building()))
                .map(mongo::dropCollection)
                .toList())
        .mapEmpty();
  }
}
