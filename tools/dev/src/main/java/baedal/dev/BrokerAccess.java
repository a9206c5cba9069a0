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

  /** The definitions for a broker that this run starts, with a user for each service. */
  ObjectNode definitions() throws IOException {
    BrokerDefinitions definitions =
        new BrokerDefinitions("/").administrator(Rabbit.ADMIN, adminPassword());
    for (String service : Subscriptions.CONSUMERS) {
      definitions.service(service, servicePassword(service));
    }
    return definitions.json();
  }

  /** Must be called when the broker has loaded {@link #definitions}, so that its users exist. */
  void useServiceUsers() {
    serviceUsers = true;
  }

  /** Whether each service has its own user with the least permissions. */
  boolean hasServiceUsers() {
    return serviceUsers;
  }

  /** The URI for a service, with its own user if there is one, else with the administrator. */
  String serviceUri(String service) {
    return externalUri()
        .orElseGet(() -> serviceUsers ? uri(service, () -> servicePassword(service)) : adminUri());
  }

  /** The URI for an operator, with the administrator unless the broker is external. */
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
