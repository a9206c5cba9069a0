package baedal.order;

import static baedal.order.OrderFixtures.CATALOG;
import static baedal.order.OrderFixtures.HOME;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.PARCEL;
import static baedal.order.OrderFixtures.PAY_WITHIN;
import static baedal.order.OrderFixtures.STORE;
import static baedal.order.OrderFixtures.chicken;
import static baedal.order.OrderFixtures.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baedal.events.Fulfilment;
import baedal.events.OrderDetails;
import baedal.runtime.Refusal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlaceOrderTest {

  @Test
  void the_price_comes_from_the_copied_menu_and_its_options() {
    OrderDetails order = details(request(Fulfilment.DELIVERY, chicken("순살", "무"), chicken()));
    assertThat(order.lines().get(0).unitPrice()).isEqualTo(20_500);
    assertThat(order.lines().get(0).amount()).isEqualTo(41_000);
    assertThat(order.lines().get(1).amount()).isEqualTo(36_000);
    assertThat(order.total()).isEqualTo(77_000);
    assertThat(order.due()).isEqualTo(77_000);
    assertThat(order.expiresAt()).isEqualTo(NOON.plus(PAY_WITHIN));
  }

  @Test
  void a_delivery_starts_at_the_store_and_a_courier_at_the_customers_pickup() {
    assertThat(details(request(Fulfilment.DELIVERY, chicken())).pickup()).isEqualTo(STORE);
    OrderDetails courier = details(request(Fulfilment.COURIER, chicken()));
    assertThat(courier.pickup()).isEqualTo(HOME);
    assertThat(courier.address()).isEqualTo(STORE);
    assertThat(courier.parcel()).isEqualTo(PARCEL);
  }

  @Test
  void a_visit_has_no_address_and_no_parcel() {
    PlaceOrder visit =
        new PlaceOrder(
            "s-1", List.of(chicken()), Fulfilment.VISIT, HOME, HOME, PARCEL, null, null, null, " ");
    assertThat(details(visit).address()).isNull();
    assertThat(details(visit).parcel()).isNull();
    assertThat(details(visit).memo()).isNull();
  }

  @Test
  void all_faults_are_reported_at_once() {
    PlaceOrder order =
        new PlaceOrder(
            "s-1",
            List.of(
                chicken("순살", "no such option"),
                new Catalog.RequestedLine("no such menu", 1, List.of())),
            Fulfilment.COURIER,
            HOME,
            HOME,
            PARCEL,
            "2026-02-30T10:00:00Z",
            "2026-11-21T10:00:00Z",
            null,
            null);
    assertThat(pointers(order, Optional.of(CATALOG)))
        .containsExactlyInAnyOrder("/from", "/lines/0/options/1", "/lines/1/menuId");
  }

  @Test
  void an_unknown_store_is_reported_with_the_other_faults() {
    PlaceOrder order =
        new PlaceOrder(
            "s-9",
            List.of(chicken()),
            Fulfilment.DELIVERY,
            null,
            HOME,
            null,
            "noon",
            null,
            null,
            null);
    assertThat(pointers(order, Optional.empty())).containsExactlyInAnyOrder("/storeId", "/from");
  }

  @Test
  void a_visit_ends_after_it_begins() {
    PlaceOrder order =
        new PlaceOrder(
            "s-1",
            List.of(chicken()),
            Fulfilment.VISIT,
            null,
            null,
            null,
            "2026-12-24T15:00:00Z",
            "2026-12-24T15:00:00Z",
            null,
            null);
    assertThat(pointers(order, Optional.of(CATALOG))).containsExactly("/to");
  }

  @Test
  void a_closed_store_takes_no_orders() {
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class,
            () ->
                request(Fulfilment.DELIVERY, chicken())
                    .details("c-1", Optional.of(OrderFixtures.catalog(false)), NOON, PAY_WITHIN));
    assertThat(refusal.type()).isEqualTo("store-closed");
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.CONFLICT);
  }

  private static OrderDetails details(PlaceOrder order) {
    return order.details("c-1", Optional.of(CATALOG), NOON, PAY_WITHIN);
  }

  private static List<String> pointers(PlaceOrder order, Optional<Catalog> catalog) {
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> order.details("c-1", catalog, NOON, PAY_WITHIN));
    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.INVALID);
    return refusal.faults().stream().map(Refusal.Fault::pointer).toList();
  }
}
