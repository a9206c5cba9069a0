package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.runtime.Boot;
import baedal.runtime.Ids;
import baedal.runtime.Refusal;
import baedal.testkit.SuiteSize;
import baedal.testkit.TestServers;
import com.rabbitmq.client.AMQP;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists, reads, replays and discards dead letters of a real broker. */
class DeadLettersTest {

  private static final int READS = SuiteSize.of("baedal.deadletter.reads", 5, 25);

  private final Vertx vertx = Boot.vertx();
  private final String amqp = TestServers.amqp();
  private final List<String> handled = new CopyOnWriteArrayList<>();
  private final EventPublisher publisher = new EventPublisher(vertx, amqp, "test");
  private volatile boolean broken = true;
  private EventConsumer consumer;
  private DeadLetters letters;

  @BeforeEach
  void start() {
    TopologyDeclaration.declare(vertx, amqp).await();
    publisher.start();
    consumer = service();
    letters = consumer.deadLetters(amqp);
    consumer.start();
    await().until(() -> publisher.connected() && consumer.connected());
  }

  private EventConsumer service() {
    return new EventConsumer(
        vertx,
        amqp,
        Subscription.of("payment").on(OrderEvent.Collected.class, (m, e) -> handle(m)),
        Future::succeededFuture);
  }

  @AfterEach
  void stop() {
    consumer.stop().await();
    publisher.stop().await();
    vertx.close().await();
  }

  private Future<?> handle(EventMessage message) {
    if (broken) {
      throw Refusal.conflict("bug", "cannot handle " + message.subject());
    }
    handled.add(message.subject());
    return Future.succeededFuture();
  }

  @Test
  void a_cursor_skips_at_most_10000_dead_letters() {
    assertThat(DeadLetterApi.canSkip(10_000)).isTrue();
    assertThat(DeadLetterApi.canSkip(10_001)).isFalse();
  }

  @Test
  void a_dead_letter_has_its_reason_and_stays_in_the_queue_when_it_is_read() {
    publish("o-1");
    DeadLetter letter = only();
    assertThat(letter.event()).isEqualTo("order.collected");
    assertThat(letter.subject()).isEqualTo("o-1");
    assertThat(letter.reason()).contains("cannot handle o-1");
    assertThat(letter.body()).isNull();
    DeadLetter whole = letters.find(letter.deadLetterId()).await();
    assertThat(whole.stack()).contains("Refusal");
    assertThat(whole.body()).contains("\"o-1\"");
    assertThat(Instant.parse(whole.diedAt())).isAfterOrEqualTo(whole.firstFailedAt());
    for (int session = 0; session < READS; session++) {
      assertThat(only().deadLetterId()).isEqualTo(letter.deadLetterId());
    }
  }

  @Test
  void a_replay_moves_a_dead_letter_back_to_the_service() {
    publish("o-1");
    String id = only().deadLetterId();
    broken = false;
    letters.replay(id).await();
    await().until(() -> handled.equals(List.of("o-1")));
    assertThat(letters.list(0, 10).await().total()).isZero();
    assertThat(catchThrowable(() -> letters.replay(id).await())).hasMessageContaining(id);
  }

  @Test
  void a_replayed_event_that_fails_again_keeps_the_time_of_its_first_failure() {
    publish("o-1");
    DeadLetter first = only();
    letters.replay(first.deadLetterId()).await();
    await()
        .until(() -> letters.list(0, 10).await().items().stream().anyMatch(l -> l.replays() == 1));
    assertThat(only().firstFailedAt()).isEqualTo(first.firstFailedAt());
  }

  @Test
  void replaying_all_replays_each_dead_letter_once_even_if_it_fails_again() {
    for (int i = 0; i < 30; i++) {
      publish("o-" + i);
    }
    await().until(() -> letters.list(0, 1).await().total() == 30);
    assertThat(letters.replayAll().await()).isEqualTo(30);
    await()
        .until(() -> letters.list(0, 50).await().items().stream().allMatch(l -> l.replays() == 1));
    broken = false;
    assertThat(letters.replayAll().await()).isEqualTo(30);
    await().until(() -> handled.size() == 30);
  }

  @Test
  void concurrent_replays_of_one_dead_letter_are_handled_once() {
    publish("o-1");
    String id = only().deadLetterId();
    broken = false;
    List<Future<Void>> replays = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      replays.add(letters.replay(id));
    }
    Future.join(replays).otherwiseEmpty().await();
    assertThat(replays.stream().filter(Future::succeeded)).hasSize(1);
    await().until(() -> !handled.isEmpty());
    assertThat(handled).containsExactly("o-1");
  }

  @Test
  void concurrent_lists_show_all_dead_letters() {
    for (int i = 0; i < 20; i++) {
      publish("o-" + i);
    }
    await().until(() -> letters.list(0, 1).await().total() == 20);
    List<DeadLetter> all = letters.list(0, 20).await().items();
    List<Future<DeadLetters.Found>> lists = new ArrayList<>();
    List<Future<?>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      lists.add(letters.list(0, 20));
      others.add(letters.find(all.get(i).deadLetterId()));
      others.add(letters.discard(all.get(19 - i).deadLetterId()));
    }
    Future.all(others).await();
    assertThat(lists.get(0).await().items()).hasSize(20);
    for (Future<DeadLetters.Found> list : lists) {
      assertThat(list.await().items()).hasSize((int) list.await().total());
    }
    assertThat(letters.list(0, 20).await().total()).isEqualTo(15);
  }

  @Test
  void a_dead_letter_that_one_replica_read_is_visible_to_the_next_replica() {
    for (int i = 0; i < 100; i++) {
      publish("o-" + i);
    }
    DeadLetters replica = service().deadLetters(amqp);
    await().until(() -> replica.list(0, 1).await().total() == 100);
    for (int session = 0; session < READS; session++) {
      assertThat(letters.list(0, 100).await().items()).hasSize(100);
      assertThat(replica.list(0, 100).await().items()).hasSize(100);
    }
  }

  @Test
  void discarding_a_dead_letter_keeps_the_others() {
    publish("o-1");
    publish("o-2");
    await().until(() -> letters.list(0, 1).await().total() == 2);
    letters.discard(letters.list(0, 10).await().items().get(0).deadLetterId()).await();
    assertThat(only().subject()).isEqualTo("o-2");
  }

  @Test
  void a_message_that_is_not_an_event_is_shown_unchanged() {
    publisher
        .send(
            "",
            "payment",
            new AMQP.BasicProperties.Builder().deliveryMode(2).build(),
            Buffer.buffer("{broken \u00ff"))
        .await();
    DeadLetter letter = only();
    assertThat(letter.event()).isNull();
    assertThat(letters.find(letter.deadLetterId()).await().body()).startsWith("{broken");
  }

  private void publish(String orderId) {
    Instant now = Instant.now();
    OrderEvent event = new OrderEvent.Collected(orderId, Ids.next(), "r-1", 1_000, now);
    List<EventMessage> messages = EventMessages.wrap(List.of(event), 1, now);
    publisher.publish(List.of(EventMessages.encode(messages.get(0)))).await();
  }

  private DeadLetter only() {
    List<DeadLetter> found = new ArrayList<>();
    await()
        .until(
            () -> {
              found.clear();
              found.addAll(letters.list(0, 10).await().items());
              return found.size() == 1;
            });
    return found.get(0);
  }
}
