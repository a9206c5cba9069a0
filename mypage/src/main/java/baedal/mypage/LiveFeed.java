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
 * Receives all events, also those that another replica handles, and updates the live streams of
 * this replica. A rider's position is sent to the watchers. Any other event is a hint that a page
 * changes soon: then a watched page is read.
 */
final class LiveFeed {

  /**
   * Milliseconds after a hint at which a watched page is read. The replica that handles the event
   * may store the page after the hint has arrived.
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

  /** Most orders are not watched. Their events are not decoded, except positions of riders. */
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
