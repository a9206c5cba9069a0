package baedal.order;

import static baedal.order.OrderAssertions.onlyEvent;
import static baedal.order.OrderFixtures.NOON;
import static baedal.order.OrderFixtures.paid;
import static baedal.order.OrderFixtures.placed;
import static baedal.order.OrderStatus.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.Change;
import baedal.events.OrderEvent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExpirationTest {

  @Test
  void only_an_unpaid_order_expires_and_only_after_its_time() {
    Order order = placed();
    assertThat(Expiration.expire(order, order.details().expiresAt().minusMillis(1)).events())
        .isEmpty();
    Change<Order> change = Expiration.expire(order, order.details().expiresAt());
    assertThat(change.state().status()).isEqualTo(EXPIRED);
    onlyEvent(change, OrderEvent.Expired.class);
    assertThat(Expiration.expire(paid(), NOON.plus(Duration.ofDays(1))).events()).isEmpty();
  }
}
