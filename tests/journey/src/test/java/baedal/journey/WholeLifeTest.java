package baedal.journey;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.dev.Client;
import baedal.dev.Demo;
import baedal.dev.SampleData;
import baedal.dev.Settings;
import baedal.events.EventMessage;
import baedal.events.Subscriptions;
import baedal.journey.TestSystem.Shop;
import baedal.mongodb.MongoStore;
import baedal.postgres.PgStore;
import baedal.rabbitmq.Topology;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whole lives of orders, through the gateway, against the whole system. */
class WholeLifeTest {

  private static final ListAppender<ILoggingEvent> BLOCKED = new ListAppender<>();
  private static final Set<String> WAITING = Set.of("park", "wait", "wait0", "sleep", "sleep0");
  private static final Pattern LOCK =
      Pattern.compile("java\\.util\\.concurrent\\.locks\\.\\w*Lock(\\$.*)?");
  private static final List<String> EACH_REPLAYED_ONCE = List.of("1", "1");
  private static TestSystem town;

  @BeforeAll
  static void start() throws Exception {
    BLOCKED.start();
    ((Logger) LoggerFactory.getLogger("io.vertx.core.impl.BlockedThreadChecker"))
        .addAppender(BLOCKED);
    town = new TestSystem();
  }

  @AfterAll
  static void stop() {
    town.close();
    assertThat(BLOCKED.list)
        .as("our own code blocked an event loop")
        .noneMatch(event -> event.getThrowableProxy() != null && waitsInOurs(event));
  }

  /**
   * A thread that merely waits for a processor is nobody's fault, nor is one that waits for a lock
   * of a library (MongoDB's driver, the log), whose holder waits for a processor.
   */
  private static boolean waitsInOurs(ILoggingEvent event) {
    List<StackTraceElement> stack =
        Stream.of(event.getThrowableProxy().getStackTraceElementProxyArray())
            .map(StackTraceElementProxy::getStackTraceElement)
            .toList();
    return WAITING.contains(stack.get(0).getMethodName())
        && stack.stream().anyMatch(frame -> frame.getClassName().startsWith("baedal."))
        && !waitsForLockOfLibrary(stack.stream().map(StackTraceElement::getClassName).toList());
  }

  private static boolean waitsForLockOfLibrary(List<String> classes) {
    List<String> ofJdk =
        classes.stream()
            .takeWhile(name -> name.startsWith("java.") || name.startsWith("jdk."))
            .toList();
    return ofJdk.stream().anyMatch(name -> LOCK.matcher(name).matches())
        && classes.stream().skip(ofJdk.size()).limit(1).noneMatch(c -> c.startsWith("baedal."));
  }

