package baedal.mypage;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
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
 * Sends notifications to customers. Each notification is stored as sent before it is sent, so it is
 * sent at most once. The notifications of one order are sent one after another; notifications of
 * different orders are sent at the same time.
 *
 * <p>A notification is stored as pending if its customer is not known yet, if an earlier
 * notification of the same order is not sent yet, or if too many orders are in progress. A poll
 * sends pending notifications, also notifications of a process that died. Another replica may send
 * a later notification of an order before a pending notification of the same order is sent.
 */
final class Notifier {

  /**
   * Maximum number of orders whose notifications are sent at the same time, and maximum number of
   * pending notifications that one poll reads.
   */
  static final int MAX_CONCURRENT = 100;

  private static final Logger log = LoggerFactory.getLogger(Notifier.class);
  private static final long POLL_MILLIS = 500;
  private static final String FROM_OLDEST = "";

  private final Vertx vertx;
  private final MyPageRepository pages;
  private final NotificationRepository notifications;
  private final Messenger messenger;
  private final Clock clock;
  private long timer = -1;
  private boolean polling;
  private boolean pollAgain;
  private boolean stopped;
  private String lastPolled = FROM_OLDEST;

  /**
   * The orders in progress: their notifications are being sent. The future of an order completes
   * when its notifications have been sent.
   */
  private final Map<String, Future<Void>> inProgress = new HashMap<>();

  /**
   * The orders in progress that also have a pending notification. When such an order is no longer
   * in progress, a poll follows.
   */
  private final Set<String> pollAfter = new HashSet<>();

  /**
   * The orders that may have a pending notification, which a later notification of the order must
   * not overtake. The value is that of {@link #polls} when the pending notification was stored, or
   * {@link Long#MAX_VALUE} while it is being stored.
   */
  private final Map<String, Long> pendingSince = new HashMap<>();

  /**
   * The orders of which the polls of the present round have found a pending notification. A round
   * is a series of polls that reads all pending notifications once, oldest first.
   */
  private final Set<String> foundInRound = new HashSet<>();

  /** The number of polls so far. */
  private long polls;

  /** The number of the first poll in the present round; {@link #foundInRound} explains rounds. */
  private long firstPollOfRound;

  Notifier(
      Vertx vertx,
      MyPageRepository pages,
      NotificationRepository notifications,
      Messenger messenger,
      Clock clock) {
    this.vertx = vertx;
    this.pages = pages;
    this.notifications = notifications;
    this.messenger = messenger;
    this.clock = clock;
  }

  void start() {
    timer = vertx.setPeriodic(POLL_MILLIS, id -> poll());
  }

  /**
   * Stops polling, and sends no further notification. The future succeeds when the notifications
   * that are being sent have been sent.
   */
  Future<Void> stop() {
    stopped = true;
    vertx.cancelTimer(timer);
    return Future.join(List.copyOf(inProgress.values())).mapEmpty();
  }

  /**
   * Stores notifications, once for each order and change, and sends each at once if possible. The
   * future succeeds when all are stored.
   */
  Future<Void> submit(List<Submission> submissions) {
    List<JsonObject> documents = new ArrayList<>();
    List<Handler<AsyncResult<Set<Integer>>>> afterInsert = new ArrayList<>();
    for (Submission submission : submissions) {
      int index = documents.size();
      boolean sendsNow = sendsNow(submission);
      documents.add(
          sendsNow
              ? NotificationRepository.sent(submission, messenger.channel(), clock.instant())
              : NotificationRepository.pending(submission));
      afterInsert.add(sendsNow ? sendAfterInsert(submission, index) : pollAfterInsert(submission));
    }
    Future<Set<Integer>> inserted =
        Future.succeededFuture().compose(v -> notifications.insert(documents));
    return inserted
        .onComplete(result -> afterInsert.forEach(handler -> handler.handle(result)))
        .mapEmpty();
  }

  private boolean sendsNow(Submission submission) {
    return submission.customerId() != null
        && !stopped
        && inProgress.size() < MAX_CONCURRENT
        && !inProgress.containsKey(submission.orderId())
        && !pendingSince.containsKey(submission.orderId());
  }

