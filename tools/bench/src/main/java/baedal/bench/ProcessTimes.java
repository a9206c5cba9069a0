package baedal.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The processor time and memory of all processes at one moment, from {@code /proc/PID/stat}. So it
 * needs Linux.
 */
final class ProcessTimes {

  private static final double TICKS_PER_SECOND = 100;
  private static final int PAGE_BYTES = 4096;

  /**
   * One line of {@code /proc/PID/stat}.
   *
   * @param parent the id of the parent process
   * @param ticks user and system time of the process itself
   * @param endedChildrenTicks user and system time of its child processes that have ended
   * @param residentPages resident memory, in pages of the operating system
   */
  record Stat(long parent, long ticks, long endedChildrenTicks, long residentPages) {

    /** Parses the line. The second field is the program's name, which may contain spaces. */
    static Stat parse(String line) {
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return new Stat(
          Long.parseLong(fields[1]),
          Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
          Long.parseLong(fields[13]) + Long.parseLong(fields[14]),
          Long.parseLong(fields[21]));
    }
  }

  private final Map<Long, Stat> processes;

  ProcessTimes(Map<Long, Stat> processes) {
    this.processes = processes;
  }

  /** Reads the processes that exist now. */
  static ProcessTimes read() throws IOException {
    Map<Long, Stat> processes = new HashMap<>();
    try (Stream<Path> folders = Files.list(Path.of("/proc"))) {
      for (Path folder : (Iterable<Path>) folders::iterator) {
        String name = folder.getFileName().toString();
        if (Character.isDigit(name.charAt(0))) {
          readStat(folder.resolve("stat"), Long.parseLong(name), processes);
        }
      }
    }
    return new ProcessTimes(processes);
  }

  private static void readStat(Path file, long pid, Map<Long, Stat> processes) {
    try {
      processes.put(pid, Stat.parse(Files.readString(file)));
    } catch (IOException e) {
      // The process has ended since the folder was listed.
      processes.remove(pid);
    }
  }

  /** The processor time of one process, in seconds. Child processes do not count. */
  double secondsOf(long pid) {
    return processes.containsKey(pid) ? processes.get(pid).ticks() / TICKS_PER_SECOND : 0;
  }

  /** The processor time of the process and of all its descendants, in seconds. */
  double secondsOfTree(long root) {
    return processes.entrySet().stream()
            .filter(process -> isInTree(process.getKey(), root))
            .mapToLong(
                process -> process.getValue().ticks() + process.getValue().endedChildrenTicks())
            .sum()
        / TICKS_PER_SECOND;
  }

  /**
   * The resident memory of one process, in MB. PostgreSQL's processes share memory, so a sum over
   * them would count it several times.
   */
  double megabytesOf(long pid) {
    return processes.containsKey(pid)
        ? processes.get(pid).residentPages() * PAGE_BYTES / 1_000_000.0
        : 0;
  }

  private boolean isInTree(long pid, long root) {
    long at = pid;
    while (at != root && processes.containsKey(at)) {
      at = processes.get(at).parent();
    }
    return at == root;
  }
}
