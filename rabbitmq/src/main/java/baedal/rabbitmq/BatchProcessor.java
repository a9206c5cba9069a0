package baedal.rabbitmq;

import baedal.events.EventMessage;
import baedal.runtime.KeyedQueue;
import baedal.runtime.TransientFailures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the messages that an {@link EventConsumer} takes together to the batch handler of the
 * {@link Subscription}. If the batch handler fails, {@link MessageProcessor} handles the events of
 * the batch one by one, so that only the event that fails is retried or becomes a dead letter. All
 * methods run on the connection's context.
 */
final class BatchProcessor {

  private static final Logger log = LoggerFactory.getLogger(BatchProcessor.class);

  private final BrokerConnection connection;
  private final Subscription subscription;
  private final KeyedQueue subjects;
  private final MessageProcessor processor;

  /**
   * @param subjects orders the work of each subject; {@code processor} uses the same queue
   */
  BatchProcessor(
      BrokerConnection connection,
      Subscription subscription,
      KeyedQueue subjects,
      MessageProcessor processor) {
    this.connection = connection;
    this.subscription = subscription;
    this.subjects = subjects;
    this.processor = processor;
  }

  /**
   * Handles messages. Events that the batch handler does not accept, or whose subject has an
   * earlier event in progress, are handled one by one.
   *
   * @param connected whether the connection that delivered the messages is still open
   * @param result receives each message, with a future as {@link MessageProcessor#process} returns
   *     it
   * @return completes when the batch handler has ended. Events that are handled one by one may be
   *     in progress then.
   */
  Future<Void> process(
      List<Received> messages,
      BooleanSupplier connected,
      BiConsumer<Received, Future<Boolean>> result) {
    Map<String, List<Received>> batch = new LinkedHashMap<>();
    List<Received> others = new ArrayList<>();
    Set<String> subjectsOfOthers = new HashSet<>();
    for (Received message : messages) {
      if (message.event() == null) {
        others.add(message);
      } else if (subscription.inBatches(message.event())
          && !subjectsOfOthers.contains(message.subject())
          && !subjects.isBusy(message.subject())) {
        batch.computeIfAbsent(message.subject(), subject -> new ArrayList<>()).add(message);
      } else {
        others.add(message);
        subjectsOfOthers.add(message.subject());
      }
    }
    Future<Void> handled = batch.isEmpty() ? Future.succeededFuture() : handle(batch.values());
    batch.forEach((subject, events) -> afterBatch(subject, events, handled, connected, result));
    others.forEach(message -> result.accept(message, processor.process(message, connected)));
    return handled.otherwiseEmpty();
  }

  /** Runs the batch handler. After an outage, fails when the database is available again. */
  private Future<Void> handle(Iterable<List<Received>> bySubject) {
    List<EventMessage> events = new ArrayList<>();
    bySubject.forEach(list -> list.forEach(message -> events.add(message.event())));
    Future<?> handled =
        processor.handleWithin(null, () -> subscription.handleBatch(events), () -> {});
    return connection
        .onContext(handled)
        .transform(
            done -> {
              if (done.succeeded()) {
                return Future.succeededFuture();
              }
              log.atWarn()
                  .addKeyValue("queue", subscription.queue())
                  .addKeyValue("events", events.size())
                  .addKeyValue("cause", done.cause().toString())
                  .log("batch failed, its events are handled one by one");
              return TransientFailures.isOutage(done.cause())
                  ? processor.databaseAvailable().compose(v -> Future.failedFuture(done.cause()))
                  : Future.failedFuture(done.cause());
            });
  }

  /** Completes the results of the events of one subject, in order. */
  private void afterBatch(
      String subject,
      List<Received> events,
      Future<Void> handled,
      BooleanSupplier connected,
      BiConsumer<Received, Future<Boolean>> result) {
    List<Promise<Boolean>> results = new ArrayList<>();
    for (Received event : events) {
      Promise<Boolean> promise = Promise.promise();
      results.add(promise);
      result.accept(event, promise.future());
    }
    subjects.submit(
        subject,
        () ->
            handled.transform(
                done -> {
                  int tries = TransientFailures.isOutage(done.cause()) ? 2 : 1;
                  Future<Boolean> previous = Future.succeededFuture();
                  for (int i = 0; i < events.size(); i++) {
                    Received event = events.get(i);
                    previous =
                        done.succeeded()
                            ? processor.succeeded(event)
                            : previous.transform(v -> processor.attempt(event, connected, tries));
                    previous.onComplete(results.get(i));
                  }
                  return previous;
                }));
  }
}
