package baedal.backing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** RabbitMQ, the real broker, as a private node on loopback with its management page. */
public final class Rabbit implements Server {

  /** The user that may do everything, for the management page and for tests. */
  public static final String ADMIN = "baedal";

  /** Generous: a package manager that is killed half-way leaves a mess. */
  private static final long INSTALL_SECONDS = 1_800;

  private static final String MISSING =
      "RabbitMQ is missing. Three ways: install it (apt-get install rabbitmq-server), start a Docker engine, or name a"
          + " running one in AMQP_URI";

  /** Where it takes connections inside its container. */
  private static final int CONTAINER_PORT = 5672;

  private static final Path DEBIAN = Path.of("/usr/lib/rabbitmq/lib");

  /**
   * Its working directory, by a name that stays the same. Its scripts and tools cannot bear a space
   * or a letter beyond ASCII in a path, and its queues keep the paths of their files: under this
   * name a folder may be called anything, and be moved.
   */
  private static final String HERE = "/proc/self/cwd/";

  /**
   * Its schedulers wait a very short moment before they sleep: with none ({@code +sbwt none}) each
   * of the thousands of file operations of a start sleeps and is woken, which takes twice as long.
   */
  private static final String EMULATOR =
      "-kernel inet_dist_use_interface {127,0,0,1} +B i +S 2:2"
          + " +sbwt very_short +sbwtdcpu very_short +sbwtdio very_short";

  private static final Duration STARTS_WITHIN = Duration.ofSeconds(90);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(12);
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private final ServerProcess process;
  private final int port;
  private final int managementPort;
  private final String password;
  private final Optional<ServerProcess> epmd;

  private Rabbit(
      ServerProcess process,
      int port,
      int managementPort,
      String password,
      Optional<ServerProcess> epmd) {
    this.process = process;
    this.port = port;
    this.managementPort = managementPort;
    this.password = password;
    this.epmd = epmd;
  }

  /** Whether the server's package is on this machine. */
  public static boolean installed() {
    return sbin().isPresent();
  }

  /**
   * Makes sure that the server can be started here: installs Debian's package as root or with sudo,
   * after saying so; fails with the ways there are when none is open.
   */
  public static void ensureInstalled(Consumer<String> say) throws IOException {
    if (installed()) {
      return;
    }
    boolean root = "root".equals(System.getProperty("user.name"));
    boolean sudo = !root && Tools.succeeds(List.of("sudo", "-n", "true"), 5);
    if (Tools.find("apt-get").isEmpty() || !(root || sudo)) {
      throw new IOException(MISSING);
    }
    say.accept(
        "RabbitMQ is not installed: installing Debian's package rabbitmq-server with apt-get");
    List<String> prefix = root ? List.of("env") : List.of("sudo", "env");
    apt(prefix, List.of("update", "-qq"));
    apt(prefix, List.of("install", "-y", "-qq", "--no-install-recommends", "rabbitmq-server"));
    if (!installed()) {
      throw new IOException(MISSING);
    }
  }

