package baedal.rabbitmq;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.UnprocessableMessage;
import baedal.runtime.Ids;
import baedal.runtime.KeyedQueue;
import baedal.runtime.TransientFailures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the stream {@code log}: what was told before, and then what is told, until it is stopped.
 * Events of one subject are handled one after another; after a lost connection it goes on with the
 * first event that was not handled, so that some come twice.
 */
public final class LogReader {

  private static final Logger log = LoggerFactory.getLogger(LogReader.class);
  private static final int PREFETCH = 256;
  private static final long AGAIN_MILLIS = 500;
  private static final int PERSISTENT = 2;
  private static final String OFFSET = "x-stream-offset";
  private static final String FIRST = "first";

  private final Vertx vertx;
  private final Function<EventMessage, Future<?>> handler;
  private final BrokerConnection link;
  private final EventPublisher markers;
  private final TreeSet<Long> inHand = new TreeSet<>();
  private final Map<String, Promise<Void>> awaited = new ConcurrentHashMap<>();

  private KeyedQueue subjects = new KeyedQueue();
  private Object from;
  private RabbitMQClient client;
  private final AtomicLong handled = new AtomicLong();
  private volatile boolean stopped;

  /**
   * From {@code since}, or from the beginning when that is null. The handler's future succeeds when
   * the effect is durable. During an outage the event is handled again; one that fails otherwise
   * was a dead letter at its time, and is passed over.
   */
  public LogReader(
      Vertx vertx,
      String amqpUri,
      String name,
      Instant since,
      Function<EventMessage, Future<?>> handler) {
    this.vertx = vertx;
    this.handler = handler;
    from = since == null ? FIRST : Date.from(since);
    link = new BrokerConnection(vertx, amqpUri, name, this::up, this::down);
    markers = new EventPublisher(vertx, amqpUri, name + "-markers");
  }

  public void start() {
    markers.start();
    link.start();
  }

  public Future<Void> stop() {
    stopped = true;
    return link.stop().compose(v -> markers.stop());
  }

  /** How many events were handled. */
  public long handled() {
    return handled.get();
  }

  /** Succeeds when everything that is in the log by now has been handled. */
  public Future<Void> caughtUp() {
    String marker = Ids.next();
    Promise<Void> seen = Promise.promise();
    awaited.put(marker, seen);
    mark(marker);
    return seen.future();
  }

  private void mark(String marker) {
    markers
        .sendTo(
            Topology.LOG,
            EventPublisher.properties(marker, PERSISTENT).contentType("text/plain").build(),
            Buffer.buffer("marker"))
        .onFailure(
            e -> {
              if (!stopped) {
                vertx.setTimer(AGAIN_MILLIS, id -> mark(marker));
              }
            });
  }

  private Future<Void> up(RabbitMQClient next) {
    QueueOptions options =
        new QueueOptions().setAutoAck(false).setMaxInternalQueueSize(Integer.MAX_VALUE);
    Object resumed = inHand.isEmpty() ? from : inHand.first();
    options.setConsumerArguments(Map.of(OFFSET, resumed));
    return next.basicQos(PREFETCH)
        .compose(v -> next.basicConsumer(Topology.LOG, options))
        .map(
            consumer -> {
              client = next;
              from = resumed;
              subjects = new KeyedQueue();
              inHand.clear();
              consumer.handler(message -> received(next, message));
              consumer.endHandler(v -> link.renew(next));
              markAgain();
              return null;
            });
  }

  /** The log may have lost what it had confirmed, and was begun anew. */
  private void markAgain() {
    awaited.forEach(
        (marker, seen) -> {
          if (!seen.future().isComplete()) {
            mark(marker);
          }
        });
  }

  private void down() {
    client = null;
  }

  private void received(RabbitMQClient on, RabbitMQMessage message) {
    if (stopped || on != client) {
      return;
    }
    long offset =
        ((Number) RetryAndDeadLetter.headersOf(message.properties()).getOrDefault(OFFSET, -1L))
            .longValue();
    inHand.add(offset);
    from = offset + 1;
    begin(message, offset, on);
  }

  private void begin(RabbitMQMessage message, long offset, RabbitMQClient on) {
    Promise<Void> marker = awaited.get(String.valueOf(message.properties().getMessageId()));
    if (marker != null) {
      subjects.idle().onSuccess(v -> reached(marker, on));
      processed(message, offset, on);
      return;
    }
    EventMessage event;
    try {
      event = EventMessages.decode(message.body().toString());
    } catch (UnprocessableMessage unreadable) {
      log.atDebug().addKeyValue("offset", offset).log("skipped a message that is no event");
      processed(message, offset, on);
      return;
    }
    subjects
        .submit(event.subject(), () -> handle(event, on))
        .onComplete(done -> processed(message, offset, on));
  }

  /** Ignores a marker whose connection was lost: events before it may not have been handled. */
  private void reached(Promise<Void> marker, RabbitMQClient on) {
    if (on == client && !stopped) {
      marker.tryComplete();
    }
  }

  private void processed(RabbitMQMessage message, long offset, RabbitMQClient on) {
    if (on == client) {
      inHand.remove(offset);
      on.basicAck(message.envelope().getDeliveryTag(), false);
    }
  }

  private Future<Void> handle(EventMessage event, RabbitMQClient on) {
    if (stopped || on != client) {
      return Future.failedFuture("the connection to the broker was lost");
    }
    Future<?> effect;
    try {
      effect = handler.apply(event);
    } catch (RuntimeException e) {
      effect = Future.failedFuture(e);
    }
    return effect.transform(
        done -> {
          if (done.succeeded()) {
            handled.incrementAndGet();
            return Future.succeededFuture();
          }
          boolean outage = TransientFailures.isOutage(done.cause());
          log.atWarn()
              .addKeyValue("messageId", event.id())
              .addKeyValue("event", event.type())
              .addKeyValue("cause", done.cause().toString())
              .log(outage ? "handled again" : "passed over");
          return outage
              ? vertx.timer(AGAIN_MILLIS).compose(v -> handle(event, on))
              : Future.succeededFuture();
        });
  }
}
