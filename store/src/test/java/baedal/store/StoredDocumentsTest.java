package baedal.store;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Address;
import baedal.events.Change;
import baedal.events.Fulfilment;
import baedal.events.Hotel;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderDetailsBuilder;
import baedal.events.Parcel;
import baedal.events.RefundTerm;
import baedal.events.Stay;
import baedal.events.StoreEvent.MenuOption;
import baedal.mongodb.MongoDatabase;
import baedal.runtime.IdempotencyKey;
import baedal.testkit.GoldenDocument;
import baedal.testkit.TestServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that documents of older versions can be read, and that the stored format stays the same.
 */
class StoredDocumentsTest {

  private static final LocalDate CHRISTMAS = LocalDate.of(2026, 12, 24);
  private static final Address PLACE = new Address("서울 마포구 양화로 1", 37.55, 126.91);
  private static final Address HOME = new Address("서울 마포구 월드컵로 2", 37.56, 126.92);

  /** No component of these records has the default value of its type. */
  private static final Store STORE =
      new Store("store-1", "owner-1", "통닭천국", Store.Kind.COURIER, PLACE, true, null, 1);

  private static final Menu MENU =
      new Menu(
          "store-1",
          "fried",
          "후라이드",
          18_000,
          7,
          List.of(new MenuOption("순살", 2_000)),
          true,
          12,
          Map.of("order-1", 2),
          List.of("order-2", "order-3"),
          5,
          null);

  private static final Store HOTEL =
      new Store(
          "hotel-1",
          "owner-1",
          "통닭천국",
          Store.Kind.ROOM,
          PLACE,
          true,
          new Hotel(
              "Europe/Berlin",
              LocalTime.of(14, 30),
              LocalTime.of(10, 0),
              List.of(new RefundTerm(48, 100))),
          2);

  private static final Menu NIGHTLY =
      new Menu(
          "store-1",
          "deluxe",
          "디럭스",
          89_000,
          7,
          List.of(new MenuOption("조식", 20_000)),
          true,
          12,
          Map.of("order-1", 2),
          List.of("order-2", "order-3"),
          5,
          new RoomType(
              3,
              new TreeMap<>(Map.of("Size", "30 m²", "전망", "바다")),
              new RoomNights(
                  new TreeMap<>(
                      Map.of(
                          CHRISTMAS,
                          new RoomNights.Night(7, 200_000L),
                          CHRISTMAS.plusDays(1),
                          new RoomNights.Night(2, null),
                          CHRISTMAS.plusDays(7),
                          new RoomNights.Night(0, 300_000L)))),
              List.of(
                  new RoomType.GivenBack("order-4", CHRISTMAS.plusDays(2), true),
                  new RoomType.GivenBack("order-5", CHRISTMAS.plusDays(3), false))));

  private static final Ticket TICKET =
      ticket(
          "order-1",
          OrderDetailsBuilder.builder(details(List.of(2_000L)))
              .storeKind("ROOM")
              .lines(List.of(line(List.of(2_000L), List.of(89_000L, 99_000L))))
              .stay(new Stay(CHRISTMAS, CHRISTMAS.plusDays(2), 3))
              .refundTerms(List.of(new RefundTerm(48, 100)))
              .build());

  private static Ticket ticket(String id, OrderDetails details) {
    return new Ticket(
        id,
        "store-1",
        TicketStatus.REJECTED,
        details,
        41_000,
        "rider-1",
        "재료 소진",
        Map.of("fried", 2),
        true,
        Instant.parse("2026-11-21T12:01:00.001Z"),
        Instant.parse("2026-11-21T12:02:00.002Z"));
  }

  private static final IdempotencyKey KEY = new IdempotencyKey("owner-1", "key-1", "hash-1");

  private final Vertx vertx = Vertx.vertx();
  private final MongoClient mongo = new MongoDatabase(vertx, TestServers.mongo()).client();
  private final StoreRepository repository = new StoreRepository(mongo, () -> {});

  private static Line line(List<Long> optionPrices, List<Long> nightPrices) {
    return new Line("fried", "후라이드", 2, 20_500, List.of("순살"), optionPrices, nightPrices, 41_000);
  }

