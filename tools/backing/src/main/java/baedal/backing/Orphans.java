package baedal.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Ends orphans: servers that an earlier JVM started and that still run because that JVM was killed.
 * They use data folders and ports, so they must end before new servers start. The system may give
 * the id of an ended process to another process. So this class also compares the start time, or the
 * folder of the program.
 */
public final class Orphans {

  private static final String SUFFIX = ".pid";
  private static final int DEPTH = 2;
  private static final Duration START_TIME_TOLERANCE = Duration.ofSeconds(2);
  private static final long STOP_SECONDS = 12;

  private Orphans() {}

  /**
   * Ends the orphans with a pid file in {@code home} or in a folder of it; returns how many there
   * were.
   */
  public static int end(Path home) throws IOException {
    if (!Files.isDirectory(home)) {
      return 0;
    }
    List<Path> pidFiles;
    try (Stream<Path> files = Files.find(home, DEPTH, (file, attributes) -> isPidFile(file))) {
      pidFiles = files.toList();
    }
    List<ProcessHandle> orphans = pidFiles.stream().flatMap(file -> orphan(file).stream()).toList();
    end(orphans);
    for (Path pidFile : pidFiles) {
      Files.delete(pidFile);
    }
    return orphans.size();
  }

  /** Ends all processes that run a program in this folder; returns how many there were. */
  static int endProgramsIn(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    Path real = folder.toRealPath();
    List<ProcessHandle> orphans =
        ProcessHandle.allProcesses()
            .filter(p -> p.info().command().filter(c -> Path.of(c).startsWith(real)).isPresent())
            .toList();
    end(orphans);
    return orphans.size();
  }

  private static void end(List<ProcessHandle> processes) {
    List<ProcessHandle> all =
        processes.stream().flatMap(p -> Stream.concat(Stream.of(p), p.descendants())).toList();
    processes.forEach(ProcessHandle::destroy);
    if (!awaitEnd(all)) {
      all.forEach(ProcessHandle::destroyForcibly);
      awaitEnd(all);
    }
  }

  /** Returns whether all processes have ended within {@link #STOP_SECONDS}. */
  private static boolean awaitEnd(List<ProcessHandle> processes) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    try {
      for (ProcessHandle process : processes) {
        process.onExit().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * The pid file of the server that writes this log: it holds the process id and the start time.
   */
  static Path pidFile(Path log) {
    return log.resolveSibling(log.getFileName() + SUFFIX);
  }

  private static boolean isPidFile(Path file) {
    return file.toString().endsWith(".log" + SUFFIX);
  }

  static void write(Path log, ProcessHandle process) throws IOException {
    Instant startedAt = process.info().startInstant().orElse(Instant.now());
    Files.writeString(pidFile(log), process.pid() + " " + startedAt.toEpochMilli());
  }

  /** The process that this pid file names, if it still runs. */
  private static Optional<ProcessHandle> orphan(Path pidFile) {
    try {
      String[] parts = Files.readString(pidFile).split(" ", 2);
      Instant startedAt = Instant.ofEpochMilli(Long.parseLong(parts[1]));
      return ProcessHandle.of(Long.parseLong(parts[0]))
          .filter(process -> startedAt(process, startedAt));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** A zombie has a start time, but no command; it counts as ended. */
  private static boolean startedAt(ProcessHandle process, Instant time) {
    return process.info().command().isPresent()
        && process
            .info()
            .startInstant()
            .filter(at -> Duration.between(at, time).abs().compareTo(START_TIME_TOLERANCE) < 0)
            .isPresent();
  }
}
