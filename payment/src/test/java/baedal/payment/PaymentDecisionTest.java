package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Fulfilment;
import baedal.events.PaymentMethod;
import baedal.payment.PaymentDecision.Found;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row and column of the decision table. */
class PaymentDecisionTest {

  private static final String MY_CARD = "4242424242424242";
  private static final String OTHER_CARD = "5555555555554444";
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final long WON = 40_000;
  private static final long VERSION = 3;

  /** {@code status} is the status of the payment, or ABANDONED for a charge that was closed. */
  private static Payment payment(String status) {
    boolean abandoned = status.equals("ABANDONED");
    return new Payment(
        "p-1",
        "o-1",
        "c-1",
        WON,
        status.equals("DEFERRED") ? PaymentMethod.ON_DELIVERY : PaymentMethod.CARD,
        status.equals("DEFERRED") ? null : "4242",
        VERSION,
        abandoned ? PaymentStatus.DECLINED : PaymentStatus.valueOf(status),
        abandoned ? Payment.ABANDONED : null,
        NOW,
        NOW,
        null,
        null);
  }

  private static Payment.Due due(String orderStatus, long won, long pricedVersion) {
    return new Payment.Due(
        "o-1", "c-1", won, pricedVersion, pricedVersion, orderStatus, Fulfilment.DELIVERY);
  }

  private static Payment.Due same(String orderStatus) {
    return due(orderStatus, WON, VERSION);
  }

  /** Changed to another price, or to the same price at a later version. */
  private static List<Payment.Due> changed() {
    return List.of(due("PLACED", WON + 1, VERSION), due("PLACED", WON, VERSION + 1));
  }

  private static PaymentRequest request(PaymentMethod method, String card) {
    return new PaymentRequest("o-1", "c-1", method, card, null, null, null);
  }

  /** The request that opened the payment. */
  private static PaymentRequest sameRequest(Payment payment) {
    return payment.method() == PaymentMethod.CARD
        ? request(PaymentMethod.CARD, MY_CARD)
        : request(payment.method(), null);
  }

  private static List<PaymentRequest> otherRequests() {
    return List.of(request(PaymentMethod.CARD, OTHER_CARD), request(PaymentMethod.KAKAO_PAY, null));
  }

  @ParameterizedTest
  @CsvSource({
    "CHARGING,  LOOK_UP_OR_CHARGE, LOOK_UP_OR_CHARGE, REFUSE_PENDING",
    "PAID,      ANSWER,            ANSWER,            ANSWER",
    "DEFERRED,  ANSWER,            ANSWER,            ANSWER",
    "DECLINED,  ANSWER,            REFUSE_PENDING,    ANSWER",
    "ABANDONED, OPEN_ANOTHER,      REFUSE_PENDING,    REFUSE_VOID",
    "REFUNDING, REFUSE_VOID,       REFUSE_PENDING,    REFUSE_VOID",
    "REFUNDED,  REFUSE_VOID,       REFUSE_PENDING,    REFUSE_VOID",
  })
  void decides_about_the_same_request_for_an_unchanged_order(
      String status, PaymentDecision byKey, PaymentDecision byOrder, PaymentDecision afterCharge) {
    Payment payment = payment(status);
    assertThat(decisions(payment, same("PLACED"), sameRequest(payment)))
        .containsExactly(byKey, byOrder, afterCharge);
  }

