package baedal.redis;

import baedal.events.Outbox;
import baedal.events.Shards;
import baedal.runtime.Ids;
import io.vertx.core.Future;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The outbox in Redis: one stream for each shard of the aggregates. The Lua script of a change
 * appends the events ({@code XADD}). A relay leases a shard while it publishes.
 */
public final class RedisOutbox implements Outbox {

  private static final int SHARDS = 8;
  private static final String LEASE_MILLIS = "15000";

  private static final RedisScript TAKE =
      new RedisScript(RedisOutbox.class.getResource("take.lua"));
  private static final RedisScript RELEASE =
      new RedisScript(RedisOutbox.class.getResource("release.lua"));

  private final RedisAPI redis;
  private final String prefix;
  private final String owner = Ids.next();
  private int nextShard;

  public RedisOutbox(RedisAPI redis, String prefix) {
    this.redis = redis;
    this.prefix = prefix;
  }

  /**
   * Returns the key of the stream for a subject's shard. Each entry of the stream has one event in
   * the field {@code body}.
   */
  public static String key(String prefix, String subject) {
    return stream(prefix, Shards.of(subject, SHARDS));
  }

  /** Returns the keys of all streams. */
  public static List<String> keys(String prefix) {
    return IntStream.range(0, SHARDS).mapToObj(shard -> stream(prefix, shard)).toList();
  }

  private static String stream(String prefix, int shard) {
    return prefix + ":outbox:" + shard;
  }

  private String lease(int shard) {
    return prefix + ":outbox-lease:" + shard;
  }

  /** Takes the events of one shard. Each call begins to search at another shard. */
  @Override
  public Future<Batch> next(int max) {
    int first = Math.floorMod(nextShard++, SHARDS);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < SHARDS; i++) {
      int shard = (first + i) % SHARDS;
      keys.add(stream(prefix, shard));
      keys.add(lease(shard));
    }
    return TAKE.run(redis, keys, List.of(owner, LEASE_MILLIS, Integer.toString(max)))
        .map(
            taken -> {
              int number = taken.get(0).toInteger();
              int shard = number == 0 ? -1 : (first + number - 1) % SHARDS;
              return batch(shard, taken.get(1), taken.get(2).toInteger() == 1);
            });
  }

  private Batch batch(int shard, Response entries, boolean more) {
    List<String> ids = new ArrayList<>();
    List<String> messages = new ArrayList<>();
    for (Response entry : entries) {
      ids.add(entry.get(0).toString());
      Response fields = entry.get(1);
      for (int i = 0; i + 1 < fields.size(); i += 2) {
        if (fields.get(i).toString().equals("body")) {
          messages.add(fields.get(i + 1).toString());
        }
      }
    }
    return new RedisBatch(shard, ids, messages, more);
  }

  private final class RedisBatch implements Batch {

    private final int shard;
    private final List<String> ids;
    private final List<String> messages;
    private final boolean more;

    RedisBatch(int shard, List<String> ids, List<String> messages, boolean more) {
      this.shard = shard;
      this.ids = ids;
      this.messages = messages;
      this.more = more;
    }

    @Override
    public List<String> messages() {
      return messages;
    }

    @Override
    public boolean more() {
      return more;
    }

    @Override
    public Future<Void> sent() {
      return release(ids);
    }

    @Override
    public Future<Void> release() {
      return release(List.of());
    }

    private Future<Void> release(List<String> published) {
      if (shard < 0) {
        return Future.succeededFuture();
      }
      List<String> arguments = new ArrayList<>();
      arguments.add(owner);
      arguments.addAll(published);
      return RELEASE.run(redis, List.of(stream(prefix, shard), lease(shard)), arguments).mapEmpty();
    }
  }
}
