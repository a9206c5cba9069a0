package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baedal.payment.PaymentProvider.Outcome;
import baedal.runtime.Boot;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class CallersWaitTest {

  private static final Vertx vertx = Boot.vertx();
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final Promise<PaymentResult> payment = Promise.promise();
  private final Promise<Outcome> call = Promise.promise();

  @AfterAll
  static void stop() {
    vertx.close().await();
  }

  private static void isRefused(Future<PaymentResult> response, String detail) {
    assertThatThrownBy(response::await)
        .isInstanceOfSatisfying(
            Refusal.class, no -> assertThat(no.kind()).isEqualTo(Refusal.Kind.UNAVAILABLE))
        .hasMessageContaining(detail);
  }

  @Test
  void the_result_of_a_payment_in_time_is_the_response() {
    CallersWait wait = new CallersWait(vertx, LONG, SHORT);
    Future<PaymentResult> response = wait.responseOf(payment.future());
    PaymentResult paid = new PaymentResult(null, true);
    wait.ask(call::future);
    call.complete(new Outcome.Approved());
    payment.complete(paid);
    assertThat(response.await()).isSameAs(paid);
    assertThat(wait.provider()).isEqualTo(CallersWait.Provider.ANSWERED);
    assertThat(wait.isAwaited()).isFalse();
  }

  @Test
  void a_provider_that_has_had_its_full_time_is_late() {
    CallersWait wait = new CallersWait(vertx, LONG, SHORT);
    Future<PaymentResult> response = wait.responseOf(payment.future());
    Future<Outcome> charge = wait.ask(call::future);
    isRefused(response, "provider did not respond in time");
    assertThat(wait.provider()).isEqualTo(CallersWait.Provider.LATE);
    assertThat(wait.isAwaited()).isFalse();
    call.complete(new Outcome.Approved());
    assertThat(charge.await()).as("the charge continues").isInstanceOf(Outcome.Approved.class);
    assertThat(wait.provider()).isEqualTo(CallersWait.Provider.LATE);
  }

  @Test
  void a_provider_that_was_asked_too_late_is_not_late() {
    CallersWait wait = new CallersWait(vertx, SHORT, Duration.ofMillis(190));
    Future<PaymentResult> response = wait.responseOf(payment.future());
    vertx.timer(50).await();
    assertThat(wait.leavesTimeForProvider()).isFalse();
    wait.ask(call::future);
    isRefused(response, "too many payments");
    assertThat(wait.provider()).isEqualTo(CallersWait.Provider.NO_TIME);
  }

  @Test
  void a_request_that_did_not_ask_the_provider_in_time_had_no_time() {
    CallersWait wait = new CallersWait(vertx, SHORT, SHORT.dividedBy(2));
    assertThat(wait.leavesTimeForProvider()).isTrue();
    isRefused(wait.responseOf(payment.future()), "too many payments");
    assertThat(wait.provider()).isEqualTo(CallersWait.Provider.NO_TIME);
  }

  @Test
  void a_response_of_the_provider_counts_even_if_its_result_is_stored_too_late() {
    CallersWait wait = new CallersWait(vertx, SHORT, SHORT.dividedBy(2));
    Future<PaymentResult> response = wait.responseOf(payment.future());
    wait.ask(() -> Future.succeededFuture(new Outcome.Approved()));
    isRefused(response, "too many payments");
    assertThat(wait.provider()).isEqualTo(CallersWait.Provider.ANSWERED);
  }

  @Test
  void a_request_that_waits_for_an_equal_one_says_nothing_about_the_provider() {
    CallersWait wait = new CallersWait(vertx, SHORT, SHORT.dividedBy(2));
    wait.join();
    isRefused(wait.responseOf(payment.future()), "earlier attempt");
    assertThat(wait.provider()).isEqualTo(CallersWait.Provider.NOT_ASKED);
  }

  @Test
  void a_failed_call_of_the_provider_is_recorded() {
    CallersWait wait = new CallersWait(vertx, LONG, SHORT);
    wait.responseOf(payment.future());
    Future<Outcome> failed = wait.ask(() -> Future.failedFuture(new IOException("reset")));
    assertThatThrownBy(failed::await).isInstanceOf(IOException.class);
    assertThat(wait.provider()).isEqualTo(CallersWait.Provider.FAILED);
  }
}