  @ParameterizedTest
  @CsvSource({
    "CHARGING,  LOOK_UP,        LOOK_UP,        REFUSE_PENDING",
    "PAID,      REFUSE_PENDING, REFUSE_PENDING, REFUSE_PENDING",
    "DEFERRED,  REFUSE_PENDING, REFUSE_PENDING, REFUSE_PENDING",
    "DECLINED,  ANSWER,         REFUSE_PENDING, ANSWER",
    "ABANDONED, REFUSE_VOID,    REFUSE_PENDING, REFUSE_VOID",
    "REFUNDING, REFUSE_VOID,    REFUSE_PENDING, REFUSE_VOID",
    "REFUNDED,  REFUSE_VOID,    REFUSE_PENDING, REFUSE_VOID",
  })
  void decides_about_the_same_request_for_a_changed_order(
      String status, PaymentDecision byKey, PaymentDecision byOrder, PaymentDecision afterCharge) {
    Payment payment = payment(status);
    for (Payment.Due due : changed()) {
      assertThat(decisions(payment, due, sameRequest(payment)))
          .as(due.toString())
          .containsExactly(byKey, byOrder, afterCharge);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CHARGING,  LOOK_UP,      LOOK_UP,         REFUSE_PENDING",
    "PAID,      ANSWER,       ANSWER,          ANSWER",
    "DEFERRED,  ANSWER,       REFUSE_DEFERRED, ANSWER",
    "DECLINED,  ANSWER,       REFUSE_PENDING,  REFUSE_PENDING",
    "ABANDONED, OPEN_ANOTHER, REFUSE_PENDING,  REFUSE_PENDING",
    "REFUNDING, REFUSE_VOID,  REFUSE_PENDING,  REFUSE_VOID",
    "REFUNDED,  REFUSE_VOID,  REFUSE_PENDING,  REFUSE_VOID",
  })
  void decides_about_a_request_with_another_card_or_method(
      String status, PaymentDecision byKey, PaymentDecision byOrder, PaymentDecision afterCharge) {
    for (PaymentRequest request : otherRequests()) {
      assertThat(decisions(payment(status), same("PLACED"), request))
          .as(request.method().name())
          .containsExactly(byKey, byOrder, afterCharge);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_card_is_refused_until_the_payment_on_delivery_of_the_old_price_ends(Found found) {
    for (Payment.Due due : changed()) {
      assertThat(
              PaymentDecision.of(
                  found, payment("DEFERRED"), due, request(PaymentMethod.CARD, MY_CARD)))
          .isEqualTo(PaymentDecision.REFUSE_PENDING);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CHARGING,  REFUSE_ORDER_STATE, REFUSE_ORDER_STATE",
    "PAID,      ANSWER,             ANSWER",
    "DEFERRED,  ANSWER,             REFUSE_DEFERRED",
    "DECLINED,  REFUSE_ORDER_STATE, REFUSE_ORDER_STATE",
    "ABANDONED, REFUSE_ORDER_STATE, REFUSE_ORDER_STATE",
    "REFUNDING, REFUSE_ORDER_STATE, REFUSE_ORDER_STATE",
    "REFUNDED,  REFUSE_ORDER_STATE, REFUSE_ORDER_STATE",
  })
  void decides_about_a_request_for_a_paid_cooked_or_completed_order(
      String status, PaymentDecision sameRequest, PaymentDecision payNow) {
    Payment payment = payment(status);
    for (String orderStatus : List.of("PAID", "COOKED", "COMPLETED")) {
      assertThat(
              PaymentDecision.of(Found.BY_ORDER, payment, same(orderStatus), sameRequest(payment)))
          .isEqualTo(sameRequest);
      for (PaymentRequest request : otherRequests()) {
        assertThat(PaymentDecision.of(Found.BY_ORDER, payment, same(orderStatus), request))
            .isEqualTo(payNow);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CANCELED", "REJECTED", "EXPIRED"})
  void a_canceled_rejected_or_expired_order_is_never_paid(String orderStatus) {
    for (PaymentStatus status : PaymentStatus.values()) {
      Payment payment = payment(status.name());
      assertThat(decisions(payment, same(orderStatus), sameRequest(payment)))
          .as(status.name())
          .containsOnly(PaymentDecision.REFUSE_ORDER_STATE);
    }
  }

  @Test
  void only_the_same_request_for_an_unchanged_order_may_charge() {
    Set<PaymentDecision> others =
        Stream.of(PaymentStatus.values())
            .map(status -> payment(status.name()))
            .flatMap(
                payment ->
                    Stream.concat(
                        changed().stream()
                            .flatMap(due -> decisions(payment, due, sameRequest(payment)).stream()),
                        otherRequests().stream()
                            .flatMap(other -> decisions(payment, same("PLACED"), other).stream())))
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(PaymentDecision.class)));
    assertThat(others).doesNotContain(PaymentDecision.LOOK_UP_OR_CHARGE).isNotEmpty();
  }

  /** By key, by order and after the charge. */
  private static List<PaymentDecision> decisions(
      Payment payment, Payment.Due due, PaymentRequest request) {
    return Stream.of(Found.BY_KEY, Found.BY_ORDER, Found.AFTER_CHARGE)
        .map(found -> PaymentDecision.of(found, payment, due, request))
        .toList();
  }
}
