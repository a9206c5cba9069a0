package baedal.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The token buckets in the memory of one replica. {@link RateLimits} uses them if there is no Redis
 * or Redis does not answer in time. Above 100,000 buckets the least recently used bucket is
 * dropped; its client then starts with a full bucket.
 */
final class Buckets {

  private static final int MAX_BUCKETS = 100_000;
  private static final float DEFAULT_LOAD_FACTOR = 0.75f;

  private record Bucket(double level, long at) {}

  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, DEFAULT_LOAD_FACTOR, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_BUCKETS;
        }
      };

  /**
   * Takes one request from the bucket of each rate if each of these buckets holds at least one;
   * otherwise takes none.
   *
   * @param now in milliseconds of any monotonic clock
   */
  Rate.Result take(List<Rate> rates, long now) {
    List<Double> levels = new ArrayList<>();
    for (Rate rate : rates) {
      Bucket bucket = buckets.getOrDefault(rate.key(), new Bucket(rate.limit(), now));
      levels.add(rate.after(bucket.level(), now - bucket.at()));
    }
    if (levels.stream().anyMatch(level -> level < 1)) {
      return new Rate.Result(false, levels);
    }
    levels.replaceAll(level -> level - 1);
    for (int i = 0; i < rates.size(); i++) {
      buckets.put(rates.get(i).key(), new Bucket(levels.get(i), now));
    }
    return new Rate.Result(true, levels);
  }
}