  private static void apt(List<String> prefix, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of("DEBIAN_FRONTEND=noninteractive", "apt-get"));
    command.addAll(arguments);
    if (!Tools.succeeds(command, INSTALL_SECONDS)) {
      throw new IOException(
          "'" + String.join(" ", command) + "' failed: run it by hand to see why");
    }
  }

  private static Optional<Path> sbin() {
    if (!Files.isDirectory(DEBIAN)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions
          .map(v -> v.resolve("sbin"))
          .filter(s -> Files.isExecutable(s.resolve("rabbitmq-server")))
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a node whose definitions (JSON; exchanges, queues, users …) come from {@code
   * definitions}, a file under {@code home}, if not null.
   */
  public static Rabbit start(
      Path home, int port, int managementPort, String password, Path definitions)
      throws IOException {
    Path server = sbin().orElseThrow(() -> new IOException(MISSING)).resolve("rabbitmq-server");
    Files.createDirectories(home.resolve("data"));
    Files.writeString(home.resolve("enabled_plugins"), "[rabbitmq_management].\n");
    Secrets.write(
        home.resolve("rabbitmq.conf"),
        configuration(
            port,
            managementPort,
            password,
            definitions == null ? null : HERE + home.relativize(definitions)));
    int epmdPort = Ports.free();
    ServerProcess epmd =
        ServerProcess.start(
            "epmd",
            List.of(epmd().toString(), "-port", "" + epmdPort, "-address", "127.0.0.1"),
            Map.of(),
            home.resolve("epmd.log"));
    epmd.await(() -> Ports.answers(epmdPort), Duration.ofSeconds(30));
    ServerProcess process =
        ServerProcess.start(
            "RabbitMQ",
            List.of(server.toString()),
            environment(home, epmdPort),
            home.resolve("rabbitmq.log"));
    try {
      process.await(() -> takesConnections(managementPort, password, port), STARTS_WITHIN);
    } catch (IOException e) {
      epmd.kill();
      throw e;
    }
    return new Rabbit(process, port, managementPort, password, Optional.of(epmd));
  }

  /** Erlang's port mapper: the node would start one that outlives it. */
  private static Path epmd() throws IOException {
    Optional<Path> onPath = Tools.find("epmd");
    if (onPath.isPresent()) {
      return onPath.get();
    }
    try (Stream<Path> erlang = Files.list(Path.of("/usr/lib/erlang"))) {
      return erlang
          .map(version -> version.resolve("bin/epmd"))
          .filter(Files::isExecutable)
          .findFirst()
          .orElseThrow(() -> new IOException(MISSING));
    }
  }

  /** The same in Docker, without definitions: whoever starts it declares what it needs. */
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
    process.await(() -> takesConnections(managementPort, password, CONTAINER_PORT), STARTS_WITHIN);
    return new Rabbit(process, port, managementPort, password, Optional.empty());
  }

  private static String configuration(
      int port, int managementPort, String password, String definitions) {
    StringBuilder conf =
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
                .formatted(port, managementPort, ADMIN, password));
    if (definitions != null) {
      conf.append("load_definitions = ").append(definitions).append('\n');
    }
    return conf.toString();
  }

  /**
   * As under systemd, its script becomes the server instead of watching over it: the process that
   * we know is the one that holds the data.
   */
  private static Map<String, String> environment(Path home, int epmdPort) throws IOException {
    Secrets.kept(home.resolve(".erlang.cookie"));
    int distribution = Ports.free();
    Map<String, String> environment = new HashMap<>();
    environment.put("HOME", HERE);
    environment.put("RUNNING_UNDER_SYSTEMD", "true");
    environment.put("RABBITMQ_CONF_ENV_FILE", HERE + "none");
    environment.put("RABBITMQ_CONFIG_FILE", HERE + "rabbitmq");
    environment.put("RABBITMQ_ADVANCED_CONFIG_FILE", HERE + "none");
    environment.put("RABBITMQ_GENERATED_CONFIG_DIR", HERE + "generated");
    environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", HERE + "enabled_plugins");
    environment.put("RABBITMQ_NODENAME", "baedal@localhost");
    environment.put("RABBITMQ_MNESIA_BASE", HERE + "data");
    environment.put("RABBITMQ_LOG_BASE", HERE);
    environment.put("RABBITMQ_PID_FILE", HERE + "pid");
    environment.put("RABBITMQ_DIST_PORT", "" + distribution);
    environment.put("RABBITMQ_CTL_DIST_PORT_MIN", "" + (distribution + 1));
    environment.put("RABBITMQ_CTL_DIST_PORT_MAX", "" + (distribution + 10));
    environment.put("ERL_EPMD_PORT", "" + epmdPort);
    environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
    environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", EMULATOR);
    return environment;
  }

  /**
   * Its management page is up before it listens for AMQP: a page that answers says nothing yet.
   *
   * @param port where it listens, as it sees it
   */
  private static boolean takesConnections(int managementPort, String password, int port) {
    try {
      return call(
              "http://127.0.0.1:" + managementPort,
              "GET",
              "/api/health/checks/port-listener/" + port,
              ADMIN,
              password,
              null)
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Calls the management API; returns the status. */
  static int call(
      String management, String method, String path, String user, String password, String body)
      throws IOException {
    String basic =
        Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(management + path))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Basic " + basic)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Makes an empty virtual host, and returns its URI. */
  public static String virtualHost(
      String management, int port, String user, String password, String name) throws IOException {
    int made = call(management, "PUT", "/api/vhosts/" + name, user, password, "{}");
    int allowed =
        call(
            management,
            "PUT",
            "/api/permissions/" + name + "/" + user,
            user,
            password,
            "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}");
    if (made >= 300 || allowed >= 300) {
      throw new IOException("the management API refused a virtual host: " + made + ", " + allowed);
    }
    return "amqp://" + user + ":" + password + "@127.0.0.1:" + port + "/" + name;
  }

  public String management() {
    return "http://127.0.0.1:" + managementPort;
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
    return "amqp://" + ADMIN + ":" + password + "@127.0.0.1:" + port;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  /** Where people wait for services on the same machine: they come before events. */
  public void giveWay() {
    process.giveWay();
  }

  @Override
  public void stop() {
    process.stop(STOPS_WITHIN);
    epmd.ifPresent(ServerProcess::kill);
  }

  @Override
  public void kill() {
    process.kill();
    epmd.ifPresent(ServerProcess::kill);
  }
}