  private static OrderDetails details(List<Long> optionPrices) {
    return new OrderDetails(
        "customer-1",
        "store-1",
        "통닭천국",
        null,
        List.of(line(optionPrices, List.of())),
        Fulfilment.COURIER,
        PLACE,
        HOME,
        new Parcel(Parcel.Size.MEDIUM, 2.5, "서류"),
        Instant.parse("2026-12-24T15:00:00Z"),
        Instant.parse("2026-12-26T11:00:00Z"),
        null,
        List.of(),
        "문 앞에",
        "coupon-1",
        41_000,
        3_000,
        38_000,
        4,
        Instant.parse("2026-11-21T12:00:00Z"),
        Instant.parse("2026-11-21T12:15:00Z"));
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_stored_store_can_be_read() {
    insert("stores", "store.json");
    assertThat(repository.store("store-1").await()).isEqualTo(STORE);
  }

  @Test
  void the_stored_format_of_a_store_has_not_changed() {
    repository.changeStore("store-1", none -> Change.of(STORE)).await();
    assertThat(stored("stores", "store-1")).isEqualTo(golden("store.json"));
  }

  @Test
  void a_store_without_an_announced_version_is_published_again() {
    insert("stores", "store-without-announced.json");
    assertThat(repository.store("store-2").await())
        .isEqualTo(
            new Store("store-2", "owner-1", "가구점", Store.Kind.FURNITURE, PLACE, true, null, 0));
    assertThat(repository.unannounced(null).await()).containsExactly("store-2");
  }

  @Test
  void a_stored_hotel_can_be_read() {
    insert("stores", "store-hotel.json");
    assertThat(repository.store("hotel-1").await()).isEqualTo(HOTEL);
  }

  @Test
  void the_stored_format_of_a_hotel_has_not_changed() {
    repository.changeStore("hotel-1", none -> Change.of(HOTEL)).await();
    assertThat(stored("stores", "hotel-1")).isEqualTo(golden("store-hotel.json"));
  }

  @Test
  void a_room_store_without_hotel_fields_has_the_defaults() {
    JsonObject older = golden("store-hotel.json");
    older.getJsonObject("state").put("announced", 1).remove("hotel");
    mongo.insert("stores", older).await();
    assertThat(repository.store("hotel-1").await().hotel()).isEqualTo(Hotel.DEFAULT);
    assertThat(repository.unannounced(null).await()).containsExactly("hotel-1");
  }

  @Test
  void a_stored_nightly_menu_can_be_read() {
    insert("menus", "menu-nightly.json");
    assertThat(repository.changeMenu("store-1/deluxe", Change::none).await()).isEqualTo(NIGHTLY);
  }

  @Test
  void the_stored_format_of_a_nightly_menu_has_not_changed() {
    repository.changeMenu("store-1/deluxe", none -> Change.of(NIGHTLY)).await();
    assertThat(stored("menus", "store-1/deluxe")).isEqualTo(golden("menu-nightly.json"));
  }

  @Test
  void a_stored_menu_can_be_read() {
    insert("menus", "menu.json");
    assertThat(repository.changeMenu("store-1/fried", Change::none).await()).isEqualTo(MENU);
  }

  @Test
  void the_stored_format_of_a_menu_has_not_changed() {
    repository.changeMenu("store-1/fried", none -> Change.of(MENU)).await();
    assertThat(stored("menus", "store-1/fried")).isEqualTo(golden("menu.json"));
  }

  @Test
  void a_stored_ticket_can_be_read() {
    insert("foodCookings", "ticket.json");
    assertThat(repository.ticket("order-1").await()).isEqualTo(TICKET);
    assertThat(repository.owingStock("").await()).containsExactly("order-1");
    assertThat(repository.tickets("store-1", "REJECTED", null, 10).await()).containsExactly(TICKET);
  }

  @Test
  void the_stored_format_of_a_ticket_has_not_changed() {
    repository.changeTicket("order-1", none -> Change.of(TICKET)).await();
    assertThat(stored("foodCookings", "order-1")).isEqualTo(golden("ticket.json"));
  }

  @Test
  void a_ticket_without_a_stay_can_be_read() {
    insert("foodCookings", "ticket-without-stay.json");
    assertThat(repository.ticket("order-3").await())
        .isEqualTo(ticket("order-3", details(List.of(2_000L))));
  }

  @Test
  void a_ticket_without_option_prices_can_be_read() {
    insert("foodCookings", "ticket-without-option-prices.json");
    assertThat(repository.ticket("order-2").await())
        .isEqualTo(
            new Ticket(
                "order-2",
                "store-1",
                TicketStatus.RECEIVED,
                details(List.of()),
                0,
                null,
                null,
                Map.of(),
                false,
                Instant.parse("2026-11-21T12:01:00Z"),
                Instant.parse("2026-11-21T12:01:00Z")));
  }

  @Test
  void a_stored_idempotency_key_has_its_answer() {
    insert("keys", "idempotency-key.json");
    assertThat(repository.keys().findOrInsert(KEY, "another", Samples.NOON).await())
        .isEqualTo(
            new IdempotencyKeyRepository.KeyedRequest(
                "mark-1", true, new JsonObject().put("stock", 6)));
  }

  @Test
  void the_stored_format_of_an_idempotency_key_has_not_changed() {
    repository.keys().findOrInsert(KEY, "mark-1", Samples.NOON).await();
    repository
        .changeMenu(
            "store-1/fried",
            KEY,
            none -> Change.of(MENU),
            (before, after) -> new JsonObject().put("stock", 6),
            Samples.NOON)
        .await();
    assertThat(stored("keys", KEY.fingerprint())).isEqualTo(golden("idempotency-key.json"));
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
