package baedal.journey;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;

/** Request bodies of orders and payments, for the menu m-1 of a {@link TestSystem.Shop}. */
final class RequestBodies {

  private RequestBodies() {}

  /** An empty object. */
  static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }

  static ObjectNode delivery(String storeId, int quantity) {
    ObjectNode order = visit(storeId, quantity).put("fulfilment", "DELIVERY");
    order.putObject("address").put("text", "서울 마포구 연남동").put("lat", 37.56).put("lng", 126.925);
    return order;
  }

  static ObjectNode parcel(String storeId, int quantity) {
    ObjectNode order = delivery(storeId, quantity).put("fulfilment", "COURIER");
    order.putObject("pickup").put("text", "서울 마포구 공덕동").put("lat", 37.544).put("lng", 126.951);
    order.putObject("parcel").put("size", "SMALL").put("weightKg", 2.5).put("description", "서류");
    return order;
  }

  static ObjectNode visit(String storeId, int quantity) {
    ObjectNode order = json().put("storeId", storeId).put("fulfilment", "VISIT");
    order.putArray("lines").addObject().put("menuId", "m-1").put("quantity", quantity);
    return order;
  }

  /** A reservation of one room for two guests. */
  static ObjectNode stay(String hotelId, LocalDate checkIn, LocalDate checkOut) {
    ObjectNode order = visit(hotelId, 1);
    order
        .putObject("stay")
        .put("checkIn", checkIn.toString())
        .put("checkOut", checkOut.toString())
        .put("guests", 2);
    return order;
  }

  /** A payment with a card that is approved. */
  static ObjectNode card(String orderId) {
    return json().put("orderId", orderId).put("method", "CARD").put("card", "4242424242424242");
  }

  /** A payment on delivery: the customer pays the rider. */
  static ObjectNode onDelivery(String orderId) {
    return json().put("orderId", orderId).put("method", "ON_DELIVERY");
  }

  static ObjectNode checkout(String storeId, String card) {
    ObjectNode checkout = json();
    checkout.set("order", delivery(storeId, 1));
    checkout.putObject("payment").put("method", "CARD").put("card", card);
    return checkout;
  }
}
