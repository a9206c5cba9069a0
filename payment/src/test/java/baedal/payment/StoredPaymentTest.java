package baedal.payment;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.PaymentMethod;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Payments as they are stored in {@code payments.body} and {@code idempotency.answer}. Earlier
 * versions of the code wrote the files in {@code golden}: never change them.
 */
class StoredPaymentTest {

  private static final Path GOLDEN = Path.of("src/test/resources/baedal/payment/golden");
  private static final Instant OPENED = Instant.parse("2026-01-02T03:04:05.006Z");
  private static final Instant CHANGED = Instant.parse("2026-01-02T07:08:09.010Z");
  private static final Instant PAID = Instant.parse("2026-01-02T03:04:06.007Z");

  private static JsonNode golden(String name) throws IOException {
    return Json.mapper().readTree(Files.readString(GOLDEN.resolve(name)));
  }

  private static Payment refunded(Instant paidAt, Long won) {
    return payment(PaymentStatus.REFUNDED, "the order was canceled", paidAt, won);
  }

  private static Payment payment(
      PaymentStatus status, String reason, Instant paidAt, Long refundAmount) {
    return new Payment(
        "0190a000-0000-7000-8000-000000000001",
        "0190a000-0000-7000-8000-000000000002",
        "c-1",
        41_500,
        PaymentMethod.KAKAO_PAY,
        "4242",
        3,
        status,
        reason,
        OPENED,
        CHANGED,
        paidAt,
        refundAmount);
  }

  private static Payment decoded(JsonNode stored) {
    return Json.decode(stored.toString(), Payment.class);
  }

  private static JsonNode encoded(Payment payment) throws IOException {
    return Json.mapper().readTree(Json.encode(payment));
  }

  @Test
  void a_stored_payment_is_read_and_written_as_it_is() throws IOException {
    JsonNode stored = golden("payment.json");
    assertThat(decoded(stored)).isEqualTo(refunded(PAID, 20_700L));
    assertThat(encoded(refunded(PAID, 20_700L))).isEqualTo(stored);
  }

  @Test
  void every_field_of_the_stored_payment_has_a_value() throws IOException {
    JsonNode stored = golden("payment.json");
    assertThat(stored.properties()).hasSize(Payment.class.getRecordComponents().length);
    assertThat(stored.properties())
        .extracting(Map.Entry::getValue)
        .noneMatch(
            value -> value.isNull() || value.asText().isEmpty() || value.asText().equals("0"));
  }

  @ParameterizedTest
  @EnumSource
  void a_stored_status_is_read_and_written_as_it_is(PaymentStatus status) throws IOException {
    ObjectNode stored = golden("payment.json").deepCopy();
    stored.put("status", status.name());
    assertThat(decoded(stored)).isEqualTo(payment(status, "the order was canceled", PAID, 20_700L));
    assertThat(encoded(decoded(stored))).isEqualTo(stored);
  }

  @Test
  void a_payment_stored_before_paid_at_existed_was_paid_when_it_changed() throws IOException {
    JsonNode stored = golden("payment-paid-before-paid-at.json");
    Payment paid = payment(PaymentStatus.PAID, null, CHANGED, null);
    assertThat(decoded(stored)).isEqualTo(paid);
    assertThat(encoded(paid)).isEqualTo(withLaterFields(stored, CHANGED.toString()));
  }

  @Test
  void a_refund_stored_before_paid_at_existed_has_no_paid_at() throws IOException {
    JsonNode stored = golden("payment-refunded-before-paid-at.json");
    assertThat(decoded(stored)).isEqualTo(refunded(null, null));
    assertThat(encoded(refunded(null, null))).isEqualTo(withLaterFields(stored, null));
  }

  @Test
  void a_refund_stored_before_its_amount_existed_refunded_all() throws IOException {
    JsonNode stored = golden("payment-refunded-before-refund-amount.json");
    Payment payment = decoded(stored);
    assertThat(payment).isEqualTo(refunded(PAID, null));
    assertThat(payment.toRefund()).isEqualTo(41_500);
    assertThat(payment.toKeep()).isZero();
    assertThat(PaymentView.of(payment).refunded()).isEqualTo(41_500);
    ObjectNode pending = stored.deepCopy();
    assertThat(decoded(pending.put("status", "REFUNDING")).toRefund()).isEqualTo(41_500);
  }

  @Test
  void an_abandoned_payment_is_recognised_by_the_reasons_of_all_versions() throws IOException {
    ObjectNode stored = golden("payment.json").deepCopy();
    stored.put("status", "DECLINED");
    for (String reason :
        List.of(
            "the provider did not receive the charge: no money was taken",
            "the provider has not heard of it in time: nothing was taken")) {
      stored.put("reason", reason);
      assertThat(decoded(stored).isAbandoned()).as(reason).isTrue();
    }
    assertThat(decoded(golden("payment.json")).isAbandoned()).isFalse();
  }

  private static JsonNode withLaterFields(JsonNode stored, String paidAt) {
    return stored.<ObjectNode>deepCopy().put("paidAt", paidAt).putNull("refundAmount");
  }

  /** {@code idempotency.body_hash} is a digest of this text. */
  @Test
  void a_request_body_is_encoded_as_when_its_digest_was_stored() {
    PaymentApi.Pay card = new PaymentApi.Pay("o-1", PaymentMethod.CARD, "4242424242424242");
    assertThat(Json.encode(card))
        .isEqualTo("{\"orderId\":\"o-1\",\"method\":\"CARD\",\"card\":\"4242424242424242\"}");
    PaymentApi.Pay onDelivery = new PaymentApi.Pay("o-1", PaymentMethod.ON_DELIVERY, null);
    assertThat(Json.encode(onDelivery))
        .isEqualTo("{\"orderId\":\"o-1\",\"method\":\"ON_DELIVERY\",\"card\":null}");
  }
}
