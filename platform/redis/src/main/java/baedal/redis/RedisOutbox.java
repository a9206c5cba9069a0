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
  private static final String RELEASE =
      "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return"
          + " 0";

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

  @Override
  public Future<Batch> next(int max) {
    return next(max, SHARDS);
  }

  private Future<Batch> next(int max, int left) {
    if (left == 0) {
      return Future.succeededFuture(new RedisBatch(-1, List.of(), List.of(), false));
    }
    int shard = Math.floorMod(nextShard++, SHARDS);
    return redis
        .xlen(stream(prefix, shard))
        .compose(length -> length.toLong() == 0 ? Future.succeededFuture() : take(shard, max))
        .compose(batch -> batch == null ? next(max, left - 1) : Future.succeededFuture(batch));
  }

  /** Leases a shard and reads its events. Returns null if another relay has leased the shard. */
  private Future<Batch> take(int shard, int max) {
    return redis
        .set(List.of(lease(shard), owner, "NX", "PX", LEASE_MILLIS))
        .compose(
            got ->
                got == null
                    ? Future.succeededFuture()
                    : redis
                        .xrange(
                            List.of(
                                stream(prefix, shard), "-", "+", "COUNT", Integer.toString(max)))
                        .map(entries -> batch(shard, entries)));
  }

  private Batch batch(int shard, Response entries) {
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
    return new RedisBatch(shard, ids, messages, true);
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
      if (ids.isEmpty()) {
        return release();
      }
      List<String> arguments = new ArrayList<>();
      arguments.add(stream(prefix, shard));
      arguments.addAll(ids);
      return redis.xdel(arguments).eventually(this::release).mapEmpty();
    }

    @Override
    public Future<Void> release() {
      return shard < 0
          ? Future.succeededFuture()
          : redis.eval(List.of(RELEASE, "1", lease(shard), owner)).mapEmpty();
    }
  }
}
