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

/** The buckets that all replicas of the gateway share, in Redis. */
final class BucketRepository {

  private static final int CONNECTIONS = 8;
  private static final int WAITING = 1_024;

  /** On a connection in use: the server is gone. One at rest is closed well before. */
  private static final int SILENT_SECONDS = 10;

  private static final int AT_REST_MILLIS = 5_000;
  private static final int LOOK_MILLIS = 1_000;
  private static final double THOUSANDTHS = 1_000;

  private final Redis redis;
  private final String script;

  BucketRepository(Vertx vertx, String uri) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(uri)
            .setMaxPoolSize(CONNECTIONS)
            .setMaxPoolWaiting(WAITING)
            .setPoolRecycleTimeout(AT_REST_MILLIS)
            .setPoolCleanerInterval(LOOK_MILLIS);
    options.getNetClientOptions().setIdleTimeout(SILENT_SECONDS);
    redis = Redis.createClient(vertx, options);
    try (InputStream in = BucketRepository.class.getResourceAsStream("take.lua")) {
      script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One from each bucket, or from none. */
  Future<Rate.Taken> take(List<Rate> rates) {
    Request request = Request.cmd(Command.EVAL).arg(script).arg(rates.size());
    rates.forEach(rate -> request.arg("rate:" + rate.key()));
    rates.forEach(rate -> request.arg(rate.limit()));
    return redis.send(request).map(BucketRepository::read);
  }

  private static Rate.Taken read(Response answer) {
    List<Double> levels = new ArrayList<>();
    for (int i = 1; i < answer.size(); i++) {
      levels.add(answer.get(i).toLong() / THOUSANDTHS);
    }
    return new Rate.Taken(answer.get(0).toLong() == 1, levels);
  }
}
