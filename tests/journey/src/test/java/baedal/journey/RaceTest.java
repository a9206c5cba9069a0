package baedal.journey;

import static baedal.journey.TestSystem.delivery;
import static baedal.journey.TestSystem.json;
import static baedal.journey.TestSystem.visit;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.DueDateShifter;
import baedal.dev.Client;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two or more who want what only one can have, hundreds of times, against the running system: every
 * round must end in one story that all services agree on, to the won.
 */
class RaceTest {

  /** {@code tools/bench/again} has each race run more often than a build. */
  private static final int ROUNDS = Integer.getInteger("baedal.races", 100);

  private static final int AT_ONCE = 8;

  private static final ExecutorService rounds = Executors.newFixedThreadPool(AT_ONCE);
  private static final ExecutorService racers = Executors.newCachedThreadPool();
  private static TestSystem town;
  private static TestSystem.Shop shop;

  @BeforeAll
  static void start() throws IOException {
    town = new TestSystem();
    shop = town.shop("FOOD", 20_000, null);
  }

  @AfterAll
  static void stop() {
    rounds.shutdownNow();
    racers.shutdownNow();
    town.close();
  }

  @AfterEach
  void all_services_agree() {
    town.agrees();
  }

  private interface Round {
    void run(Random random) throws Exception;
  }

