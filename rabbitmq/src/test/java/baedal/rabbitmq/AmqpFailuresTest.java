package baedal.rabbitmq;

import static baedal.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import baedal.runtime.Boot;
import baedal.runtime.TransientFailures;
import baedal.testkit.FaultProxy;
import baedal.testkit.TestServers;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which failures of RabbitMQ and of its client are transient. */
class AmqpFailuresTest {

  private final Vertx vertx = Boot.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_closed_channel_is_a_transient_failure() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(TestServers.amqp());
    Connection connection = factory.newConnection();
    Channel channel = connection.createChannel();
    connection.close();
    Future<?> call = vertx.executeBlocking(() -> channel.messageCount("queue"));
    assertTransient(call);
    assertThat(call.cause()).isInstanceOf(AlreadyClosedException.class);
  }

  @Test
  void a_connection_that_ends_before_the_reply_is_a_transient_failure() {
    FaultProxy proxy = new FaultProxy(vertx, TestServers.amqp());
    RabbitMQClient client = client(proxy.uri());
    client.start().await();
    proxy.freeze();
    Future<?> call = client.queueDeclare("queue", true, false, false);
    proxy.closeConnections();
    assertTransient(call);
  }

  @Test
  void an_unreachable_broker_is_a_transient_failure() {
    assertTransient(client("amqp://guest:guest@127.0.0.1:1/").start());
  }

  @Test
  void publishing_without_a_connection_is_a_transient_failure() {
    EventPublisher publisher = new EventPublisher(vertx, TestServers.amqp(), "test");
    assertTransient(publisher.publish(List.of("{}")));
  }

  private RabbitMQClient client(String uri) {
    return RabbitMQClient.create(
        vertx,
        new RabbitMQOptions()
            .setUri(uri)
            .setAutomaticRecoveryEnabled(false)
            .setReconnectAttempts(0));
  }

  private static void assertTransient(Future<?> call) {
    await().until(call::isComplete);
    assertThat(call.cause()).matches(TransientFailures::isOutage, "is transient");
  }
}
