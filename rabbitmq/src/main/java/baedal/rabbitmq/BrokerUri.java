package baedal.rabbitmq;

import io.vertx.rabbitmq.RabbitMQOptions;

/** The URI of the broker, and what it says about TLS. */
public final class BrokerUri {

  private BrokerUri() {}

  /**
   * The options of a client that does not reconnect by itself. With {@code amqps} the client
   * verifies that an authority it trusts has signed the certificate of the broker, but not the host
   * name, which the driver cannot verify. By default the driver accepts any certificate.
   */
  public static RabbitMQOptions options(String uri) {
    RabbitMQOptions options = new RabbitMQOptions().setUri(uri).setReconnectAttempts(0);
    if (uri.startsWith("amqps:")) {
      options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
    }
    return options;
  }
}