  private static void rounds(Round round) throws Exception {
    Random seeds = new Random(ROUNDS);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      Random random = new Random(seeds.nextLong());
      running.add(
          rounds.submit(
              () -> {
                round.run(random);
                return null;
              }));
    }
    for (Future<?> one : running) {
      one.get();
    }
  }

  /** All at the same time, but for a few milliseconds of luck. */
  private static List<Client.Answer> race(Random random, List<Callable<Client.Answer>> racing)
      throws InterruptedException, ExecutionException {
    CyclicBarrier start = new CyclicBarrier(racing.size());
    List<Future<Client.Answer>> running = new ArrayList<>();
    for (Callable<Client.Answer> one : racing) {
      int luck = random.nextInt(10);
      running.add(
          racers.submit(
              () -> {
                start.await();
                Thread.sleep(luck);
                return one.call();
              }));
    }
    List<Client.Answer> answers = new ArrayList<>();
    for (Future<Client.Answer> one : running) {
      answers.add(one.get());
    }
    return answers;
  }

  /**
   * Waits before one of two begins whose ways are not equally long: longer and longer while it wins
   * all the same, and shorter when the other does. So each wins now and then, on any machine: the
   * wait grows by shares, for events take seconds where people keep a machine busy.
   */
  private static final class Handicap {

    private static final int MAX_MILLIS = 20_000;

    private final AtomicInteger millis = new AtomicInteger(50);
    private final Set<Boolean> outcomes = ConcurrentHashMap.newKeySet();

    void await(Random random) throws InterruptedException {
      Thread.sleep(random.nextInt(millis.get()));
    }

    void won(boolean itDid) {
      outcomes.add(itDid);
      millis.updateAndGet(
          before -> itDid ? Math.min(MAX_MILLIS, before * 5 / 4) : Math.max(10, before * 4 / 5));
    }

    void wasWonByEach() {
      assertThat(outcomes).as("each wins now and then").containsExactlyInAnyOrder(true, false);
    }
  }

  private static Client.Answer cancel(Client customer, String orderId) throws IOException {
    return customer.post("/orders/" + orderId + "/cancel", json().put("reason", "마음이 바뀜"));
  }

  @Test
  void cancel_against_cook_start() throws Exception {
    Handicap cook = new Handicap();
    rounds(
        random -> {
          Client customer = town.customer();
          String orderId = town.paid(customer, delivery(shop.storeId(), 1));
          town.kitchen(shop, orderId, "accept");
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
          town.order(customer, orderId, answers.get(1).status() == 200 ? "COOKING" : "CANCELED");
          cook.won(answers.get(1).status() == 200);
        });
    cook.wasWonByEach();
  }

  /** The cancellation wins when the order has not heard of the payment yet. */
  @Test
  void pay_against_cancel() throws Exception {
    Handicap cancellation = new Handicap();
    rounds(
        random -> {
          Client customer = town.customer();
          String orderId = town.placed(customer, delivery(shop.storeId(), 1));
          List<Client.Answer> answers =
              race(
                  random,
                  List.of(
                      () -> town.pay(customer, orderId),
                      () -> {
                        cancellation.await(random);
                        return cancel(customer, orderId);
                      }));
          assertThat(answers.get(0).status()).isIn(201, 409);
          assertThat(answers.get(1).status()).isIn(200, 202);
          town.order(customer, orderId, "CANCELED");
          cancellation.won(answers.get(1).status() == 200);
        });
    cancellation.wasWonByEach();
  }

  @Test
  void pay_against_expire() throws Exception {
    Handicap payment = new Handicap();
    DueDateShifter tomorrow = town.tomorrow();
    rounds(
        random -> {
          Client customer = town.customer();
          String orderId = town.placed(customer, delivery(shop.storeId(), 1));
          assertThat(tomorrow.shift(orderId)).isTrue();
          payment.await(random);
          Client.Answer paid = town.pay(customer, orderId);
          assertThat(paid.status()).isIn(201, 409);
          town.awaited(
              "one of the two",
              customer,
              "/orders/" + orderId,
              a -> List.of("PAID", "EXPIRED").contains(a.text("status")));
          payment.won(paid.status() == 201);
        });
    payment.wasWonByEach();
  }

  /** The payment wins when it is for what is due no more. */
  @Test
  void update_against_pay() throws Exception {
    Handicap payment = new Handicap();
    rounds(
        random -> {
          Client customer = town.customer();
          String orderId = town.placed(customer, delivery(shop.storeId(), 1));
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
                        return town.pay(customer, orderId);
                      },
                      () -> customer.patch("/orders/" + orderId, other)));
          assertThat(answers.get(0).status()).isEqualTo(201);
          assertThat(answers.get(1).status()).isIn(200, 409);
          if (dearer) {
            payment.won(!isPaidByThat(customer, orderId));
          } else {
            town.order(customer, orderId, "PAID");
          }
        });
    payment.wasWonByEach();
  }

  @Test
  void many_riders_on_one_job() throws Exception {
    rounds(
        random -> {
          Client customer = town.customer();
          String orderId = town.paid(customer, delivery(shop.storeId(), 1));
          town.kitchen(shop, orderId, "accept", "start", "finish");
          List<Callable<Client.Answer>> riders = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            Client rider = town.rider("r-" + i + "-" + orderId);
            town.awaited(
                "the job is open", rider, "/deliveries/" + orderId, a -> a.status() == 200);
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

  /** All are placed before any is paid: an unpaid order takes no stock. */
  @Test
  void the_last_portions_for_twice_as_many() throws Exception {
    TestSystem.Shop scarce = town.shop("FURNITURE", 20_000, ROUNDS);
    Queue<Pair> placed = new ConcurrentLinkedQueue<>();
    rounds(
        random -> {
          Client customer = town.customer();
          String first = town.placed(customer, visit(scarce.storeId(), 1));
          String second = town.placed(customer, visit(scarce.storeId(), 1));
          placed.add(new Pair(customer, first, second));
        });
    rounds(
        random -> {
          Pair pair = placed.remove();
          race(
              random,
              List.of(
                  () -> town.pay(pair.customer(), pair.first()),
                  () -> town.pay(pair.customer(), pair.second())));
        });
    town.agrees();
    assertThat(town.stock(scarce)).isZero();
    assertThat(received(scarce)).isEqualTo(ROUNDS);
  }

  /** Each change is asked for twice under its key, as after a lost answer. */
  @Test
  void the_owner_changes_the_stock_while_orders_take_it_and_give_it_back() throws Exception {
    TestSystem.Shop counted = town.shop("FURNITURE", 20_000, 1_000);
    AtomicInteger added = new AtomicInteger();
    AtomicInteger sold = new AtomicInteger();
    String stock = "/stores/" + counted.storeId() + "/menus/m-1/stock";
    rounds(
        random -> {
          Client customer = town.customer();
          String orderId = town.placed(customer, visit(counted.storeId(), 1));
          boolean cooked = random.nextBoolean();
          int difference = random.nextInt(7) - 3;
          ObjectNode change = json().put("add", difference);
          added.addAndGet(difference);
          race(
              random,
              List.of(
                  () -> town.pay(customer, orderId),
                  () -> counted.owner().post(stock, change, "k-" + orderId),
                  () -> counted.owner().post(stock, change, "k-" + orderId)));
          town.awaited(
              "the ticket", counted.owner(), "/foodCookings/" + orderId, a -> a.status() == 200);
          if (cooked) {
            sold.incrementAndGet();
            town.kitchen(counted, orderId, "accept", "start", "finish");
          } else {
            customer.post("/orders/" + orderId + "/cancel", null);
            town.order(customer, orderId, "CANCELED");
          }
        });
    town.agrees();
    assertThat(town.stock(counted)).isEqualTo(1_000 + added.get() - sold.get());
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
  void one_coupon_on_two_orders() throws Exception {
    String campaign = town.campaign(ROUNDS);
    rounds(
        random -> {
          Client customer = town.customer();
          String coupon = taken(customer, campaign);
          String first = town.placed(customer, delivery(shop.storeId(), 1));
          String second = town.placed(customer, delivery(shop.storeId(), 1));
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

  /** The revocation wins when the coupon has not heard yet that its order was paid. */
  @Test
  void revoke_against_pay() throws Exception {
    Handicap revocation = new Handicap();
    String campaign = town.campaign(ROUNDS);
    rounds(
        random -> {
          Client customer = town.customer();
          String coupon = taken(customer, campaign);
          String orderId = town.placed(customer, delivery(shop.storeId(), 1));
          assertThat(use(customer, coupon, orderId).status()).isEqualTo(200);
          List<Client.Answer> answers =
              race(
                  random,
                  List.of(
                      () -> {
                        revocation.await(random);
                        return town.revoke(coupon);
                      },
                      () -> town.pay(customer, orderId)));
          assertThat(answers.get(0).status()).isIn(200, 409);
          assertThat(answers.get(1).status()).isEqualTo(201);
          isPaidByThat(customer, orderId);
          revocation.won(answers.get(0).status() == 200);
        });
    revocation.wasWonByEach();
  }

  /** When the payment that was made is for what is due no more, another one is, and pays. */
  private static boolean isPaidByThat(Client customer, String orderId) throws IOException {
    Client.Answer end =
        town.awaited(
            "it is paid, or the money is back",
            customer,
            () -> {
              Client.Answer order = customer.get("/orders/" + orderId);
              return order.text("status").equals("PAID")
                  ? order
                  : customer.get("/payments?orderId=" + orderId);
            },
            RaceTest::isPaidOrRefunded);
    boolean stood = end.text("status").equals("PAID");
    if (!stood) {
      assertThat(town.pay(customer, orderId).status()).isEqualTo(201);
      town.order(customer, orderId, "PAID");
    }
    return stood;
  }

  private static String taken(Client customer, String campaign) throws IOException {
    return customer.post("/coupons/campaigns/" + campaign + "/take", null).text("couponId");
  }

  private static boolean isPaidOrRefunded(Client.Answer answer) {
    String payment = answer.body().path("items").path(0).path("status").asText();
    return answer.text("status").equals("PAID") || payment.equals("REFUNDED");
  }

  private static Client.Answer use(Client customer, String coupon, String orderId)
      throws IOException {
    return town.awaited(
        "an answer to the use of a coupon",
        customer,
        () -> customer.post("/coupons/" + coupon + "/use", json().put("orderId", orderId)),
        answer -> answer.status() != 503);
  }

  @Test
  void the_same_payment_many_times_at_once() throws Exception {
    rounds(
        random -> {
          Client customer = town.customer();
          String orderId = town.placed(customer, delivery(shop.storeId(), 1));
          List<Callable<Client.Answer>> payments =
              Collections.nCopies(6, () -> town.pay(customer, orderId));
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
          town.order(customer, orderId, "PAID");
        });
  }

  @Test
  void the_same_checkout_many_times_at_once() throws Exception {
    rounds(
        random -> {
          Client customer = town.customer();
          ObjectNode checkout = TestSystem.checkout(shop.storeId(), "4242424242424242");
          List<Callable<Client.Answer>> checkouts =
              Collections.nCopies(6, () -> town.checkOut(customer, checkout, "the-same"));
          List<Client.Answer> answers = race(random, checkouts);
          assertThat(answers).extracting(Client.Answer::status).containsOnly(201);
          assertThat(answers).extracting(Client.Answer::body).containsOnly(answers.get(0).body());
          assertThat(customer.get("/orders").body().path("items")).hasSize(1);
          String orderId = answers.get(0).body().path("order").path("orderId").asText();
          assertThat(customer.get("/payments?orderId=" + orderId).body().path("items")).hasSize(1);
          town.order(customer, orderId, "PAID");
        });
  }
}
