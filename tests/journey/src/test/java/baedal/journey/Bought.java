package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;

/**
 * An order that was changed and paid, and whose it is; {@code atOnce} when the payment was taken at
 * the first asking.
 */
record Bought(Client customer, String orderId, boolean atOnce) {

  static Bought in(TestSystem town, TestSystem.Shop shop) throws IOException {
    Client customer = town.customer();
    String orderId = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    ObjectNode memo = TestSystem.json().put("memo", "문 앞에 두세요");
    assertThat(customer.patch("/orders/" + orderId, memo).status()).isEqualTo(200);
    Client.Answer first = customer.post("/payments", TestSystem.card(orderId));
    assertThat(first.status()).as("%s", first.body()).isIn(201, 503);
    boolean atOnce = first.status() == 201;
    if (!atOnce) {
      assertThat(town.pay(customer, orderId).status()).isEqualTo(201);
    }
    return new Bought(customer, orderId, atOnce);
  }

  /** Most did not have to ask twice: payments have a time limit, and the machine may be busy. */
  static void withoutWaiting(List<Bought> all) {
    assertThat(all)
        .filteredOn(Bought::atOnce)
        .as("paid at the first asking, of %d", all.size())
        .hasSizeGreaterThan(all.size() / 2);
  }
}
