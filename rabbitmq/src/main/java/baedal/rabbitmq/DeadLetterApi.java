package baedal.rabbitmq;

import baedal.runtime.Page;
import baedal.runtime.Paging;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URL;
import java.util.List;
import java.util.function.Function;

/** The routes by which operators list, read, replay and discard a service's dead letters. */
public final class DeadLetterApi {

  private static final int MAX_SKIPPED = 10_000;

  private final String service;
  private final DeadLetters letters;

  public DeadLetterApi(String service, DeadLetters letters) {
    this.service = service;
    this.letters = letters;
  }

  /** The OpenAPI document of these routes. */
  public static URL contract() {
    return DeadLetterApi.class.getResource("dead-letters.yaml");
  }

  public void mount(Router router) {
    router.get("/deadLetters/:service").respond(ofThisService(this::list));
    router.post("/deadLetters/:service/replay").respond(ofThisService(this::replayAll));
    router
        .get("/deadLetters/:service/:deadLetterId")
        .respond(ofThisService(c -> letters.find(id(c))));
    router
        .delete("/deadLetters/:service/:deadLetterId")
        .respond(ofThisService(c -> letters.discard(id(c))));
    router
        .post("/deadLetters/:service/:deadLetterId/replay")
        .respond(ofThisService(c -> letters.replay(id(c))));
  }

  private <T> Function<RoutingContext, Future<T>> ofThisService(
      Function<RoutingContext, Future<T>> action) {
    return ctx -> {
      if (!ctx.pathParam("service").equals(service)) {
        throw Refusal.notFound(
            "this service has the dead letters of %s only: request /deadLetters/%s"
                .formatted(service, service));
      }
      return action.apply(ctx);
    };
  }

  private static String id(RoutingContext ctx) {
    return ctx.pathParam("deadLetterId");
  }

  record Letters(List<DeadLetter> items, String next, long total) {}

  /**
   * The cursor is the number of dead letters to skip: a queue cannot be read from a given position.
   */
  private Future<Letters> list(RoutingContext ctx) {
    int limit = Paging.limit(ctx);
    int skip = toSkip(ctx.request().getParam("cursor"));
    return letters
        .list(skip, limit + 1)
        .map(
            found -> {
              Page<DeadLetter> page =
                  Page.of(
                      found.items(), limit, last -> Paging.encode(Integer.toString(skip + limit)));
              String next = canSkip(skip + limit) ? page.next() : null;
              return new Letters(page.items(), next, found.total());
            });
  }

  /** Whether a cursor may skip {@code count} dead letters. */
  static boolean canSkip(int count) {
    return count >= 0 && count <= MAX_SKIPPED;
  }

  private static int toSkip(String cursor) {
    if (cursor == null) {
      return 0;
    }
    try {
      int skip = Integer.parseInt(Paging.decode(cursor, 1).get(0));
      if (canSkip(skip)) {
        return skip;
      }
    } catch (NumberFormatException e) {
      throw Paging.wrong();
    }
    throw Paging.wrong();
  }

  record Replayed(long replayed) {}

  private Future<Replayed> replayAll(RoutingContext ctx) {
    return letters.replayAll().map(Replayed::new);
  }
}
