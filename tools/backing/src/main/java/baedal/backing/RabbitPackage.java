package baedal.backing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * RabbitMQ as a package of this machine, for {@link Rabbit}: finds its programs, and installs it if
 * it is missing.
 */
public final class RabbitPackage {

  private static final String MISSING =
      "RabbitMQ is missing. Install it (apt-get install rabbitmq-server), start a Docker engine, or"
          + " name a running broker in AMQP_URI";

  /**
   * Maximum time of one command of the package manager. It is long, because a package manager that
   * is killed leaves a broken package.
   */
  private static final long INSTALL_SECONDS = 1_800;

  private static final long SUDO_SECONDS = 5;
  private static final Path DEBIAN = Path.of("/usr/lib/rabbitmq/lib");
  private static final Path ERLANG = Path.of("/usr/lib/erlang");

  private RabbitPackage() {}

  public static boolean isInstalled() {
    return findServer().isPresent();
  }

  /**
   * If RabbitMQ is missing, installs Debian's package as root or with sudo. Before the installation
   * it passes a line for the user to {@code progress}.
   *
   * @throws IOException when it cannot install the package; the message says what the user can do
   */
  public static void ensureInstalled(Consumer<String> progress) throws IOException {
    if (isInstalled()) {
      return;
    }
    boolean root = "root".equals(System.getProperty("user.name"));
    boolean sudo = !root && Tools.succeeds(List.of("sudo", "-n", "true"), SUDO_SECONDS);
    if (Tools.find("apt-get").isEmpty() || !(root || sudo)) {
      throw new IOException(MISSING);
    }
    progress.accept(
        "RabbitMQ is not installed: installing Debian's package rabbitmq-server with apt-get");
    List<String> prefix = root ? List.of("env") : List.of("sudo", "env");
    apt(prefix, List.of("update", "-qq"));
    apt(prefix, List.of("install", "-y", "-qq", "--no-install-recommends", "rabbitmq-server"));
    if (!isInstalled()) {
      throw new IOException(MISSING);
    }
  }

  private static void apt(List<String> prefix, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of("DEBIAN_FRONTEND=noninteractive", "apt-get"));
    command.addAll(arguments);
    if (!Tools.succeeds(command, INSTALL_SECONDS)) {
      throw new IOException(
          "'" + String.join(" ", command) + "' failed; run it in a terminal to see the reason");
    }
  }

  /** The script that starts the server. */
  static Path server() throws IOException {
    return findServer().orElseThrow(() -> new IOException(MISSING));
  }

  private static Optional<Path> findServer() {
    if (!Files.isDirectory(DEBIAN)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions
          .map(version -> version.resolve("sbin/rabbitmq-server"))
          .filter(Files::isExecutable)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The program of Erlang's port mapper. */
  static Path epmd() throws IOException {
    Optional<Path> onPath = Tools.find("epmd");
    if (onPath.isPresent()) {
      return onPath.get();
    }
    try (Stream<Path> versions = Files.list(ERLANG)) {
      return versions
          .map(version -> version.resolve("bin/epmd"))
          .filter(Files::isExecutable)
          .findFirst()
          .orElseThrow(() -> new IOException(MISSING));
    }
  }
}
