package baedal.bench;

import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.util.List;

/** Builds the JSON bodies of the requests that scenarios and the checkout benchmark send. */
final class OrderRequests {

  /** The id of the menu that each {@link Shop} has. */
  static final String MENU = "m-1";

  /** An option of {@link #MENU} with price 0. */
  static final String FREE_OPTION = "순살";

  static final String VALID_CARD = "4242424242424242";

  /** The simulated provider declines this card. */
  static final String DECLINED_CARD = "4000000000000002";

  private OrderRequests() {}

  /** An order with these lines, and with the address and parcel that its fulfilment requires. */
  static ObjectNode order(String storeId, String fulfilment, ArrayNode lines) {
    ObjectNode order = json().put("storeId", storeId).put("fulfilment", fulfilment);
    order.set("lines", lines);
    if (!fulfilment.equals("VISIT")) {
      order.set("address", address("서울 마포구 연남동", 37.56, 126.925));
    }
    if (fulfilment.equals("COURIER")) {
      order.set("pickup", address("서울 마포구 합정동", 37.55, 126.915));
      order.putObject("parcel").put("size", "SMALL").put("weightKg", 1.5).put("description", "책");
    }
    return order;
  }

  /** A reservation of one room of the type {@link #MENU} for two guests. */
  static ObjectNode stay(String hotelId, LocalDate checkIn, LocalDate checkOut) {
    ObjectNode order = order(hotelId, "VISIT", lines(MENU, 1));
    order
        .putObject("stay")
        .put("checkIn", checkIn.toString())
        .put("checkOut", checkOut.toString())
        .put("guests", 2);
    return order;
  }

  static ArrayNode lines(String menuId, int quantity, String... options) {
    ArrayNode lines = Json.mapper().createArrayNode();
    ObjectNode line = lines.addObject().put("menuId", menuId).put("quantity", quantity);
    List.of(options).forEach(line.withArray("options")::add);
    return lines;
  }

  static ObjectNode address(String text, double lat, double lng) {
    return json().put("text", text).put("lat", lat).put("lng", lng);
  }

  static ObjectNode cardPayment(String orderId, String card) {
    return json().put("orderId", orderId).put("method", "CARD").put("card", card);
  }

  static ObjectNode paymentOnDelivery(String orderId) {
    return json().put("orderId", orderId).put("method", "ON_DELIVERY");
  }

  static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }
}
