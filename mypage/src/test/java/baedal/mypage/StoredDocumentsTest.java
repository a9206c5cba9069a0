package baedal.mypage;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.PaymentMethod;
import baedal.mongodb.MongoDatabase;
import baedal.testkit.GoldenDocument;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Documents in MongoDB are read as earlier versions stored them, and written in the same form. */
class StoredDocumentsTest {

  private static final Instant PLACED_AT = Instant.parse("2026-11-21T12:00:00Z");
  private static final Instant PAID_AT = Instant.parse("2026-11-21T12:01:00.001Z");
  private static final Instant SENT_AT = Instant.parse("2026-11-21T12:02:00Z");

  /** No component has the default value of its type, so that the test notices a lost field. */
  private static final MyPage PAGE = page("order-1", true, true);

  private static final NotificationText TEXT = new NotificationText("PAID", "결제가 완료되었습니다.");

  private final Vertx vertx = Vertx.vertx();
  private final MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
  private final GenerationRepository generations =
      new GenerationRepository(mongo, Clock.fixed(PLACED_AT, ZoneOffset.UTC));
  private final MyPageRepository pages = new MyPageRepository(mongo, generations);
  private final NotificationRepository notifications = new NotificationRepository(mongo);

  /**
   * A page that has the fields {@code whole} and {@code voided}, and the fields of the kind and the
   * refund.
   */
  private static MyPage page(String orderId, boolean hasWhole, boolean hasKind) {
    return new MyPage(
        orderId,
        new MyPage.Details(
            "customer-1", "store-1", "통닭천국", hasKind ? "FOOD" : null, 38_000, "coupon-1", 3),
        Map.of(Status.PLACED, PLACED_AT, Status.PAID, PAID_AT),
        Map.of(
            "payment-1",
            new MyPage.Attempt(
                PaymentMethod.CARD,
                MyPage.PaymentStatus.REFUNDED,
                PAID_AT,
                hasWhole,
                hasKind ? 19_000L : null,
                hasKind ? 19_001L : null)),
        new MyPage.Carrier("rider-1", 2),
        true,
        hasWhole);
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_stored_page_is_read() {
    insert("mypages", "page.json");
    assertThat(pages.find("order-1").await()).isEqualTo(PAGE);
    assertThat(pages.list("customer-1", "PAID", null, 10).await()).containsExactly(PAGE);
  }

  /** A rebuild copies a page if the log no longer has its events. */
  @Test
  void a_page_is_still_written_the_same() {
    insert("mypages", "page.json");
    pages.copyIncomplete("mypages_next").await();
    assertThat(stored("mypages_next", "order-1")).isEqualTo(golden("page.json"));
  }

  @Test
  void a_page_stored_without_the_fields_whole_and_voided_is_read() {
    insert("mypages", "page-without-whole-and-voided.json");
    assertThat(pages.find("order-2").await()).isEqualTo(page("order-2", false, false));
  }

  @Test
  void a_page_stored_without_the_kind_and_the_refund_is_read() {
    insert("mypages", "page-without-kind-refunded-and-kept.json");
    assertThat(pages.find("order-3").await()).isEqualTo(page("order-3", true, false));
  }

  @Test
  void a_stored_notification_is_sent_and_listed() {
    insert("notifications", "notification-pending.json");
    assertThat(notifications.pending("", 10).await())
        .containsExactly(golden("notification-pending.json"));
    assertThat(
            notifications.claimForSending("order-1:PAID", "customer-1", "KAKAO", SENT_AT).await())
        .isTrue();
    assertThat(stored("notifications", "order-1:PAID")).isEqualTo(golden("notification-sent.json"));
    assertThat(notifications.list("customer-1", null, 10).await())
        .containsExactly(golden("notification-sent.json"));
  }

  @Test
  void a_notification_is_still_written_the_same() {
    Submission unknown = new Submission("order-1", null, TEXT);
    notifications.insert(List.of(NotificationRepository.pending(unknown))).await();
    assertThat(withoutNoted(stored("notifications", "order-1:PAID")))
        .isEqualTo(withoutNoted(golden("notification-pending.json")));
    Submission known = new Submission("order-2", "customer-1", TEXT);
    notifications.insert(List.of(NotificationRepository.sent(known, "KAKAO", SENT_AT))).await();
    assertThat(withoutNoted(stored("notifications", "order-2:PAID")))
        .isEqualTo(
            withoutNoted(golden("notification-sent.json"))
                .put("_id", "order-2:PAID")
                .put("orderId", "order-2"));
  }

  /** The field {@code noted} is a new id for each notification. */
  private static JsonObject withoutNoted(JsonObject notification) {
    assertThat(notification.getString("noted")).isNotBlank();
    notification.remove("noted");
    return notification;
  }

  @Test
  void the_stored_state_of_a_rebuild_is_read() {
    insert("generations", "generations-rebuilding.json");
    assertThat(generations.readLocation().await())
        .isEqualTo(new GenerationRepository.Location("mypages_1", "mypages_2"));
    assertThat(generations.isRunning(generations.document().await())).isTrue();
    Rebuild rebuild = new Rebuild(vertx, "amqp://localhost:1", pages, generations);
    assertThat(rebuild.state().await())
        .isEqualTo(new Rebuild.State(true, PLACED_AT.toString(), null, 7));
  }

  @Test
  void the_state_of_a_rebuild_is_still_written_the_same() {
    insert("generations", "generations-rebuilt.json");
    String building = generations.begin().await();
    generations.heartbeat(building, 7).await();
    assertThat(stored("generations", "mypages"))
        .isEqualTo(golden("generations-rebuilding.json").put("building", building));
    generations.switchTo(building, 9).await();
    assertThat(stored("generations", "mypages"))
        .isEqualTo(
            golden("generations-rebuilt.json")
                .put("current", building)
                .put("events", 9)
                .put("startedAt", PLACED_AT.toString())
                .put("heardAt", PLACED_AT.toEpochMilli())
                .put("finishedAt", PLACED_AT.toString()));
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
