package baedal.bench;

import baedal.dev.Client;
import baedal.dev.Failure;
import baedal.dev.RetryingClient;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One order from its beginning to one of its ends, by people who do not give up. */
public final class OrderScenario {

  /** A store with one menu, {@code m-1}, that may be had {@link #FREE_OF_CHARGE another way}. */
  public record Shop(String storeId, Client owner) {}

  private static final String MENU = "m-1";

  /** An option of the menu that costs nothing. */
  static final String FREE_OF_CHARGE = "순살";

  private static final Set<Integer> NOT_THERE_YET = Set.of(202, 404, 409);

  /** The answer until the order service has received the event of a new menu. */
  private static final Set<Integer> NOT_KNOWN_YET = Set.of(400);

  private static final String GOOD_CARD = "4242424242424242";
  private static final String EMPTY_CARD = "4000000000000002";

  private final RetryingClient patient;
  private final DueDateShifter tomorrow;
  private final Client customer;
  private final Client rider;
  private final Shop shop;
  private final String campaign;
  private final Random random;
  private final int quantity;
  private String orderId = "(not placed)";

  /** {@code campaign} gives coupons, one a customer. */
  public OrderScenario(
      RetryingClient patient,
      DueDateShifter tomorrow,
      Client customer,
      Client rider,
      Shop shop,
      String campaign,
      Random random) {
    this.patient = patient;
    this.tomorrow = tomorrow;
    this.customer = customer;
    this.rider = rider;
    this.shop = shop;
    this.campaign = campaign;
    this.random = random;
    quantity = 1 + random.nextInt(2);
  }

  /** The ways an order can go; {@code PAY_AT_THE_DOOR} needs a courier company. */
  public enum Saga {
    DELIVER,
    DECLINE_AND_PAY_AGAIN,
    RELEASE,
    PAY_AT_THE_DOOR,
    VISIT,
    CHANGE,
    CHANGE_WHILE_PAYING,
    COUPON_USED,
    COUPON_RESTORED,
    CANCEL_UNPAID,
    CANCEL_PAID,
    CANCEL_ACCEPTED,
    CANCEL_AGAINST_THE_COOK,
    REJECT,
    SOLD_OUT,
    EXPIRE,
    CONFIRM_SILENTLY
  }

  /** The status in which it ended; throws {@link Failure} when anything was not as it should. */
  public String run(Saga saga) {
    try {
      return switch (saga) {
        case DELIVER -> deliver();
        case DECLINE_AND_PAY_AGAIN -> declineAndPayAgain();
        case RELEASE -> release();
        case PAY_AT_THE_DOOR -> payAtTheDoor();
        case VISIT -> visit();
        case CHANGE -> change();
        case CHANGE_WHILE_PAYING -> changeWhilePaying();
        case COUPON_USED -> useCoupon();
        case COUPON_RESTORED -> restoreCoupon();
        case CANCEL_UNPAID -> cancelUnpaid();
        case CANCEL_PAID -> cancelPaid();
        case CANCEL_ACCEPTED -> cancelAccepted();
        case CANCEL_AGAINST_THE_COOK -> cancelAgainstTheCook();
        case REJECT -> reject();
        case SOLD_OUT -> findSoldOut();
        case EXPIRE -> expire();
        case CONFIRM_SILENTLY -> confirmSilently();
      };
    } catch (Failure e) {
      throw new Failure(saga + ", order " + orderId + ": " + e.getMessage());
    }
  }

  /** Nobody pays; the coupon that it holds comes back. */
  private String expire() {
    placeWithCoupon();
    return leftAlone("EXPIRED");
  }

  /** Whoever has it, or could have come for it, says nothing. */
  private String confirmSilently() {
    boolean visit = random.nextBoolean();
    place(visit ? "VISIT" : "DELIVERY");
    pay("CARD");
    kitchen("accept", "start", "finish");
    if (!visit) {
      carry(0);
    }
    return leftAlone("COMPLETED");
  }

  private String cancelUnpaid() {
    place("DELIVERY");
    cancel();
    return ended("CANCELED");
  }

  private String cancelPaid() {
    place("DELIVERY");
    pay("CARD");
    cancel();
    return ended("CANCELED");
  }

  private String cancelAccepted() {
    place("DELIVERY");
    pay("CARD");
    kitchen("accept");
    cancel();
    return ended("CANCELED");
  }

  private String reject() {
    place("DELIVERY");
    pay("CARD");
    ticket();
    post(shop.owner(), "/foodCookings/" + orderId + "/reject", json().put("reason", "재료 소진"));
    return ended("REJECTED");
  }

