package baedal.journey;

import static baedal.journey.RequestBodies.delivery;
import static baedal.journey.RequestBodies.json;
import static baedal.journey.RequestBodies.visit;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.DueDateShifter;
import baedal.dev.Client;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sends concurrent requests of which only one may win, in many rounds. In every round one wins, and
 * the databases of all services agree on the winner and on the money.
 */
class RaceTest extends Races {

  private static TestSystem system;
  private static TestSystem.Shop shop;

  @BeforeAll
  static void start() throws IOException {
    system = TestSystem.shared();
    shop = system.openShop("FOOD", 20_000, null);
  }

  @AfterEach
  void all_services_agree() {
    system.assertDatabasesAgree();
  }

  private static Client.Answer cancel(Client customer, String orderId) throws IOException {
    return customer.post("/orders/" + orderId + "/cancel", json().put("reason", "마음이 바뀜"));
  }

  @Test
  void either_a_cancellation_or_the_start_of_cooking_wins() throws Exception {
    Handicap cook = new Handicap();
    rounds(
        cook,
        random -> {
          Client customer = system.customer();
          String orderId = system.placeAndPay(customer, delivery(shop.storeId(), 1));
          system.handleTicket(shop, orderId, "accept");
          List<Client.Answer> answers =
              race(
                  random,
                  List.of(
                      () -> cancel(customer, orderId),
                      () -> {
                        cook.await(random);
                        return shop.owner().post("/foodCookings/" + orderId + "/start", null);
                      }));
          assertThat(answers.get(0).status()).isIn(200, 202, 409);
          assertThat(answers.get(1).status()).isIn(200, 409);
          system.awaitStatus(
              customer, orderId, answers.get(1).status() == 200 ? "COOKING" : "CANCELED");
          cook.record(answers.get(1).status() == 200);
        });
  }

  /** The cancellation wins when the event of the payment has not arrived yet. */
  @Test
  void an_order_that_is_canceled_while_it_is_paid_is_canceled() throws Exception {
    Handicap cancellation = new Handicap();
    rounds(
        cancellation,
        random -> {
          Client customer = system.customer();
          String orderId = system.place(customer, delivery(shop.storeId(), 1));
          List<Client.Answer> answers =
              race(
                  random,
                  List.of(
                      () -> system.pay(customer, orderId),
                      () -> {
                        cancellation.await(random);
                        return cancel(customer, orderId);
                      }));
          assertThat(answers.get(0).status()).isIn(201, 409);
          assertThat(answers.get(1).status()).isIn(200, 202);
          system.awaitStatus(customer, orderId, "CANCELED");
          cancellation.record(answers.get(1).status() == 200);
        });
  }

  @Test
  void a_payment_at_the_deadline_is_accepted_or_the_order_expires() throws Exception {
    Handicap payment = new Handicap();
    DueDateShifter dueDates = system.dueDates();
    rounds(
        payment,
        random -> {
          Client customer = system.customer();
          String orderId = system.place(customer, delivery(shop.storeId(), 1));
          assertThat(dueDates.shift(orderId)).isTrue();
          payment.await(random);
          Client.Answer paid = system.pay(customer, orderId);
          assertThat(paid.status()).isIn(201, 409);
          system.awaitAnswer(
              "the order is paid or expired",
              customer,
              "/orders/" + orderId,
              a -> List.of("PAID", "EXPIRED").contains(a.text("status")));
          payment.record(paid.status() == 201);
        });
  }

  /** The payment wins the race if it is for the old price; then it is refunded. */
  @Test
  void a_payment_while_the_order_changes_counts_or_is_refunded() throws Exception {
    Handicap payment = new Handicap();
    rounds(
        payment,
        random -> {
          Client customer = system.customer();
          String orderId = system.place(customer, delivery(shop.storeId(), 1));
          ObjectNode other = json().put("memo", "문 앞에 두세요");
          boolean dearer = random.nextBoolean();
          if (dearer) {
            other.putArray("lines").addObject().put("menuId", "m-1").put("quantity", 2);
          }
          List<Client.Answer> answers =
              race(
                  random,
                  List.of(
                      () -> {
                        payment.await(random);
                        return system.pay(customer, orderId);
                      },
                      () -> customer.patch("/orders/" + orderId, other)));
          assertThat(answers.get(0).status()).isEqualTo(201);
          assertThat(answers.get(1).status()).isIn(200, 409);
          if (dearer) {
            payment.record(!isPaidByFirstPayment(customer, orderId));
          } else {
            system.awaitStatus(customer, orderId, "PAID");
          }
        });
  }

