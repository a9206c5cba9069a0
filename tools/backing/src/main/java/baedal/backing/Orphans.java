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
 * Processes that a JVM started and left behind when it was killed. They hold data folders and
 * ports, so they must be gone before others take their place. Ids are used again: a process counts
 * as ours only by its time of birth or by a program in a folder of ours.
 */
public final class Orphans {

  private static final String MARK = ".pid";
  private static final int DEPTH = 2;
  private static final Duration CLOCK_MAY_DIFFER_BY = Duration.ofSeconds(2);
  private static final long PATIENCE_SECONDS = 12;

  private Orphans() {}

  /** Ends what still runs of those whose logs lie in {@code home}'s folders; returns how many. */
  public static int end(Path home) throws IOException {
    if (!Files.isDirectory(home)) {
      return 0;
    }
    List<Path> marks;
    try (Stream<Path> files = Files.find(home, DEPTH, (file, attributes) -> isMark(file))) {
      marks = files.toList();
    }
    List<ProcessHandle> orphans = marks.stream().flatMap(mark -> marked(mark).stream()).toList();
    end(orphans);
    for (Path mark : marks) {
      Files.delete(mark);
    }
    return orphans.size();
  }

  /** Ends what runs a program from this folder; returns how many. */
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
    if (!gone(all)) {
      all.forEach(ProcessHandle::destroyForcibly);
      gone(all);
    }
  }

  private static boolean gone(List<ProcessHandle> processes) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
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

  static Path mark(Path log) {
    return log.resolveSibling(log.getFileName() + MARK);
  }

  private static boolean isMark(Path file) {
    return file.toString().endsWith(".log" + MARK);
  }

  static void write(Path log, ProcessHandle process) throws IOException {
    Instant born = process.info().startInstant().orElse(Instant.now());
    Files.writeString(mark(log), process.pid() + " " + born.toEpochMilli());
  }

  private static Optional<ProcessHandle> marked(Path mark) {
    try {
      String[] words = Files.readString(mark).split(" ", 2);
      Instant born = Instant.ofEpochMilli(Long.parseLong(words[1]));
      return ProcessHandle.of(Long.parseLong(words[0])).filter(process -> bornAt(process, born));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** A zombie has a time of birth, too, but no program any more. */
  private static boolean bornAt(ProcessHandle process, Instant born) {
    return process.info().command().isPresent()
        && process
            .info()
            .startInstant()
            .filter(at -> Duration.between(at, born).abs().compareTo(CLOCK_MAY_DIFFER_BY) < 0)
            .isPresent();
  }
}
