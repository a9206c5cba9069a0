package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.backing.Ports;
import baedal.backing.Rabbit;
import baedal.events.Change;
import baedal.events.EventMessage;
import baedal.events.OrderEvent;
import baedal.events.Outbox;
import baedal.mongodb.MongoAggregates;
import baedal.mongodb.MongoDatabase;
import baedal.mongodb.MongoOutbox;
import baedal.postgres.PgAggregates;
import baedal.postgres.PgDatabase;
import baedal.postgres.PgSchema;
import baedal.redis.RedisAggregates;
import baedal.redis.RedisDatabase;
import baedal.redis.RedisOutbox;
import baedal.runtime.Boot;
import baedal.testkit.SuiteSize;
import baedal.testkit.TestServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the broker repeatedly while the outboxes of PostgreSQL, MongoDB and Redis publish hundreds
 * of events.
 */
class PowerCutTest {

  private static final int ROUNDS = SuiteSize.of("baedal.broker.kills", 1, 3);
  private static final int ORDERS = 8;
  private static final int EVENTS_A_ROUND = 15;
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  private final Vertx vertx = Boot.vertx();
  private final PgDatabase postgres =
      new PgDatabase(vertx, TestServers.postgres(), PgSchema.BACKBONE);
  private final MongoDatabase mongo = new MongoDatabase(vertx, TestServers.mongo());
  private final RedisDatabase redis = new RedisDatabase(vertx, TestServers.redis());
  private final List<OutboxRelay> relays = new ArrayList<>();
  private final Map<String, Tallies> stores = new TreeMap<>();
  private int port;
  private int management;

  @TempDir Path home;
  private Rabbit broker;
  private String amqp;

  /** The numbers of the events that one order published, or that a consumer handled, in order. */
  private record Tally(String id, List<Long> numbers) {

    private Tally with(long number) {
      return new Tally(id, Stream.concat(numbers.stream(), Stream.of(number)).toList());
    }

    private Change<Tally> append() {
      long number = numbers.size() + 1L;
      return Change.of(
          with(number),
          new OrderEvent.CancelRequested(id, "c", "s", Long.toString(number), Instant.EPOCH));
    }

    private Change<Tally> consume(long number) {
      return Change.of(with(number));
    }
  }

  /** The aggregates in one of the three databases. */
  private interface Tallies {

    Future<Tally> find(String id);

    Future<Tally> append(String id);

    Future<Tally> consume(String id, EventMessage message, long number);
  }

  @BeforeEach
  void start() throws IOException {
    port = Ports.free();
    management = Ports.free();
    broker = startBroker();
    amqp = broker.uri();
    TopologyDeclaration.declare(vertx, amqp).await();
    stores.put("pg", postgres());
    stores.put("mongo", mongo());
    stores.put("redis", redis());
    relays.forEach(OutboxRelay::start);
    new EventConsumer(
            vertx,
            amqp,
            Subscription.of("store").on(OrderEvent.CancelRequested.class, this::consume),
            Future::succeededFuture)
        .start();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    broker.kill();
  }

