package baedal.gateway;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The token buckets in Redis, which all replicas of the gateway share. {@link RateLimits} uses
 * them.
 */
final class BucketRepository {

  private static final int CONNECTIONS = 8;
  private static final int MAX_WAITING = 1_024;

  /**
   * A connection without traffic for this long is closed, because Redis may be unavailable. The
   * pool closes a connection without requests earlier.
   */
  private static final int READ_IDLE_SECONDS = 10;

  private static final int UNUSED_MILLIS = 5_000;
  private static final int CLEANER_MILLIS = 1_000;

  /** {@code take.lua} returns the level of a bucket in thousandths of a request. */
  private static final double THOUSANDTHS = 1_000;

  private final Redis redis;
  private final String script;

  BucketRepository(Vertx vertx, String uri) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(uri)
            .setMaxPoolSize(CONNECTIONS)
            .setMaxPoolWaiting(MAX_WAITING)
            .setPoolRecycleTimeout(UNUSED_MILLIS)
            .setPoolCleanerInterval(CLEANER_MILLIS);
    options
        .getNetClientOptions()
        .setIdleTimeout(READ_IDLE_SECONDS)
        .setHostnameVerificationAlgorithm("HTTPS");
    redis = Redis.createClient(vertx, options);
    try (InputStream in = BucketRepository.class.getResourceAsStream("take.lua")) {
      script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Takes one request from the bucket of each rate if each of these buckets holds at least one;
   * otherwise takes none. The future fails if Redis does not answer.
   */
  Future<Rate.Result> take(List<Rate> rates) {
    Request request = Request.cmd(Command.EVAL).arg(script).arg(rates.size());
    rates.forEach(rate -> request.arg("rate:" + rate.key()));
    rates.forEach(rate -> request.arg(rate.limit()));
    return redis.send(request).map(BucketRepository::read);
  }

  private static Rate.Result read(Response response) {
    List<Double> levels = new ArrayList<>();
    for (int i = 1; i < response.size(); i++) {
      levels.add(response.get(i).toLong() / THOUSANDTHS);
    }
    return new Rate.Result(response.get(0).toLong() == 1, levels);
  }
}