  /**
   * What is left is sold over the counter between the order and its payment. A payment that had no
   * answer may find the order rejected already.
   */
  private String findSoldOut() {
    String menuId = "m-" + UUID.randomUUID();
    count(menuId, quantity);
    place(order(shop.storeId(), "DELIVERY", lines(menuId, quantity)), NOT_KNOWN_YET);
    count(menuId, 0);
    pay(card(GOOD_CARD), Set.of(201, 409));
    return ended("REJECTED");
  }

  private void count(String menuId, int stock) {
    ObjectNode menu = json().put("name", "한정 메뉴").put("price", 15_000).put("stock", stock);
    patient.request(
        "the menu is put",
        Set.of(200, 201),
        Set.of(),
        () -> shop.owner().put("/stores/" + shop.storeId() + "/menus/" + menuId, menu));
  }

  /** Either may win; then the story goes on as the winner says. */
  private String cancelAgainstTheCook() {
    place("DELIVERY");
    pay("CARD");
    kitchen("accept");
    atOnce(this::startUnlessCanceled, this::cancel);
    Client.Answer order =
        patient.request(
            "the race is decided",
            Set.of(200),
            Set.of(409),
            () -> {
              Client.Answer now = customer.get("/orders/" + orderId);
              return Set.of("CANCELED", "COOKING").contains(now.text("status"))
                  ? now
                  : new Client.Answer(409, now.body());
            });
    if (order.text("status").equals("CANCELED")) {
      return "CANCELED";
    }
    kitchen("finish");
    return carried(0);
  }

  private void startUnlessCanceled() {
    patient.request(
        "start",
        Set.of(200, 409),
        Set.of(),
        () -> shop.owner().post("/foodCookings/" + orderId + "/start", null));
  }

  private String payAtTheDoor() {
    place("COURIER");
    pay("ON_DELIVERY");
    kitchen("accept", "start", "finish");
    return carried(due());
  }

  private String useCoupon() {
    placeWithCoupon();
    return paidAndCarried();
  }

  private String restoreCoupon() {
    placeWithCoupon();
    pay("CARD");
    cancel();
    return ended("CANCELED");
  }

  private void placeWithCoupon() {
    String couponId =
        patient
            .request(
                "take a coupon",
                Set.of(201),
                Set.of(),
                () -> customer.post("/coupons/campaigns/" + campaign + "/take", null))
            .text("couponId");
    place("DELIVERY");
    post(customer, "/coupons/" + couponId + "/use", json().put("orderId", orderId));
  }

  private String visit() {
    place("VISIT");
    pay("CARD");
    kitchen("accept", "start", "finish");
    return confirm();
  }

  /** The order may not have heard of the payment yet: of other lines the money comes back. */
  private String change() {
    place("DELIVERY");
    pay("CARD");
    List<ObjectNode> changes =
        List.of(
            json().put("memo", "문 앞에 놓아 주세요"),
            json().set("address", place("서울 마포구 망원동", 37.556, 126.905)),
            json().set("lines", lines(MENU, quantity, FREE_OF_CHARGE)));
    change(changes.get(random.nextInt(changes.size())), Set.of(200));
    pay("CARD");
    kitchen("accept", "start", "finish");
    return carried(0);
  }

  /**
   * The payment may be of the old price: then the money comes back, perhaps before its payer hears
   * of it, and the new one is paid.
   */
  private String changeWhilePaying() {
    place("DELIVERY");
    ObjectNode more = json().set("lines", lines(MENU, quantity + 1));
    atOnce(() -> pay(card(GOOD_CARD), Set.of(201, 409)), () -> change(more, Set.of(200, 409)));
    return paidAndCarried();
  }

  private void change(ObjectNode change, Set<Integer> wanted) {
    patient.request("change", wanted, Set.of(), () -> customer.patch("/orders/" + orderId, change));
  }

  private String deliver() {
    place("DELIVERY");
    return paidAndCarried();
  }

  private String declineAndPayAgain() {
    place("DELIVERY");
    pay(card(EMPTY_CARD), Set.of(402));
    return paidAndCarried();
  }

  private String paidAndCarried() {
    pay("CARD");
    kitchen("accept", "start", "finish");
    return carried(0);
  }

  private String release() {
    place("DELIVERY");
    pay("CARD");
    kitchen("accept", "start", "finish");
    ride("claim", null);
    release(rider);
    return carried(0);
  }

  /** Whoever released it before has it no more: 404. */
  private void release(Client from) {
    patient.request(
        "release",
        Set.of(200, 404),
        Set.of(),
        () -> from.post("/deliveries/" + orderId + "/release", null));
  }

  private void place(String fulfilment) {
    place(order(shop.storeId(), fulfilment, lines(MENU, quantity)), Set.of());
  }

