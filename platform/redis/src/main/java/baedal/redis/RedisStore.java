package baedal.redis;

import baedal.runtime.Database;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.RedisOptions;

/**
 * A service's Redis: a pool that takes as many commands as come (the client's default refuses after
 * a few dozen).
 */
public final class RedisStore implements Database {

  private static final int CONNECTIONS = 16;
  private static final int WAITING = 5_000;
  private static final int PIPELINED = 4_096;

  /** On a connection in use: the server is gone. One at rest is closed well before. */
  private static final int SILENT_SECONDS = 10;

  private static final int AT_REST_MILLIS = 5_000;
  private static final int LOOK_MILLIS = 1_000;

  private final Redis client;
  private final RedisAPI api;

  /** {@code uri} is {@code redis://host:port/number}. */
  public RedisStore(Vertx vertx, String uri) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(uri)
            .setMaxPoolSize(CONNECTIONS)
            .setMaxPoolWaiting(WAITING)
            .setMaxWaitingHandlers(PIPELINED)
            .setPoolRecycleTimeout(AT_REST_MILLIS)
            .setPoolCleanerInterval(LOOK_MILLIS);
    options.getNetClientOptions().setIdleTimeout(SILENT_SECONDS);
    client = Redis.createClient(vertx, options);
    api = RedisAPI.api(client);
  }

  public RedisAPI api() {
    return api;
  }

  @Override
  public String name() {
    return "redis";
  }

  /** Succeeds while Redis answers. */
  @Override
  public Future<?> ping() {
    return api.ping(java.util.List.of());
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
