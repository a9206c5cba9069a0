package baedal.mypage;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what was noted, each at most once: marked before it goes out, and never again after. */
final class Notifier {

  private static final Logger log = LoggerFactory.getLogger(Notifier.class);
  private static final long LOOK_MILLIS = 500;

  private final Vertx vertx;
  private final MyPageRepository pages;
  private final Messenger messenger;
  private final Clock clock;
  private long timer = -1;
  private boolean sending;

  Notifier(Vertx vertx, MyPageRepository pages, Messenger messenger, Clock clock) {
    this.vertx = vertx;
    this.pages = pages;
    this.messenger = messenger;
    this.clock = clock;
  }

  void start() {
    timer = vertx.setPeriodic(LOOK_MILLIS, id -> look());
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  private void look() {
    if (sending) {
      return;
    }
    sending = true;
    pages
        .pending()
        .compose(this::sendAll)
        .onFailure(e -> log.atWarn().addKeyValue("cause", e.toString()).log("notifications wait"))
        .onComplete(v -> sending = false);
  }

  private Future<Void> sendAll(List<JsonObject> pending) {
    Future<Void> done = Future.succeededFuture();
    for (JsonObject note : pending) {
      done = done.compose(v -> send(note));
    }
    return done;
  }

  /** A note whose customer is not known yet waits for the event that tells. */
  private Future<Void> send(JsonObject note) {
    String orderId = note.getString("orderId");
    return pages
        .find(orderId)
        .compose(
            page -> {
              if (page == null || page.customerId() == null) {
                return Future.succeededFuture();
              }
              return pages
                  .takeToSend(
                      note.getString("_id"),
                      page.customerId(),
                      messenger.channel(),
                      clock.instant().truncatedTo(ChronoUnit.MILLIS))
                  .compose(
                      mine ->
                          mine
                              ? messenger
                                  .send(page.customerId(), orderId, note.getString("text"))
                                  .onFailure(
                                      e ->
                                          log.atWarn()
                                              .addKeyValue("orderId", orderId)
                                              .addKeyValue("cause", e.toString())
                                              .log("a message was not sent"))
                                  .otherwiseEmpty()
                              : Future.succeededFuture());
            });
  }
}
