package baedal.bench;

import static baedal.bench.OrderRequests.json;

import baedal.dev.Client;
import baedal.dev.RetryingClient;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.util.Set;
import java.util.UUID;

/**
 * The steps of one order for {@link OrderScenario}: what the customer, the store's owner and the
 * rider do. Each step sends a request and retries it until it succeeds. A step that fails throws
 * {@link baedal.dev.Failure}.
 */
final class OrderSteps {

  private static final Set<Integer> NOT_YET = Set.of(202, 404, 409);

  private final RetryingClient http;
  private final DueDateShifter dueDates;
  private final Client customer;
  private final Client rider;
  private final Shop shop;
  private final String campaign;
  private final int quantity;
  private String orderId = "(not placed)";

  /** {@code campaign} is the id of a campaign that gives one coupon to each customer. */
  OrderSteps(
      RetryingClient http,
      DueDateShifter dueDates,
      Client customer,
      Client rider,
      Shop shop,
      String campaign,
      int quantity) {
    this.http = http;
    this.dueDates = dueDates;
    this.customer = customer;
    this.rider = rider;
    this.shop = shop;
    this.campaign = campaign;
    this.quantity = quantity;
  }

  String orderId() {
    return orderId;
  }

  /** How many portions of the menu the customer orders. */
  int quantity() {
    return quantity;
  }

  void place(String fulfilment) {
    place(fulfilment, OrderRequests.MENU, Set.of());
  }

  /**
   * Orders a new menu. The order service answers 400 until it has received the event of the new
   * menu, so this step retries after a 400.
   */
  void placeOfNewMenu(String fulfilment, String menuId) {
    place(fulfilment, menuId, Set.of(400));
  }

  private void place(String fulfilment, String menuId, Set<Integer> notYet) {
    ObjectNode order =
        OrderRequests.order(shop.storeId(), fulfilment, OrderRequests.lines(menuId, quantity));
    String key = UUID.randomUUID().toString();
    orderId =
        http.request("place", Set.of(201), notYet, () -> customer.post("/orders", order, key))
            .text("orderId");
  }

  /** Reserves one room for {@code quantity} nights, so many days ahead. */
  void placeStay(int daysAhead) {
    LocalDate checkIn = LocalDate.now(Shop.HOTEL_ZONE).plusDays(daysAhead);
    ObjectNode order = OrderRequests.stay(shop.storeId(), checkIn, checkIn.plusDays(quantity));
    String key = UUID.randomUUID().toString();
    orderId =
        http.request("reserve", Set.of(201), Set.of(), () -> customer.post("/orders", order, key))
            .text("orderId");
  }

  void placeWithCoupon() {
    String couponId =
        http.request(
                "take a coupon",
                Set.of(201),
                Set.of(),
                () -> customer.post("/coupons/campaigns/" + campaign + "/take", null))
            .text("couponId");
    place("DELIVERY");
    post(customer, "/coupons/" + couponId + "/use", json().put("orderId", orderId));
  }

  void change(ObjectNode change, Set<Integer> expected) {
    http.request("change", expected, Set.of(), () -> customer.patch("/orders/" + orderId, change));
  }

  void payByCard() {
    payByCard(OrderRequests.VALID_CARD, Set.of(201));
  }

  void payByCard(String card, Set<Integer> expected) {
    pay(OrderRequests.cardPayment(orderId, card), expected);
  }

  void payOnDelivery() {
    pay(OrderRequests.paymentOnDelivery(orderId), Set.of(201));
  }

  private void pay(ObjectNode payment, Set<Integer> expected) {
    http.request("pay", expected, Set.of(), () -> customer.post("/payments", payment));
  }

  /** Requests the cancellation. Only the later status of the order shows whether it succeeded. */
  void cancel() {
    http.request(
        "cancel",
        Set.of(200, 202, 409),
        Set.of(),
        () -> customer.post("/orders/" + orderId + "/cancel", json().put("reason", "마음이 바뀜")));
  }

  /** The store's owner creates or replaces a menu with this stock. */
  void putMenu(String menuId, int stock) {
    ObjectNode menu = json().put("name", "한정 메뉴").put("price", 15_000).put("stock", stock);
    http.request(
        "put the menu",
        Set.of(200, 201),
        Set.of(),
        () -> shop.owner().put("/stores/" + shop.storeId() + "/menus/" + menuId, menu));
  }

