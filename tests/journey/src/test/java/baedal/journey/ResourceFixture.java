package baedal.journey;

import baedal.dev.Client;
import baedal.journey.TestSystem.Shop;
import baedal.runtime.Caller;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;

/**
 * A customer, an owner and a rider, with something of each kind that can be somebody's: {@code ids}
 * by the names that the documents give them, {@code owns} the person of each role.
 */
record ResourceFixture(Shop shop, Client rider, Map<String, String> ids, Map<String, String> owns) {

  static ResourceFixture in(TestSystem town) throws IOException {
    Shop shop = town.shop("FOOD", 10_000, 5);
    Client customer = town.customer();
    Client rider = town.rider("r-" + UUID.randomUUID());
    String campaign = town.campaign(10);
    String coupon =
        customer.post("/coupons/campaigns/" + campaign + "/take", null).text("couponId");
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    town.kitchen(shop, orderId, "accept", "start", "finish");
    town.awaited("the job is open", rider, "/deliveries/" + orderId, a -> a.status() == 200);
    town.rides(rider, orderId, "claim");
    town.awaited(
        "the customer was told",
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

  /** What its owner may have given away meanwhile: the job in hand, and the menu. */
  void restore() throws IOException {
    rider.post("/deliveries/" + ids.get("orderId") + "/claim", null);
    ObjectNode menu = TestSystem.json().put("name", "메뉴").put("price", 10_000);
    menu.putArray("options").addObject().put("name", "순살").put("price", 500);
    shop.owner().put("/stores/" + shop.storeId() + "/menus/m-1", menu);
  }
}
