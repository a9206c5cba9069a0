package baedal.rider;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Address;
import baedal.events.DeliveryJob;
import baedal.events.Event;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.Fulfilment;
import baedal.events.OrderEvent;
import baedal.events.RiderEvent;
import baedal.events.StoreEvent;
import baedal.mongodb.MongoDatabase;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Ids;
import baedal.testkit.ServiceFixture;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the rider service over HTTP, with a real database and broker. */
class RiderServiceTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private static final ServiceFixture service = new ServiceFixture(TopologyDeclaration::declare);
  private static MongoClient mongo;

  @BeforeAll
  static void start() {
    String uri = TestServers.mongo();
    mongo = new MongoDatabase(service.vertx(), uri).client();
    RiderConfig config = RiderConfig.from(service.config(Map.of("MONGO_URI", uri)));
    service.start(new RiderVerticle(config), RiderVerticle::port);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static DeliveryJob job(double lat, double lng) {
    Address from = new Address("가게", lat, lng);
    return new DeliveryJob(
        "s-1", "통닭천국", "c-1", Fulfilment.DELIVERY, from, from, null, null, 0, null, "owner-1");
  }

  private static String open(double lat, double lng) {
    String orderId = Ids.next();
    service.broker().publish(new StoreEvent.CookFinished(orderId, job(lat, lng), NOW));
    await()
        .until(
            () -> call(HttpMethod.GET, "/deliveries/" + orderId, "r-0", null).statusCode() == 200);
    return orderId;
  }

  @Test
  void exactly_one_of_many_concurrent_claims_gets_the_delivery() {
    for (int round = 0; round < 20; round++) {
      String orderId = open(37.55, 126.92);
      List<Future<HttpResponse<Buffer>>> attempts = new ArrayList<>();
      for (int rider = 0; rider < 20; rider++) {
        attempts.add(
            send(HttpMethod.POST, "/deliveries/" + orderId + "/claim", "r-" + rider, null));
      }
      List<Integer> answers =
          attempts.stream().map(attempt -> attempt.await().statusCode()).toList();
      assertThat(answers).containsOnlyOnce(200).allMatch(status -> status == 200 || status == 409);
      await().until(() -> claims(orderId) >= 1);
      assertThat(claims(orderId)).isEqualTo(1);
    }
  }

  private static long claims(String orderId) {
    return service
        .broker()
        .recorded(RiderEvent.Claimed.class)
        .filter(claimed -> claimed.orderId().equals(orderId))
        .count();
  }

  private static List<Event> withdrawals(String orderId) {
    return List.of(
        new OrderEvent.Canceled(orderId, "c-1", "s-1", null, "", NOW),
        new OrderEvent.Rejected(orderId, "c-1", "s-1", null, "", NOW),
        new StoreEvent.CancelAccepted(orderId, "s-1", NOW));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void a_withdrawn_order_has_a_canceled_delivery_for_any_sequence_of_events(int withdrawal) {
    for (long seed = 1; seed <= 10; seed++) {
      String orderId = Ids.next();
      List<EventMessage> messages = new ArrayList<>();
      for (Event event :
          List.of(
              new StoreEvent.OrderAccepted(orderId, job(37.5, 127.0), NOW),
              new StoreEvent.CookFinished(orderId, job(37.5, 127.0), NOW),
              withdrawals(orderId).get(withdrawal))) {
        messages.add(EventMessages.wrap(List.of(event), 1, NOW).get(0));
      }
      List<String> bodies = new ArrayList<>(messages.stream().map(EventMessages::encode).toList());
      bodies.addAll(List.copyOf(bodies));
      Collections.shuffle(bodies, new Random(seed));
      service.broker().publish(bodies);
      await().until(() -> stored(orderId).getJsonArray("seen").size() == messages.size());
      assertThat(stored(orderId).getJsonObject("state").getString("status"))
          .as("seed %d", seed)
          .isEqualTo("CANCELED");
    }
  }

  private static JsonObject stored(String orderId) {
    JsonObject found =
        mongo.findOne("deliveries", new JsonObject().put("_id", orderId), new JsonObject()).await();
    return found == null ? new JsonObject().put("seen", new JsonArray()) : found;
  }

  @Test
  void open_deliveries_are_listed_nearest_first_in_pages_across_grid_cells() {
    String far = open(35.1620, 129.0560);
    String near = open(35.1501, 129.0501);
    String middle = open(35.1540, 129.0499);
    open(35.3, 129.3);
    List<String> found = new ArrayList<>();
    String cursor = "";
    do {
      JsonObject page =
          call(
                  HttpMethod.GET,
                  "/deliveries?near=35.1500,129.0500&radiusKm=3&limit=1" + cursor,
                  "r-1",
                  null)
              .bodyAsJsonObject();
      page.getJsonArray("items")
          .forEach(item -> found.add(((JsonObject) item).getString("orderId")));
      cursor = page.getString("next") == null ? null : "&cursor=" + page.getString("next");
    } while (cursor != null);
    assertThat(found).containsExactly(near, middle, far);
  }

  @Test
  void a_search_finds_deliveries_across_the_antimeridian_and_around_a_pole() {
    String pacific = open(0.001, 179.999);
    String arctic = open(89.95, 30);
    assertThat(near("0.001,-179.999")).containsExactly(pacific + " 0.222");
    assertThat(near("89.95,0")).containsExactly(arctic + " 2.878");
  }

  private static List<String> near(String place) {
    List<String> found = new ArrayList<>();
    call(HttpMethod.GET, "/deliveries?near=" + place, "r-1", null)
        .bodyAsJsonObject()
        .getJsonArray("items")
        .forEach(
            item -> {
              JsonObject delivery = (JsonObject) item;
              found.add(delivery.getString("orderId") + " " + delivery.getDouble("distanceKm"));
            });
    return found;
  }

  @Test
  void the_location_of_a_rider_is_published_for_each_claimed_delivery() {
    String orderId = open(37.55, 126.92);
    call(HttpMethod.POST, "/deliveries/" + orderId + "/claim", "r-moving", null);
    assertThat(
            call(
                    HttpMethod.PUT,
                    "/riders/me/location",
                    "r-moving",
                    new JsonObject().put("lat", 37.1).put("lng", 127.1))
                .statusCode())
        .isEqualTo(204);
    await()
        .until(
            () ->
                service
                    .broker()
                    .recorded(RiderEvent.Moved.class)
                    .anyMatch(moved -> moved.orderId().equals(orderId) && moved.lat() == 37.1));
    assertThat(me("r-moving").getString("state")).isEqualTo("BUSY");
    assertThat(call(HttpMethod.GET, "/deliveries?mine=true", "r-moving", null).bodyAsString())
        .contains(orderId);
  }

  @Test
  void a_rider_without_a_location_is_offline_until_the_first_claim() {
    assertThat(me("r-unseen").getString("state")).isEqualTo("OFFLINE");
    call(HttpMethod.POST, "/deliveries/" + open(37.0, 127.0) + "/claim", "r-unseen", null);
    assertThat(me("r-unseen").getString("state")).isEqualTo("BUSY");
    assertThat(me("r-unseen").getValue("lat")).isNull();
  }

  private static JsonObject me(String rider) {
    return call(HttpMethod.GET, "/riders/me", rider, null).bodyAsJsonObject();
  }

  @Test
  void the_deliveries_of_a_rider_are_listed_oldest_first_in_pages() {
    List<String> orders = List.of(open(37.0, 127.0), open(37.0, 127.0), open(37.0, 127.0));
    orders.forEach(
        order -> call(HttpMethod.POST, "/deliveries/" + order + "/claim", "r-busy", null));
    JsonObject first = claimed("");
    JsonObject second = claimed("&cursor=" + first.getString("next"));
    List<String> listed = new ArrayList<>();
    for (JsonObject page : List.of(first, second)) {
      page.getJsonArray("items").forEach(d -> listed.add(((JsonObject) d).getString("orderId")));
    }
    assertThat(listed).containsExactlyElementsOf(orders.stream().sorted().toList());
    assertThat(second.getString("next")).isNull();
  }

  private static JsonObject claimed(String cursor) {
    return call(HttpMethod.GET, "/deliveries?mine=true&limit=2" + cursor, "r-busy", null)
        .bodyAsJsonObject();
  }

  @Test
  void requests_for_foreign_deliveries_or_with_invalid_values_are_refused() {
    String orderId = open(37.55, 126.92);
    call(HttpMethod.POST, "/deliveries/" + orderId + "/claim", "r-mine", null);
    assertThat(call(HttpMethod.GET, "/deliveries/" + orderId, "r-other", null).statusCode())
        .isEqualTo(404);
    assertThat(
            call(HttpMethod.POST, "/deliveries/" + orderId + "/pick", "r-other", null).statusCode())
        .isEqualTo(404);
    assertThat(call(HttpMethod.POST, "/deliveries/none/claim", "r-1", null).statusCode())
        .isEqualTo(404);
    assertThat(call(HttpMethod.GET, "/deliveries", "r-1", null).statusCode()).isEqualTo(400);
    assertThat(call(HttpMethod.GET, "/deliveries?near=91,0", "r-1", null).statusCode())
        .isEqualTo(400);
    assertThat(call(HttpMethod.GET, "/deliveries?near=1,2&cursor=x", "r-1", null).statusCode())
        .isEqualTo(400);
    assertThat(
            call(HttpMethod.PUT, "/riders/me/location", "r-1", new JsonObject().put("lat", 91))
                .statusCode())
        .isEqualTo(400);
    assertThat(
            service
                .call(HttpMethod.GET, "/deliveries?near=1,2", service.token("c", "customer"), null)
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  void the_customer_owner_and_staff_see_each_status_of_their_delivery() {
    String orderId = Ids.next();
    service.broker().publish(new StoreEvent.OrderAccepted(orderId, job(37.55, 126.92), NOW));
    await().until(() -> requestAs(orderId, "c-1", "customer").statusCode() == 200);
    assertVisible(orderId, "WAITING", null);
    service.broker().publish(new StoreEvent.CookFinished(orderId, job(37.55, 126.92), NOW));
    await()
        .until(
            () -> call(HttpMethod.GET, "/deliveries/" + orderId, "r-0", null).statusCode() == 200);
    assertVisible(orderId, "OPEN", null);
    for (List<String> step :
        List.of(
            List.of("claim", "CLAIMED"),
            List.of("pick", "PICKED"),
            List.of("deliver", "DELIVERED"))) {
      call(HttpMethod.POST, "/deliveries/" + orderId + "/" + step.get(0), "r-1", null);
      assertVisible(orderId, step.get(1), "r-1");
    }
  }

  /** Customer, owner and staff of the order see this status; all others get 404. */
  private static void assertVisible(String orderId, String status, String riderId) {
    for (HttpResponse<Buffer> answer :
        List.of(
            requestAs(orderId, "c-1", "customer"),
            requestAs(orderId, "owner-1", "owner"),
            requestAs(orderId, "staff-1", "owner", "s-1"))) {
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.bodyAsJsonObject().getString("status")).isEqualTo(status);
      assertThat(answer.bodyAsJsonObject().getString("riderId")).isEqualTo(riderId);
    }
    for (HttpResponse<Buffer> answer :
        List.of(
            requestAs(orderId, "c-2", "customer"),
            requestAs(orderId, "c-1", "owner"),
            requestAs(orderId, "owner-1", "customer"),
            requestAs(orderId, "c-2", "customer", "s-1"),
            requestAs(orderId, "owner-2", "owner", "s-2"))) {
      assertThat(answer.statusCode()).isEqualTo(404);
    }
  }

  @Test
  void the_owner_sees_a_delivery_without_an_owner_id_after_cook_finished() {
    String orderId = Ids.next();
    StoreEvent.OrderAccepted accepted =
        new StoreEvent.OrderAccepted(orderId, job(37.55, 126.92), NOW);
    JsonObject before =
        new JsonObject(EventMessages.encode(EventMessages.wrap(List.of(accepted), 1, NOW).get(0)));
    assertThat(before.getJsonObject("data").getJsonObject("job").remove("ownerId")).isNotNull();
    service.broker().publish(List.of(before.encode()));
    await().until(() -> requestAs(orderId, "c-1", "customer").statusCode() == 200);
    assertThat(requestAs(orderId, "staff-1", "owner", "s-1").statusCode()).isEqualTo(200);
    assertThat(requestAs(orderId, "owner-1", "owner").statusCode()).isEqualTo(404);
    service.broker().publish(new StoreEvent.CookFinished(orderId, job(37.55, 126.92), NOW));
    await().until(() -> requestAs(orderId, "owner-1", "owner").statusCode() == 200);
  }

  private static HttpResponse<Buffer> requestAs(
      String orderId, String sub, String role, String... stores) {
    return service.call(
        HttpMethod.GET, "/deliveries/" + orderId, service.token(sub, role, stores), null);
  }

  @Test
  void an_admin_releases_the_delivery_of_a_rider_who_does_not_come() {
    String orderId = open(37.55, 126.92);
    call(HttpMethod.POST, "/deliveries/" + orderId + "/claim", "r-gone", null);
    assertThat(releaseAsAdmin(orderId)).isEqualTo(200);
    assertThat(releaseAsAdmin(orderId)).as("repeated by the admin").isEqualTo(200);
    HttpResponse<Buffer> again =
        call(HttpMethod.POST, "/deliveries/" + orderId + "/release", "r-gone", null);
    assertThat(again.statusCode()).as("repeated by the rider who had the delivery").isEqualTo(200);
    assertThat(again.bodyAsJsonObject().getString("status")).isEqualTo("OPEN");
    call(HttpMethod.POST, "/deliveries/" + orderId + "/claim", "r-here", null);
    call(HttpMethod.POST, "/deliveries/" + orderId + "/pick", "r-here", null);
    assertThat(releaseAsAdmin(orderId)).as("after pick-up").isEqualTo(409);
  }

  private static int releaseAsAdmin(String orderId) {
    return service
        .call(
            HttpMethod.POST,
            "/deliveries/" + orderId + "/release",
            service.token("admin-1", "admin"),
            null)
        .statusCode();
  }

  private static Future<HttpResponse<Buffer>> send(
      HttpMethod method, String path, String rider, JsonObject body) {
    return service.send(method, path, service.token(rider, "rider"), body);
  }

  private static HttpResponse<Buffer> call(
      HttpMethod method, String path, String rider, JsonObject body) {
    return send(method, path, rider, body).await();
  }
}
