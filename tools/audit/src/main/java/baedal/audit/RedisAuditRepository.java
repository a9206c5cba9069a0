package baedal.audit;

import baedal.redis.RedisDatabase;
import baedal.redis.RedisOutbox;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads the Redis of coupon, for {@link AuditRepository}. Each call blocks. */
final class RedisAuditRepository {

  /** The cursor that starts a scan. Redis returns the same cursor when the scan is over. */
  static final String SCAN_START = "0";

  private static final int PAGE_SIZE = 500;
  private static final String COUPON_KEY = "coupon:aggregate:";

  /**
   * {@code cursor} is the cursor of the next page; it is {@link #SCAN_START} after the last page.
   */
  record CouponPage(String cursor, List<StoredState> coupons) {}

  private final RedisDatabase coupons;

  RedisAuditRepository(Vertx vertx, Sources sources) {
    coupons = new RedisDatabase(vertx, sources.coupons());
  }

  Future<?> close() {
    return coupons.close();
  }

  /**
   * Reads the page of coupons at {@code cursor}. A page may be empty before the end of the scan.
   */
  CouponPage scan(String cursor) {
    Response scanned =
        coupons
            .api()
            .scan(List.of(cursor, "MATCH", COUPON_KEY + "*", "COUNT", "" + PAGE_SIZE))
            .await();
    Set<String> ids = new TreeSet<>();
    scanned.get(1).forEach(key -> ids.add(key.toString().substring(COUPON_KEY.length())));
    List<StoredState> page = new ArrayList<>();
    coupons(ids).forEach((id, state) -> page.add(new StoredState(id, state)));
    return new CouponPage(scanned.get(0).toString(), page);
  }

  /** The coupons with these ids, by id. Sends all requests at once to save round trips. */
  Map<String, JsonNode> coupons(Collection<String> ids) {
    Map<String, Future<Response>> requests = new HashMap<>();
    ids.forEach(id -> requests.put(id, coupons.api().hget(COUPON_KEY + id, "state")));
    Map<String, JsonNode> found = new HashMap<>();
    requests.forEach(
        (id, request) -> {
          Response state = request.await();
          if (state != null) {
            found.put(id, StoredJson.parse(state.toString()));
          }
        });
    return found;
  }

  /** How many events in the outbox of coupon are older than {@code epochSeconds}. */
  long unpublished(long epochSeconds) {
    return RedisOutbox.keys("coupon").stream()
        .mapToLong(stream -> unpublished(stream, epochSeconds))
        .sum();
  }

  /**
   * Counts the events in a stream that are older than {@code epochSeconds}. The id of an entry in
   * the stream begins with the time at which the entry was added, in milliseconds since the epoch.
   */
  private long unpublished(String stream, long epochSeconds) {
    String until = Long.toString(epochSeconds * 1000);
    String from = "-";
    long count = 0;
    Response page;
    do {
      page = coupons.api().xrange(List.of(stream, from, until, "COUNT", "" + PAGE_SIZE)).await();
      count += page.size();
      from = page.size() == 0 ? from : "(" + page.get(page.size() - 1).get(0);
    } while (page.size() == PAGE_SIZE);
    return count;
  }
}
