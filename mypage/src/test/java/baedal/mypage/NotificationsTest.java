package baedal.mypage;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.StoreEvent;
import baedal.runtime.Ids;
import baedal.testkit.SuiteSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two replicas send each notification at most once. */
class NotificationsTest extends RunningMyPage {

  private static final int RESTARTS = SuiteSize.of("baedal.mypage.restarts", 2, 5);

  @Test
  void each_change_causes_one_notification_despite_reordering_and_duplicates() {
    Map<String, String> customers = new HashMap<>();
    List<EventMessage> messages = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String orderId = Ids.next();
      String customer = Ids.next();
      customers.put(orderId, customer);
      messages.addAll(deliveredOrder(orderId, customer));
      messages.addAll(messages.subList(messages.size() - 5, messages.size()));
    }
    Collections.shuffle(messages, new Random(1));
    publish(messages);
    customers.forEach(
        (orderId, customer) ->
            await().until(() -> textsSentTo(customer).size() >= NOTIFIED.size()));
    publish(messages);
    awaitEarlierEffects();
    customers.forEach(
        (orderId, customer) -> {
          assertThat(textsSentTo(customer)).containsExactlyInAnyOrderElementsOf(NOTIFIED);
          assertThat(readAll("/notifications", customer, "text"))
              .containsExactlyInAnyOrderElementsOf(NOTIFIED);
        });
  }

  @Test
  void notifications_are_sent_in_the_sequence_of_events_and_listed_newest_first() {
    String customer = Ids.next();
    List<EventMessage> events = deliveredOrder(Ids.next(), customer);
    publish(events.subList(0, 2));
    for (EventMessage message : events.subList(2, events.size())) {
      int notified = NotificationTexts.of(message.data(), false).isPresent() ? 1 : 0;
      int all = textsSentTo(customer).size() + notified;
      publish(List.of(message));
      await().until(() -> textsSentTo(customer).size() == all);
    }
    assertThat(textsSentTo(customer)).isEqualTo(NOTIFIED);
    List<String> newestFirst = new ArrayList<>(NOTIFIED);
    Collections.reverse(newestFirst);
    assertThat(readAll("/notifications", customer, "text")).isEqualTo(newestFirst);
  }

  @Test
  void a_replica_that_stops_and_starts_sends_each_notification_exactly_once() {
    List<String> customers = new ArrayList<>();
    for (int round = 0; round < RESTARTS; round++) {
      Replica third = deploy();
      List<EventMessage> messages = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String customer = Ids.next();
        customers.add(customer);
        messages.addAll(deliveredOrder(Ids.next(), customer));
      }
      publish(messages);
      String last = customers.get(customers.size() - 40);
      await().until(() -> !textsSentTo(last).isEmpty());
      vertx.undeploy(third.id()).await();
    }
    customers.forEach(
        customer -> await().until(() -> textsSentTo(customer).size() >= NOTIFIED.size()));
    awaitEarlierEffects();
    customers.forEach(
        customer ->
            assertThat(textsSentTo(customer)).containsExactlyInAnyOrderElementsOf(NOTIFIED));
  }

  @Test
  void a_notification_without_response_does_not_delay_other_orders() {
    String slow = Ids.next();
    String quick = Ids.next();
    unanswered.add(slow);
    publish(deliveredOrder(Ids.next(), slow));
    publish(deliveredOrder(Ids.next(), slow));
    await().until(() -> textsSentTo(slow).size() >= 2);
    publish(deliveredOrder(Ids.next(), quick));
    await().until(() -> textsSentTo(quick).size() == NOTIFIED.size());
    assertThat(textsSentTo(slow).size()).isLessThan(2 * NOTIFIED.size());
    unanswered.remove(slow);
  }

  @Test
  void notifications_without_known_customer_wait_and_do_not_delay_others() {
    String customer = Ids.next();
    String early = Ids.next();
    List<EventMessage> events = deliveredOrder(early, customer);
    List<EventMessage> orphans = new ArrayList<>(events.subList(4, 5));
    for (int i = 0; i < 2 * Notifier.MAX_CONCURRENT; i++) {
      orphans.addAll(numbered(new StoreEvent.CookStarted(Ids.next(), "s-1", at(4))));
    }
    publish(orphans);
    String quick = Ids.next();
    publish(deliveredOrder(Ids.next(), quick));
    await().until(() -> textsSentTo(quick).size() == NOTIFIED.size());
    assertThat(textsSentTo(customer)).isEmpty();
    publish(events.subList(0, 1));
    await().until(() -> textsSentTo(customer).equals(List.of("준비를 시작했습니다.")));
  }

  /** Publishes another order and waits for its notifications: they follow earlier events. */
  void awaitEarlierEffects() {
    String customer = Ids.next();
    publish(deliveredOrder(Ids.next(), customer));
    await().until(() -> textsSentTo(customer).size() == NOTIFIED.size());
  }
}
