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
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Refunds and collected payments on delivery, by events in any sequence. */
class PaymentConsumerTest extends PaymentFixture {

  private static final int SEEDS = 100;

  /** The amounts that the events ask to refund; null means all. */
  private static final List<Long> REQUESTED = Arrays.asList(null, 4_000L, 0L);

  /**
   * Each event names one payment. It must not change the other payments. The first request of a
   * payment decides how much is refunded.
   */
  @Test
  void shuffled_and_repeated_events_refund_once_and_collect_once() {
    List<Subscription> replicas =
        Stream.of(refunds, new RefundPayment(payments, provider, Boot.clock()))
            .map(one -> new PaymentConsumer(payments, one).subscription())
            .toList();
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Payment refunded = paidOrDeferred(PaymentMethod.CARD);
      Payment voided = paidOrDeferred(PaymentMethod.ON_DELIVERY);
      Payment collected = paidOrDeferred(PaymentMethod.ON_DELIVERY);
      List<EventMessage> messages = new ArrayList<>();
      for (Payment payment : List.of(refunded, voided)) {
        String orderId = payment.orderId();
        messages.add(message(new OrderEvent.PaymentRefused(orderId, payment.id(), "x", LONG_AGO)));
        for (Long won : REQUESTED) {
          messages.add(
              message(new OrderEvent.RefundRequested(orderId, payment.id(), won, "y", LONG_AGO)));
        }
      }
      messages.add(
          message(
              new OrderEvent.Collected(
                  collected.orderId(), collected.id(), "r-1", 10_000, LONG_AGO)));
      for (int again = random.nextInt(6); again > 0; again--) {
        messages.add(messages.get(random.nextInt(messages.size())));
      }
      Collections.shuffle(messages, random);
      for (EventMessage message : messages) {
        replicas.get(random.nextInt(replicas.size())).handle(message).await();
      }
      await().until(() -> status(refunded) == PaymentStatus.REFUNDED);
      assertThat(List.of(outcome(refunded), outcome(voided), outcome(collected)))
          .as("seed " + seed)
          .containsExactly(
              "REFUNDED after 2 events", "REFUNDED after 2 events", "PAID after 2 events");
      long won = firstRequest(messages, refunded.id());
      assertThat(refund(refunded.id())).as("seed " + seed).isEqualTo(event(won, false));
      assertThat(provider.refunds.getOrDefault(refunded.id(), List.of()))
          .as("seed " + seed)
          .containsOnly(won == 0 ? new Long[0] : new Long[] {won});
      assertThat(refund(voided.id())).as("seed " + seed).isEqualTo(event(0, true));
    }
  }

  /** How much the first of these messages asks to refund of a payment of 10,000 won. */
  private static long firstRequest(List<EventMessage> messages, String paymentId) {
    for (EventMessage message : messages) {
      if (message.data() instanceof OrderEvent.PaymentRefused e
          && e.paymentId().equals(paymentId)) {
        return 10_000;
      }
      if (message.data() instanceof OrderEvent.RefundRequested e
          && e.paymentId().equals(paymentId)) {
        return e.amount() == null ? 10_000 : e.amount();
      }
    }
    throw new IllegalArgumentException("no request to refund payment " + paymentId);
  }

  private static JsonObject event(long won, boolean voided) {
    return new JsonObject()
        .put("amount", won)
        .put("kept", voided ? 0 : 10_000 - won)
        .put("voided", voided);
  }

  /** The amounts in the event {@code payment.refunded} of a payment, as in {@link #event}. */
  private static JsonObject refund(String paymentId) {
    String body =
        pool.preparedQuery(
                "SELECT body FROM outbox WHERE body LIKE '%\"payment.refunded\"%' AND body LIKE $1")
            .execute(Tuple.of("%\"" + paymentId + "\"%"))
            .await()
            .iterator()
            .next()
            .getString(0);
    JsonObject data = new JsonObject(body).getJsonObject("data");
    return new JsonObject()
        .put("amount", data.getLong("amount"))
        .put("kept", data.getLong("kept"))
        .put("voided", data.getBoolean("voided"));
  }

  private static Payment paidOrDeferred(PaymentMethod method) {
    Payment.Due due =
        new Payment.Due(Ids.next(), "c-1", 10_000, 1, 1, "PLACED", Fulfilment.DELIVERY);
    var opened = Payment.open(Ids.next(), due, method, "4242", LONG_AGO);
    assertThat(payments.insert(opened, null).await()).isTrue();
    return payments.change(opened.state().id(), p -> p.charged(LONG_AGO)).await();
  }

  private static String outcome(Payment payment) {
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
