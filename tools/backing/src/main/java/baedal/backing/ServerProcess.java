package baedal.backing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** The process of a server: starts it, waits until it is ready, and stops or kills it. */
public final class ServerProcess {

  private static final long POLL_MILLIS = 50;
  private static final int LAST_LINES = 15;

  /**
   * The nice value of a lowered priority: 0 is the usual priority, 19 the lowest. Each step reduces
   * the processor share by a fifth.
   */
  private static final String NICE = "8";

  private final String name;
  private final Process process;
  private final Path log;

  private ServerProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts the command in the folder of {@code log} and writes its output to {@code log}. The
   * process ends when this JVM ends, even when the JVM is killed. With {@code setsid} on the PATH,
   * a Ctrl-C in the JVM's terminal does not reach the process. So the services can finish before
   * the process stops.
   */
  public static ServerProcess start(
      String name, List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    Files.createDirectories(log.getParent());
    List<String> detached = new ArrayList<>(command);
    Tools.find("setsid").ifPresent(setsid -> detached.add(0, setsid.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(detached)
            .directory(log.getParent().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(new java.io.File("/dev/null"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    Reaper.watch(process.pid());
    Orphans.write(log, process.toHandle());
    return new ServerProcess(name, process, log);
  }

  /**
   * Waits until {@code ready} is true.
   *
   * @throws IOException with the last lines of the log, when the process ends or the timeout is
   *     over
   */
  public ServerProcess await(BooleanSupplier ready, Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!ready.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        String problem =
            process.isAlive()
                ? " was not ready within " + timeout.toSeconds() + " s"
                : " ended before it was ready";
        kill();
        throw new IOException(name + problem + "; " + endOf(log));
      }
      pause();
    }
    return this;
  }

  static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Returns the last lines of the log. Latin-1 can read any bytes, whatever the encoding is. */
  static String endOf(Path log) throws IOException {
    List<String> lines =
        Files.exists(log) ? Files.readAllLines(log, StandardCharsets.ISO_8859_1) : List.of();
    List<String> last = lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    return "the last lines of its log " + log + ":\n" + String.join("\n", last);
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Lowers the priority: under load this process gets a sixth of the processor time of another
   * server. This works only on Linux, which shares processor time between sessions ({@code
   * sched_autogroup}, see sched(7)); on another system it does nothing.
   */
  public void lowerPriority() {
    Path share = Path.of("/proc/" + process.pid() + "/autogroup");
    try {
      if (!Files.readString(share).equals(Files.readString(Path.of("/proc/self/autogroup")))) {
        Files.writeString(share, NICE, StandardOpenOption.WRITE);
      }
    } catch (IOException e) {
      // this system has no autogroups
    }
  }

  /** Calls {@code action} with the exit code when the process has ended for any reason. */
  public void onExit(IntConsumer action) {
    Thread waiting =
        new Thread(() -> action.accept(process.onExit().join().exitValue()), name + " ends");
    waiting.setDaemon(true);
    waiting.start();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /**
   * Sends SIGTERM. If the process still runs after {@code timeout}, kills the process. Returns
   * whether the process ended without this.
   */
  public boolean stop(Duration timeout) {
    process.destroy();
    try {
      if (process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        forget();
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
    return false;
  }

  /** Sends SIGKILL to the process and its child processes. */
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      if (process.waitFor(5, TimeUnit.SECONDS)) {
        forget();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void forget() {
    try {
      Reaper.forget(process.pid());
      Files.deleteIfExists(Orphans.pidFile(log));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the pid file of " + name, e);
    }
  }
}
