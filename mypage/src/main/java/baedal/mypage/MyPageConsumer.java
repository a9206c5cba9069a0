package baedal.mypage;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventTypes;
import baedal.events.Subscriptions;
import baedal.rabbitmq.Subscription;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
      subscription.on(EventTypes.all().get(type), (message, event) -> handle(List.of(message)));
    }
    return subscription.inBatches(Event.class, this::handle);
  }

  /**
   * Updates the pages first, and then stores the notifications, because a notification needs the
   * customer id of its page. After a crash between these two steps, the events are delivered again:
   * they do not change the pages a second time, but their notifications are stored.
   */
  private Future<?> handle(List<EventMessage> messages) {
    List<EventMessage> ofPages = messages.stream().filter(Projection::belongsToPage).toList();
    return pages
        .apply(ofPages)
        .onSuccess(changed -> changed.values().forEach(live::push))
        .compose(changed -> notifier.submit(notifications(ofPages, changed)));
  }

  private static List<Submission> notifications(
      List<EventMessage> messages, Map<String, MyPage> pages) {
    List<Submission> notifications = new ArrayList<>();
    for (EventMessage message : messages) {
      MyPage page = pages.get(message.subject());
      NotificationTexts.of(message.data(), page.isReservation())
          .map(text -> new Submission(message.subject(), page.customerId(), text))
          .ifPresent(notifications::add);
    }
    return notifications;
  }
}
