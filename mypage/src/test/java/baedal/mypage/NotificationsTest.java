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

/** Notifications, which two replicas send at most once. */
class NotificationsTest extends RunningMyPage {

  private static final int RESTARTS = SuiteSize.of("baedal.mypage.restarts", 2, 5);

  @Test
  void each_change_is_told_once_however_often_and_in_whatever_order_its_events_come() {
    Map<String, String> customers = new HashMap<>();
    List<EventMessage> messages = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String orderId = Ids.next();
      String customer = Ids.next();
      customers.put(orderId, customer);
      messages.addAll(life(orderId, customer));
      messages.addAll(messages.subList(messages.size() - 5, messages.size()));
    }
    Collections.shuffle(messages, new Random(1));
    publish(messages);
    customers.forEach(
        (orderId, customer) -> await().until(() -> texts(customer).size() >= NOTIFIED.size()));
    publish(messages);
    awaitEarlierEffects();
    customers.forEach(
        (orderId, customer) -> {
          assertThat(texts(customer)).containsExactlyInAnyOrderElementsOf(NOTIFIED);
          assertThat(all("/notifications", customer, "text"))
              .containsExactlyInAnyOrderElementsOf(NOTIFIED);
        });
  }

  @Test
  void notifications_come_newest_first_and_of_one_order_in_the_order_of_its_life() {
    String customer = Ids.next();
    List<EventMessage> life = life(Ids.next(), customer);
    publish(life.subList(0, 2));
    for (EventMessage message : life.subList(2, life.size())) {
      int notified = NotificationTexts.of(message.data()).isPresent() ? 1 : 0;
      int all = texts(customer).size() + notified;
      publish(List.of(message));
      await().until(() -> texts(customer).size() == all);
    }
    assertThat(texts(customer)).isEqualTo(NOTIFIED);
    List<String> newestFirst = new ArrayList<>(NOTIFIED);
    Collections.reverse(newestFirst);
    assertThat(all("/notifications", customer, "text")).isEqualTo(newestFirst);
  }

  @Test
  void a_replica_that_stops_and_starts_in_the_middle_tells_nothing_twice_and_forgets_nothing() {
    List<String> customers = new ArrayList<>();
    for (int round = 0; round < RESTARTS; round++) {
      Replica third = deploy();
      List<EventMessage> messages = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String customer = Ids.next();
        customers.add(customer);
        messages.addAll(life(Ids.next(), customer));
      }
      publish(messages);
      String last = customers.get(customers.size() - 40);
      await().until(() -> !texts(last).isEmpty());
      vertx.undeploy(third.id()).await();
    }
    customers.forEach(customer -> await().until(() -> texts(customer).size() >= NOTIFIED.size()));
    awaitEarlierEffects();
    customers.forEach(
        customer -> assertThat(texts(customer)).containsExactlyInAnyOrderElementsOf(NOTIFIED));
  }

  @Test
  void a_message_that_hangs_holds_up_no_other_order() {
    String slow = Ids.next();
    String quick = Ids.next();
    unanswered.add(slow);
    publish(life(Ids.next(), slow));
    publish(life(Ids.next(), slow));
    await().until(() -> texts(slow).size() >= 2);
    publish(life(Ids.next(), quick));
    await().until(() -> texts(quick).size() == NOTIFIED.size());
    assertThat(texts(slow).size()).isLessThan(2 * NOTIFIED.size());
    unanswered.remove(slow);
  }

  @Test
  void notes_whose_customer_is_not_known_yet_wait_and_are_in_nobodys_way() {
    String customer = Ids.next();
    String early = Ids.next();
    List<EventMessage> life = life(early, customer);
    List<EventMessage> orphans = new ArrayList<>(life.subList(4, 5));
    for (int i = 0; i < 2 * Notifier.MAX_CONCURRENT; i++) {
      orphans.addAll(numbered(new StoreEvent.CookStarted(Ids.next(), "s-1", at(4))));
    }
    publish(orphans);
    String quick = Ids.next();
    publish(life(Ids.next(), quick));
    await().until(() -> texts(quick).size() == NOTIFIED.size());
    assertThat(texts(customer)).isEmpty();
    publish(life.subList(0, 1));
    await().until(() -> texts(customer).equals(List.of("준비를 시작했습니다.")));
  }

  /** Waits for the effects of earlier events: those of an order published last are visible. */
  void awaitEarlierEffects() {
    String customer = Ids.next();
    publish(life(Ids.next(), customer));
    await().until(() -> texts(customer).size() == NOTIFIED.size());
  }
}