  @Test
  void one_of_three_riders_gets_a_delivery() throws Exception {
    rounds(
        random -> {
          Client customer = system.customer();
          String orderId = system.placeAndPay(customer, delivery(shop.storeId(), 1));
          system.handleTicket(shop, orderId, "accept", "start", "finish");
          List<Callable<Client.Answer>> riders = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            Client rider = system.rider("r-" + i + "-" + orderId);
            system.awaitAnswer(
                "the delivery is open", rider, "/deliveries/" + orderId, a -> a.status() == 200);
            riders.add(() -> rider.post("/deliveries/" + orderId + "/claim", null));
          }
          assertThat(race(random, riders))
              .extracting(Client.Answer::status)
              .containsOnlyOnce(200)
              .allMatch(status -> status == 200 || status == 409);
        });
  }

  /** Two orders of one customer. */
  private record Pair(Client customer, String first, String second) {}

  /** Places all orders before it pays the first: an unpaid order takes no stock. */
  @Test
  void the_last_portions_are_sold_once_to_twice_as_many_orders() throws Exception {
    TestSystem.Shop scarce = system.openShop("FURNITURE", 20_000, ROUNDS);
    Queue<Pair> placed = new ConcurrentLinkedQueue<>();
    rounds(
        random -> {
          Client customer = system.customer();
          String first = system.place(customer, visit(scarce.storeId(), 1));
          String second = system.place(customer, visit(scarce.storeId(), 1));
          placed.add(new Pair(customer, first, second));
        });
    rounds(
        random -> {
          Pair pair = placed.remove();
          race(
              random,
              List.of(
                  () -> system.pay(pair.customer(), pair.first()),
                  () -> system.pay(pair.customer(), pair.second())));
        });
    system.assertDatabasesAgree();
    assertThat(system.stock(scarce)).isZero();
    assertThat(received(scarce)).isEqualTo(ROUNDS);
  }

  /** The owner sends each change twice with the same idempotency key, as after a lost answer. */
  @Test
  void the_stock_is_right_after_concurrent_changes_by_the_owner_and_by_orders() throws Exception {
    TestSystem.Shop counted = system.openShop("FURNITURE", 20_000, 1_000);
    AtomicInteger added = new AtomicInteger();
    AtomicInteger sold = new AtomicInteger();
    String stock = "/stores/" + counted.storeId() + "/menus/m-1/stock";
    rounds(
        random -> {
          Client customer = system.customer();
          String orderId = system.place(customer, visit(counted.storeId(), 1));
          boolean cooked = random.nextBoolean();
          int difference = random.nextInt(7) - 3;
          ObjectNode change = json().put("add", difference);
          added.addAndGet(difference);
          race(
              random,
              List.of(
                  () -> system.pay(customer, orderId),
                  () -> counted.owner().post(stock, change, "k-" + orderId),
                  () -> counted.owner().post(stock, change, "k-" + orderId)));
          system.awaitAnswer(
              "the ticket exists",
              counted.owner(),
              "/foodCookings/" + orderId,
              a -> a.status() == 200);
          if (cooked) {
            sold.incrementAndGet();
            system.handleTicket(counted, orderId, "accept", "start", "finish");
          } else {
            customer.post("/orders/" + orderId + "/cancel", null);
            system.awaitStatus(customer, orderId, "CANCELED");
          }
        });
    system.assertDatabasesAgree();
    assertThat(system.stock(counted)).isEqualTo(1_000 + added.get() - sold.get());
  }

  private static int received(TestSystem.Shop shop) throws IOException {
    int count = 0;
    String cursor = "";
    while (cursor != null) {
      Client.Answer page =
          shop.owner()
              .get(
                  "/foodCookings?storeId="
                      + shop.storeId()
                      + "&status=RECEIVED&limit=100"
                      + cursor);
      count += page.body().path("items").size();
      String next = page.body().path("next").asText(null);
      cursor = next == null ? null : "&cursor=" + next;
    }
    return count;
  }

  @Test
  void one_of_two_orders_gets_the_coupon() throws Exception {
    String campaign = system.startCampaign(ROUNDS);
    rounds(
        random -> {
          Client customer = system.customer();
          String coupon = TestSystem.takeCoupon(customer, campaign);
          String first = system.place(customer, delivery(shop.storeId(), 1));
          String second = system.place(customer, delivery(shop.storeId(), 1));
          List<Client.Answer> answers =
              race(
                  random,
                  List.of(() -> use(customer, coupon, first), () -> use(customer, coupon, second)));
          assertThat(answers)
              .extracting(Client.Answer::status)
              .containsOnlyOnce(200)
              .containsOnlyOnce(409);
          long due = customer.get("/orders/" + first).body().path("due").asLong();
          long other = customer.get("/orders/" + second).body().path("due").asLong();
          assertThat(due + other).isEqualTo(20_000 + 17_000);
        });
  }

  /**
   * The revocation wins when the event {@code order.paid} has not reached the coupon service yet.
   */
  @Test
  void a_coupon_is_revoked_or_used_when_its_order_is_paid_at_the_same_time() throws Exception {
    Handicap revocation = new Handicap();
    String campaign = system.startCampaign(ROUNDS * MAX_BATCHES);
    rounds(
        revocation,
        random -> {
          Client customer = system.customer();
          String coupon = TestSystem.takeCoupon(customer, campaign);
          String orderId = system.place(customer, delivery(shop.storeId(), 1));
          assertThat(use(customer, coupon, orderId).status()).isEqualTo(200);
          List<Client.Answer> answers =
              race(
                  random,
                  List.of(
                      () -> {
                        revocation.await(random);
                        return system.revokeCoupon(coupon);
                      },
                      () -> system.pay(customer, orderId)));
          assertThat(answers.get(0).status()).isIn(200, 409);
          assertThat(answers.get(1).status()).isEqualTo(201);
          isPaidByFirstPayment(customer, orderId);
          revocation.record(answers.get(0).status() == 200);
        });
  }

  /**
   * Waits until the order is paid or its first payment is refunded. In the second case pays again.
   * Returns whether the first payment counted.
   */
  private static boolean isPaidByFirstPayment(Client customer, String orderId) throws IOException {
    Client.Answer end =
        system.awaitAnswer(
            "the order is paid or the payment is refunded",
            customer,
            () -> {
              Client.Answer order = customer.get("/orders/" + orderId);
              return order.text("status").equals("PAID")
                  ? order
                  : customer.get("/payments?orderId=" + orderId);
            },
            RaceTest::isPaidOrRefunded);
    boolean firstCounted = end.text("status").equals("PAID");
    if (!firstCounted) {
      assertThat(system.pay(customer, orderId).status()).isEqualTo(201);
      system.awaitStatus(customer, orderId, "PAID");
    }
    return firstCounted;
  }

  private static boolean isPaidOrRefunded(Client.Answer answer) {
    String payment = answer.body().path("items").path(0).path("status").asText();
    return answer.text("status").equals("PAID") || payment.equals("REFUNDED");
  }

  private static Client.Answer use(Client customer, String coupon, String orderId)
      throws IOException {
    return system.awaitAnswer(
        "an answer to the use of a coupon",
        customer,
        () -> customer.post("/coupons/" + coupon + "/use", json().put("orderId", orderId)),
        answer -> answer.status() != 503);
  }

  @Test
  void six_equal_payments_at_once_make_one_payment() throws Exception {
    rounds(
        random -> {
          Client customer = system.customer();
          String orderId = system.place(customer, delivery(shop.storeId(), 1));
          List<Callable<Client.Answer>> payments =
              Collections.nCopies(6, () -> system.pay(customer, orderId));
          assertThat(race(random, payments))
              .extracting(answer -> answer.text("paymentId"))
              .containsOnly(
                  customer
                      .get("/payments?orderId=" + orderId)
                      .body()
                      .path("items")
                      .path(0)
                      .path("paymentId")
                      .asText());
          system.awaitStatus(customer, orderId, "PAID");
        });
  }

  @Test
  void six_equal_checkouts_at_once_make_one_order_and_one_payment() throws Exception {
    rounds(
        random -> {
          Client customer = system.customer();
          ObjectNode checkout = RequestBodies.checkout(shop.storeId(), "4242424242424242");
          List<Callable<Client.Answer>> checkouts =
              Collections.nCopies(6, () -> system.checkOut(customer, checkout, "the-same"));
          List<Client.Answer> answers = race(random, checkouts);
          assertThat(answers).extracting(Client.Answer::status).containsOnly(201);
          assertThat(answers).extracting(Client.Answer::body).containsOnly(answers.get(0).body());
          assertThat(customer.get("/orders").body().path("items")).hasSize(1);
          String orderId = answers.get(0).body().path("order").path("orderId").asText();
          assertThat(customer.get("/payments?orderId=" + orderId).body().path("items")).hasSize(1);
          system.awaitStatus(customer, orderId, "PAID");
        });
  }
}
