package baedal.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds and runs programs of this machine. */
public final class Tools {

  private static final long DOCKER_SECONDS = 5;

  private Tools() {}

  /** Searches the PATH for a program. */
  public static Optional<Path> find(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : path.split(":", -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** Whether a Docker engine runs; the Docker client alone is not enough. */
  public static boolean docker() {
    return find("docker").isPresent() && succeeds(List.of("docker", "info"), DOCKER_SECONDS);
  }

  /** Runs the command for at most {@code seconds}; returns whether it ends with exit code 0. */
  static boolean succeeds(List<String> command, long seconds) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(new java.io.File("/dev/null"))
              .start();
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * The command that runs a container in the foreground, reachable on loopback. Docker removes the
   * container when it ends; its data stays in {@code data}.
   */
  static List<String> dockerRun(
      String image,
      int port,
      int containerPort,
      Path data,
      String containerData,
      Map<String, String> environment) {
    List<String> command = new ArrayList<>(List.of("docker", "run", "--rm", "--init"));
    command.addAll(List.of("-p", "127.0.0.1:" + port + ":" + containerPort));
    command.addAll(List.of("-v", data.toAbsolutePath() + ":" + containerData));
    environment.forEach((key, value) -> command.addAll(List.of("-e", key + "=" + value)));
    command.add(image);
    return command;
  }
}
