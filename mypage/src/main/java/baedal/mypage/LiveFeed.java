package baedal.mypage;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.EventTypes;
import baedal.events.RiderEvent;
import baedal.rabbitmq.TransientFeed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Receives all events, also events that another replica handles, and updates the live streams of
 * this replica. A rider's position is sent to the customers who watch the order. Every other event
 * is a hint that the page of its order changes soon: if the page is watched, it is read again.
 */
final class LiveFeed {

  /**
   * The delays between an event and each reading of the watched page, in milliseconds. The page is
   * read several times, because the replica that handles the event may store the page later than
   * this replica receives the event.
   */
  private static final long[] REFRESH_DELAYS_MILLIS = {50, 300, 1_500};

  private static final String MOVED = EventTypes.name(RiderEvent.Moved.class);

  private final Vertx vertx;
  private final LiveStreams live;
  private final TransientFeed feed;

  LiveFeed(Vertx vertx, String amqpUri, LiveStreams live) {
    this.vertx = vertx;
    this.live = live;
    feed = new TransientFeed(vertx, amqpUri, "mypage.live", this::isWanted, this::receive);
  }

  void start() {
    feed.start();
  }

  Future<Void> stop() {
    return feed.stop();
  }

  /**
   * Only the events of watched orders and the positions of all riders are decoded. Most orders are
   * not watched.
   */
  private boolean isWanted(EventMessages.TypeAndSubject event) {
    return event.type().equals(MOVED) || live.isWatched(event.subject());
  }

  private void receive(EventMessage message) {
    if (message.data() instanceof RiderEvent.Moved moved) {
      live.pushPosition(
          moved.orderId(), new RiderPositions.Position(moved.riderId(), moved.lat(), moved.lng()));
    } else {
      for (long millis : REFRESH_DELAYS_MILLIS) {
        vertx.setTimer(millis, id -> live.refresh(List.of(message.subject())));
      }
    }
  }
}
