package baedal.payment;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Fulfilment;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import baedal.rabbitmq.Subscription;
import baedal.runtime.Boot;
import baedal.runtime.Ids;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Refunds and collected promises, by events in any order. */
class PaymentConsumerTest extends PaymentFixture {

  private static final int SEEDS = 100;

  /** Each event is about one payment; the other payments are there to be mixed up with it. */
  @Test
  void events_in_any_order_and_number_refund_once_and_keep_a_promise_once() {
    List<Subscription> replicas =
        Stream.of(refunds, new RefundPayment(payments, provider, Boot.clock()))
            .map(one -> new PaymentConsumer(payments, one).subscription())
            .toList();
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Payment back = settled(PaymentMethod.CARD);
      Payment voided = settled(PaymentMethod.ON_DELIVERY);
      Payment kept = settled(PaymentMethod.ON_DELIVERY);
      List<EventMessage> messages = new ArrayList<>();
      for (Payment given : List.of(back, voided)) {
        String orderId = given.orderId();
        messages.add(message(new OrderEvent.PaymentRefused(orderId, given.id(), "x", LONG_AGO)));
        messages.add(message(new OrderEvent.RefundRequested(orderId, given.id(), "y", LONG_AGO)));
      }
      messages.add(
          message(new OrderEvent.Collected(kept.orderId(), kept.id(), "r-1", 10_000, LONG_AGO)));
      for (int again = random.nextInt(6); again > 0; again--) {
        messages.add(messages.get(random.nextInt(messages.size())));
      }
      Collections.shuffle(messages, random);
      for (EventMessage message : messages) {
        replicas.get(random.nextInt(replicas.size())).handle(message).await();
      }
      await().until(() -> status(back) == PaymentStatus.REFUNDED);
      assertThat(List.of(end(back), end(voided), end(kept)))
          .as("seed " + seed)
          .containsExactly(
              "REFUNDED after 2 events", "REFUNDED after 2 events", "PAID after 2 events");
    }
  }

  private static Payment settled(PaymentMethod method) {
    Payment.Due due =
        new Payment.Due(Ids.next(), "c-1", 10_000, 1, 1, "PLACED", Fulfilment.DELIVERY);
    var opened = Payment.open(Ids.next(), due, method, "4242", LONG_AGO);
    assertThat(payments.insert(opened, null).await()).isTrue();
    return payments.change(opened.state().id(), p -> p.charged(LONG_AGO)).await();
  }

  private static String end(Payment payment) {
    return pool.preparedQuery(
            "SELECT status || ' after ' || sequence || ' events' FROM payments WHERE id = $1")
        .execute(Tuple.of(payment.id()))
        .await()
        .iterator()
        .next()
        .getString(0);
  }

  private static EventMessage message(Event event) {
    return EventMessages.wrap(List.of(event), 1, LONG_AGO).get(0);
  }
}
