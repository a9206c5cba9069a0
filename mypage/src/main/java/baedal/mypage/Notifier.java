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
 * Sends notifications to customers, each at most once: it is marked as sent before it goes out. The
 * notifications of one order are sent one after another, those of different orders concurrently. A
 * poll finds those that could not be sent at once: behind another one of their order, without a
 * known customer, or left by a process that died. Only these may be sent after a later one.
 */
final class Notifier {

  /** Maximum number of orders whose notifications are sent at the same time. */
  static final int MAX_CONCURRENT = 100;

  private static final Logger log = LoggerFactory.getLogger(Notifier.class);
  private static final long POLL_MILLIS = 500;
  private static final String FROM_OLDEST = "";

  private final Vertx vertx;
  private final MyPageRepository pages;
  private final Messenger messenger;
  private final Clock clock;
  private long timer = -1;
  private boolean polling;
  private boolean pollAgain;
  private boolean stopped;
  private String lastPolled = FROM_OLDEST;

  /** The sending of an order's notifications, by order id. */
  private final Map<String, Future<Void>> inProgress = new HashMap<>();

  /** Orders in progress that have another notification pending. */
  private final Set<String> pendingBehind = new HashSet<>();

  /**
   * Orders that have a notification pending, or had one lately, with the number of the last poll
   * before it was stored. Later notifications of these orders must wait, too.
   */
  private final Map<String, Long> pendingSince = new HashMap<>();

  /** Orders that the polls since {@link #firstPoll} found pending. */
  private final Set<String> foundPending = new HashSet<>();

  /** The number of polls so far. */
  private long polls;

  /** The last poll that began with the oldest notification. */
  private long firstPoll;

  Notifier(Vertx vertx, MyPageRepository pages, Messenger messenger, Clock clock) {
    this.vertx = vertx;
    this.pages = pages;
    this.messenger = messenger;
    this.clock = clock;
  }

  void start() {
    timer = vertx.setPeriodic(POLL_MILLIS, id -> poll());
  }

  /** Sends nothing new; the future succeeds when what is in progress is sent. */
  Future<Void> stop() {
    stopped = true;
    vertx.cancelTimer(timer);
    return Future.join(List.copyOf(inProgress.values())).mapEmpty();
  }

  /**
   * Stores a notification, once for each order and change. The future succeeds when it is stored,
   * before it is sent. It is sent at once if {@code customerId} is known (not null) and no other
   * notification of its order is pending or in progress.
   */
  Future<Void> submit(String orderId, String customerId, Messages.Note note) {
    boolean sendsNow =
        customerId != null
            && !stopped
            && inProgress.size() < MAX_CONCURRENT
            && !inProgress.containsKey(orderId)
            && !pendingSince.containsKey(orderId);
    return sendsNow ? insertAndSend(orderId, customerId, note) : insertPending(orderId, note);
  }

  private Future<Void> insertAndSend(String orderId, String customerId, Messages.Note note) {
    Promise<Void> finished = begin(orderId);
    Future<Boolean> inserted =
        Future.succeededFuture()
            .compose(
                v ->
                    pages.insertSent(
                        orderId, note, customerId, messenger.channel(), clock.instant()));
    inserted
        .compose(first -> first ? send(orderId, customerId, note.text()) : Future.succeededFuture())
        .onComplete(v -> finished.complete());
    return inserted.mapEmpty();
  }

  private Future<Void> insertPending(String orderId, Messages.Note note) {
    pendingSince.put(orderId, Long.MAX_VALUE);
    return pages
        .insertPending(orderId, note)
        .onComplete(
            v -> {
              pendingSince.put(orderId, polls);
              if (inProgress.containsKey(orderId)) {
                pendingBehind.add(orderId);
              } else {
                poll();
              }
            });
  }

  /** The order is in progress until the returned promise is complete. */
  private Promise<Void> begin(String orderId) {
    Promise<Void> finished = Promise.promise();
    inProgress.put(orderId, finished.future());
    finished
        .future()
        .onComplete(
            v -> {
              inProgress.remove(orderId);
              pollAgain |= pendingBehind.remove(orderId);
              pollIfNeeded();
            });
    return finished;
  }

  /** Sends pending notifications. */
  void poll() {
    if (polling || inProgress.size() >= MAX_CONCURRENT) {
      pollAgain = true;
      return;
    }
    polling = true;
    pollAgain = false;
    polls++;
    pages
        .pending(lastPolled, MAX_CONCURRENT)
        .onSuccess(this::sendAll)
        .onFailure(
            e ->
                log.atWarn()
                    .addKeyValue("cause", e.toString())
                    .log("pending notifications not read, will retry"))
        .onComplete(
            v -> {
              polling = false;
              pollIfNeeded();
            });
  }

  /** Polls for notifications that were stored meanwhile, or that did not fit into the last poll. */
  private void pollIfNeeded() {
    if (pollAgain && !stopped) {
      poll();
    }
  }

  /** The next poll continues after these, so that those which must wait do not block others. */
  private void sendAll(List<JsonObject> pending) {
    if (lastPolled.equals(FROM_OLDEST)) {
      foundPending.clear();
      firstPoll = polls;
    }
    pending.forEach(note -> foundPending.add(note.getString("orderId")));
    boolean all = pending.size() < MAX_CONCURRENT;
    if (all) {
      pendingSince
          .entrySet()
          .removeIf(
              order -> order.getValue() < firstPoll && !foundPending.contains(order.getKey()));
    }
    lastPolled = all ? FROM_OLDEST : pending.get(pending.size() - 1).getString("noted");
    pollAgain |= !all;
    Map<String, List<JsonObject>> byOrder = new LinkedHashMap<>();
    for (JsonObject note : pending) {
      byOrder.computeIfAbsent(note.getString("orderId"), id -> new ArrayList<>()).add(note);
    }
    byOrder.keySet().removeAll(inProgress.keySet());
    byOrder.forEach(this::sendInOrder);
  }

  private void sendInOrder(String orderId, List<JsonObject> notes) {
    Promise<Void> finished = begin(orderId);
    Future<Void> done = Future.succeededFuture();
    for (JsonObject note : notes) {
      done = done.compose(v -> stopped ? Future.succeededFuture() : send(note));
    }
    done.onFailure(e -> notSent(orderId, e)).onComplete(v -> finished.complete());
  }

  /** A notification whose customer is not known yet stays pending. */
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
        .claimForSending(note.getString("_id"), customerId, messenger.channel(), clock.instant())
        .compose(
            claimed ->
                claimed
                    ? send(note.getString("orderId"), customerId, note.getString("text"))
                    : Future.succeededFuture());
  }

  /** A notification that the messenger refuses is not sent again. */
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
        .log("notification not sent");
  }
}
