package baedal.mypage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what was noted, each at most once: marked before it goes out, and never again after. The
 * notes of one order go one after another, different orders side by side. Woken by the note; it
 * looks by itself only for what a crash left behind.
 */
final class Notifier {

  static final int AT_ONCE = 100;

  private static final Logger log = LoggerFactory.getLogger(Notifier.class);
  private static final long LOOK_MILLIS = 500;
  private static final String FROM_THE_FIRST = "";

  private final Vertx vertx;
  private final MyPageRepository pages;
  private final Messenger messenger;
  private final Clock clock;
  private long timer = -1;
  private boolean looking;
  private boolean again;
  private boolean stopped;
  private String last = FROM_THE_FIRST;

  /** What is on its way, by order. */
  private final Map<String, Future<Void>> inHand = new HashMap<>();

  Notifier(Vertx vertx, MyPageRepository pages, Messenger messenger, Clock clock) {
    this.vertx = vertx;
    this.pages = pages;
    this.messenger = messenger;
    this.clock = clock;
  }

  void start() {
    timer = vertx.setPeriodic(LOOK_MILLIS, id -> wake());
  }

  /** Takes nothing new, and finishes what is on its way. */
  Future<Void> stop() {
    stopped = true;
    vertx.cancelTimer(timer);
    return Future.join(List.copyOf(inHand.values())).mapEmpty();
  }

  /** To be called after a note was written. */
  void wake() {
    if (looking || inHand.size() >= AT_ONCE) {
      again = true;
      return;
    }
    looking = true;
    again = false;
    pages
        .pending(last, AT_ONCE)
        .onSuccess(this::sendAll)
        .onFailure(e -> log.atWarn().addKeyValue("cause", e.toString()).log("notifications wait"))
        .onComplete(
            v -> {
              looking = false;
              onceMore();
            });
  }

  /** What was noted meanwhile, or did not fit. */
  private void onceMore() {
    if (again && !stopped) {
      wake();
    }
  }

  /** Goes on after these the next time: those that must wait are in nobody's way. */
  private void sendAll(List<JsonObject> pending) {
    boolean all = pending.size() < AT_ONCE;
    last = all ? FROM_THE_FIRST : pending.get(pending.size() - 1).getString("noted");
    again |= !all;
    Map<String, List<JsonObject>> byOrder = new LinkedHashMap<>();
    for (JsonObject note : pending) {
      byOrder.computeIfAbsent(note.getString("orderId"), id -> new ArrayList<>()).add(note);
    }
    byOrder.keySet().removeAll(inHand.keySet());
    byOrder.forEach(this::sendInTurn);
  }

  private void sendInTurn(String orderId, List<JsonObject> notes) {
    Promise<Void> over = Promise.promise();
    inHand.put(orderId, over.future());
    Future<Void> done = Future.succeededFuture();
    for (JsonObject note : notes) {
      done = done.compose(v -> stopped ? Future.succeededFuture() : send(note));
    }
    done.onFailure(e -> notSent(orderId, e))
        .onComplete(
            v -> {
              inHand.remove(orderId);
              over.complete();
              onceMore();
            });
  }

  /** A note whose customer is not known yet waits for the event that tells. */
  private Future<Void> send(JsonObject note) {
    return pages
        .find(note.getString("orderId"))
        .compose(
            page ->
                page == null || page.customerId() == null
                    ? Future.succeededFuture()
                    : send(note, page.customerId()));
  }

  private Future<Void> send(JsonObject note, String customerId) {
    String orderId = note.getString("orderId");
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return pages
        .takeToSend(note.getString("_id"), customerId, messenger.channel(), now)
        .compose(
            mine ->
                mine
                    ? messenger
                        .send(customerId, orderId, note.getString("text"))
                        .onFailure(e -> notSent(orderId, e))
                        .otherwiseEmpty()
                    : Future.succeededFuture());
  }

  private static void notSent(String orderId, Throwable cause) {
    log.atWarn()
        .addKeyValue("orderId", orderId)
        .addKeyValue("cause", cause.toString())
        .log("a message was not sent");
  }
}
