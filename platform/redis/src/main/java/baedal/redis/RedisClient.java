package baedal.redis;

import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RequestImpl;
import java.io.IOException;
import java.util.List;

/**
 * A Redis client that fails with an {@link IOException} if it has no connection. The Vert.x client
 * fails with a {@link VertxException} if the connection is closed, its queue is full, or the
 * request is wrong; only the message differs. Therefore this client checks the request itself.
 */
final class RedisClient implements Redis {

  private final Redis redis;

  RedisClient(Redis redis) {
    this.redis = redis;
  }

  @Override
  public Future<RedisConnection> connect() {
    return redis.connect().recover(RedisClient::noConnection);
  }

  @Override
  public Future<Response> send(Request request) {
    Future<Response> reply = redis.send(request);
    return isValid(request) ? reply.recover(RedisClient::noConnection) : reply;
  }

  @Override
  public Future<List<Response>> batch(List<Request> requests) {
    Future<List<Response>> replies = redis.batch(requests);
    return requests.stream().allMatch(RedisClient::isValid)
        ? replies.recover(RedisClient::noConnection)
        : replies;
  }

  private static boolean isValid(Request request) {
    return ((RequestImpl) request).valid();
  }

  private static <T> Future<T> noConnection(Throwable failure) {
    return Future.failedFuture(
        failure instanceof VertxException
            ? new IOException("no connection to Redis", failure)
            : failure);
  }

  @Override
  public Future<Void> close() {
    return redis.close();
  }
}