  /** Waits for the ticket; then the store's owner does these actions one after another. */
  void kitchen(String... actions) {
    awaitTicket();
    for (String action : actions) {
      post(shop.owner(), "/foodCookings/" + orderId + "/" + action, null);
    }
  }

  void reject() {
    awaitTicket();
    post(shop.owner(), "/foodCookings/" + orderId + "/reject", json().put("reason", "재료 소진"));
  }

  private void awaitTicket() {
    http.request(
        "wait for the ticket",
        Set.of(200),
        NOT_YET,
        () -> shop.owner().get("/foodCookings/" + orderId));
  }

  void startUnlessCanceled() {
    http.request(
        "start",
        Set.of(200, 409),
        Set.of(),
        () -> shop.owner().post("/foodCookings/" + orderId + "/start", null));
  }

  void claim() {
    ride("claim", null);
  }

  void release() {
    http.request(
        "release",
        Set.of(200, 404),
        Set.of(),
        () -> rider.post("/deliveries/" + orderId + "/release", null));
  }

  /**
   * The rider claims, picks and delivers. {@code collected} is the amount that the rider collects,
   * in won; 0 for a prepaid order.
   */
  void deliver(long collected) {
    claim();
    ride("pick", null);
    ride("deliver", collected == 0 ? null : json().put("collected", collected));
  }

  /**
   * Sends a request of the rider for this delivery. Retries the request until the rider service has
   * received the events that create the delivery and let riders claim it.
   */
  private void ride(String action, ObjectNode body) {
    http.request(
        action,
        Set.of(200),
        NOT_YET,
        () -> rider.post("/deliveries/" + orderId + "/" + action, body));
  }

  /** The amount that the customer has to pay, in won. */
  long due() {
    return http.request(
            "read the order", Set.of(200), Set.of(), () -> customer.get("/orders/" + orderId))
        .body()
        .path("due")
        .asLong();
  }

  /** The customer confirms the order; returns its final status. */
  String confirm() {
    http.request(
        "confirm",
        Set.of(200),
        Set.of(409),
        () -> customer.post("/orders/" + orderId + "/confirm", null));
    return awaitEnd("COMPLETED");
  }

  /** Waits until the order has one of the two statuses; returns that status. */
  String awaitEither(String status, String other) {
    return http.request(
            "wait for " + status + " or " + other,
            Set.of(200),
            Set.of(409),
            () -> {
              Client.Answer order = customer.get("/orders/" + orderId);
              return Set.of(status, other).contains(order.text("status"))
                  ? order
                  : new Client.Answer(409, order.body());
            })
        .text("status");
  }

  /** Waits until the order and its MyPage view have this status; returns the status. */
  String awaitEnd(String status) {
    awaitStatus(status, () -> customer.get("/orders/" + orderId));
    awaitStatus(status, () -> customer.get("/mypages/" + orderId));
    return status;
  }

  /**
   * Moves the due date of the order into the past, and waits until the order and its MyPage view
   * have this status. A late event may set a new due date, so each attempt moves the due date
   * again.
   */
  String awaitEndAfterDueDate(String status) {
    awaitStatus(
        status,
        () -> {
          dueDates.shift(orderId);
          return customer.get("/orders/" + orderId);
        });
    return awaitEnd(status);
  }

  /** Waits until MyPage shows that the store keeps this amount, in won. */
  void awaitFee(long kept) {
    http.request(
        "wait for the fee",
        Set.of(200),
        NOT_YET,
        () -> {
          Client.Answer page = customer.get("/mypages/" + orderId);
          boolean shown = page.body().path("payment").path("kept").asLong() == kept;
          return page.status() == 200 && !shown ? new Client.Answer(409, page.body()) : page;
        });
  }

  private void awaitStatus(String status, RetryingClient.Request request) {
    http.request(
        "wait for " + status,
        Set.of(200),
        NOT_YET,
        () -> {
          Client.Answer answer = request.send();
          return answer.status() == 200 && !answer.text("status").equals(status)
              ? new Client.Answer(409, answer.body())
              : answer;
        });
  }

  private void post(Client client, String path, ObjectNode body) {
    http.request(path, Set.of(200), Set.of(), () -> client.post(path, body));
  }
}
