package baedal.gateway;

import baedal.runtime.ContextFutures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Shares a limited number of slots fairly between groups of requests. {@link Proxies} shares the
 * connections to one service with it, and {@link OrderAdmission} the new orders. A group is the
 * requests of one subject, or the requests of one address without a valid token. Each request gets
 * a {@link Slot} and waits until its slot has a connection. Free connections go to the groups in
 * round-robin order, so many requests of one group do not delay the requests of another. Runs on
 * one event loop.
 */
final class ConnectionSlots {

  private final Vertx vertx;
  private final int maxWaiting;
  private final Duration maxWait;

  /** The waiting slots of each group. The first group gets the next free connection. */
  private final Map<String, Deque<Slot>> waiting = new LinkedHashMap<>();

  private int slots;

  /** Negative while more slots are in use than {@link #resize} allows now. */
  private int free;

  private int waitingSlots;

  /**
   * @param slots maximum number of requests that use a connection at the same time
   * @param maxWaiting maximum number of waiting requests, of all groups together
   * @param maxWait how long a request waits before it fails
   */
  ConnectionSlots(Vertx vertx, int slots, int maxWaiting, Duration maxWait) {
    this.vertx = vertx;
    this.slots = slots;
    this.free = slots;
    this.maxWaiting = maxWaiting;
    this.maxWait = maxWait;
  }

  /**
   * The place of one request that waits for a connection or uses one. The request keeps its slot
   * until it calls {@link #release}.
   */
  final class Slot {

    private enum State {
      WAITING,
      GRANTED,
      RELEASED
    }

    private final String group;
    private final Promise<Void> granted = Promise.promise();
    private State state = State.WAITING;
    private long timer = -1;

    private Slot(String group) {
      this.group = group;
    }

    /**
     * Completes when the request may use a connection. Fails if the request has waited too long, or
     * if too many requests are waiting.
     */
    Future<Void> granted() {
      return ContextFutures.onCallersContext(granted.future());
    }

    /**
     * Gives the connection of this request to the next request. If this request is still waiting,
     * it stops waiting. Further calls do nothing.
     */
    void release() {
      State before = state;
      state = State.RELEASED;
      if (before == State.WAITING) {
        leave();
      } else if (before == State.GRANTED) {
        free++;
        grantNext();
      }
    }

    private void grant() {
      state = State.GRANTED;
      granted.complete();
    }

    private void refuse(String reason) {
      leave();
      state = State.RELEASED;
      granted.fail(reason);
    }

    private void enter() {
      waiting.computeIfAbsent(group, name -> new ArrayDeque<>()).add(this);
      waitingSlots++;
      timer = vertx.setTimer(maxWait.toMillis(), id -> refuse("no free connection in time"));
    }

    private void leave() {
      vertx.cancelTimer(timer);
      Deque<Slot> others = waiting.get(group);
      if (others != null && others.remove(this)) {
        waitingSlots--;
        if (others.isEmpty()) {
          waiting.remove(group);
        }
      }
    }
  }

  Slot acquire(String group) {
    Slot slot = new Slot(group);
    if (free > 0) {
      free--;
      slot.grant();
    } else if (waitingSlots < maxWaiting || makeRoomFor(group)) {
      slot.enter();
    } else {
      slot.refuse("too many requests wait for a connection");
    }
    return slot;
  }

  /**
   * Refuses the newest request of the longest queue, so that a request of {@code group} can wait.
   * Returns false, and refuses none, if no queue is longer than that of {@code group}.
   */
  private boolean makeRoomFor(String group) {
    Deque<Slot> longest =
        waiting.values().stream().max(Comparator.comparingInt(Deque::size)).orElseThrow();
    Deque<Slot> own = waiting.get(group);
    if (own != null && own.size() >= longest.size()) {
      return false;
    }
    longest.getLast().refuse("too many requests wait for a connection");
    return true;
  }

  /** Changes the maximum number of slots in use. Slots that are in use stay in use. */
  void resize(int newSlots) {
    free += newSlots - slots;
    slots = newSlots;
    for (int i = Math.min(free, waitingSlots); i > 0; i--) {
      grantNext();
    }
  }

  int inUse() {
    return slots - free;
  }

  int waiting() {
    return waitingSlots;
  }

  private void grantNext() {
    if (free <= 0 || waiting.isEmpty()) {
      return;
    }
    Map.Entry<String, Deque<Slot>> next = waiting.entrySet().iterator().next();
    Slot slot = next.getValue().getFirst();
    slot.leave();
    Deque<Slot> rest = waiting.remove(next.getKey());
    if (rest != null) {
      waiting.put(next.getKey(), rest);
    }
    free--;
    slot.state = Slot.State.GRANTED;
    vertx.runOnContext(v -> slot.granted.complete());
  }
}
