package baedal.payment;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.events.PaymentMethod;
import baedal.runtime.IdempotencyKey;
import baedal.runtime.Ids;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to pay, with lost responses, crashes and changes of the order between the steps. */
class PayOrderTest extends PaymentFixture {

  private static PaymentRequest request(
      String orderId, String customerId, PaymentMethod method, String card, IdempotencyKey key) {
    return new PaymentRequest(orderId, customerId, method, card, key, null, longWait());
  }

  private static CallersWait longWait() {
    return new CallersWait(vertx, Duration.ofMinutes(2), Duration.ofMinutes(1));
  }

  @Test
  void a_charge_with_a_lost_response_stays_open_until_a_retry_looks_it_up() {
    provider.answersAreLost = true;
    String orderId = Ids.next();
    var request = request(orderId, "c-1", PaymentMethod.CARD, CARD, null);
    assertThatThrownBy(() -> payOrder.pay(request).await())
        .isInstanceOfSatisfying(
            Refusal.class, no -> assertThat(no.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE));
    Payment open = payments.findActive(orderId).await().orElseThrow();
    assertThat(open.status()).isEqualTo(PaymentStatus.CHARGING);
    provider.answersAreLost = false;
    Payment paid = payOrder.pay(request).await().payment();
    assertThat(paid.id()).isEqualTo(open.id());
    assertThat(paid.status()).isEqualTo(PaymentStatus.PAID);
    assertThat(provider.charges.get()).as("the charge is not repeated").isOne();
  }

  @Test
  void a_retry_does_not_wait_for_a_charge_without_a_response() throws Exception {
    String orderId = Ids.next();
    var request = request(orderId, "c-1", PaymentMethod.CARD, CARD, null);
    provider.hangs = true;
    Future<PaymentResult> first = payOrder.pay(request);
    Future<PaymentResult> second = payOrder.pay(request);
    await().until(() -> provider.charges.get() == 1);
    provider.hangs = false;
    await()
        .until(
            () -> {
              Future<PaymentResult> again = payOrder.pay(request);
              vertx.timer(200).await();
              return again.isComplete() && again.await().payment().status() == PaymentStatus.PAID;
            });
    assertThat(provider.charges.get()).isOne();
    assertThat(first.isComplete() || second.isComplete()).isFalse();
  }

  @Test
  void nothing_is_charged_for_a_canceled_expired_or_rejected_order() {
    for (String status : List.of("CANCELED", "EXPIRED", "REJECTED")) {
      IdempotencyKey key = new IdempotencyKey("c-1", "k-" + status, "the same body");
      for (IdempotencyKey requestKey : Arrays.asList(key, null)) {
        Payment interrupted = charging(10_000, requestKey);
        orderStatuses.put(interrupted.orderId(), status);
        var request = request(interrupted.orderId(), "c-1", PaymentMethod.CARD, CARD, requestKey);
        assertThatThrownBy(() -> payOrder.pay(request).await())
            .isInstanceOfSatisfying(
                Refusal.class, no -> assertThat(no.type()).isEqualTo("order-state"))
            .hasMessageContaining(status);
      }
    }
    assertThat(provider.charges.get()).isZero();
  }

  @Test
  void only_the_request_that_charged_reports_a_charge() {
    provider.answersAreLost = true;
    var request = request(Ids.next(), "c-1", PaymentMethod.CARD, CARD, null);
    assertThatThrownBy(() -> payOrder.pay(request).await()).isInstanceOf(Refusal.class);
    provider.answersAreLost = false;
    assertThat(payOrder.pay(request).await().charged()).as("looked up").isFalse();
    assertThat(payOrder.pay(request).await().charged()).as("paid already").isFalse();
    var next = request(Ids.next(), "c-1", PaymentMethod.CARD, CARD, null);
    assertThat(payOrder.pay(next).await().charged()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {30_000, SAME_PRICE})
  void a_charge_made_before_the_order_changed_does_not_pay_it(long due) {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-changed-" + due, "the same body");
    Payment old = charging(10_000, key);
    provider.charge(old.id(), 10_000, "CARD", CARD).await();
    changedPrices.put(old.orderId(), due);
    assertRefused(old.orderId(), key, "payment-pending");
    assertRefused(old.orderId(), null, "payment-pending");
    payments.change(old.id(), p -> p.giveBack(null, "another amount", LONG_AGO)).await();
    await()
        .until(
            () -> {
              sweep.now().await();
              return status(old) == PaymentStatus.REFUNDED;
            });
    assertRefused(old.orderId(), key, "payment-void");
    var next = request(old.orderId(), "c-1", PaymentMethod.CARD, CARD, null);
    assertThat(payOrder.pay(next).await().payment().amount()).isEqualTo(due);
  }

  @ParameterizedTest
  @ValueSource(longs = {30_000, SAME_PRICE})
  void a_charge_not_made_before_the_order_changed_is_never_made(long due) {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-not-taken-" + due, "the same body");
    Payment old = charging(10_000, key);
    changedPrices.put(old.orderId(), due);
    assertRefused(old.orderId(), key, "payment-void");
    assertThat(provider.charges.get()).isZero();
    var next = request(old.orderId(), "c-1", PaymentMethod.CARD, CARD, null);
    assertThat(payOrder.pay(next).await().payment().amount()).isEqualTo(due);
  }

  @Test
  void a_charge_without_a_response_is_no_answer_for_a_canceled_order() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-no-response", "the same body");
    Payment interrupted = charging(10_000, key);
    provider.charge(interrupted.id(), 10_000, "CARD", CARD).await();
    orderStatuses.put(interrupted.orderId(), "CANCELED");
    assertRefused(interrupted.orderId(), key, "order-state");
    sweep.now().await();
    assertThat(status(interrupted)).isEqualTo(PaymentStatus.PAID);
    assertRefused(interrupted.orderId(), key, "order-state");
  }

