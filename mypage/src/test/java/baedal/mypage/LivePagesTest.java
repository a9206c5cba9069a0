package baedal.mypage;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.OrderEvent;
import baedal.events.RiderEvent;
import baedal.runtime.Ids;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Live streams of pages, at two replicas. */
class LivePagesTest extends RunningMyPage {

  @Test
  void a_stream_without_a_page_begins_empty_and_sends_the_page_when_it_is_ready() {
    String customer = Ids.next();
    String orderId = orderWithoutEvents(customer);
    EventStream stream = watch(firstReplica, orderId, customer);
    assertThat(stream.status()).isEqualTo(200);
    assertThat(stream.statuses()).isEmpty();
    publish(numbered(new OrderEvent.Placed(orderId, details(customer, 1))));
    await().until(() -> stream.statuses().equals(List.of("PLACED")));
    stream.disconnect();
  }

  @Test
  void both_replicas_send_each_change_in_sequence_to_their_watchers() {
    String customer = Ids.next();
    String orderId = placedOrder(customer);
    List<EventStream> watching =
        List.of(watch(firstReplica, orderId, customer), watch(secondReplica, orderId, customer));
    List<String> seen = new ArrayList<>();
    Set<Class<?>> notAwaited = Set.of(RiderEvent.Delivered.class);
    for (EventMessage message : deliveredOrder(orderId, customer)) {
      publish(List.of(message));
      if (!notAwaited.contains(message.data().getClass())) {
        int pages = seen.size() + 1;
        watching.forEach(stream -> await().until(() -> stream.statuses().size() >= pages));
        seen.add(watching.get(0).statuses().get(pages - 1));
      }
    }
    watching.forEach(stream -> await().until(stream::ended));
    for (EventStream stream : watching) {
      assertThat(stream.statuses())
          .containsExactly(
              "PLACED",
              "PLACED",
              "PAID",
              "ACCEPTED",
              "COOKING",
              "COOKED",
              "COOKED",
              "PICKED",
              "DELIVERED",
              "COMPLETED");
    }
  }

  @Test
  void watchers_at_both_replicas_get_the_position_of_the_rider() {
    String customer = Ids.next();
    String orderId = Ids.next();
    publish(deliveredOrder(orderId, customer).subList(0, 8));
    await()
        .until(
            () ->
                get(firstReplica, "/mypages/" + orderId, customer)
                    .bodyAsString()
                    .contains("PICKED"));
    List<EventStream> watching =
        List.of(watch(firstReplica, orderId, customer), watch(secondReplica, orderId, customer));
    EventMessages.wrap(List.of(new RiderEvent.Moved(orderId, "r-1", 37.5, 127.0, at(7))), 1, NOW)
        .forEach(moved -> publisher.publishTransient(moved).await());
    for (EventStream stream : watching) {
      await().until(() -> !stream.events("location").isEmpty());
      assertThat(stream.events("location").get(0).data().getDouble("lat")).isEqualTo(37.5);
      stream.disconnect();
    }
    for (int port : List.of(firstReplica, secondReplica)) {
      JsonObject rider =
          get(port, "/mypages/" + orderId, customer).bodyAsJsonObject().getJsonObject("rider");
      assertThat(rider.getDouble("lng")).isEqualTo(127.0);
    }
  }

  @Test
  void a_client_that_reconnects_to_another_replica_gets_missed_changes() {
    String customer = Ids.next();
    String orderId = Ids.next();
    List<EventMessage> events = deliveredOrder(orderId, customer);
    publish(events.subList(0, 1));
    await().until(() -> get(firstReplica, "/mypages/" + orderId, customer).statusCode() == 200);
    EventStream first = watch(firstReplica, orderId, customer);
    await().until(() -> !first.statuses().isEmpty());
    first.disconnect();
    publish(events.subList(1, 3));
    await().until(() -> paymentArrived(orderId, customer));

    EventStream second = watch(secondReplica, orderId, customer, first.lastId());
    await().until(() -> !second.statuses().isEmpty());
    second.disconnect();
    EventStream third = watch(firstReplica, orderId, customer, second.lastId());
    publish(events.subList(3, events.size()));
    await().until(third::ended);
    assertThat(second.statuses()).containsExactly("PAID");
    assertThat(third.statuses()).doesNotContain("PLACED", "PAID").endsWith("COMPLETED");
    await().until(() -> isLastPage(orderId, customer, third.lastId()));
  }

  /** Whether both events were applied, {@code payment.paid} and {@code order.paid}. */
  boolean paymentArrived(String orderId, String customer) {
    JsonObject page = get(firstReplica, "/mypages/" + orderId, customer).bodyAsJsonObject();
    return page.getString("status").equals("PAID") && page.getJsonObject("payment") != null;
  }

  /** Reconnects until the response is 204: events that arrive late may still change the page. */
  boolean isLastPage(String orderId, String customer, String lastId) {
    EventStream next = watch(secondReplica, orderId, customer, lastId);
    if (next.status() == 204) {
      return true;
    }
    await().until(next::ended);
    return isLastPage(orderId, customer, next.lastId());
  }

  EventStream watch(int port, String orderId, String customer, String... last) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Authorization", "Bearer " + token(customer, "customer"));
    if (last.length > 0) {
      headers.put("Last-Event-ID", last[0]);
    }
    return EventStream.open(streams, port, "/mypages/" + orderId + "/live", headers);
  }
}
