package baedal.mongodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.runtime.Boot;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The changes of several aggregates with one bulk write, in a real database. */
class AggregateBatchTest {

  private static final String COLLECTION = "counters";

  private final Vertx vertx = Boot.vertx();
  private final FaultProxy proxy = new FaultProxy(vertx, TestServers.mongo());
  private final MongoClient mongo = new MongoDatabase(vertx, proxy.uri()).client();
  private final MongoAggregates<Counter> counters =
      new MongoAggregates<>(
          mongo, COLLECTION, Counter.class, counter -> new JsonObject(), () -> {});

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** Counts the events of a subject. */
  private record Counter(int events) {}

  /** Counts an event. Every second event of a subject causes another event. */
  private static Change<Counter> count(EventMessage message, Counter before) {
    int events = before == null ? 1 : before.events() + 1;
    return new Change<>(new Counter(events), events % 2 == 0 ? List.of(message.data()) : List.of());
  }

  private static EventMessage event(String subject) {
    OrderEvent event = new OrderEvent.CancelRequested(subject, "c", "s", "", Instant.EPOCH);
    return EventMessages.wrap(List.of(event), 1, Instant.EPOCH).get(0);
  }

  private Map<String, Counter> changeAll(List<EventMessage> messages) {
    return counters.changeAll(messages, AggregateBatchTest::count).await();
  }

  @Test
  void events_of_new_and_of_stored_aggregates_are_applied_once() {
    EventMessage first = event("a");
    EventMessage second = event("a");
    assertThat(changeAll(List.of(first, first))).containsEntry("a", new Counter(1));
    assertThat(changeAll(List.of(first, event("b"), second)))
        .containsEntry("a", new Counter(2))
        .containsEntry("b", new Counter(1));
    assertThat(changeAll(List.of(second))).containsEntry("a", new Counter(2));
  }

  @Test
  void a_batch_needs_one_query_one_insert_and_one_update() {
    changeAll(List.of(event("a"), event("b")));
    Queue<String> commands = new ConcurrentLinkedQueue<>();
    proxy.listen(message -> commands.add(message.toString(StandardCharsets.ISO_8859_1)));
    List<EventMessage> messages = new ArrayList<>();
    for (String subject : List.of("a", "b", "c", "d")) {
      LongStream.range(0, 50).forEach(n -> messages.add(event(subject)));
    }
    changeAll(messages);
    String all = String.join("", commands);
    for (String command : List.of("find", "insert", "update")) {
      assertThat(all.split("\\x02" + command + "\\x00", -1)).as(command).hasSize(2);
    }
  }

  @Test
  void a_seen_event_without_an_effect_is_stored_as_seen() {
    changeAll(List.of(event("a")));
    EventMessage message = event("a");
    counters.changeAll(List.of(message), (m, counter) -> Change.of(counter)).await();
    assertThat(changeAll(List.of(message))).containsEntry("a", new Counter(1));
  }

  @Test
  void an_aggregate_that_does_not_exist_after_the_events_is_omitted() {
    assertThat(
            counters
                .changeAll(List.of(event("a")), (message, none) -> new Change<>(null, List.of()))
                .await())
        .isEmpty();
    assertThat(counters.find("a").await()).isNull();
  }

  @Test
  void concurrent_batches_lose_no_event_and_number_their_events_without_a_gap() {
    List<String> subjects = List.of("a", "b", "c");
    List<Future<?>> changes = new ArrayList<>();
    for (int batch = 0; batch < 5; batch++) {
      List<EventMessage> messages = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        subjects.forEach(subject -> messages.add(event(subject)));
      }
      changes.add(counters.changeAll(messages, AggregateBatchTest::count));
      EventMessage single = event("a");
      changes.add(counters.change("a", single, counter -> count(single, counter)));
    }
    Future.all(changes).await();
    assertThat(counters.find("a").await()).isEqualTo(new Counter(55));
    assertThat(counters.find("b").await()).isEqualTo(new Counter(50));
    assertThat(published("a")).containsExactlyElementsOf(numbers(27));
    assertThat(published("b")).containsExactlyElementsOf(numbers(25));
  }

  /** A batch may have been applied in part; the consumer repeats its events one by one. */
  @Test
  void a_refused_event_fails_the_batch() {
    assertThatThrownBy(
            () ->
                counters
                    .changeAll(
                        List.of(event("a")),
                        (message, counter) -> {
                          throw new IllegalStateException("a bug");
                        })
                    .await())
        .hasMessage("a bug");
  }

  private static List<Long> numbers(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private List<Long> published(String id) {
    JsonObject document =
        mongo.findOne(COLLECTION, new JsonObject().put("_id", id), new JsonObject()).await();
    return document.getJsonArray("pending").stream()
        .map(entry -> EventMessages.decode(((JsonObject) entry).getString("body")).sequence())
        .toList();
  }
}
