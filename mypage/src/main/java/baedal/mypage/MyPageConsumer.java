package baedal.mypage;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventTypes;
import baedal.events.Subscriptions;
import baedal.rabbitmq.Subscription;
import io.vertx.core.Future;

/** MyPage hears everything about orders. */
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
      subscription.on(EventTypes.all().get(type), this::heard);
    }
    return subscription;
  }

  /**
   * The page, which knows whom to tell, then the note: an event that comes again because a crash
   * came between finds itself seen by the page, and is noted then.
   */
  private Future<?> heard(EventMessage message, Event event) {
    if (!Projection.concerns(message)) {
      return Future.succeededFuture();
    }
    return pages
        .apply(message)
        .onSuccess(live::changed)
        .compose(
            page ->
                Messages.of(event)
                    .map(note -> notifier.note(page.orderId(), page.customerId(), note))
                    .orElseGet(Future::succeededFuture));
  }
}
