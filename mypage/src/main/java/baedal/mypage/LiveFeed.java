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
 * Tells this replica of everything that happens, whoever projects it: positions of riders, and that
 * a page which somebody watches here is about to change. Nothing of it is kept.
 */
final class LiveFeed {

  /** The replica that projects an event may be a little behind this hint. */
  private static final long[] LOOK_AGAIN_MILLIS = {50, 300, 1_500};

  private static final String MOVED = EventTypes.name(RiderEvent.Moved.class);

  private final Vertx vertx;
  private final LiveStreams live;
  private final TransientFeed feed;

  LiveFeed(Vertx vertx, String amqpUri, LiveStreams live) {
    this.vertx = vertx;
    this.live = live;
    feed = new TransientFeed(vertx, amqpUri, "mypage.live", this::isWanted, this::heard);
  }

  void start() {
    feed.start();
  }

  Future<Void> stop() {
    return feed.stop();
  }

  /** Most of what happens, nobody watches. */
  private boolean isWanted(EventMessages.Glance event) {
    return event.type().equals(MOVED) || live.isWatched(event.subject());
  }

  private void heard(EventMessage message) {
    if (message.data() instanceof RiderEvent.Moved moved) {
      live.moved(
          moved.orderId(), new RiderPositions.Place(moved.riderId(), moved.lat(), moved.lng()));
    } else {
      for (long millis : LOOK_AGAIN_MILLIS) {
        vertx.setTimer(millis, id -> live.look(List.of(message.subject())));
      }
    }
  }
}
