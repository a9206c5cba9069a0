package baedal.journey;

import baedal.dev.Client;
import baedal.journey.TestSystem.Shop;
import baedal.runtime.Caller;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;

/**
 * One resource of each kind that belongs to a person, for tests of permissions. {@code ids} has the
 * ids of the resources by parameter name; {@code owners} has the subjects of the persons by role.
 */
record ResourceFixture(
    Shop shop, Client rider, Map<String, String> ids, Map<String, String> owners) {

  static ResourceFixture create(TestSystem system) throws IOException {
    Shop shop = system.openShop("FOOD", 10_000, 5);
    Client customer = system.customer();
    Client rider = system.rider("r-" + UUID.randomUUID());
    String campaign = system.startCampaign(10);
    String coupon = TestSystem.takeCoupon(customer, campaign);
    String orderId = system.placeAndPay(customer, RequestBodies.delivery(shop.storeId(), 1));
    system.handleTicket(shop, orderId, "accept", "start", "finish");
    system.awaitAnswer(
        "the delivery is open", rider, "/deliveries/" + orderId, a -> a.status() == 200);
    system.handleDelivery(rider, orderId, "claim");
    system.awaitAnswer(
        "the customer got a notification",
        customer,
        "/notifications",
        a -> !a.body().path("items").isEmpty());
    return new ResourceFixture(
        shop,
        rider,
        Map.of(
            "orderId",
            orderId,
            "storeId",
            shop.storeId(),
            "menuId",
            "m-1",
            "couponId",
            coupon,
            "campaignId",
            campaign,
            "riderId",
            TestTokens.sub(rider)),
        Map.of(
            Caller.CUSTOMER, TestTokens.sub(customer),
            Caller.OWNER, TestTokens.sub(shop.owner()),
            Caller.RIDER, TestTokens.sub(rider)));
  }

  /**
   * Claims the delivery and puts the menu again: a request of a test may have released the delivery
   * or deleted the menu.
   */
  void restore() throws IOException {
    rider.post("/deliveries/" + ids.get("orderId") + "/claim", null);
    ObjectNode menu = RequestBodies.json().put("name", "메뉴").put("price", 10_000);
    menu.putArray("options").addObject().put("name", "순살").put("price", 500);
    shop.owner().put("/stores/" + shop.storeId() + "/menus/m-1", menu);
  }
}
