package baedal.mypage;

import java.util.LinkedHashMap;
import java.util.Map;

/** The last known position of each order's rider, in memory only. */
final class RiderPositions {

  private static final int MAX = 10_000;

  record Place(String riderId, double lat, double lng) {}

  private final Map<String, Place> byOrder =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Place> eldest) {
          return size() > MAX;
        }
      };

  void put(String orderId, Place place) {
    byOrder.put(orderId, place);
  }

  /** Null when not known. */
  Place of(String orderId) {
    return byOrder.get(orderId);
  }
}
