package baedal.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The buckets of this replica alone. The least used are forgotten when there are too many. */
final class Buckets {

  private static final int MOST = 100_000;
  private static final float USUAL_LOAD = 0.75f;

  private record Bucket(double level, long at) {}

  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, USUAL_LOAD, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST;
        }
      };

  /** One from each bucket, or from none; {@code now} in milliseconds of any clock that goes on. */
  Rate.Taken take(List<Rate> rates, long now) {
    List<Double> levels = new ArrayList<>();
    for (Rate rate : rates) {
      Bucket bucket = buckets.getOrDefault(rate.key(), new Bucket(rate.limit(), now));
      levels.add(rate.after(bucket.level(), now - bucket.at()));
    }
    if (levels.stream().anyMatch(level -> level < 1)) {
      return new Rate.Taken(false, levels);
    }
    levels.replaceAll(level -> level - 1);
    for (int i = 0; i < rates.size(); i++) {
      buckets.put(rates.get(i).key(), new Bucket(levels.get(i), now));
    }
    return new Rate.Taken(true, levels);
  }
}