  /**
   * Events also keep their order, except those that the broker was delivering when it was killed.
   * After its restart the broker may deliver later events first.
   */
  @Test
  void every_event_has_one_effect_however_often_the_broker_is_killed() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      List<Future<?>> appended = new ArrayList<>();
      for (String id : ids()) {
        appended.add(append(id, EVENTS_A_ROUND));
      }
      long before = (long) round * EVENTS_A_ROUND * ids().size();
      await().atMost(DEADLINE).until(() -> consumed() > before + EVENTS_A_ROUND);
      broker.kill();
      Future.all(appended).await();
      broker = startBroker();
    }
    List<Long> all = LongStream.rangeClosed(1, (long) ROUNDS * EVENTS_A_ROUND).boxed().toList();
    await().atMost(DEADLINE).until(() -> consumed() >= (long) all.size() * ids().size());
    long late = 0;
    for (String id : ids()) {
      List<Long> numbers = store(id).find(consumedId(id)).await().numbers();
      assertThat(numbers).as(id).containsExactlyInAnyOrderElementsOf(all);
      late += late(numbers);
    }
    assertThat(late).isLessThanOrEqualTo((long) ROUNDS * Concurrency.ONE_BY_ONE.prefetch());
  }

  /** Counts the events that were handled after an event with a higher number. */
  private static long late(List<Long> numbers) {
    long highest = 0;
    long late = 0;
    for (long number : numbers) {
      if (number < highest) {
        late++;
      }
      highest = Math.max(highest, number);
    }
    return late;
  }

  private long consumed() {
    return ids().stream()
        .map(id -> store(id).find(consumedId(id)).await())
        .mapToLong(tally -> tally == null ? 0 : tally.numbers().size())
        .sum();
  }

  private Future<?> append(String id, int times) {
    Future<?> appended = Future.succeededFuture();
    for (int i = 0; i < times; i++) {
      appended = appended.compose(v -> store(id).append(id));
    }
    return appended;
  }

  private Future<?> consume(EventMessage message, OrderEvent.CancelRequested event) {
    String id = event.orderId();
    return store(id).consume(consumedId(id), message, Long.parseLong(event.reason()));
  }

  private List<String> ids() {
    List<String> ids = new ArrayList<>();
    stores
        .keySet()
        .forEach(kind -> LongStream.range(0, ORDERS).forEach(n -> ids.add(kind + "-" + n)));
    return ids;
  }

  private static String consumedId(String id) {
    return id + "-consumed";
  }

  private Tallies store(String id) {
    return stores.get(id.substring(0, id.indexOf('-')));
  }

  private Tallies postgres() {
    postgres.prepare(() -> {});
    await().until(postgres::prepared);
    Pool pool = postgres.pool();
    pool.query(
            "CREATE TABLE tally (id text PRIMARY KEY, status text, revision bigint, sequence"
                + " bigint, changed_at timestamptz, body jsonb)")
        .execute()
        .await();
    pool.query(
            """
            INSERT INTO tally
            SELECT id, '', 0, 0, now(), jsonb_build_object('id', id, 'numbers', '[]'::jsonb)
              FROM (SELECT 'pg-' || n || suffix AS id FROM generate_series(0, %d) n, unnest(ARRAY['', '-consumed']) suffix) ids
            """
                .formatted(ORDERS - 1))
        .execute()
        .await();
    OutboxRelay relay = relay(postgres.outbox());
    PgAggregates.Shape<Tally> shape =
        new PgAggregates.Shape<>() {
          @Override
          public String id(Tally tally) {
            return tally.id();
          }

          @Override
          public String status(Tally tally) {
            return "";
          }

          @Override
          public Instant changedAt(Tally tally) {
            return Instant.EPOCH;
          }
        };
    PgAggregates<Tally> tallies =
        new PgAggregates<>(pool, "tally", Tally.class, shape, relay::wake);
    return tallies(tallies::find, tallies::change, tallies::change);
  }

  private Tallies mongo() {
    MongoOutbox outbox = new MongoOutbox(mongo.client(), "tallies");
    outbox.prepare().await();
    OutboxRelay relay = relay(outbox);
    MongoAggregates<Tally> tallies =
        new MongoAggregates<>(
            mongo.client(), "tallies", Tally.class, tally -> new JsonObject(), relay::wake);
    return tallies(tallies::find, tallies::change, tallies::change);
  }

  private Tallies redis() {
    OutboxRelay relay = relay(new RedisOutbox(redis.api(), "t"));
    RedisAggregates<Tally> tallies =
        new RedisAggregates<>(redis.api(), "t", Tally.class, tally -> List.of(), relay::wake);
    return tallies(tallies::find, tallies::change, tallies::change);
  }

  private interface Changes {
    Future<Tally> change(String id, Function<Tally, Change<Tally>> transition);
  }

  private interface Effects {
    Future<Tally> change(
        String id, EventMessage message, Function<Tally, Change<Tally>> transition);
  }

  private static Tallies tallies(
      Function<String, Future<Tally>> find, Changes changes, Effects effects) {
    return new Tallies() {
      @Override
      public Future<Tally> find(String id) {
        return find.apply(id);
      }

      @Override
      public Future<Tally> append(String id) {
        return changes.change(id, tally -> orNew(id, tally).append());
      }

      @Override
      public Future<Tally> consume(String id, EventMessage message, long number) {
        return effects.change(id, message, tally -> orNew(id, tally).consume(number));
      }
    };
  }

  private static Tally orNew(String id, Tally tally) {
    return tally == null ? new Tally(id, List.of()) : tally;
  }

  private OutboxRelay relay(Outbox outbox) {
    EventPublisher publisher = new EventPublisher(vertx, amqp, "test");
    publisher.start();
    OutboxRelay relay = new OutboxRelay(vertx, outbox, publisher);
    relays.add(relay);
    return relay;
  }

  private Rabbit startBroker() throws IOException {
    return Rabbit.start(home, port, management, "secret", null);
  }
}
