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
 * A connection to RabbitMQ that comes back. Each connection is a client of its own (an epoch):
 * nothing of an earlier one, a delivery tag or a pending confirm, can be mistaken for one of a
 * later. The client's own recovery is off: it confirms what was lost and forgets the prefetch.
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
  private final Function<RabbitMQClient, Future<Void>> up;
  private final Runnable down;

  private RabbitMQClientImpl client;
  private volatile boolean ready;
  private boolean stopped;
  private long channel;
  private long watch = -1;
  private long backoff = FIRST_BACKOFF_MILLIS;

  /** {@code up} is called with each new connection, {@code down} when one is gone or failed. */
  BrokerConnection(
      Vertx vertx,
      String uri,
      String name,
      Function<RabbitMQClient, Future<Void>> up,
      Runnable down) {
    this.vertx = vertx;
    this.context = sideBySide(vertx);
    this.uri = uri;
    this.name = name;
    this.up = up;
    this.down = down;
  }

  /**
   * On the same event loop, with blocking calls in a row of its own: a broker that takes no
   * messages blocks those who publish, and never who acknowledges.
   */
  private static ContextInternal sideBySide(Vertx vertx) {
    ContextInternal here = (ContextInternal) vertx.getOrCreateContext();
    return here.owner().contextBuilder().withEventLoop(here.nettyEventLoop()).build();
  }

  Context context() {
    return context;
  }

  /** The same, told on this link's context. */
  <T> Future<T> here(Future<T> anywhere) {
    PromiseInternal<T> told = context.promise();
    anywhere.onComplete(told);
    return told.future();
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
        new RabbitMQOptions()
            .setUri(uri)
            .setConnectionTimeout(CONNECT_MILLIS)
            .setHandshakeTimeout(CONNECT_MILLIS)
            .setRequestedHeartbeat(HEARTBEAT_SECONDS)
            .setAutomaticRecoveryEnabled(false)
            .setReconnectAttempts(0);
    options.setConnectionName(name);
    RabbitMQClientImpl next = (RabbitMQClientImpl) RabbitMQClient.create(vertx, options);
    client = next;
    next.start()
        .compose(
            v -> {
              channel = next.getChannelInstance();
              return up.apply(next);
            })
        .onSuccess(v -> established(next))
        .onFailure(e -> lost(next, e));
  }

  private void established(RabbitMQClientImpl of) {
    if (stopped || of != client) {
      of.stop();
      return;
    }
    ready = true;
    backoff = FIRST_BACKOFF_MILLIS;
    log.atInfo().addKeyValue("connection", name).log("connected to the broker");
    watch =
        vertx.setPeriodic(
            WATCH_MILLIS,
            id -> {
              if (!of.isConnected() || !of.isOpenChannel() || of.getChannelInstance() != channel) {
                lost(of, null);
              }
            });
  }

  /** Ends this connection, if it is still the present one, and begins the next. */
  void renew(RabbitMQClient of) {
    context.runOnContext(v -> lost(of, null));
  }

  private void lost(RabbitMQClient of, Throwable cause) {
    if (of == null || of != client) {
      return;
    }
    client = null;
    vertx.cancelTimer(watch);
    boolean wasReady = ready;
    ready = false;
    down.run();
    if (wasReady) {
      log.atWarn().addKeyValue("connection", name).log("lost the broker");
    } else if (cause != null) {
      log.atInfo()
          .addKeyValue("connection", name)
          .addKeyValue("cause", cause.getMessage())
          .log("the broker is away");
    }
    of.stop()
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
          down.run();
          (last == null ? Future.<Void>succeededFuture() : last.stop())
              .onComplete(ended -> done.complete());
        });
    return done.future();
  }
}
