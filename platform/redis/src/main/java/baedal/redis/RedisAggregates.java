package baedal.redis;

import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Loads and changes the aggregates of one kind in Redis, for a service's repository.
 *
 * <p>Each aggregate is a hash with its state, revision and sequence. One Lua script writes a
 * change, its events, its indexes and the id of the message that caused it. The revision is the
 * optimistic lock.
 */
public final class RedisAggregates<S> {

  private static final int MAX_TRIES = 50;

  /** How long the id of a handled message is kept. */
  private static final Duration SEEN_KEPT = Duration.ofDays(7);

  private static final RedisScript SAVE =
      new RedisScript(RedisAggregates.class.getResource("save.lua"));

  private record Stored<S>(S state, long revision, long sequence) {}

  private final RedisAPI redis;
  private final String prefix;
  private final Class<S> type;
  private final Function<S, List<List<String>>> indexes;
  private final Runnable wake;

  /**
   * @param prefix the prefix of all keys
   * @param indexes returns the Redis commands that index a state, each as a list of its words
   * @param wake wakes the relay; called after every write
   */
  public RedisAggregates(
      RedisAPI redis,
      String prefix,
      Class<S> type,
      Function<S, List<List<String>>> indexes,
      Runnable wake) {
    this.redis = redis;
    this.prefix = prefix;
    this.type = type;
    this.indexes = indexes;
    this.wake = wake;
  }

  /**
   * Returns the key of an aggregate's hash. Whatever the id is, this key never equals a key that
   * holds something else.
   */
  public String key(String id) {
    return prefix + ":aggregate:" + id;
  }

  /** Returns the state of an aggregate, or null if it does not exist. */
  public Future<S> find(String id) {
    return load(id).map(Stored::state);
  }

  /**
   * Applies a transition that a client or a timer requests. The transition receives null if the
   * aggregate does not exist.
   */
  public Future<S> change(String id, Function<S, Change<S>> transition) {
    return change(id, null, transition, MAX_TRIES);
  }

  /**
   * Applies the transition that an event causes. A second call with the same message id changes
   * nothing.
   */
  public Future<S> change(String id, EventMessage message, Function<S, Change<S>> transition) {
    return change(id, message.id(), transition, MAX_TRIES);
  }

  private Future<S> change(
      String id, String messageId, Function<S, Change<S>> transition, int tries) {
    return load(id)
        .compose(
            stored -> {
              Change<S> change = transition.apply(stored.state());
              boolean nothing =
                  change.events().isEmpty()
                      && (change.state() == null || change.state().equals(stored.state()));
              if (nothing) {
                return messageId == null
                    ? Future.succeededFuture(stored.state())
                    : redis
                        .setex(seen(messageId), Long.toString(SEEN_KEPT.toSeconds()), "1")
                        .map(stored.state());
              }
              return save(id, messageId, stored, change)
                  .compose(
                      answer ->
                          switch (answer) {
                            case "SAVED" -> {
                              wake.run();
                              yield Future.succeededFuture(change.state());
                            }
                            case "SEEN" -> Future.succeededFuture(stored.state());
                            default ->
                                tries > 1
                                    ? change(id, messageId, transition, tries - 1)
                                    : Future.failedFuture(
                                        Refusal.unavailable(
                                            "busy",
                                            "too many concurrent changes of "
                                                + id
                                                + ": "
                                                + Refusal.RETRY_LATER,
                                            Duration.ofSeconds(1)));
                          });
            });
  }

  private Future<String> save(String id, String messageId, Stored<S> stored, Change<S> change) {
    List<EventMessage> messages =
        EventMessages.wrap(change.events(), stored.sequence() + 1, Instant.now());
    String subject = messages.isEmpty() ? id : messages.get(0).subject();
    List<String> arguments = new ArrayList<>();
    arguments.add(Long.toString(stored.revision()));
    arguments.add(Json.encode(change.state()));
    arguments.add(Long.toString(stored.sequence() + messages.size()));
    arguments.add(messageId == null ? "" : Long.toString(SEEN_KEPT.toSeconds()));
    arguments.add(Json.encode(indexes.apply(change.state())));
    messages.forEach(message -> arguments.add(EventMessages.encode(message)));
    List<String> keys = List.of(key(id), seen(messageId), RedisOutbox.key(prefix, subject));
    return SAVE.run(redis, keys, arguments).map(Response::toString);
  }

  private String seen(String messageId) {
    return prefix + ":seen:" + messageId;
  }

  private Future<Stored<S>> load(String id) {
    return redis
        .hmget(List.of(key(id), "state", "revision", "sequence"))
        .map(
            found ->
                found.get(0) == null
                    ? new Stored<>(null, 0, 0)
                    : new Stored<>(
                        Json.decode(found.get(0).toString(), type),
                        Long.parseLong(found.get(1).toString()),
                        Long.parseLong(found.get(2).toString())));
  }
}
