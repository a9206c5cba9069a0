package baedal.order;

import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Address;
import baedal.events.Fulfilment;
import baedal.events.Hotel;
import baedal.events.Line;
import baedal.events.OrderDetails;
import baedal.events.OrderDetailsBuilder;
import baedal.events.Parcel;
import baedal.events.PaymentMethod;
import baedal.events.RefundTerm;
import baedal.events.Stay;
import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The JSON documents in the order service's database. Earlier versions of the code wrote the files
 * in {@code golden}. A stored field is lost without an error when no record component has its name.
 * So these files change only together with a migration of the stored documents.
 */
class StoredDocumentsTest {

  private static final Instant PLACED_AT = Instant.parse("2026-11-21T12:00:00Z");
  private static final Address STORE = new Address("서울 마포구 양화로 1", 37.55, 126.91);
  private static final Address HOME = new Address("서울 마포구 월드컵로 2", 37.56, 126.92);
  private static final Line LINE =
      new Line(
          "fried",
          "후라이드",
          2,
          20_500,
          List.of("순살", "무"),
          List.of(2_000L, 500L),
          List.of(9_000L, 9_000L),
          41_000);
  private static final Line OTHER_LINE =
      new Line(
          "fried",
          "후라이드",
          2,
          20_500,
          List.of("뼈", "무"),
          List.of(2_000L, 500L),
          List.of(9_000L, 9_000L),
          41_000);

  /** No component has the default value of its type. */
  private static final Order ORDER =
      new Order(
          "order-1",
          OrderStatus.CANCEL_REQUESTED,
          details(OTHER_LINE, "안에 두세요", 7),
          4,
          50_000,
          "payment-1",
          PaymentMethod.KAKAO_PAY,
          OrderStatus.ACCEPTED,
          List.of(details(LINE, "문 앞에", 5), details(OTHER_LINE, "경비실에", 6)),
          true,
          19_000L,
          "마음이 바뀜",
          Instant.parse("2026-11-21T12:07:00.123Z"));

  private static OrderDetails details(Line line, String memo, long version) {
    return new OrderDetails(
        "customer-1",
        "store-1",
        "통닭천국",
        "ROOM",
        List.of(line),
        Fulfilment.COURIER,
        STORE,
        HOME,
        new Parcel(Parcel.Size.MEDIUM, 2.5, "서류"),
        Instant.parse("2026-12-24T15:00:00Z"),
        Instant.parse("2026-12-26T11:00:00Z"),
        new Stay(LocalDate.parse("2026-12-24"), LocalDate.parse("2026-12-26"), 3),
        List.of(new RefundTerm(48, 100), new RefundTerm(24, 50)),
        memo,
        "coupon-1",
        41_000,
        3_000,
        38_000,
        version,
        PLACED_AT,
        Instant.parse("2026-11-21T12:15:00Z"));
  }

  /** {@code orders.body}, and {@code idempotency.answer}. */
  @Test
  void a_stored_order_is_read_and_written_as_before() throws IOException {
    assertReadsAndWrites("order.json", ORDER, Order.class);
  }

  /** As orders were stored before storeKind, stay, refundTerms, nightPrices and refundAmount. */
  @Test
  void an_order_from_before_stays_is_still_read() throws IOException {
    Order expected =
        OrderBuilder.builder(ORDER)
            .details(withoutStay(ORDER.details()))
            .earlierDetails(
                ORDER.earlierDetails().stream().map(StoredDocumentsTest::withoutStay).toList())
            .refundAmount(null)
            .build();
    assertThat(Json.decode(golden("order-before-stays.json"), Order.class)).isEqualTo(expected);
  }

  private static OrderDetails withoutStay(OrderDetails details) {
    return OrderDetailsBuilder.builder(details)
        .storeKind(null)
        .stay(null)
        .refundTerms(List.of())
        .lines(details.lines().stream().map(StoredDocumentsTest::withoutNights).toList())
        .build();
  }

  private static Line withoutNights(Line line) {
    return new Line(
        line.menuId(),
        line.name(),
        line.quantity(),
        line.unitPrice(),
        line.options(),
        line.optionPrices(),
        List.of(),
        line.amount());
  }

  /** As orders were stored before couponWorth, pricedVersion and optionPrices were added. */
  @Test
  void an_order_of_the_first_version_is_still_read() throws IOException {
    Line line = new Line("fried", "후라이드", 2, 18_000, List.of("순살"), List.of(), List.of(), 36_000);
    Order expected =
        new Order(
            "order-2",
            OrderStatus.REJECTED,
            new OrderDetails(
                "customer-1",
                "store-1",
                "통닭천국",
                null,
                List.of(line),
                Fulfilment.DELIVERY,
                STORE,
                HOME,
                null,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                36_000,
                0,
                36_000,
                3,
                PLACED_AT,
                Instant.parse("2026-11-21T12:15:00Z")),
            0,
            0,
            "payment-2",
            PaymentMethod.CARD,
            null,
            List.of(),
            true,
            null,
            "OUT_OF_STOCK",
            Instant.parse("2026-11-21T12:02:00Z"));
    assertThat(Json.decode(golden("order-first-version.json"), Order.class)).isEqualTo(expected);
  }

  /** {@code store_copy.address}. */
  @Test
  void a_stored_address_is_read_and_written_as_before() throws IOException {
    assertReadsAndWrites("store-address.json", STORE, Address.class);
  }

  /** {@code store_copy.hotel}. */
  @Test
  void a_stored_hotel_is_read_and_written_as_before() throws IOException {
    assertReadsAndWrites(
        "store-hotel.json", RoomFixtures.hotel("Asia/Seoul", new RefundTerm(48, 100)), Hotel.class);
  }

  /** {@code menu_copy.options}. */
  @Test
  void stored_menu_options_are_read_and_written_as_before() throws IOException {
    assertReadsAndWrites(
        "menu-options.json",
        new MenuOption[] {new MenuOption("순살", 2_000), new MenuOption("무", 500)},
        MenuOption[].class);
  }

  private static <T> void assertReadsAndWrites(String file, T expected, Class<T> type)
      throws IOException {
    String golden = golden(file);
    assertThat(Json.decode(golden, type)).isEqualTo(expected);
    assertThat(tree(Json.encode(expected))).isEqualTo(tree(golden));
  }

  private static JsonNode tree(String json) throws IOException {
    return Json.mapper().readTree(json);
  }

  private static String golden(String file) throws IOException {
    try (InputStream in = StoredDocumentsTest.class.getResourceAsStream("golden/" + file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
