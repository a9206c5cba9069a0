package baedal.mongodb;

import static baedal.testkit.CallOutcome.assertTransient;
import static baedal.testkit.CallOutcome.failure;
import static baedal.testkit.CallOutcome.succeeds;
import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.runtime.TransientFailures;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ServerAddress;
import com.mongodb.bulk.WriteConcernError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.IndexOptions;
import io.vertx.ext.mongo.MongoClient;
import java.util.Set;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which failures of MongoDB and of its driver are transient. */
class MongoFailuresTest {

  private static final String THINGS = "things";

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_call_that_hangs_ends_with_a_transient_failure() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.mongo());
    MongoDatabase store = new MongoDatabase(vertx, proxy.uri());
    Supplier<Future<?>> call = () -> store.client().count(THINGS, new JsonObject());
    call.get().await();
    proxy.freeze();
    assertTransient(call.get());
    proxy.thaw();
    await().until(() -> succeeds(call.get()));
  }

  @Test
  void a_connection_that_ends_before_the_response_is_a_transient_failure() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.mongo());
    MongoClient client = new MongoDatabase(vertx, proxy.uri()).client();
    client.count(THINGS, new JsonObject()).await();
    proxy.freeze();
    Future<?> call = client.count(THINGS, new JsonObject());
    proxy.closeConnections();
    assertTransient(call);
  }

  @Test
  void an_unreachable_server_is_a_transient_failure() {
    MongoClient client = new MongoDatabase(vertx, "mongodb://127.0.0.1:1/order").client();
    assertTransient(client.count(THINGS, new JsonObject()));
  }

  /**
   * Creates the exceptions itself: only a replica set causes them, and the tests have one server.
   */
  @ParameterizedTest
  @ValueSource(ints = {91, 189, 11600, 11602, 10107})
  void a_server_that_steps_down_or_stops_is_a_transient_failure(int code) {
    ServerAddress server = new ServerAddress();
    WriteConcernError unconfirmed =
        new WriteConcernError(code, "name", "no answer", new BsonDocument());
    assertThat(new MongoWriteConcernException(unconfirmed, null, server, Set.of()))
        .matches(TransientFailures::isOutage, "is transient");
    BsonDocument refused = BsonDocument.parse("{ok: 0, code: %d, errmsg: 'no'}".formatted(code));
    assertThat(new MongoCommandException(refused, server))
        .matches(TransientFailures::isOutage, "is transient");
  }

  @Test
  void a_duplicate_key_is_recognised_and_is_not_transient() {
    MongoClient client = new MongoDatabase(vertx, TestServers.mongo()).client();
    client
        .createIndexWithOptions(
            THINGS, new JsonObject().put("name", 1), new IndexOptions().unique(true))
        .await();
    client.insert(THINGS, new JsonObject().put("_id", "a").put("name", "x")).await();
    Throwable sameId = failure(client.insert(THINGS, new JsonObject().put("_id", "a")));
    Throwable sameName = failure(client.insert(THINGS, new JsonObject().put("name", "x")));
    assertThat(sameId).matches(MongoFailures::isDuplicateKey, "is a duplicate");
    assertThat(sameName).matches(MongoFailures::isDuplicateKey, "is a duplicate");
    assertThat(TransientFailures.isOutage(sameId)).isFalse();
    assertThat(MongoFailures.isDuplicateKey(new IllegalStateException("E11000"))).isFalse();
  }

  @Test
  void a_command_that_the_server_refuses_is_a_bug_and_no_duplicate() {
    MongoClient client = new MongoDatabase(vertx, TestServers.mongo()).client();
    client.insert(THINGS, new JsonObject().put("_id", "a").put("name", "text")).await();
    JsonObject wrongType = new JsonObject().put("$inc", new JsonObject().put("name", 1));
    JsonObject unknown = new JsonObject().put("$timeout", new JsonObject().put("name", 1));
    for (JsonObject update : new JsonObject[] {wrongType, unknown}) {
      Throwable refused =
          failure(client.updateCollection(THINGS, new JsonObject().put("_id", "a"), update));
      assertThat(TransientFailures.isOutage(refused)).isFalse();
      assertThat(MongoFailures.isDuplicateKey(refused)).isFalse();
    }
  }
}
