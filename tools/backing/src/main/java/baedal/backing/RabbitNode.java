package baedal.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The configuration files and the environment of a private RabbitMQ node, for {@link Rabbit}. */
final class RabbitNode {

  /**
   * The node's working directory, under a path that never changes. RabbitMQ's scripts fail if a
   * path contains a space or a letter beyond ASCII, and its queues store the paths of their files.
   * With this path the folder may have any name and may be moved.
   */
  private static final String WORKING_DIRECTORY = "/proc/self/cwd/";

  /**
   * Lets Erlang's schedulers busy-wait very briefly before they sleep. A start does thousands of
   * file operations. Without busy-waiting ({@code +sbwt none}) a scheduler sleeps at each of them,
   * and the start takes twice as long.
   */
  private static final String ERLANG_ARGUMENTS =
      "-kernel inet_dist_use_interface {127,0,0,1} +B i +S 2:2"
          + " +sbwt very_short +sbwtdcpu very_short +sbwtdio very_short";

  private static final int CLI_PORTS = 10;

  private RabbitNode() {}

  /** Writes the configuration; {@code definitions} is a file under {@code home}, or null. */
  static void writeConfiguration(
      Path home, int port, int managementPort, String password, Path definitions)
      throws IOException {
    Files.createDirectories(home.resolve("data"));
    Files.writeString(home.resolve("enabled_plugins"), "[rabbitmq_management].\n");
    StringBuilder configuration =
        new StringBuilder(
            """
            listeners.tcp.default = 127.0.0.1:%d
            management.tcp.ip = 127.0.0.1
            management.tcp.port = %d
            loopback_users.guest = true
            default_user = %s
            default_pass = %s
            disk_free_limit.absolute = 200MB
            log.console = true
            log.console.level = warning
            log.file = false
            """
                .formatted(port, managementPort, Rabbit.ADMIN, password));
    if (definitions != null) {
      configuration
          .append("load_definitions = ")
          .append(WORKING_DIRECTORY)
          .append(home.relativize(definitions))
          .append('\n');
    }
    Secrets.write(home.resolve("rabbitmq.conf"), configuration.toString());
  }

  /**
   * The environment of the start script. With {@code RUNNING_UNDER_SYSTEMD} the script becomes the
   * server ({@code exec}) and does not start it as a child. So a signal to the started process
   * reaches the server.
   */
  static Map<String, String> environment(Path home, int epmdPort) throws IOException {
    Secrets.loadOrCreate(home.resolve(".erlang.cookie"));
    int distributionPort = Ports.free();
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", WORKING_DIRECTORY);
    environment.put("RUNNING_UNDER_SYSTEMD", "true");
    environment.put("RABBITMQ_CONF_ENV_FILE", WORKING_DIRECTORY + "none");
    environment.put("RABBITMQ_CONFIG_FILE", WORKING_DIRECTORY + "rabbitmq");
    environment.put("RABBITMQ_ADVANCED_CONFIG_FILE", WORKING_DIRECTORY + "none");
    environment.put("RABBITMQ_GENERATED_CONFIG_DIR", WORKING_DIRECTORY + "generated");
    environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", WORKING_DIRECTORY + "enabled_plugins");
    environment.put("RABBITMQ_NODENAME", "baedal@localhost");
    environment.put("RABBITMQ_MNESIA_BASE", WORKING_DIRECTORY + "data");
    environment.put("RABBITMQ_LOG_BASE", WORKING_DIRECTORY);
    environment.put("RABBITMQ_PID_FILE", WORKING_DIRECTORY + "pid");
    environment.put("RABBITMQ_DIST_PORT", "" + distributionPort);
    environment.put("RABBITMQ_CTL_DIST_PORT_MIN", "" + (distributionPort + 1));
    environment.put("RABBITMQ_CTL_DIST_PORT_MAX", "" + (distributionPort + CLI_PORTS));
    environment.put("ERL_EPMD_PORT", "" + epmdPort);
    environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
    environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", ERLANG_ARGUMENTS);
    return environment;
  }
}