  private void place(ObjectNode order, Set<Integer> notYet) {
    String key = UUID.randomUUID().toString();
    orderId =
        patient
            .request("place", Set.of(201), notYet, () -> customer.post("/orders", order, key))
            .text("orderId");
  }

  /** The body of an order of one {@code m-1}, with all that the fulfilment needs. */
  static ObjectNode order(String storeId, String fulfilment) {
    return order(storeId, fulfilment, lines(MENU, 1));
  }

  private static ObjectNode order(String storeId, String fulfilment, ArrayNode lines) {
    ObjectNode order = json().put("storeId", storeId).put("fulfilment", fulfilment);
    order.set("lines", lines);
    if (!fulfilment.equals("VISIT")) {
      order.set("address", place("서울 마포구 연남동", 37.56, 126.925));
    }
    if (fulfilment.equals("COURIER")) {
      order.set("pickup", place("서울 마포구 합정동", 37.55, 126.915));
      order.putObject("parcel").put("size", "SMALL").put("weightKg", 1.5).put("description", "책");
    }
    return order;
  }

  private static ArrayNode lines(String menuId, int quantity, String... options) {
    ArrayNode lines = Json.mapper().createArrayNode();
    ObjectNode line = lines.addObject().put("menuId", menuId).put("quantity", quantity);
    List.of(options).forEach(line.withArray("options")::add);
    return lines;
  }

  private static ObjectNode place(String text, double lat, double lng) {
    return json().put("text", text).put("lat", lat).put("lng", lng);
  }

  private void pay(String method) {
    ObjectNode payment =
        method.equals("CARD")
            ? card(GOOD_CARD)
            : json().put("orderId", orderId).put("method", method);
    pay(payment, Set.of(201));
  }

  private void pay(ObjectNode payment, Set<Integer> wanted) {
    patient.request("pay", wanted, Set.of(), () -> customer.post("/payments", payment));
  }

  private ObjectNode card(String number) {
    return json().put("orderId", orderId).put("method", "CARD").put("card", number);
  }

  private void ticket() {
    patient.request(
        "the ticket is there",
        Set.of(200),
        NOT_THERE_YET,
        () -> shop.owner().get("/foodCookings/" + orderId));
  }

  private void kitchen(String... actions) {
    ticket();
    for (String action : actions) {
      post(shop.owner(), "/foodCookings/" + orderId + "/" + action, null);
    }
  }

  private String carried(long collect) {
    carry(collect);
    return confirm();
  }

  private void carry(long collect) {
    ride("claim", null);
    ride("pick", null);
    ride("deliver", collect == 0 ? null : json().put("collected", collect));
  }

  /** The job is there as soon as the rider service heard of it. */
  private void ride(String action, ObjectNode body) {
    patient.request(
        action,
        Set.of(200),
        NOT_THERE_YET,
        () -> rider.post("/deliveries/" + orderId + "/" + action, body));
  }

  private String confirm() {
    patient.request(
        "confirm",
        Set.of(200),
        Set.of(409),
        () -> customer.post("/orders/" + orderId + "/confirm", null));
    return ended("COMPLETED");
  }

  private void cancel() {
    patient.request(
        "cancel",
        Set.of(200, 202, 409),
        Set.of(),
        () -> customer.post("/orders/" + orderId + "/cancel", json().put("reason", "마음이 바뀜")));
  }

  private long due() {
    return patient
        .request("see", Set.of(200), Set.of(), () -> customer.get("/orders/" + orderId))
        .body()
        .path("due")
        .asLong();
  }

  private String ended(String status) {
    becomes(status, () -> customer.get("/orders/" + orderId));
    becomes(status, () -> customer.get("/mypages/" + orderId));
    return status;
  }

  /** The order service may not have heard yet of what it is to wait for, and would wait longer. */
  private String leftAlone(String status) {
    becomes(
        status,
        () -> {
          tomorrow.comesFor(orderId);
          return customer.get("/orders/" + orderId);
        });
    return ended(status);
  }

  private void becomes(String status, RetryingClient.Request request) {
    patient.request(
        "it is " + status,
        Set.of(200),
        NOT_THERE_YET,
        () -> {
          Client.Answer now = request.send();
          return now.status() == 200 && !now.text("status").equals(status)
              ? new Client.Answer(409, now.body())
              : now;
        });
  }

  private void post(Client who, String path, ObjectNode body) {
    patient.request(path, Set.of(200), Set.of(), () -> who.post(path, body));
  }

  /** What goes wrong with either is told. */
  private static void atOnce(Runnable one, Runnable other) {
    CompletableFuture<Void> running =
        CompletableFuture.runAsync(one, task -> new Thread(task, "errand").start());
    other.run();
    try {
      running.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof Failure wrong ? wrong : e;
    }
  }

  private static ObjectNode json() {
    return Json.mapper().createObjectNode();
  }
}
