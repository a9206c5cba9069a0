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
 * Ends processes that an earlier JVM started and left behind when it was killed. They hold data
 * folders and ports, so they must be gone before new servers start. Process ids are used again: a
 * process counts as an orphan only if its start time, or the folder of its program, matches.
 */
public final class Orphans {

  private static final String SUFFIX = ".pid";
  private static final int DEPTH = 2;
  private static final Duration START_TIME_TOLERANCE = Duration.ofSeconds(2);
  private static final long STOP_SECONDS = 12;

  private Orphans() {}

  /** Ends the orphans whose logs are in {@code home}'s folders; returns how many. */
  public static int end(Path home) throws IOException {
    if (!Files.isDirectory(home)) {
      return 0;
    }
    List<Path> marks;
    try (Stream<Path> files = Files.find(home, DEPTH, (file, attributes) -> isMarkFile(file))) {
      marks = files.toList();
    }
    List<ProcessHandle> orphans = marks.stream().flatMap(mark -> orphan(mark).stream()).toList();
    end(orphans);
    for (Path mark : marks) {
      Files.delete(mark);
    }
    return orphans.size();
  }

  /** Ends all processes that run a program from this folder; returns how many. */
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

  /** Whether all have ended in time. */
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

  /** The file beside a log that holds the id and the start time of its process. */
  static Path markFile(Path log) {
    return log.resolveSibling(log.getFileName() + SUFFIX);
  }

  private static boolean isMarkFile(Path file) {
    return file.toString().endsWith(".log" + SUFFIX);
  }

  static void write(Path log, ProcessHandle process) throws IOException {
    Instant startedAt = process.info().startInstant().orElse(Instant.now());
    Files.writeString(markFile(log), process.pid() + " " + startedAt.toEpochMilli());
  }

  private static Optional<ProcessHandle> orphan(Path mark) {
    try {
      String[] parts = Files.readString(mark).split(" ", 2);
      Instant startedAt = Instant.ofEpochMilli(Long.parseLong(parts[1]));
      return ProcessHandle.of(Long.parseLong(parts[0]))
          .filter(process -> startedAt(process, startedAt));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** A zombie has a start time, too, but no program. */
  private static boolean startedAt(ProcessHandle process, Instant time) {
    return process.info().command().isPresent()
        && process
            .info()
            .startInstant()
            .filter(at -> Duration.between(at, time).abs().compareTo(START_TIME_TOLERANCE) < 0)
            .isPresent();
  }
}
