package baedal.rabbitmq;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import io.vertx.rabbitmq.impl.RabbitMQClientImpl;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to RabbitMQ that reconnects when it is lost, for publishers and consumers. Each
 * reconnect creates a new client. So delivery tags and pending confirms of an old connection never
 * mix with those of the new one. The automatic recovery of the client is off, because after such a
 * recovery the client reports lost messages as confirmed, and the prefetch count is lost.
 */
final class BrokerConnection {

  private static final Logger log = LoggerFactory.getLogger(BrokerConnection.class);
  private static final int CONNECT_MILLIS = 3_000;
  private static final int HEARTBEAT_SECONDS = 10;
  private static final long WATCH_MILLIS = 250;
  private static final long FIRST_BACKOFF_MILLIS = 250;
  private static final long MAX_BACKOFF_MILLIS = 3_000;

  private final Vertx vertx;
  private final ContextInternal context;
  private final String uri;
  private final String name;
  private final Function<RabbitMQClient, Future<Void>> onConnect;
  private final Runnable onDisconnect;

  private RabbitMQClientImpl client;
  private volatile boolean ready;
  private boolean stopped;
  private long channel;
  private long watch = -1;
  private long backoff = FIRST_BACKOFF_MILLIS;

  /**
   * @param onConnect prepares each new connection; the connection is ready when the returned future
   *     succeeds
   * @param onDisconnect runs when the connection is lost, an attempt to connect fails, or {@link
   *     #stop} is called
   */
  BrokerConnection(
      Vertx vertx,
      String uri,
      String name,
      Function<RabbitMQClient, Future<Void>> onConnect,
      Runnable onDisconnect) {
    this.vertx = vertx;
    this.context = newContext(vertx);
    this.uri = uri;
    this.name = name;
    this.onConnect = onConnect;
    this.onDisconnect = onDisconnect;
  }

  /**
   * Returns a Vert.x context that runs on the caller's event loop, but has its own queue for
   * blocking calls. So a publisher that the broker blocks does not delay the acknowledgements of a
   * consumer.
   */
  private static ContextInternal newContext(Vertx vertx) {
    ContextInternal caller = (ContextInternal) vertx.getOrCreateContext();
    return caller.owner().contextBuilder().withEventLoop(caller.nettyEventLoop()).build();
  }

  Context context() {
    return context;
  }

  /**
   * Returns a future that has the result of {@code future} and completes on this connection's
   * context.
   */
  <T> Future<T> onContext(Future<T> future) {
    PromiseInternal<T> completed = context.promise();
    future.onComplete(completed);
    return completed.future();
  }

  void start() {
    context.runOnContext(v -> connect());
  }

  boolean connected() {
    return ready;
  }

  private void connect() {
    if (stopped) {
      return;
    }
    RabbitMQOptions options =
        BrokerUri.options(uri)
            .setConnectionTimeout(CONNECT_MILLIS)
            .setHandshakeTimeout(CONNECT_MILLIS)
            .setRequestedHeartbeat(HEARTBEAT_SECONDS)
            .setAutomaticRecoveryEnabled(false);
    options.setConnectionName(name);
    RabbitMQClientImpl next = (RabbitMQClientImpl) RabbitMQClient.create(vertx, options);
    client = next;
    next.start()
        .compose(
            v -> {
              channel = next.getChannelInstance();
              return onConnect.apply(next);
            })
        .onSuccess(v -> established(next))
        .onFailure(e -> lost(next, e));
  }

  private void established(RabbitMQClientImpl connected) {
    if (stopped || connected != client) {
      connected.stop();
      return;
    }
    ready = true;
    backoff = FIRST_BACKOFF_MILLIS;
    log.atInfo().addKeyValue("connection", name).log("connected to the broker");
    watch =
        vertx.setPeriodic(
            WATCH_MILLIS,
            id -> {
              if (!connected.isConnected()
                  || !connected.isOpenChannel()
                  || connected.getChannelInstance() != channel) {
                lost(connected, null);
              }
            });
  }

  /**
   * Closes the connection of the client {@code current} and reconnects. Does nothing if another
   * client has replaced {@code current} already.
   */
  void renew(RabbitMQClient current) {
    context.runOnContext(v -> lost(current, null));
  }

  private void lost(RabbitMQClient last, Throwable cause) {
    if (last == null || last != client) {
      return;
    }
    client = null;
    vertx.cancelTimer(watch);
    boolean wasReady = ready;
    ready = false;
    onDisconnect.run();
    if (wasReady) {
      log.atWarn().addKeyValue("connection", name).log("connection to the broker lost");
    } else if (cause != null) {
      log.atInfo()
          .addKeyValue("connection", name)
          .addKeyValue("cause", cause.getMessage())
          .log("connecting to the broker failed, will retry");
    }
    last.stop()
        .onComplete(
            done -> {
              if (!stopped) {
                vertx.setTimer(backoff, id -> connect());
                backoff = Math.min(backoff * 2, MAX_BACKOFF_MILLIS);
              }
            });
  }

  Future<Void> stop() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        v -> {
          stopped = true;
          ready = false;
          vertx.cancelTimer(watch);
          RabbitMQClient last = client;
          client = null;
          onDisconnect.run();
          (last == null ? Future.<Void>succeededFuture() : last.stop())
              .onComplete(ended -> done.complete());
        });
    return done.future();
  }
}
