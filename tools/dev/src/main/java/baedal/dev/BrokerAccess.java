package baedal.dev;

import baedal.backing.Rabbit;
import baedal.backing.Secrets;
import baedal.events.Subscriptions;
import baedal.rabbitmq.BrokerDefinitions;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The users, passwords and URIs with which services and operators connect to the broker. */
final class BrokerAccess {

  private final Path home;
  private final Settings settings;
  private final Map<String, String> environment;
  private boolean serviceUsers;

  BrokerAccess(Path home, Settings settings, Map<String, String> environment) {
    this.home = home;
    this.settings = settings;
    this.environment = environment;
  }

  /** The URI of an external broker; empty when the run starts its own broker. */
  Optional<String> externalUri() {
    return Settings.externalUri(environment, "AMQP_URI");
  }

  /**
   * The RabbitMQ definitions that a broker of this run loads when it starts: with an administrator
   * and a user for each service.
   */
  ObjectNode definitions() throws IOException {
    BrokerDefinitions definitions =
        new BrokerDefinitions("/").administrator(Rabbit.ADMIN, adminPassword());
    for (String service : Subscriptions.CONSUMERS) {
      definitions.service(service, servicePassword(service));
    }
    return definitions.json();
  }

  /**
   * From now on {@link #serviceUri} uses each service's own user. Call this only if the broker
   * loads {@link #definitions}, because no other definitions contain these users.
   */
  void useServiceUsers() {
    serviceUsers = true;
  }

  /** Whether each service has its own user with the least permissions. */
  boolean hasServiceUsers() {
    return serviceUsers;
  }

  /**
   * The URI with which a service connects: the URI of an external broker, or else a URI with the
   * service's own user, or with the administrator if services have no users.
   */
  String serviceUri(String service) {
    return externalUri()
        .orElseGet(() -> serviceUsers ? uri(service, () -> servicePassword(service)) : adminUri());
  }

  /**
   * The URI with which an operator connects: the URI of an external broker, or else a URI with the
   * administrator.
   */
  String adminUri() {
    return externalUri().orElseGet(() -> uri(Rabbit.ADMIN, this::adminPassword));
  }

  String adminPassword() throws IOException {
    return Secrets.loadOrCreate(home.resolve("secrets").resolve("rabbitmq"));
  }

  private String servicePassword(String service) throws IOException {
    return Secrets.loadOrCreate(home.resolve("secrets").resolve("rabbitmq-" + service));
  }

  private interface Password {
    String read() throws IOException;
  }

  private String uri(String user, Password password) {
    try {
      return "amqp://"
          + user
          + ":"
          + password.read()
          + "@127.0.0.1:"
          + settings.port(Settings.AMQP);
    } catch (IOException e) {
      throw new Failure("cannot read the secrets under " + home + ": " + e.getMessage());
    }
  }
}