  @Test
  void a_result_after_the_client_gave_up_is_not_stored_for_the_key() {
    for (String since : List.of("changed", "withdrawn", "nothing")) {
      IdempotencyKey key = new IdempotencyKey("c-1", "k-late-" + since, "the same body");
      String orderId = Ids.next();
      PaymentRequest late = request(orderId, "c-1", PaymentMethod.CARD, CARD, key);
      late.callersWait().responseOf(Future.failedFuture("the client gave up"));
      Payment paid = payOrder.pay(late).await().payment();
      switch (since) {
        case "changed" -> {
          changedPrices.put(orderId, 30_000L);
          assertRefused(orderId, key, "payment-pending");
          refund(paid);
          assertRefused(orderId, key, "payment-void");
        }
        case "withdrawn" -> {
          orderStatuses.put(orderId, "CANCELED");
          assertRefused(orderId, key, "order-state");
          refund(paid);
          assertRefused(orderId, key, "order-state");
        }
        default -> {
          PaymentRequest again = request(orderId, "c-1", PaymentMethod.CARD, CARD, key);
          assertThat(payOrder.pay(again).await().payment()).isEqualTo(paid);
          orderStatuses.put(orderId, "CANCELED");
          refund(paid);
          assertThat(payOrder.pay(again).await().payment()).as("the stored answer").isEqualTo(paid);
        }
      }
    }
  }

  @Test
  void a_payment_that_was_refunded_during_its_charge_is_no_answer() {
    provider.chargesHeldUntil = Promise.promise();
    IdempotencyKey key = new IdempotencyKey("c-1", "k-refunded", "the same body");
    PaymentRequest request = request(Ids.next(), "c-1", PaymentMethod.CARD, CARD, key);
    Future<PaymentResult> first = payOrder.pay(request);
    await().until(() -> provider.charges.get() == 1);
    Payment open = payments.findActive(request.orderId()).await().orElseThrow();
    payments.change(open.id(), p -> p.charged(Instant.now())).await();
    refund(open);
    provider.chargesHeldUntil.complete();
    assertThatThrownBy(first::await)
        .isInstanceOfSatisfying(
            Refusal.class, no -> assertThat(no.type()).isEqualTo("payment-void"));
    assertRefused(request.orderId(), key, "payment-void");
  }

  @Test
  void a_request_after_a_change_of_the_order_does_not_share_an_earlier_result() {
    for (String since : List.of("changed", "withdrawn")) {
      provider.chargesHeldUntil = Promise.promise();
      String orderId = Ids.next();
      PaymentRequest request = request(orderId, "c-1", PaymentMethod.CARD, CARD, null);
      int before = provider.charges.get();
      Future<PaymentResult> first = payOrder.pay(request);
      await().until(() -> provider.charges.get() > before);
      if (since.equals("changed")) {
        changedPrices.put(orderId, 30_000L);
        assertRefused(orderId, null, "payment-pending");
      } else {
        orderStatuses.put(orderId, "CANCELED");
        assertRefused(orderId, null, "order-state");
      }
      provider.chargesHeldUntil.complete();
      assertThat(first.await().payment().amount()).isEqualTo(SAME_PRICE);
    }
  }

  @Test
  void an_attempt_that_the_provider_never_received_continues_with_its_key() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-abandoned", "the same body");
    Payment lost = charging(10_000, key);
    sweep.now().await();
    assertThat(status(lost)).isEqualTo(PaymentStatus.DECLINED);
    PaymentRequest again = request(lost.orderId(), "c-1", PaymentMethod.CARD, CARD, key);
    Payment paid = payOrder.pay(again).await().payment();
    assertThat(paid.status()).isEqualTo(PaymentStatus.PAID);
    assertThat(payOrder.pay(again).await().payment()).isEqualTo(paid);
    assertThat(provider.charges.get()).isOne();
  }

  @Test
  void a_stored_answer_without_a_result_is_refused_as_void() {
    IdempotencyKey key = new IdempotencyKey("c-1", "k-no-result", "the same body");
    Payment lost = charging(10_000, key);
    payments.changeAsAnswer(lost.id(), p -> p.declined(Payment.ABANDONED, LONG_AGO)).await();
    assertRefused(lost.orderId(), key, "payment-void");
    assertThat(provider.charges.get()).isZero();
  }

  private void assertRefused(String orderId, IdempotencyKey key, String type) {
    var request = request(orderId, "c-1", PaymentMethod.CARD, CARD, key);
    assertThatThrownBy(() -> payOrder.pay(request).timeout(20, TimeUnit.SECONDS).await())
        .isInstanceOfSatisfying(Refusal.class, no -> assertThat(no.type()).isEqualTo(type));
  }

  private void refund(Payment paid) {
    payments.change(paid.id(), p -> p.giveBack(null, "in a test", Instant.now())).await();
    payments.change(paid.id(), p -> p.refunded(Instant.now())).await();
  }
}