  /** {@code index} is that of the notification among the inserted ones. */
  private Handler<AsyncResult<Set<Integer>>> sendAfterInsert(Submission submission, int index) {
    Promise<Void> finished = begin(submission.orderId());
    return inserted -> {
      boolean first = inserted.succeeded() && !inserted.result().contains(index);
      Future<Void> sent =
          first
              ? send(submission.orderId(), submission.customerId(), submission.text().text())
              : Future.succeededFuture();
      sent.onComplete(v -> finished.complete());
    };
  }

  private Handler<AsyncResult<Set<Integer>>> pollAfterInsert(Submission submission) {
    String orderId = submission.orderId();
    pendingSince.put(orderId, Long.MAX_VALUE);
    return inserted -> {
      pendingSince.put(orderId, polls);
      if (inProgress.containsKey(orderId)) {
        pollAfter.add(orderId);
      } else {
        poll();
      }
    };
  }

  /** Puts an order in progress until the returned promise is completed. */
  private Promise<Void> begin(String orderId) {
    Promise<Void> finished = Promise.promise();
    inProgress.put(orderId, finished.future());
    finished
        .future()
        .onComplete(
            v -> {
              inProgress.remove(orderId);
              pollAgain |= pollAfter.remove(orderId);
              pollIfNeeded();
            });
    return finished;
  }

  /** Reads and sends one batch of pending notifications. */
  void poll() {
    if (polling || inProgress.size() >= MAX_CONCURRENT) {
      pollAgain = true;
      return;
    }
    polling = true;
    pollAgain = false;
    polls++;
    notifications
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

  /**
   * Polls if a poll was requested while no poll could begin, or if more pending notifications may
   * be left.
   */
  private void pollIfNeeded() {
    if (pollAgain && !stopped) {
      poll();
    }
  }

  /**
   * Sends a batch of pending notifications. The next poll begins after this batch, so that
   * notifications that cannot be sent yet do not block newer notifications.
   */
  private void sendAll(List<JsonObject> pending) {
    if (lastPolled.equals(FROM_OLDEST)) {
      foundInRound.clear();
      firstPollOfRound = polls;
    }
    pending.forEach(notification -> foundInRound.add(notification.getString("orderId")));
    boolean lastOfRound = pending.size() < MAX_CONCURRENT;
    if (lastOfRound) {
      pendingSince
          .entrySet()
          .removeIf(
              order ->
                  order.getValue() < firstPollOfRound && !foundInRound.contains(order.getKey()));
    }
    lastPolled = lastOfRound ? FROM_OLDEST : pending.get(pending.size() - 1).getString("noted");
    pollAgain |= !lastOfRound;
    Map<String, List<JsonObject>> byOrder = new LinkedHashMap<>();
    for (JsonObject notification : pending) {
      byOrder
          .computeIfAbsent(notification.getString("orderId"), id -> new ArrayList<>())
          .add(notification);
    }
    byOrder.keySet().removeAll(inProgress.keySet());
    byOrder.forEach(this::sendInOrder);
  }

  private void sendInOrder(String orderId, List<JsonObject> pending) {
    Promise<Void> finished = begin(orderId);
    Future<Void> done = Future.succeededFuture();
    for (JsonObject notification : pending) {
      done = done.compose(v -> stopped ? Future.succeededFuture() : send(notification));
    }
    done.onFailure(e -> notSent(orderId, e)).onComplete(v -> finished.complete());
  }

  /** A notification whose customer is not known yet stays pending. */
  private Future<Void> send(JsonObject notification) {
    return pages
        .find(notification.getString("orderId"))
        .compose(
            page ->
                page == null || page.customerId() == null
                    ? Future.succeededFuture()
                    : send(notification, page.customerId()));
  }

  private Future<Void> send(JsonObject notification, String customerId) {
    return notifications
        .claimForSending(
            notification.getString("_id"), customerId, messenger.channel(), clock.instant())
        .compose(
            claimed ->
                claimed
                    ? send(
                        notification.getString("orderId"),
                        customerId,
                        notification.getString("text"))
                    : Future.succeededFuture());
  }

  /** A notification that the messenger refuses or does not confirm is not sent again. */
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
