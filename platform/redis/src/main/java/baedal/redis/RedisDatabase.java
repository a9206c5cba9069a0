package baedal.redis;

import baedal.runtime.Database;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.RedisOptions;
import java.util.List;

/**
 * The Redis of one service, for its verticle: the client and the readiness check. The connection
 * pool queues up to {@value #WAITING} requests; by default, the Vert.x client refuses requests
 * after a few dozen.
 */
public final class RedisDatabase implements Database {

  private static final int CONNECTIONS = 16;
  private static final int WAITING = 5_000;
  private static final int PIPELINED = 4_096;

  /** The client closes a connection in use if the server sends nothing for so long. */
  private static final int SILENT_SECONDS = 10;

  /**
   * The pool closes a connection that is unused for so long. The time is less than {@link
   * #SILENT_SECONDS}, so the pool closes such a connection first.
   */
  private static final int UNUSED_MILLIS = 5_000;

  private static final int CLEAN_POOL_MILLIS = 1_000;

  private final Redis client;
  private final RedisAPI api;

  /** {@code uri} is {@code redis://host:port/number}, or {@code rediss://…} for TLS. */
  public RedisDatabase(Vertx vertx, String uri) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(uri)
            .setMaxPoolSize(CONNECTIONS)
            .setMaxPoolWaiting(WAITING)
            .setMaxWaitingHandlers(PIPELINED)
            .setPoolRecycleTimeout(UNUSED_MILLIS)
            .setPoolCleanerInterval(CLEAN_POOL_MILLIS);
    options
        .getNetClientOptions()
        .setIdleTimeout(SILENT_SECONDS)
        .setHostnameVerificationAlgorithm("HTTPS");
    client = new RedisClient(Redis.createClient(vertx, options));
    api = RedisAPI.api(client);
  }

  public RedisAPI api() {
    return api;
  }

  @Override
  public String name() {
    return "redis";
  }

  /** Succeeds if Redis answers. */
  @Override
  public Future<?> ping() {
    return api.ping(List.of());
  }

  /** Redis needs no preparation. */
  @Override
  public boolean prepared() {
    return true;
  }

  @Override
  public Future<Void> close() {
    return client.close();
  }
}
