package baedal.store;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.events.EventMessage;
import baedal.events.EventMessages;
import baedal.events.StoreEvent;
import baedal.mongodb.MongoDatabase;
import baedal.rabbitmq.TopologyDeclaration;
import baedal.runtime.Boot;
import baedal.runtime.Config;
import baedal.testkit.TestServers;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mongo.MongoClient;
import io.vertx.ext.mongo.UpdateOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that stores of an older version are published again, with a real database and broker. */
class AnnouncementsTest {

  private static final int STORES = 250;

  private final Vertx vertx = Boot.vertx();
  private final String amqp = TestServers.amqp();
  private final String mongo = TestServers.mongo();
  private final MongoClient client = new MongoDatabase(vertx, mongo).client();
  private final StoreRepository repository = new StoreRepository(client, () -> {});
  private final List<EventMessage> published = new CopyOnWriteArrayList<>();
  private Connection subscriber;

  @BeforeEach
  void start() throws Exception {
    TopologyDeclaration.declare(vertx, amqp).await();
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(amqp);
    subscriber = factory.newConnection();
    var channel = subscriber.createChannel();
    String queue = channel.queueDeclare().getQueue();
    channel.queueBind(queue, "store", "#");
    channel.basicConsume(
        queue,
        true,
        (tag, delivery) ->
            published.add(
                EventMessages.decode(new String(delivery.getBody(), StandardCharsets.UTF_8))),
        tag -> {});
    repository.prepare().await();
  }

  @AfterEach
  void stop() throws IOException {
    subscriber.close();
    vertx.close().await();
  }

  @Test
  void three_replicas_publish_each_store_of_an_older_version_once() {
    IntStream.range(0, STORES).forEach(i -> open("s-" + i));
    repository.changeStore("s-7", s -> s.revise(null, null, false, null, Samples.NOON)).await();
    rewriteAsOlderVersion();
    client
        .updateCollection(
            "stores",
            new JsonObject().put("_id", "s-9"),
            new JsonObject().put("$set", new JsonObject().put("state", "nonsense")))
        .await();
    List<Long> before = sequences();
    Future.all(IntStream.range(0, 3).mapToObj(i -> vertx.deployVerticle(service())).toList())
        .await();
    await().until(() -> published.size() >= STORES - 1);
    assertThat(published)
        .extracting(EventMessage::subject)
        .doesNotHaveDuplicates()
        .doesNotContain("s-9")
        .hasSize(STORES - 1);
    assertThat(announcement("s-0").data())
        .isInstanceOfSatisfying(
            StoreEvent.Opened.class, opened -> assertThat(opened.kind()).isEqualTo("FURNITURE"));
    assertThat(announcement("s-7").data()).isInstanceOf(StoreEvent.Closed.class);
    List<Long> once = sequences();
    assertThat(sum(once)).isEqualTo(sum(before) + STORES - 1);
    vertx.deployVerticle(service()).await();
    open("s-new");
    await().until(() -> published.stream().anyMatch(m -> m.subject().equals("s-new")));
    assertThat(sum(sequences())).isEqualTo(sum(once) + 1);
  }

  @Test
  void a_store_that_the_current_version_has_published_is_not_repeated() {
    open("s-0");
    open("s-1");
    rewriteAsOlderVersion();
    repository.changeStore("s-0", s -> s.revise("새 가게", null, null, null, Samples.NOON)).await();
    assertThat(repository.unannounced(null).await()).containsExactly("s-1");
    assertThat(repository.unannounced("s-1").await()).isEmpty();
  }

  private void open(String id) {
    repository
        .changeStore(
            id,
            none ->
                Store.open(id, "o-1", id, Store.Kind.FURNITURE, Samples.PLACE, null, Samples.NOON))
        .await();
  }

  /** Removes the announced version of all stores, and their events as if they were published. */
  private void rewriteAsOlderVersion() {
    JsonObject without =
        new JsonObject().put("state.announced", "").put("pending", "").put("pendingSince", "");
    client
        .updateCollectionWithOptions(
            "stores",
            new JsonObject(),
            new JsonObject().put("$unset", without),
            new UpdateOptions().setMulti(true))
        .await();
  }

  private List<Long> sequences() {
    return client.find("stores", new JsonObject()).await().stream()
        .map(store -> store.getLong("sequence"))
        .toList();
  }

  private static long sum(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).sum();
  }

  private EventMessage announcement(String storeId) {
    return published.stream().filter(m -> m.subject().equals(storeId)).findFirst().orElseThrow();
  }

  private StoreVerticle service() {
    return new StoreVerticle(
        StoreConfig.from(
            Config.of(
                Map.of(
                    "PORT",
                    "0",
                    "MONGO_URI",
                    mongo,
                    "AMQP_URI",
                    amqp,
                    "TOKEN_SECRET",
                    "a secret that only this test knows, of 32 bytes",
                    "DEV_DOORS",
                    "true",
                    "WARM_UP",
                    "0s"))));
  }
}
