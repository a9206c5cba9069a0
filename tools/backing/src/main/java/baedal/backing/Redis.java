package baedal.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import redis.embedded.core.ExecutableProvider;

/**
 * Redis from the binary in Maven Central, on loopback, for {@code ./run} and for tests. It writes
 * every change to its append-only file.
 */
public final class Redis implements Server {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
  private static final long COPY_SECONDS = 30;

  private final ServerProcess process;
  private final int port;

  private Redis(ServerProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * With {@code appendfsync always}, Redis confirms a write after it has flushed it to the disk.
   */
  public static Redis start(Path home, int port) throws IOException {
    Path data = home.resolve("data");
    Files.createDirectories(data);
    ServerProcess process =
        ServerProcess.start(
            "Redis",
            List.of(
                binary(home).toString(),
                "--port",
                "" + port,
                "--bind",
                "127.0.0.1",
                "--dir",
                data.toString(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--save",
                "",
                "--databases",
                "512",
                "--daemonize",
                "no"),
            Map.of(),
            home.resolve("redis.log"));
    process.await(() -> Ports.answers(port), START_TIMEOUT);
    return new Redis(process, port);
  }

  /**
   * Returns the executable. {@code cp} writes it, not this JVM: a child process that starts during
   * the write would inherit the open file. Linux does not run a program that is open for writing.
   */
  private static Path binary(Path home) throws IOException {
    Path binary = home.resolve("redis-server");
    if (!Files.isExecutable(binary)) {
      Path extracted = ExecutableProvider.newJarResourceProvider(home.toFile()).get().toPath();
      Path copy = home.resolve("redis-server.part");
      List<String> command = List.of("cp", extracted.toString(), copy.toString());
      if (!Tools.succeeds(command, COPY_SECONDS) || !copy.toFile().setExecutable(true)) {
        throw new IOException(
            "cannot make " + binary + " executable; the disk may be full or mounted with noexec");
      }
      Files.move(copy, binary, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(extracted);
    }
    return binary;
  }

  @Override
  public String name() {
    return "Redis";
  }

  @Override
  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public void stop() {
    process.stop(STOP_TIMEOUT);
  }

  @Override
  public void kill() {
    process.kill();
  }
}
