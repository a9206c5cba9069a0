package baedal.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a command in a process, for the tests of {@code ./run}. Reads its output and exit code. */
final class Command {

  private static final long TIMEOUT_SECONDS = 60;

  private final Process process;
  private final Path out;
  private final Path err;

  private Command(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts the program behind {@code ./run ARGUMENTS}, with its data under {@code home}. */
  static Command run(Path home, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx224m",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                Run.class.getName()));
    command.addAll(List.of(arguments));
    Map<String, String> all = new HashMap<>(environment);
    all.put("BAEDAL_HOME", home.toString());
    all.put("LOG_FORMAT", "file");
    all.put("LOG_FILE", home.resolve("logs/baedal.log").toString());
    return start(command, all);
  }

  static Command start(List<String> command, Map<String, String> environment) throws IOException {
    Path out = Files.createTempFile("baedal-dev", ".out");
    Path err = Files.createTempFile("baedal-dev", ".err");
    out.toFile().deleteOnExit();
    err.toFile().deleteOnExit();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new Command(builder.start(), out, err);
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  String out() throws IOException {
    return Files.readString(out);
  }

  /** The lines on standard error. */
  List<String> errors() throws IOException {
    return Files.readAllLines(err);
  }

  /** The only line on standard error. */
  String error() throws IOException {
    assertThat(errors()).hasSize(1);
    return errors().get(0);
  }

  /** Waits at most 60 s for the end of the command, and returns its exit code. */
  int end() throws InterruptedException {
    boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended).as("the command ended").isTrue();
    return process.exitValue();
  }

  void terminate() {
    process.destroy();
  }

  void kill() {
    process.destroyForcibly();
  }
}
