package baedal.mypage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes what customers are told and sends it, each at most once: marked before it goes out, and
 * never again after. The notes of one order go one after another, different orders side by side.
 * What cannot go at once it looks for: notes behind one that is on its way, notes whose customer
 * nobody knew yet, and those of a process that died; these alone may come after a later one.
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

  /** Orders in hand of which something waits. */
  private final Set<String> behind = new HashSet<>();

  /**
   * Orders of which something waits, or did not long ago, and which look was the last when it was
   * written: what comes after it must wait, too.
   */
  private final Map<String, Long> waiting = new HashMap<>();

  /** Orders that were found waiting since {@link #firstLook}, which began with the oldest. */
  private final Set<String> found = new HashSet<>();

  private long looks;
  private long firstLook;

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

  /**
   * Writes a note down, once for each order and change; the future is done then, and tells nothing
   * of the sending. It goes out at once if nothing of its order is on its way and {@code
   * customerId} is known (not null).
   */
  Future<Void> note(String orderId, String customerId, Messages.Note note) {
    boolean now =
        customerId != null
            && !stopped
            && inHand.size() < AT_ONCE
            && !inHand.containsKey(orderId)
            && !waiting.containsKey(orderId);
    return now ? noteAndSend(orderId, customerId, note) : noteToWait(orderId, note);
  }

  private Future<Void> noteAndSend(String orderId, String customerId, Messages.Note note) {
    Promise<Void> over = take(orderId);
    Future<Boolean> noted =
        Future.succeededFuture()
            .compose(
                v ->
                    pages.noteSent(
                        orderId, note, customerId, messenger.channel(), clock.instant()));
    noted
        .compose(first -> first ? send(orderId, customerId, note.text()) : Future.succeededFuture())
        .onComplete(v -> over.complete());
    return noted.mapEmpty();
  }

  private Future<Void> noteToWait(String orderId, Messages.Note note) {
    waiting.put(orderId, Long.MAX_VALUE);
    return pages
        .note(orderId, note)
        .onComplete(
            v -> {
              waiting.put(orderId, looks);
              if (inHand.containsKey(orderId)) {
                behind.add(orderId);
              } else {
                wake();
              }
            });
  }

  /** From now on the order is in hand, until the promise is complete. */
  private Promise<Void> take(String orderId) {
    Promise<Void> over = Promise.promise();
    inHand.put(orderId, over.future());
    over.future()
        .onComplete(
            v -> {
              inHand.remove(orderId);
              again |= behind.remove(orderId);
              onceMore();
            });
    return over;
  }

  /** Looks for what waits. */
  void wake() {
    if (looking || inHand.size() >= AT_ONCE) {
      again = true;
      return;
    }
    looking = true;
    again = false;
    looks++;
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
    if (last.equals(FROM_THE_FIRST)) {
      found.clear();
      firstLook = looks;
    }
    pending.forEach(note -> found.add(note.getString("orderId")));
    boolean all = pending.size() < AT_ONCE;
    if (all) {
      waiting
          .entrySet()
          .removeIf(order -> order.getValue() < firstLook && !found.contains(order.getKey()));
    }
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
    Promise<Void> over = take(orderId);
    Future<Void> done = Future.succeededFuture();
    for (JsonObject note : notes) {
      done = done.compose(v -> stopped ? Future.succeededFuture() : send(note));
    }
    done.onFailure(e -> notSent(orderId, e)).onComplete(v -> over.complete());
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
    return pages
        .takeToSend(note.getString("_id"), customerId, messenger.channel(), clock.instant())
        .compose(
            mine ->
                mine
                    ? send(note.getString("orderId"), customerId, note.getString("text"))
                    : Future.succeededFuture());
  }

  /** One that the messenger does not take is not sent again. */
  private Future<Void> send(String orderId, String customerId, String text) {
    return messenger
        .send(customerId, orderId, text)
        .onFailure(e -> notSent(orderId, e))
        .otherwiseEmpty();
  }

  private static void notSent(String orderId, Throwable cause) {
    log.atWarn()
        .addKeyValue("orderId", orderId)
        .addKeyValue("cause", cause.toString())
        .log("a message was not sent");
  }
}
