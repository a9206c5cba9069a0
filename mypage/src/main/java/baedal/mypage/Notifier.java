package baedal.mypage;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what was noted, each at most once: marked before it goes out, and never again after. Woken
 * by the note; it looks by itself only for what a crash left behind.
 */
final class Notifier {

  private static final Logger log = LoggerFactory.getLogger(Notifier.class);
  private static final long LOOK_MILLIS = 1_000;
  private static final int AT_ONCE = 100;

  private final Vertx vertx;
  private final MyPageRepository pages;
  private final Messenger messenger;
  private final Clock clock;
  private long timer = -1;
  private boolean sending;
  private boolean again;

  Notifier(Vertx vertx, MyPageRepository pages, Messenger messenger, Clock clock) {
    this.vertx = vertx;
    this.pages = pages;
    this.messenger = messenger;
    this.clock = clock;
  }

  void start() {
    timer = vertx.setPeriodic(LOOK_MILLIS, id -> wake());
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  /** To be called after a note was written. */
  void wake() {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    again = false;
    sendFrom("")
        .onFailure(e -> log.atWarn().addKeyValue("cause", e.toString()).log("notifications wait"))
        .onComplete(
            done -> {
              sending = false;
              if (again && done.succeeded()) {
                wake();
              }
            });
  }

  /** Page after page: some may have to wait, and must not be in the way of the others. */
  private Future<Void> sendFrom(String after) {
    return pages
        .pending(after, AT_ONCE)
        .compose(
            pending ->
                Future.all(pending.stream().map(this::send).toList())
                    .compose(
                        v ->
                            pending.size() < AT_ONCE
                                ? Future.succeededFuture()
                                : sendFrom(pending.get(AT_ONCE - 1).getString("_id"))));
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
