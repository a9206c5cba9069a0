package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;

/**
 * An order that a test has placed, changed and paid. {@code paidAtOnce} is true if the first
 * payment request succeeded.
 */
record PaidOrder(Client customer, String orderId, boolean paidAtOnce) {

  static PaidOrder place(TestSystem system, TestSystem.Shop shop) throws IOException {
    Client customer = system.customer();
    String orderId = system.place(customer, RequestBodies.delivery(shop.storeId(), 1));
    ObjectNode memo = RequestBodies.json().put("memo", "문 앞에 두세요");
    assertThat(customer.patch("/orders/" + orderId, memo).status()).isEqualTo(200);
    Client.Answer first = customer.post("/payments", RequestBodies.card(orderId));
    assertThat(first.status()).as("%s", first.body()).isIn(201, 503);
    boolean paidAtOnce = first.status() == 201;
    if (!paidAtOnce) {
      assertThat(system.pay(customer, orderId).status()).isEqualTo(201);
    }
    return new PaidOrder(customer, orderId, paidAtOnce);
  }

  /**
   * Asserts that the first request paid most orders. On a busy machine some payments miss their
   * time limit.
   */
  static void assertMostlyPaidAtOnce(List<PaidOrder> all) {
    assertThat(all)
        .filteredOn(PaidOrder::paidAtOnce)
        .as("orders paid by the first request, of %d", all.size())
        .hasSizeGreaterThan(all.size() / 2);
  }
}
