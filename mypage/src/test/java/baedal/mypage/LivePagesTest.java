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
  void a_stream_of_an_order_without_a_page_begins_empty_and_shows_it_when_it_is_there() {
    String customer = Ids.next();
    String orderId = ordered(customer);
    EventStream stream = watch(one, orderId, customer);
    assertThat(stream.status()).isEqualTo(200);
    assertThat(stream.statuses()).isEmpty();
    publish(numbered(new OrderEvent.Placed(orderId, details(customer, 1))));
    await().until(() -> stream.statuses().equals(List.of("PLACED")));
    stream.leave();
  }

  @Test
  void both_replicas_show_each_change_in_order_to_who_watches() {
    String customer = Ids.next();
    String orderId = placed(customer);
    List<EventStream> watching =
        List.of(watch(one, orderId, customer), watch(other, orderId, customer));
    List<String> wanted = new ArrayList<>();
    Set<Class<?>> unseen = Set.of(RiderEvent.Delivered.class);
    for (EventMessage message : life(orderId, customer)) {
      publish(List.of(message));
      if (!unseen.contains(message.data().getClass())) {
        int pages = wanted.size() + 1;
        watching.forEach(stream -> await().until(() -> stream.statuses().size() >= pages));
        wanted.add(watching.get(0).statuses().get(pages - 1));
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
  void who_watches_sees_where_the_rider_is() {
    String customer = Ids.next();
    String orderId = Ids.next();
    publish(life(orderId, customer).subList(0, 8));
    await()
        .until(() -> get(one, "/mypages/" + orderId, customer).bodyAsString().contains("PICKED"));
    List<EventStream> watching =
        List.of(watch(one, orderId, customer), watch(other, orderId, customer));
    EventMessages.wrap(List.of(new RiderEvent.Moved(orderId, "r-1", 37.5, 127.0, at(7))), 1, NOW)
        .forEach(moved -> publisher.publishTransient(moved).await());
    for (EventStream stream : watching) {
      await().until(() -> !stream.events("location").isEmpty());
      assertThat(stream.events("location").get(0).data().getDouble("lat")).isEqualTo(37.5);
      stream.leave();
    }
    for (int port : List.of(one, other)) {
      JsonObject rider =
          get(port, "/mypages/" + orderId, customer).bodyAsJsonObject().getJsonObject("rider");
      assertThat(rider.getDouble("lng")).isEqualTo(127.0);
    }
  }

  @Test
  void a_stream_that_broke_off_goes_on_at_the_other_replica_with_what_was_missed() {
    String customer = Ids.next();
    String orderId = Ids.next();
    List<EventMessage> life = life(orderId, customer);
    publish(life.subList(0, 1));
    await().until(() -> get(one, "/mypages/" + orderId, customer).statusCode() == 200);
    EventStream first = watch(one, orderId, customer);
    await().until(() -> !first.statuses().isEmpty());
    first.leave();
    publish(life.subList(1, 3));
    await().until(() -> paymentArrived(orderId, customer));

    EventStream second = watch(other, orderId, customer, first.lastId());
    await().until(() -> !second.statuses().isEmpty());
    second.leave();
    EventStream third = watch(one, orderId, customer, second.lastId());
    publish(life.subList(3, life.size()));
    await().until(third::ended);
    assertThat(second.statuses()).containsExactly("PAID");
    assertThat(third.statuses()).doesNotContain("PLACED", "PAID").endsWith("COMPLETED");
    await().until(() -> nothingMore(orderId, customer, third.lastId()));
  }

  /** Of the payment, and of the order that is paid: replicas hear of them in any order. */
  boolean paymentArrived(String orderId, String customer) {
    JsonObject page = get(one, "/mypages/" + orderId, customer).bodyAsJsonObject();
    return page.getString("status").equals("PAID") && page.getJsonObject("payment") != null;
  }

  /** Events that come after the last one may still add to the page; then that is notified. */
  boolean nothingMore(String orderId, String customer, String lastId) {
    EventStream next = watch(other, orderId, customer, lastId);
    if (next.status() == 204) {
      return true;
    }
    await().until(next::ended);
    return nothingMore(orderId, customer, next.lastId());
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
