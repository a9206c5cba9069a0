package baedal.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * RabbitMQ as a private node on loopback, for {@code ./run} and for tests, with its management
 * page.
 */
public final class Rabbit implements Server {

  /** The user with all permissions, for the management page and for tests. */
  public static final String ADMIN = "baedal";

  /** The AMQP port inside the container. */
  private static final int CONTAINER_PORT = 5672;

  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration EPMD_START_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(12);

  private final ServerProcess process;
  private final int port;
  private final RabbitManagement management;
  private final Optional<ServerProcess> epmd;

  private Rabbit(
      ServerProcess process, int port, RabbitManagement management, Optional<ServerProcess> epmd) {
    this.process = process;
    this.port = port;
    this.management = management;
    this.epmd = epmd;
  }

  /**
   * Starts a node from the installed package. {@code definitions} is null, or a file under {@code
   * home} that the node loads (JSON: exchanges, queues, users, …).
   */
  public static Rabbit start(
      Path home, int port, int managementPort, String password, Path definitions)
      throws IOException {
    Path server = RabbitPackage.server();
    RabbitNode.writeConfiguration(home, port, managementPort, password, definitions);
    int epmdPort = Ports.free();
    ServerProcess epmd = startEpmd(home, epmdPort);
    ServerProcess process =
        ServerProcess.start(
            "RabbitMQ",
            List.of(server.toString()),
            RabbitNode.environment(home, epmdPort),
            home.resolve("rabbitmq.log"));
    RabbitManagement management = management(managementPort, password);
    try {
      process.await(() -> management.acceptsConnections(port), START_TIMEOUT);
    } catch (IOException e) {
      epmd.kill();
      throw e;
    }
    return new Rabbit(process, port, management, Optional.of(epmd));
  }

  /**
   * Starts Erlang's port mapper for the node. Otherwise the node would start its own port mapper,
   * which would still run after the node has ended.
   */
  private static ServerProcess startEpmd(Path home, int port) throws IOException {
    ServerProcess epmd =
        ServerProcess.start(
            "epmd",
            List.of(RabbitPackage.epmd().toString(), "-port", "" + port, "-address", "127.0.0.1"),
            Map.of(),
            home.resolve("epmd.log"));
    return epmd.await(() -> Ports.answers(port), EPMD_START_TIMEOUT);
  }

  /** Starts a node in Docker, without definitions: the caller declares exchanges and queues. */
  public static Rabbit startInDocker(Path home, int port, int managementPort, String password)
      throws IOException {
    Files.createDirectories(home.resolve("data"));
    List<String> command =
        List.of(
            "docker",
            "run",
            "--rm",
            "--init",
            "--hostname",
            "baedal",
            "-p",
            "127.0.0.1:" + port + ":" + CONTAINER_PORT,
            "-p",
            "127.0.0.1:" + managementPort + ":15672",
            "-v",
            home.resolve("data").toAbsolutePath() + ":/var/lib/rabbitmq",
            "-e",
            "RABBITMQ_DEFAULT_USER=" + ADMIN,
            "-e",
            "RABBITMQ_DEFAULT_PASS=" + password,
            "rabbitmq:3.13-management");
    ServerProcess process =
        ServerProcess.start("RabbitMQ in Docker", command, Map.of(), home.resolve("rabbitmq.log"));
    RabbitManagement management = management(managementPort, password);
    process.await(() -> management.acceptsConnections(CONTAINER_PORT), START_TIMEOUT);
    return new Rabbit(process, port, management, Optional.empty());
  }

  private static RabbitManagement management(int port, String password) {
    return new RabbitManagement("http://127.0.0.1:" + port, ADMIN, password);
  }

  /** {@code http://host:port} of the management page and API. */
  public String management() {
    return management.uri();
  }

  public int port() {
    return port;
  }

  @Override
  public String name() {
    return "RabbitMQ";
  }

  @Override
  public String uri() {
    return "amqp://" + ADMIN + ":" + management.password() + "@127.0.0.1:" + port;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  /**
   * Gives the broker less processor time, so that requests have priority over events; see {@link
   * ServerProcess#lowerPriority}.
   */
  public void lowerPriority() {
    process.lowerPriority();
  }

  @Override
  public void stop() {
    process.stop(STOP_TIMEOUT);
    epmd.ifPresent(ServerProcess::kill);
  }

  @Override
  public void kill() {
    process.kill();
    epmd.ifPresent(ServerProcess::kill);
  }
}
