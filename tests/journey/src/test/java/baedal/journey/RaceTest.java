package baedal.journey;

import static baedal.journey.RequestBodies.delivery;
import static baedal.journey.RequestBodies.json;
import static baedal.journey.RequestBodies.visit;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.bench.DueDateShifter;
import baedal.dev.Client;
import baedal.testkit.SuiteSize;
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
 * Concurrent requests for what only one can have, hundreds of times, against the running system. In
 * every round one wins, and all services agree on the outcome, to the won.
 */
class RaceTest {

  /** The minimum number of rounds of each race. */
  private static final int ROUNDS = SuiteSize.of("baedal.races", 20, 200);

  /** A race between two is repeated up to this many times, until each has won a round. */
  private static final int MAX_BATCHES = 10;

  private static final int AT_ONCE = 8;

  private static final ExecutorService rounds = Executors.newFixedThreadPool(AT_ONCE);
  private static final ExecutorService racers = Executors.newCachedThreadPool();
  private static TestSystem system;
  private static TestSystem.Shop shop;

  @BeforeAll
  static void start() throws IOException {
    system = TestSystem.shared();
    shop = system.openShop("FOOD", 20_000, null);
  }

  @AfterAll
  static void stop() {
    rounds.shutdownNow();
    racers.shutdownNow();
  }

  @AfterEach
  void all_services_agree() {
    system.assertStoresAgree();
  }

  private interface Round {
    void run(Random random) throws Exception;
  }

  private static void rounds(Round round) throws Exception {
    rounds(new Random(ROUNDS), round);
  }

  /** Runs at least {@link #ROUNDS} rounds, and more until each racer has won one. */
  private static void rounds(Handicap handicap, Round round) throws Exception {
    Random seeds = new Random(ROUNDS);
    rounds(seeds, round);
    for (int batch = 1; batch < MAX_BATCHES && !handicap.isWonByEach(); batch++) {
      rounds(seeds, round);
    }
    assertThat(handicap.isWonByEach()).as("each racer wins a round").isTrue();
  }

  private static void rounds(Random seeds, Round round) throws Exception {
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

  /** Starts all at the same time; each then waits for a few random milliseconds. */
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
   * A wait before the faster of two racers. It grows while that racer wins and shrinks when the
   * other one does, so that each wins now and then on any machine. It changes by a factor, because
   * events take milliseconds on an idle machine and seconds on a busy one.
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

    boolean isWonByEach() {
      return outcomes.size() == 2;
    }
  }

  private static Client.Answer cancel(Client customer, String orderId) throws IOException {
    return customer.post("/orders/" + orderId + "/cancel", json().put("reason", "마음이 바뀜"));
  }

  @Test
  void cancel_against_cook_start() throws Exception {
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
          cook.won(answers.get(1).status() == 200);
        });
  }

  /** The cancellation wins when the event of the payment has not arrived yet. */
  @Test
  void pay_against_cancel() throws Exception {
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
          cancellation.won(answers.get(1).status() == 200);
        });
  }

  @Test
  void pay_against_expire() throws Exception {
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
              "one of the two",
              customer,
              "/orders/" + orderId,
              a -> List.of("PAID", "EXPIRED").contains(a.text("status")));
          payment.won(paid.status() == 201);
        });
  }

  /** The payment wins when it is for the old price. */
  @Test
  void update_against_pay() throws Exception {
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
            payment.won(!isPaidByThatPayment(customer, orderId));
          } else {
            system.awaitStatus(customer, orderId, "PAID");
          }
        });
  }

  @Test
  void many_riders_on_one_job() throws Exception {
    rounds(
        random -> {
          Client customer = system.customer();
          String orderId = system.placeAndPay(customer, delivery(shop.storeId(), 1));
          system.handleTicket(shop, orderId, "accept", "start", "finish");
          List<Callable<Client.Answer>> riders = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            Client rider = system.rider("r-" + i + "-" + orderId);
            system.awaitAnswer(
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
    system.assertStoresAgree();
    assertThat(system.stock(scarce)).isZero();
    assertThat(received(scarce)).isEqualTo(ROUNDS);
  }

  /** Each change is asked for twice under its key, as after a lost answer. */
  @Test
  void the_owner_changes_the_stock_while_orders_take_it_and_give_it_back() throws Exception {
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
              "the ticket", counted.owner(), "/foodCookings/" + orderId, a -> a.status() == 200);
          if (cooked) {
            sold.incrementAndGet();
            system.handleTicket(counted, orderId, "accept", "start", "finish");
          } else {
            customer.post("/orders/" + orderId + "/cancel", null);
            system.awaitStatus(customer, orderId, "CANCELED");
          }
        });
    system.assertStoresAgree();
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
  void one_coupon_on_two_orders() throws Exception {
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
  void revoke_against_pay() throws Exception {
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
          isPaidByThatPayment(customer, orderId);
          revocation.won(answers.get(0).status() == 200);
        });
  }

  /** A payment of an old price is refunded; then the order is paid again. */
  private static boolean isPaidByThatPayment(Client customer, String orderId) throws IOException {
    Client.Answer end =
        system.awaitAnswer(
            "it is paid, or the money is back",
            customer,
            () -> {
              Client.Answer order = customer.get("/orders/" + orderId);
              return order.text("status").equals("PAID")
                  ? order
                  : customer.get("/payments?orderId=" + orderId);
            },
            RaceTest::isPaidOrRefunded);
    boolean paidByThat = end.text("status").equals("PAID");
    if (!paidByThat) {
      assertThat(system.pay(customer, orderId).status()).isEqualTo(201);
      system.awaitStatus(customer, orderId, "PAID");
    }
    return paidByThat;
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
  void the_same_payment_many_times_at_once() throws Exception {
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
  void the_same_checkout_many_times_at_once() throws Exception {
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
