package baedal.store;

import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.events.WarmUpEvents;
import baedal.runtime.Json;
import baedal.runtime.WarmUp;
import baedal.runtime.WarmUpRequests;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;

/**
 * The steps with which the store service warms up. A ticket is opened in memory only. All reads
 * find nothing.
 */
final class StoreWarmUp {

  private final StoreRepository repository;
  private final WarmUpRequests requests;
  private final Clock clock;

  StoreWarmUp(StoreRepository repository, WarmUpRequests requests, Clock clock) {
    this.repository = repository;
    this.requests = requests;
    this.clock = clock;
  }

  void addTo(WarmUp warmUp) {
    warmUp
        .compute("open a ticket", this::openTicket)
        .step("read from the database", this::read)
        .step("read no store", () -> requests.findNothing("/stores/" + WarmUpRequests.ID));
  }

  private void openTicket() {
    Instant now = clock.instant();
    for (EventMessage message : WarmUpEvents.receive(WarmUpEvents.placedAndPaid(now), now)) {
      if (message.data() instanceof OrderEvent.Paid paid) {
        Ticket ticket = Ticket.receive(null, paid, Map.of()).state();
        Json.decode(Json.encode(ticket), Ticket.class);
      }
    }
  }

  private Future<?> read() {
    return repository
        .ticket(WarmUpRequests.ID)
        .compose(ticket -> repository.store(WarmUpRequests.ID))
        .compose(store -> repository.menuKey(WarmUpRequests.ID, WarmUpRequests.ID));
  }
}
