package baedal.mypage;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventTypes;
import baedal.events.Subscriptions;
import baedal.rabbitmq.Subscription;
import io.vertx.core.Future;

/** Which events MyPage handles: all that are about orders. */
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
   * Updates the page, which knows the customer, then stores the notification. After a crash between
   * the two the event comes again: the page has seen it already, and the notification is stored.
   */
  private Future<?> handle(EventMessage message, Event event) {
    if (!Projection.concerns(message)) {
      return Future.succeededFuture();
    }
    return pages
        .apply(message)
        .onSuccess(live::push)
        .compose(
            page ->
                Messages.of(event)
                    .map(note -> notifier.submit(page.orderId(), page.customerId(), note))
                    .orElseGet(Future::succeededFuture));
  }
}
