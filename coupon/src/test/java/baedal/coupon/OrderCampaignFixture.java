package baedal.coupon;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.CouponEvent;
import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.events.OrderEvent;
import baedal.events.PaymentMethod;
import baedal.testkit.ServiceFixture;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Instant;
import java.util.List;

/** Requests and events for tests of campaigns that come with paid orders. */
record OrderCampaignFixture(ServiceFixture service) {

  static final String MARKETER = "m-1";

  /** Stands in for the order service, which applies every coupon. */
  static void applyCoupon(HttpServerRequest request) {
    String orderId = request.path().split("/", -1)[3];
    JsonObject order = new JsonObject().put("orderId", orderId).put("due", 7_000).put("version", 2);
    request.response().end(order.encode());
  }

  /** A campaign whose coupons come with paid orders; {@code kind} may be null. */
  static JsonObject announcement(int quantity, String kind) {
    JsonObject announcement =
        new JsonObject()
            .put("name", "첫 숙박")
            .put("discount", 3_000)
            .put("quantity", quantity)
            .put("expiresAt", "2099-01-01T00:00:00Z")
            .put("on", "order.paid");
    return kind == null ? announcement : announcement.put("kind", kind);
  }

  String campaign(int quantity, String kind) {
    return announce(announcement(quantity, kind));
  }

  String announce(JsonObject announcement) {
    HttpResponse<Buffer> answer = send(HttpMethod.POST, "/coupons", "marketing", announcement);
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(201);
    return answer.bodyAsJsonObject().getString("campaignId");
  }

  HttpResponse<Buffer> send(HttpMethod method, String path, String role, JsonObject body) {
    return service.call(method, path, service.token(MARKETER, role), body);
  }

  /** The counts of the report: issued, used, revoked, used though canceled. */
  String report(String campaignId) {
    HttpResponse<Buffer> answer =
        send(HttpMethod.GET, "/coupons/campaigns/" + campaignId, "marketing", null);
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
    JsonObject report = answer.bodyAsJsonObject();
    return report.getInteger("issued")
        + " "
        + report.getInteger("used")
        + " "
        + report.getInteger("revoked")
        + " "
        + report.getInteger("usedThoughCanceled");
  }

  static String couponOf(String campaignId, String orderId) {
    return campaignId + "-" + orderId;
  }

  /** The status of the coupon that the order brought, "none" if it brought none. */
  String status(String campaignId, String orderId) {
    String token = service.token(customer(orderId), "customer");
    return service
        .call(HttpMethod.GET, "/coupons", token, null)
        .bodyAsJsonObject()
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .filter(coupon -> coupon.getString("couponId").equals(couponOf(campaignId, orderId)))
        .map(coupon -> coupon.getString("status"))
        .findFirst()
        .orElse("none");
  }

  /** The customer of {@code orderId} uses a coupon for another order, which has applied it. */
  void use(String couponId, String orderId, String another) {
    String token = service.token(customer(orderId), "customer");
    HttpResponse<Buffer> answer =
        service.call(
            HttpMethod.POST,
            "/coupons/" + couponId + "/use",
            token,
            new JsonObject().put("orderId", another));
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
  }

  <E extends CouponEvent> long published(Class<E> type, String couponId) {
    return service.broker().recorded(type).filter(e -> e.couponId().equals(couponId)).count();
  }

  static String customer(String orderId) {
    return "customer-of-" + orderId;
  }

  static OrderEvent.Paid paid(String orderId, String storeKind) {
    return paid(orderId, storeKind, null, orderId, Instant.now());
  }

  /** A paid order of the customer of {@code customersOrder}; {@code couponId} may be null. */
  static OrderEvent.Paid paid(
      String orderId, String storeKind, String couponId, String customersOrder, Instant at) {
    OrderDetails details =
        new OrderDetails(
            customer(customersOrder),
            "s-1",
            "한강호텔",
            storeKind,
            List.of(),
            Fulfilment.VISIT,
            null,
            null,
            null,
            null,
            null,
            null,
            List.of(),
            null,
            couponId,
            20_000,
            0,
            20_000,
            2,
            at,
            at);
    return new OrderEvent.Paid(orderId, details, "p-" + orderId, PaymentMethod.CARD, 0, at);
  }

  static OrderEvent.Canceled canceled(String orderId, String couponId) {
    return new OrderEvent.Canceled(
        orderId, customer(orderId), "s-1", couponId, "plans changed", Instant.now());
  }

  static OrderEvent.Rejected rejected(String orderId) {
    return new OrderEvent.Rejected(
        orderId, customer(orderId), "s-1", null, "the room is not free", Instant.now());
  }

  /** The last event of an order: its customer earns a coupon when it is handled. */
  static OrderEvent.Delivered last(String orderId) {
    return new OrderEvent.Delivered(orderId, "c-last", "s-1", "r-1", 1, Instant.now());
  }

  /** Whether the service has handled {@link #last}, and so all earlier events of the order. */
  boolean handledAll(String orderId) {
    return published(CouponEvent.Issued.class, "earned-" + orderId) == 1;
  }
}
