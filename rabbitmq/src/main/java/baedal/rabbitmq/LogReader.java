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
 * Reads the stream {@code log}: past events first, then new ones until it is stopped. MyPage's
 * rebuild and coupon's recovery use it. Events of one subject are handled one after another. After
 * a lost connection the reader resumes with the first unhandled event, so some events are handled
 * twice.
 */
public final class LogReader {

  private static final Logger log = LoggerFactory.getLogger(LogReader.class);
  private static final int PREFETCH = 256;
  private static final long RETRY_MILLIS = 500;
  private static final int PERSISTENT = 2;
  private static final String OFFSET = "x-stream-offset";
  private static final String FIRST = "first";

  private final Vertx vertx;
  private final Function<EventMessage, Future<?>> handler;
  private final BrokerConnection connection;
  private final EventPublisher markerPublisher;
  private final TreeSet<Long> unfinished = new TreeSet<>();

  /**
   * The markers that {@link #caughtUp} has appended to the log, by message id. A promise completes
   * when the reader reaches its marker.
   */
  private final Map<String, Promise<Void>> markers = new ConcurrentHashMap<>();

  private final AtomicLong handled = new AtomicLong();
  private KeyedQueue subjects = new KeyedQueue();

  /**
   * The position in the log at which the reader goes on, as a value of {@code x-stream-offset}:
   * {@code first}, a date, or the offset of a message.
   */
  private Object resumeAt;

  private RabbitMQClient client;
  private volatile boolean stopped;

  /**
   * Reads the events since the time {@code since}, or from the beginning of the log if {@code
   * since} is null. The handler's future succeeds when the effect of the event is durable. If an
   * event fails because of an outage, the reader passes it to the handler again every 500 ms. It
   * skips an event that fails for another reason.
   */
  public LogReader(
      Vertx vertx,
      String amqpUri,
      String name,
      Instant since,
      Function<EventMessage, Future<?>> handler) {
    this.vertx = vertx;
    this.handler = handler;
    resumeAt = since == null ? FIRST : Date.from(since);
    connection = new BrokerConnection(vertx, amqpUri, name, this::consume, this::disconnected);
    markerPublisher = new EventPublisher(vertx, amqpUri, name + "-markers");
  }

  public void start() {
    markerPublisher.start();
    connection.start();
  }

  public Future<Void> stop() {
    stopped = true;
    return connection.stop().compose(v -> markerPublisher.stop());
  }

  /** The number of events that were handled, without the skipped events. */
  public long handled() {
    return handled.get();
  }

  /**
   * Succeeds when every event that is in the log now has been handled or skipped. This method
   * appends a marker message to the log; the future succeeds when the reader reaches this marker.
   */
  public Future<Void> caughtUp() {
    String marker = Ids.next();
    Promise<Void> reached = Promise.promise();
    markers.put(marker, reached);
    publishMarker(marker);
    return reached.future();
  }

  private void publishMarker(String marker) {
    markerPublisher
        .sendTo(
            Topology.LOG,
            EventPublisher.properties(marker, PERSISTENT).contentType("text/plain").build(),
            Buffer.buffer("marker"))
        .onFailure(
            e -> {
              if (!stopped) {
                vertx.setTimer(RETRY_MILLIS, id -> publishMarker(marker));
              }
            });
  }

  private Future<Void> consume(RabbitMQClient next) {
    QueueOptions options =
        new QueueOptions().setAutoAck(false).setMaxInternalQueueSize(Integer.MAX_VALUE);
    Object offset = unfinished.isEmpty() ? resumeAt : unfinished.first();
    options.setConsumerArguments(Map.of(OFFSET, offset));
    return next.basicQos(PREFETCH)
        .compose(v -> next.basicConsumer(Topology.LOG, options))
        .map(
            consumer -> {
              client = next;
              resumeAt = offset;
              subjects = new KeyedQueue();
              unfinished.clear();
              consumer.handler(message -> received(next, message));
              consumer.endHandler(v -> connection.renew(next));
              publishMarkersAgain();
              return null;
            });
  }

  /**
   * Appends again the markers that the reader has not reached: an operator may have deleted the
   * log, and the markers with it.
   */
  private void publishMarkersAgain() {
    markers.forEach(
        (marker, reached) -> {
          if (!reached.future().isComplete()) {
            publishMarker(marker);
          }
        });
  }

  private void disconnected() {
    client = null;
  }

  private void received(RabbitMQClient from, RabbitMQMessage message) {
    if (stopped || from != client) {
      return;
    }
    long offset =
        ((Number) RetryAndDeadLetter.headersOf(message.properties()).getOrDefault(OFFSET, -1L))
            .longValue();
    unfinished.add(offset);
    resumeAt = offset + 1;
    process(message, offset, from);
  }

  private void process(RabbitMQMessage message, long offset, RabbitMQClient from) {
    Promise<Void> marker = markers.get(String.valueOf(message.properties().getMessageId()));
    if (marker != null) {
      subjects.idle().onSuccess(v -> reached(marker, from));
      finished(message, offset, from);
      return;
    }
    EventMessage event;
    try {
      event = EventMessages.decode(message.body().toString());
    } catch (UnprocessableMessage unreadable) {
      log.atDebug().addKeyValue("offset", offset).log("unreadable message skipped");
      finished(message, offset, from);
      return;
    }
    subjects
        .submit(event.subject(), () -> handle(event, from))
        .onComplete(done -> finished(message, offset, from));
  }

  /**
   * Completes the promise of a marker. Ignores a marker that was received on a connection that is
   * lost now: events before the marker may not have been handled.
   */
  private void reached(Promise<Void> marker, RabbitMQClient from) {
    if (from == client && !stopped) {
      marker.tryComplete();
    }
  }

  private void finished(RabbitMQMessage message, long offset, RabbitMQClient from) {
    if (from == client) {
      unfinished.remove(offset);
      from.basicAck(message.envelope().getDeliveryTag(), false);
    }
  }

  private Future<Void> handle(EventMessage event, RabbitMQClient from) {
    if (stopped || from != client) {
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
              .log(outage ? "event failed, will retry" : "event failed, skipped");
          return outage
              ? vertx.timer(RETRY_MILLIS).compose(v -> handle(event, from))
              : Future.succeededFuture();
        });
  }
}