  @Test
  void an_order_goes_from_the_menu_to_the_doorstep() throws Exception {
    assertThat(new SampleData(town.settings.url("gateway")).fill()).isIn(0, 12);
    Shop shop = town.shop("FOOD", 18_000, 10);
    Client customer = town.customer();
    Client rider = town.rider("r-1");
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 2));
    town.kitchen(shop, orderId, "accept", "start", "finish");
    town.awaited(
        "the job is open",
        rider,
        "/deliveries?near=37.55,126.92&limit=100",
        a -> a.body().toString().contains(orderId));
    town.rides(rider, orderId, "claim", "pick", "deliver");
    town.order(customer, orderId, "DELIVERED");
    assertThat(customer.post("/orders/" + orderId + "/confirm", null).text("status"))
        .isEqualTo("COMPLETED");
    town.awaited(
        "a coupon is earned", customer, "/coupons", a -> a.body().path("items").size() == 1);
    Client.Answer page =
        town.awaited(
            "the whole story",
            customer,
            "/mypages/" + orderId,
            a -> a.body().path("timeline").size() == 8);
    assertThat(page.body().path("timeline").findValuesAsText("status"))
        .containsExactly(
            "PLACED", "PAID", "ACCEPTED", "COOKING", "COOKED", "PICKED", "DELIVERED", "COMPLETED");
    assertThat(page.body().path("payment").path("status").asText()).isEqualTo("PAID");
    assertThat(page.body().path("rider").path("riderId").asText()).isEqualTo("r-1");
    assertThat(town.stock(shop)).isEqualTo(8);
  }

  @Test
  void the_demo_plays() throws Exception {
    SampleData sample = new SampleData(town.settings.url("gateway"));
    if (town.anyone.get("/stores?q=%ED%86%B5%EB%8B%AD").body().path("items").isEmpty()) {
      sample.open();
    }
    new Demo(town.settings.url("gateway")).play();
  }

  @Test
  void an_unpaid_order_is_canceled_at_once_and_its_store_never_hears_of_it() throws Exception {
    Shop shop = town.shop("FOOD", 9_000, 5);
    Client customer = town.customer();
    String orderId = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    Client.Answer canceled =
        customer.post("/orders/" + orderId + "/cancel", TestSystem.json().put("reason", "마음이 바뀜"));
    assertThat(canceled.status()).isEqualTo(200);
    assertThat(canceled.text("status")).isEqualTo("CANCELED");
    town.awaited(
        "MyPage tells it",
        customer,
        "/mypages/" + orderId,
        a -> a.text("status").equals("CANCELED"));
    assertThat(shop.owner().get("/foodCookings/" + orderId).status()).isEqualTo(404);
    assertThat(town.pay(customer, orderId).status()).isEqualTo(409);
  }

  @Test
  void a_checkout_repeated_after_all_was_canceled_is_answered_as_before() throws Exception {
    Shop shop = town.shop("FOOD", 9_000, 5);
    Client customer = town.customer();
    ObjectNode checkout = TestSystem.checkout(shop.storeId(), "4242424242424242");
    Client.Answer paid = town.checkOut(customer, checkout, "k-1");
    assertThat(paid.status()).as("%s", paid.body()).isEqualTo(201);
    String orderId = paid.body().path("order").path("orderId").asText();
    town.order(customer, orderId, "PAID");
    customer.post("/orders/" + orderId + "/cancel", TestSystem.json());
    town.order(customer, orderId, "CANCELED");
    assertThat(town.payment(customer, orderId)).isEqualTo("REFUNDED");
    assertThat(town.checkOut(customer, checkout, "k-1")).isEqualTo(paid);
    ObjectNode other = TestSystem.checkout(shop.storeId(), "5555555555554444");
    assertThat(town.checkOut(customer, other, "k-1").status()).isEqualTo(422);
    other.set("order", TestSystem.delivery(shop.storeId(), 2));
    assertThat(town.checkOut(customer, other, "k-1").status()).isEqualTo(422);
    assertThat(customer.get("/orders").body().path("items")).hasSize(1);
    assertThat(customer.get("/payments?orderId=" + orderId).body().path("items")).hasSize(1);
  }

  @Test
  void a_declined_checkout_stays_declined_and_is_paid_by_another_card() throws Exception {
    Shop shop = town.shop("FOOD", 9_000, 5);
    Client customer = town.customer();
    ObjectNode checkout = TestSystem.checkout(shop.storeId(), "4000000000000002");
    Client.Answer declined = null;
    for (int i = 0; i < 2; i++) {
      declined = town.checkOut(customer, checkout, "k-1");
      assertThat(declined.status()).isEqualTo(402);
    }
    String orderId = declined.body().path("order").path("orderId").asText();
    assertThat(customer.get("/payments?orderId=" + orderId).body().path("items")).hasSize(1);
    town.awaited(
        "paid",
        customer,
        () -> customer.post("/payments", TestSystem.card(orderId), "k-2"),
        a -> a.status() == 201);
    town.order(customer, orderId, "PAID");
    assertThat(customer.get("/orders").body().path("items")).hasSize(1);
  }

  @Test
  void a_paid_order_canceled_before_cooking_gives_back_money_and_stock() throws Exception {
    Shop shop = town.shop("FURNITURE", 240_000, 3);
    Client customer = town.customer();
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 2));
    town.kitchen(shop, orderId, "accept");
    assertThat(town.stock(shop)).isEqualTo(1);
    town.order(customer, orderId, "ACCEPTED");
    assertThat(customer.post("/orders/" + orderId + "/cancel", TestSystem.json()).status())
        .isEqualTo(202);
    town.order(customer, orderId, "CANCELED");
    assertThat(town.payment(customer, orderId)).isEqualTo("REFUNDED");
    town.awaited(
        "the stock is back",
        customer,
        "/stores/" + shop.storeId() + "/menus/m-1",
        a -> a.body().path("stock").asInt() == 3);
    town.awaited(
        "MyPage tells it",
        customer,
        "/mypages/" + orderId,
        a ->
            a.text("status").equals("CANCELED")
                && a.body().path("payment").path("status").asText().equals("REFUNDED"));
  }

  @Test
  void once_the_pan_is_hot_a_cancellation_is_refused() throws Exception {
    Shop shop = town.shop("FOOD", 12_000, null);
    Client customer = town.customer();
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    town.kitchen(shop, orderId, "accept", "start");
    town.order(customer, orderId, "COOKING");
    Client.Answer refused = customer.post("/orders/" + orderId + "/cancel", TestSystem.json());
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text("type")).isEqualTo("/problems/order-state");
    assertThat(refused.text("detail")).contains("COOKING");
  }

  @Test
  void a_store_that_rejects_what_it_had_accepted_gives_money_stock_and_coupon_back()
      throws Exception {
    Shop shop = town.shop("FOOD", 12_000, 4);
    Client customer = town.customer();
    String coupon = taken(customer, town.campaign(1));
    String orderId = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    customer.post("/coupons/" + coupon + "/use", TestSystem.json().put("orderId", orderId));
    assertThat(town.pay(customer, orderId).status()).isEqualTo(201);
    town.kitchen(shop, orderId, "accept");
    shop.owner()
        .post("/foodCookings/" + orderId + "/reject", TestSystem.json().put("reason", "재료 소진"));
    town.order(customer, orderId, "REJECTED");
    town.awaited(
        "refunded",
        customer,
        "/payments?orderId=" + orderId,
        a -> a.body().toString().contains("REFUNDED"));
    town.awaited(
        "the stock is back",
        customer,
        "/stores/" + shop.storeId() + "/menus/m-1",
        a -> a.body().path("stock").asInt() == 4);
    town.awaited(
        "the coupon is back",
        customer,
        "/coupons",
        a -> a.body().path("items").path(0).path("status").asText().equals("ISSUED"));
  }

  private static String taken(Client customer, String campaign) throws IOException {
    return customer.post("/coupons/campaigns/" + campaign + "/take", null).text("couponId");
  }

  @Test
  void what_is_sold_out_is_rejected_and_refunded_by_itself() throws Exception {
    Shop shop = town.shop("FOOD", 5_000, 1);
    List<Client> customers = new ArrayList<>();
    List<String> orders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      customers.add(town.customer());
      orders.add(town.placed(customers.get(i), TestSystem.delivery(shop.storeId(), 1)));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(town.pay(customers.get(i), orders.get(i)).status()).isEqualTo(201);
    }
    int rejected = 0;
    for (int i = 0; i < 3; i++) {
      String orderId = orders.get(i);
      Client.Answer end =
          town.awaited(
              "decided",
              customers.get(i),
              "/orders/" + orderId,
              a -> a.text("status").equals("REJECTED") || shopHas(shop, orderId));
      if (end.text("status").equals("REJECTED")) {
        rejected++;
        town.awaited(
            "refunded",
            customers.get(i),
            "/payments?orderId=" + orderId,
            a -> a.body().toString().contains("REFUNDED"));
      }
    }
    assertThat(rejected).isEqualTo(2);
    assertThat(town.stock(shop)).isZero();
    Client late = town.customer();
    Client.Answer refused =
        town.awaited(
            "the order service knows that it is sold out",
            late,
            () -> late.post("/orders", TestSystem.delivery(shop.storeId(), 1)),
            a -> a.status() == 409);
    assertThat(refused.text("type")).isEqualTo("/problems/sold-out");
    Client.Answer checkout =
        late.post("/checkouts", TestSystem.checkout(shop.storeId(), "4242424242424242"));
    assertThat(checkout.status()).isEqualTo(409);
    assertThat(checkout.text("type")).isEqualTo("/problems/sold-out");
    assertThat(checkout.body().path("errors").path(0).path("pointer").asText())
        .isEqualTo("/order/lines/0/menuId");
  }

  private static boolean shopHas(Shop shop, String orderId) {
    try {
      return shop.owner().get("/foodCookings/" + orderId).text("status").equals("RECEIVED");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_declined_card_leaves_the_order_payable() throws Exception {
    Shop shop = town.shop("FOOD", 7_000, null);
    Client customer = town.customer();
    String orderId = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    Client.Answer declined =
        town.pay(customer, TestSystem.card(orderId).put("card", "4000000000000002"));
    assertThat(declined.status()).isEqualTo(402);
    assertThat(declined.text("type")).isEqualTo("/problems/payment-declined");
    assertThat(town.pay(customer, orderId).status()).isEqualTo(201);
    town.order(customer, orderId, "PAID");
  }

  @Test
  void a_card_that_answers_too_late_is_charged_once_and_paying_again_tells_the_truth()
      throws Exception {
    Shop shop = town.shop("FOOD", 7_000, null);
    Client customer = town.customer();
    String orderId = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    ObjectNode slow = TestSystem.card(orderId).put("card", "4000000000000259");
    Client.Answer later = customer.post("/payments", slow);
    assertThat(later.status()).isEqualTo(503);
    assertThat(later.text("type")).isEqualTo("/problems/payment-unavailable");
    town.awaited(
        "paying again", customer, () -> customer.post("/payments", slow), a -> a.status() == 201);
    assertThat(customer.get("/payments?orderId=" + orderId).body().path("items")).hasSize(1);
  }

  @Test
  void a_parcel_is_paid_on_delivery_and_carried_by_the_rider_the_company_names() throws Exception {
    Shop company = town.shop("COURIER", 12_000, null);
    Client customer = town.customer();
    String orderId = town.placed(customer, TestSystem.parcel(company.storeId(), 1));
    Client.Answer promised =
        town.pay(customer, TestSystem.json().put("orderId", orderId).put("method", "ON_DELIVERY"));
    assertThat(promised.text("status")).isEqualTo("DEFERRED");
    town.kitchen(company, orderId, "accept");
    assertThat(
            company
                .owner()
                .post(
                    "/foodCookings/" + orderId + "/assign", TestSystem.json().put("riderId", "r-7"))
                .status())
        .isEqualTo(200);
    town.kitchen(company, orderId, "start", "finish");
    Client rider = town.rider("r-7");
    town.awaited(
        "the job is the rider's",
        rider,
        "/deliveries/" + orderId,
        a -> a.text("status").equals("CLAIMED"));
    Client.Answer other = town.rider("r-8").post("/deliveries/" + orderId + "/claim", null);
    assertThat(other.text("type")).isEqualTo("/problems/delivery-taken");
    town.rides(rider, orderId, "pick");
    assertThat(
            rider
                .post("/deliveries/" + orderId + "/deliver", TestSystem.json().put("collected", 1))
                .status())
        .isEqualTo(400);
    assertThat(
            rider
                .post(
                    "/deliveries/" + orderId + "/deliver",
                    TestSystem.json().put("collected", 12_000))
                .status())
        .isEqualTo(200);
    town.order(customer, orderId, "DELIVERED");
    town.awaited(
        "the promise is kept",
        customer,
        "/payments?orderId=" + orderId,
        a -> a.body().toString().contains("\"PAID\""));
  }

  @Test
  void an_order_promised_on_delivery_takes_no_card_and_its_promise_is_voided_when_it_is_canceled()
      throws Exception {
    Shop shop = town.shop("FOOD", 15_000, null);
    Client customer = town.customer();
    String orderId = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    ObjectNode promise = TestSystem.json().put("orderId", orderId).put("method", "ON_DELIVERY");
    assertThat(town.pay(customer, promise).status()).isEqualTo(201);
    Client.Answer card = town.pay(customer, TestSystem.card(orderId));
    assertThat(card.status()).isEqualTo(409);
    assertThat(card.text("type")).isEqualTo("/problems/payment-promised");
    town.order(customer, orderId, "PAID");
    assertThat(town.pay(customer, TestSystem.card(orderId)).status()).isEqualTo(409);
    assertThat(town.pay(customer, promise).text("status")).isEqualTo("DEFERRED");
    customer.post("/orders/" + orderId + "/cancel", TestSystem.json().put("reason", "x"));
    town.order(customer, orderId, "CANCELED");
    JsonNode payments = customer.get("/payments?orderId=" + orderId).body().path("items");
    assertThat(payments.findValuesAsText("status")).containsExactly("VOIDED");
    assertThat(payments.path(0).path("amount").asLong()).isEqualTo(15_000);
    assertThat(payments.path(0).path("paidAt").isNull()).isTrue();
    town.awaited(
        "MyPage shows it",
        customer,
        "/mypages/" + orderId,
        a -> a.body().path("payment").path("status").asText().equals("VOIDED"));
    assertThat(customer.get("/notifications").body().toString()).doesNotContain("돌려드렸습니다");
  }

  @Test
  void a_room_is_reserved_and_nobody_rides() throws Exception {
    Shop hotel = town.shop("ROOM", 89_000, 2);
    Client customer = town.customer();
    ObjectNode stay =
        TestSystem.visit(hotel.storeId(), 1)
            .put("from", "2027-01-01T06:00:00Z")
            .put("to", "2027-01-03T02:00:00Z");
    String orderId = town.paid(customer, stay);
    town.kitchen(hotel, orderId, "accept", "start", "finish");
    town.order(customer, orderId, "COOKED");
    assertThat(customer.post("/orders/" + orderId + "/confirm", null).text("status"))
        .isEqualTo("COMPLETED");
    assertThat(town.rider("r-1").get("/deliveries/" + orderId).status()).isEqualTo(404);
  }

  /** As after an update from a version whose order service kept no kind of a store. */
  @Test
  void a_store_that_was_opened_before_kinds_were_kept_is_announced_at_the_next_start()
      throws Exception {
    Shop hotel = town.shop("ROOM", 89_000, null);
    Client customer = town.customer();
    ObjectNode delivery = TestSystem.delivery(hotel.storeId(), 1);
    assertThat(customer.post("/orders", delivery).status()).isEqualTo(400);
    forgetKind(hotel.storeId());
    town.placed(customer, delivery);
    Runnable replica = town.replicate(Settings.onFreePorts());
    try {
      Client.Answer refused =
          town.awaited(
              "the order service knows the kind",
              customer,
              () -> customer.post("/orders", delivery),
              a -> a.status() == 400);
      assertThat(refused.body().path("errors").findValuesAsText("pointer"))
          .containsExactly("/fulfilment");
    } finally {
      replica.run();
    }
  }

  private static void forgetKind(String storeId) {
    Vertx vertx = Vertx.vertx();
    try {
      new PgStore(vertx, town.books().orders())
          .pool()
          .preparedQuery("UPDATE store_copy SET kind = NULL WHERE store_id = $1")
          .execute(Tuple.of(storeId))
          .await();
      new MongoStore(vertx, town.books().stores())
          .client()
          .updateCollection(
              "stores",
              new JsonObject().put("_id", storeId),
              new JsonObject().put("$unset", new JsonObject().put("state.announced", "")))
          .await();
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void a_coupon_lowers_what_is_due_once_and_comes_back_with_a_cancellation() throws Exception {
    Shop shop = town.shop("FOOD", 10_000, null);
    Client customer = town.customer();
    String coupon = taken(customer, town.campaign(5));
    String orderId = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    Client.Answer used =
        customer.post("/coupons/" + coupon + "/use", TestSystem.json().put("orderId", orderId));
    assertThat(used.body().path("due").asLong()).isEqualTo(7_000);
    String second = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    assertThat(
            customer
                .post("/coupons/" + coupon + "/use", TestSystem.json().put("orderId", second))
                .status())
        .isEqualTo(409);
    Client.Answer paid = town.pay(customer, orderId);
    assertThat(paid.body().path("amount").asLong()).isEqualTo(7_000);
    town.awaited(
        "used",
        customer,
        "/coupons",
        a -> a.body().path("items").path(0).path("status").asText().equals("USED"));
    town.kitchen(shop, orderId);
    customer.post("/orders/" + orderId + "/cancel", TestSystem.json());
    town.order(customer, orderId, "CANCELED");
    town.awaited(
        "the coupon is back",
        customer,
        "/coupons",
        a -> a.body().path("items").path(0).path("status").asText().equals("ISSUED"));
  }

  @Test
  void a_change_before_cooking_reaches_the_ticket() throws Exception {
    Shop shop = town.shop("FOOD", 10_000, null);
    Client customer = town.customer();
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    town.kitchen(shop, orderId, "accept");
    town.order(customer, orderId, "ACCEPTED");
    assertThat(
            customer
                .patch("/orders/" + orderId, TestSystem.json().put("memo", "벨 누르지 마세요"))
                .status())
        .isEqualTo(200);
    town.awaited(
        "the ticket shows it",
        shop.owner(),
        "/foodCookings/" + orderId,
        a -> a.text("memo").equals("벨 누르지 마세요"));
  }

  @Test
  void the_page_of_an_order_is_known_from_the_moment_of_its_answer() throws Exception {
    Shop shop = town.shop("FOOD", 10_000, null);
    Client customer = town.customer();
    Client stranger = town.customer();
    for (int i = 0; i < 20; i++) {
      String page = "/mypages/" + town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
      assertThat(customer.get(page).status()).isIn(200, 202);
      assertThat(stranger.get(page).status()).isEqualTo(404);
    }
  }

  @Test
  void a_customer_watches_live_where_the_order_and_its_rider_are() throws Exception {
    Shop shop = town.shop("FOOD", 10_000, null);
    Client customer = town.customer();
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    town.awaited(
        "MyPage knows it", customer, "/mypages/" + orderId, a -> a.text("status").equals("PAID"));
    List<String> lines = java.util.Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> stream =
        HttpClient.newHttpClient()
            .sendAsync(
                HttpRequest.newBuilder(
                        URI.create(town.settings.url("gateway") + "/mypages/" + orderId + "/live"))
                    .header("Authorization", "Bearer " + customer.token())
                    .timeout(Duration.ofSeconds(60))
                    .build(),
                HttpResponse.BodyHandlers.ofLines())
            .thenAccept(response -> response.body().forEach(lines::add));
    town.awaited("the stream began", customer, "/mypages/" + orderId, a -> seen(lines, "\"PAID\""));
    town.kitchen(shop, orderId, "accept", "start", "finish");
    Client rider = town.rider("r-live");
    town.awaited("open", rider, "/deliveries/" + orderId, a -> a.status() == 200);
    town.rides(rider, orderId, "claim", "pick");
    rider.put("/riders/me/location", TestSystem.json().put("lat", 37.555).put("lng", 126.921));
    town.awaited(
        "the rider is seen", customer, "/mypages/" + orderId, a -> seen(lines, "event: location"));
    town.rides(rider, orderId, "deliver");
    town.order(customer, orderId, "DELIVERED");
    customer.post("/orders/" + orderId + "/confirm", null);
    stream.get(60, TimeUnit.SECONDS);
    assertThat(lines)
        .anyMatch(line -> line.contains("COOKING"))
        .anyMatch(line -> line.contains("\"status\":\"COMPLETED\""));
  }

  private static boolean seen(List<String> lines, String part) {
    return List.copyOf(lines).stream().anyMatch(line -> line.contains(part));
  }

  @Test
  void what_nobody_understands_waits_for_the_operator_and_holds_up_nobody() throws Exception {
    Client admin = town.anyone.as("operator", "admin");
    InjectedMessages.broadcast(town, "{\"id\":\"broken-1\",\"type\":\"order.paid\",\"data\":{");
    InjectedMessages.broadcast(
        town, "{\"id\":\"broken-2\",\"type\":\"order.paid\",\"specversion\":\"9.9\"}");
    Shop shop = town.shop("FOOD", 10_000, null);
    Client customer = town.customer();
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    town.kitchen(shop, orderId, "accept", "start", "finish");
    for (String service : List.of("store", "coupon", "mypage")) {
      String letters = "/deadLetters/" + service;
      JsonNode dead =
          town.awaited(
                  "both are dead letters", admin, letters, a -> a.body().path("total").asInt() == 2)
              .body()
              .path("items");
      assertThat(dead.findValuesAsText("messageId")).containsExactly("broken-1", "broken-2");
      String one = letters + "/" + dead.path(0).path("deadLetterId").asText();
      assertThat(admin.get(one).body().path("reason").asText()).isNotEmpty();
      assertThat(admin.post(letters + "/replay", null).body().path("replayed").asInt())
          .isEqualTo(2);
      dead =
          town.awaited(
                  "they come back",
                  admin,
                  letters,
                  a ->
                      a.body().path("items").findValuesAsText("replays").equals(EACH_REPLAYED_ONCE))
              .body()
              .path("items");
      for (JsonNode letter : dead) {
        String id = letter.path("deadLetterId").asText();
        assertThat(admin.delete(letters + "/" + id).status()).isEqualTo(204);
      }
      assertThat(admin.get(letters).body().path("total").asInt()).isZero();
    }
    town.order(customer, orderId, "COOKED");
    assertThat(customer.get("/deadLetters/store").status()).isEqualTo(403);
  }

  /** Every event of whole lives, at every service that hears it. */
  @Test
  void what_had_its_effect_has_none_when_it_is_replayed_from_the_dead_letters() throws Exception {
    Shop shop = town.shop("FURNITURE", 20_000, 100);
    Client customer = town.customer();
    List<String> orders = livesOf(customer, shop);
    town.agrees();
    List<EventMessage> told = toldOf(orders);
    List<String> before = everythingOf(customer, shop, orders);
    Client admin = town.anyone.as("operator", "admin");
    for (String service : Subscriptions.CONSUMERS) {
      List<EventMessage> heard =
          told.stream().filter(m -> Subscriptions.of(service).contains(m.type())).toList();
      assertThat(heard).as("heard by %s", service).isNotEmpty();
      InjectedMessages.lay(town, Topology.deadQueue(service), heard);
      assertThat(admin.post("/deadLetters/" + service + "/replay", null).body().path("replayed"))
          .as(service)
          .isEqualTo(TestSystem.json().numberNode(heard.size()));
    }
    String last = town.paid(customer, TestSystem.visit(shop.storeId(), 1));
    town.kitchen(shop, last, "accept", "start", "finish");
    town.order(customer, last, "COOKED");
    customer.post("/orders/" + last + "/confirm", null);
    town.agrees();
    assertThat(toldOf(orders)).isEqualTo(told);
    assertThat(everythingOf(customer, shop, orders)).isEqualTo(before);
  }

  /**
   * One that was delivered, one that was canceled and gave its coupon back, one rejected, and one
   * that was to be canceled when the pan was hot.
   */
  private static List<String> livesOf(Client customer, Shop shop) throws IOException {
    String campaign = town.campaign(1);
    String coupon =
        customer.post("/coupons/campaigns/" + campaign + "/take", null).text("couponId");
    String canceled = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    ObjectNode use = TestSystem.json().put("orderId", canceled);
    assertThat(customer.post("/coupons/" + coupon + "/use", use).status()).isEqualTo(200);
    town.pay(customer, canceled);
    town.order(customer, canceled, "PAID");
    customer.post("/orders/" + canceled + "/cancel", TestSystem.json().put("reason", "x"));
    town.order(customer, canceled, "CANCELED");
    String rejected = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    town.kitchen(shop, rejected);
    shop.owner()
        .post("/foodCookings/" + rejected + "/reject", TestSystem.json().put("reason", "x"));
    town.order(customer, rejected, "REJECTED");
    String delivered = town.placed(customer, TestSystem.delivery(shop.storeId(), 1));
    ObjectNode memo = TestSystem.json().put("memo", "문 앞에");
    assertThat(customer.patch("/orders/" + delivered, memo).status()).isEqualTo(200);
    ObjectNode atTheDoor = TestSystem.json().put("orderId", delivered).put("method", "ON_DELIVERY");
    assertThat(town.pay(customer, atTheDoor).status()).isEqualTo(201);
    town.kitchen(shop, delivered, "accept", "start", "finish");
    Client rider = town.rider("r-replay");
    town.awaited("open", rider, "/deliveries/" + delivered, a -> a.status() == 200);
    town.rides(rider, delivered, "claim", "release", "claim", "pick");
    ObjectNode collected = TestSystem.json().put("collected", 20_000);
    assertThat(rider.post("/deliveries/" + delivered + "/deliver", collected).status())
        .isEqualTo(200);
    town.order(customer, delivered, "DELIVERED");
    customer.post("/orders/" + delivered + "/confirm", null);
    town.order(customer, delivered, "COMPLETED");
    return List.of(canceled, rejected, delivered, canceledTooLate(customer, shop));
  }

  /** The order has not heard yet that it is cooked, so that it is the store that refuses. */
  private static String canceledTooLate(Client customer, Shop shop) throws IOException {
    Client.Answer answer;
    String orderId;
    do {
      orderId = town.paid(customer, TestSystem.visit(shop.storeId(), 1));
      town.kitchen(shop, orderId, "accept");
      town.order(customer, orderId, "ACCEPTED");
      town.kitchen(shop, orderId, "start");
      answer =
          customer.post("/orders/" + orderId + "/cancel", TestSystem.json().put("reason", "x"));
    } while (answer.status() != 202);
    town.order(customer, orderId, "COOKING");
    return orderId;
  }

  private static List<EventMessage> toldOf(List<String> orders) {
    return town.told().stream().filter(m -> orders.contains(m.subject())).toList();
  }

  /** What those who took part can see of it. */
  private static List<String> everythingOf(Client customer, Shop shop, List<String> orders)
      throws IOException {
    List<String> seen = new ArrayList<>();
    for (String orderId : orders) {
      for (String path : List.of("/orders/", "/mypages/", "/payments?orderId=")) {
        seen.add(customer.get(path + orderId).body().toString());
      }
      seen.add(shop.owner().get("/foodCookings/" + orderId).body().toString());
    }
    for (JsonNode told : customer.get("/notifications?limit=100").body().path("items")) {
      if (orders.contains(told.path("orderId").asText())) {
        seen.add(told.toString());
      }
    }
    return seen;
  }

  @Test
  void everyone_sees_only_their_own() throws Exception {
    Shop shop = town.shop("FOOD", 10_000, null);
    Client customer = town.customer();
    Client stranger = town.customer();
    String orderId = town.paid(customer, TestSystem.delivery(shop.storeId(), 1));
    town.kitchen(shop, orderId);
    assertThat(stranger.get("/orders/" + orderId).status()).isEqualTo(404);
    assertThat(stranger.post("/orders/" + orderId + "/cancel", TestSystem.json()).status())
        .isEqualTo(404);
    assertThat(stranger.get("/mypages/" + orderId).status()).isEqualTo(404);
    assertThat(town.pay(stranger, orderId).status()).isEqualTo(404);
    assertThat(stranger.get("/payments?orderId=" + orderId).body().path("items")).isEmpty();
    Shop other = town.shop("FOOD", 1, null);
    assertThat(other.owner().get("/foodCookings/" + orderId).status()).isEqualTo(404);
    assertThat(other.owner().post("/foodCookings/" + orderId + "/accept", null).status())
        .isEqualTo(404);
    assertThat(customer.post("/foodCookings/" + orderId + "/accept", null).status()).isEqualTo(403);
  }
}
