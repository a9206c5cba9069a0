package baedal.mypage;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last known position of each order's rider, in memory only. It holds at most {@link #MAX}
 * orders; the least recently used order is removed first.
 */
final class RiderPositions {

  private static final int MAX = 10_000;

  record Position(String riderId, double lat, double lng) {}

  private final Map<String, Position> byOrder =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Position> eldest) {
          return size() > MAX;
        }
      };

  void put(String orderId, Position position) {
    byOrder.put(orderId, position);
  }

  /** Null while the position is not known. */
  Position of(String orderId) {
    return byOrder.get(orderId);
  }
}
