package baedal.redis;

import static baedal.testkit.CallOutcome.assertBug;
import static baedal.testkit.CallOutcome.assertTransient;
import static baedal.testkit.CallOutcome.succeeds;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which failures of Redis and of its client are transient. */
class RedisFailuresTest {

  private static final RedisScript WRITE =
      new RedisScript(RedisFailuresTest.class.getResource("write.lua"));

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_call_that_hangs_ends_with_a_transient_failure() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.redis());
    Supplier<Future<?>> call = new RedisDatabase(vertx, proxy.uri())::ping;
    call.get().await();
    proxy.freeze();
    assertTransient(call.get());
    proxy.thaw();
    await().until(() -> succeeds(call.get()));
  }

  @Test
  void a_connection_that_ends_before_the_reply_is_a_transient_failure() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.redis());
    RedisDatabase store = new RedisDatabase(vertx, proxy.uri());
    store.ping().await();
    proxy.freeze();
    Future<?> call = store.ping();
    proxy.closeConnections();
    assertTransient(call);
  }

  @Test
  void an_unreachable_server_is_a_transient_failure() {
    assertTransient(new RedisDatabase(vertx, "redis://127.0.0.1:1/0").ping());
  }

  @Test
  void a_failure_that_is_text_only_is_transient_unless_the_command_is_invalid() {
    Redis closed = new RedisClient(new ClosedClient());
    assertTransient(closed.connect());
    assertTransient(closed.send(Request.cmd(Command.PING)));
    assertTransient(closed.batch(List.of(Request.cmd(Command.PING))));
    assertBug(closed.send(Request.cmd(Command.GET)));
  }

  @Test
  void a_full_server_is_a_transient_failure_within_scripts_too() {
    RedisAPI redis = new RedisDatabase(vertx, TestServers.redis()).api();
    redis.config(List.of("SET", "maxmemory", "1")).await();
    try {
      assertTransient(redis.set(List.of("key", "value")));
      assertTransient(WRITE.run(redis, List.of("key"), List.of()));
    } finally {
      redis.config(List.of("SET", "maxmemory", "0")).await();
    }
    assertThat(redis.exists(List.of("key")).await().toInteger()).isZero();
  }

  @Test
  void a_replica_is_a_transient_failure_within_scripts_too() {
    RedisAPI redis = new RedisDatabase(vertx, TestServers.redis()).api();
    redis.replicaof("127.0.0.1", "1").await();
    try {
      assertTransient(redis.set(List.of("key", "value")));
      assertTransient(WRITE.run(redis, List.of("key"), List.of()));
    } finally {
      redis.replicaof("NO", "ONE").await();
    }
  }

  @Test
  void a_wrong_command_is_a_bug() {
    RedisAPI redis = new RedisDatabase(vertx, TestServers.redis()).api();
    redis.hset(List.of("hash", "field", "value")).await();
    assertBug(redis.get("hash"));
    assertBug(redis.incrby("hash", "timeout"));
    assertBug(redis.config(List.of("READONLY")));
    assertBug(redis.set(List.of("key")));
  }

  @Test
  void an_error_in_a_script_is_a_bug_and_changes_no_data() {
    RedisAPI redis = new RedisDatabase(vertx, TestServers.redis()).api();
    RedisScript broken = new RedisScript(RedisFailuresTest.class.getResource("broken.lua"));
    assertBug(broken.run(redis, List.of("key"), List.of()));
    assertThat(redis.exists(List.of("key")).await().toInteger()).isZero();
    redis.set(List.of("key", "value")).await();
    assertBug(broken.run(redis, List.of("key"), List.of()));
    assertThat(redis.get("key").await()).hasToString("value");
  }

  @Test
  void a_script_that_the_server_has_lost_is_sent_again() {
    RedisAPI redis = new RedisDatabase(vertx, TestServers.redis()).api();
    WRITE.run(redis, List.of("first"), List.of()).await();
    redis.script(List.of("FLUSH")).await();
    assertThat(WRITE.run(redis, List.of("second"), List.of()).await()).hasToString("OK");
  }

  /** Fails as the Vert.x client does when its connection was closed: with text only. */
  private static final class ClosedClient implements Redis {

    @Override
    public Future<RedisConnection> connect() {
      return Future.failedFuture("Connection is closed");
    }

    @Override
    public Future<Response> send(Request command) {
      return Future.failedFuture("Connection is closed");
    }

    @Override
    public Future<List<Response>> batch(List<Request> commands) {
      return Future.failedFuture("Connection is closed");
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }
}
