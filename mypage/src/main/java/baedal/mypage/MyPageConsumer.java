package baedal.mypage;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventTypes;
import baedal.events.Subscriptions;
import baedal.rabbitmq.Subscription;
import io.vertx.core.Future;

/** Handles every event about an order: updates its page and notifies the customer. */
public final class MyPageConsumer {

  private final MyPageRepository pages;
  private final LiveStreams live;
  private final Notifier notifier;

  MyPageConsumer(MyPageRepository pages, LiveStreams live, Notifier notifier) {
    this.pages = pages;
    this.live = live;
    this.notifier = notifier;
  }

  Subscription subscription() {
    Subscription subscription = Subscription.of("mypage");
    for (String type : Subscriptions.of("mypage")) {
      subscription.on(EventTypes.all().get(type), this::handle);
    }
    return subscription;
  }

  /**
   * Updates the page first, and then stores the notification, because the notification needs the
   * customer id of the page. After a crash between these two steps, the event is delivered again:
   * it does not change the page a second time, but its notification is stored.
   */
  private Future<?> handle(EventMessage message, Event event) {
    if (!Projection.belongsToPage(message)) {
      return Future.succeededFuture();
    }
    return pages
        .apply(message)
        .onSuccess(live::push)
        .compose(
            page ->
                NotificationTexts.of(event)
                    .map(text -> notifier.submit(page.orderId(), page.customerId(), text))
                    .orElseGet(Future::succeededFuture));
  }
}
