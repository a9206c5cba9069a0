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

  /** The cursor of a scan: where it begins, and what it returns at its end. */
  static final String SCAN_START = "0";

  private static final int PAGE_SIZE = 500;
  private static final String COUPON_KEY = "coupon:aggregate:";

  /** A page of coupons; the scan is over when {@code cursor} is {@link #SCAN_START} again. */
  record CouponPage(String cursor, List<StoredState> coupons) {}

  private final RedisDatabase coupons;

  RedisAuditRepository(Vertx vertx, Sources sources) {
    coupons = new RedisDatabase(vertx, sources.coupons());
  }

  Future<?> close() {
    return coupons.close();
  }

  /** The page of coupons at {@code cursor}. */
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

  /** These coupons, by id. All requests go out at once: one after another would take long. */
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

  /** How many events of coupon are in its outbox and older than {@code epochSeconds}. */
  long unsent(long epochSeconds) {
    return RedisOutbox.keys("coupon").stream()
        .mapToLong(stream -> unsent(stream, epochSeconds))
        .sum();
  }

  /** An entry's id in a Redis stream begins with the milliseconds of the epoch. */
  private long unsent(String stream, long epochSeconds) {
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
