package baedal.bench;

import static baedal.bench.OrderRequests.json;

import baedal.dev.Failure;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The sagas of an order: each plays an order from placing to its final status with {@link
 * OrderSteps}. {@link ScenarioRunner} runs them.
 */
public final class OrderScenario {

  /**
   * The ways an order can go. {@code PAY_ON_DELIVERY} is a courier order, {@code RESERVE} and
   * {@code CANCEL_WITH_A_FEE} are orders at a hotel.
   */
  public enum Saga {
    DELIVER,
    DECLINE_AND_PAY_AGAIN,
    RELEASE,
    PAY_ON_DELIVERY,
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
    CONFIRM_SILENTLY,
    RESERVE,
    CANCEL_WITH_A_FEE;

    boolean isStay() {
      return this == RESERVE || this == CANCEL_WITH_A_FEE;
    }
  }

  private final OrderSteps steps;
  private final Random random;

  OrderScenario(OrderSteps steps, Random random) {
    this.steps = steps;
    this.random = random;
  }

  /** Returns the final status of the order; throws {@link Failure} when a step fails. */
  String run(Saga saga) {
    try {
      return switch (saga) {
        case DELIVER -> deliver();
        case DECLINE_AND_PAY_AGAIN -> declineAndPayAgain();
        case RELEASE -> release();
        case PAY_ON_DELIVERY -> payOnDelivery();
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
        case SOLD_OUT -> sellOut();
        case EXPIRE -> expire();
        case CONFIRM_SILENTLY -> confirmSilently();
        case RESERVE -> reserve();
        case CANCEL_WITH_A_FEE -> cancelWithFee();
      };
    } catch (Failure e) {
      throw new Failure(saga + ", order " + steps.orderId() + ": " + e.getMessage());
    }
  }

  private String deliver() {
    steps.place("DELIVERY");
    return payAndDeliver();
  }

  private String declineAndPayAgain() {
    steps.place("DELIVERY");
    steps.payByCard(OrderRequests.DECLINED_CARD, Set.of(402));
    return payAndDeliver();
  }

  private String release() {
    steps.place("DELIVERY");
    steps.payByCard();
    cook();
    steps.claim();
    steps.release();
    return deliverAndConfirm(0);
  }

  private String payOnDelivery() {
    steps.place("COURIER");
    steps.payOnDelivery();
    cook();
    return deliverAndConfirm(steps.due());
  }

  private String visit() {
    steps.place("VISIT");
    steps.payByCard();
    cook();
    return steps.confirm();
  }

  /**
   * The customer pays and then changes the order. The change may reach the order service before the
   * event of the payment. If it is a change of the lines, the payment is then refused and refunded.
   * So the customer pays again.
   */
  private String change() {
    steps.place("DELIVERY");
    steps.payByCard();
    List<ObjectNode> changes =
        List.of(
            json().put("memo", "문 앞에 놓아 주세요"),
            json().set("address", OrderRequests.address("서울 마포구 망원동", 37.556, 126.905)),
            json().set("lines", lines(steps.quantity(), OrderRequests.FREE_OPTION)));
    steps.change(changes.get(random.nextInt(changes.size())), Set.of(200));
    return payAndDeliver();
  }

  /**
   * The customer may pay the old price. This payment is then refunded, perhaps before its response
   * arrives, and the customer pays the new price.
   */
  private String changeWhilePaying() {
    steps.place("DELIVERY");
    ObjectNode change = json().set("lines", lines(steps.quantity() + 1));
    concurrently(
        () -> steps.payByCard(OrderRequests.VALID_CARD, Set.of(201, 409)),
        () -> steps.change(change, Set.of(200, 409)));
    return payAndDeliver();
  }

  private String useCoupon() {
    steps.placeWithCoupon();
    return payAndDeliver();
  }

  private String restoreCoupon() {
    steps.placeWithCoupon();
    steps.payByCard();
    steps.cancel();
    return steps.awaitEnd("CANCELED");
  }

  private String cancelUnpaid() {
    steps.place("DELIVERY");
    steps.cancel();
    return steps.awaitEnd("CANCELED");
  }

  private String cancelPaid() {
    steps.place("DELIVERY");
    steps.payByCard();
    steps.cancel();
    return steps.awaitEnd("CANCELED");
  }

  private String cancelAccepted() {
    steps.place("DELIVERY");
    steps.payByCard();
    steps.kitchen("accept");
    steps.cancel();
    return steps.awaitEnd("CANCELED");
  }

  /**
   * The store starts to cook while the customer cancels. Only one of the two succeeds, and the saga
   * continues with the resulting status.
   */
  private String cancelAgainstTheCook() {
    steps.place("DELIVERY");
    steps.payByCard();
    steps.kitchen("accept");
    concurrently(steps::startUnlessCanceled, steps::cancel);
    String winner = steps.awaitEither("CANCELED", "COOKING");
    if (winner.equals("CANCELED")) {
      return winner;
    }
    steps.kitchen("finish");
    return deliverAndConfirm(0);
  }

  private String reject() {
    steps.place("DELIVERY");
    steps.payByCard();
    steps.reject();
    return steps.awaitEnd("REJECTED");
  }

  /**
   * The menu sells out between the order and its payment. A retry of the payment may get 409,
   * because the order is already rejected.
   */
  private String sellOut() {
    String menuId = "m-" + UUID.randomUUID();
    steps.putMenu(menuId, steps.quantity());
    steps.placeOfNewMenu("DELIVERY", menuId);
    steps.putMenu(menuId, 0);
    steps.payByCard(OrderRequests.VALID_CARD, Set.of(201, 409));
    return steps.awaitEnd("REJECTED");
  }

  /** The customer does not pay. The order expires, and the coupon can be used again. */
  private String expire() {
    steps.placeWithCoupon();
    return steps.awaitEndAfterDueDate("EXPIRED");
  }

  /** The customer has received or could have collected the order, but does not confirm it. */
  private String confirmSilently() {
    boolean visit = random.nextBoolean();
    steps.place(visit ? "VISIT" : "DELIVERY");
    steps.payByCard();
    cook();
    if (!visit) {
      steps.deliver(0);
    }
    return steps.awaitEndAfterDueDate("COMPLETED");
  }

  private String reserve() {
    steps.placeStay(0);
    steps.payByCard();
    cook();
    return steps.confirm();
  }

  /** The guest cancels so late that the hotel keeps a half. */
  private String cancelWithFee() {
    steps.placeStay(3);
    steps.payByCard();
    boolean prepared = random.nextBoolean();
    steps.kitchen(prepared ? new String[] {"accept", "start"} : new String[0]);
    steps.cancel();
    steps.awaitEnd("CANCELED");
    steps.awaitFee(steps.due() / 2);
    return "CANCELED";
  }

  private String payAndDeliver() {
    steps.payByCard();
    cook();
    return deliverAndConfirm(0);
  }

  private void cook() {
    steps.kitchen("accept", "start", "finish");
  }

  private String deliverAndConfirm(long collected) {
    steps.deliver(collected);
    return steps.confirm();
  }

  private static ArrayNode lines(int quantity, String... options) {
    return OrderRequests.lines(OrderRequests.MENU, quantity, options);
  }

  /**
   * Runs both at the same time. If one throws a {@link Failure}, this method throws the same {@link
   * Failure}.
   */
  private static void concurrently(Runnable first, Runnable second) {
    CompletableFuture<Void> running =
        CompletableFuture.runAsync(first, task -> new Thread(task, "scenario").start());
    second.run();
    try {
      running.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof Failure failure ? failure : e;
    }
  }
}
