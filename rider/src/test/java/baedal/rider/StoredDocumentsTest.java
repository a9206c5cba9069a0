package baedal.rider;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.DeliveryJob;
import baedal.events.Fulfilment;
import baedal.events.Parcel;
import baedal.mongodb.MongoDatabase;
import baedal.testkit.GoldenDocument;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that documents of older versions can be read, and that the stored format stays the same.
 */
class StoredDocumentsTest {

  /** No component of these records has the default value of its type. */
  private static final Delivery DELIVERY = delivery("order-1", DeliveryStatus.CLAIMED, "owner-1");

  private static final Rider RIDER =
      new Rider("rider-1", 37.55, 126.91, Instant.parse("2026-11-21T12:01:00.001Z"));

  private final Vertx vertx = Vertx.vertx();
  private final MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
  private final RiderRepository repository = new RiderRepository(mongo, () -> {});

  private static Delivery delivery(String orderId, DeliveryStatus status, String ownerId) {
    return new Delivery(
        orderId,
        status,
        new DeliveryJob(
            "store-1",
            "통닭천국",
            "customer-1",
            Fulfilment.COURIER,
            new Address("서울 마포구 양화로 1", 37.55, 126.91),
            new Address("서울 마포구 월드컵로 2", 37.56, 126.92),
            new Parcel(Parcel.Size.MEDIUM, 2.5, "서류"),
            "문 앞에",
            41_000,
            "rider-1",
            ownerId),
        "rider-1",
        Instant.parse("2026-11-21T12:02:00.002Z"));
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_stored_delivery_can_be_read() {
    insert("deliveries", "delivery.json");
    assertThat(repository.find("order-1").await()).isEqualTo(DELIVERY);
    assertThat(repository.claimedBy("rider-1").await()).containsExactly(DELIVERY);
  }

  @Test
  void the_stored_format_of_a_delivery_has_not_changed() {
    repository.change("order-1", none -> Change.of(DELIVERY)).await();
    assertThat(stored("deliveries", "order-1")).isEqualTo(golden("delivery.json"));
  }

  @Test
  void a_delivery_without_an_owner_id_can_be_read() {
    insert("deliveries", "delivery-without-owner.json");
    assertThat(repository.find("order-2").await())
        .isEqualTo(delivery("order-2", DeliveryStatus.PICKED, null));
  }

  @Test
  void a_stored_rider_can_be_read() {
    insert("riders", "rider.json");
    assertThat(repository.rider("rider-1").await()).isEqualTo(RIDER);
  }

  @Test
  void the_stored_format_of_a_rider_has_not_changed() {
    repository.saveLocation(RIDER).await();
    assertThat(stored("riders", "rider-1")).isEqualTo(golden("rider.json"));
  }

  private static JsonObject golden(String file) {
    return GoldenDocument.read(StoredDocumentsTest.class, file);
  }

  private void insert(String collection, String file) {
    mongo.insert(collection, golden(file)).await();
  }

  private JsonObject stored(String collection, String id) {
    return mongo.findOne(collection, new JsonObject().put("_id", id), new JsonObject()).await();
  }
}
