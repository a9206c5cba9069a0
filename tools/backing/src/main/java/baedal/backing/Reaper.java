package baedal.backing;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Ensures that no server outlives the JVM that started it, even if the JVM is killed. The JVM sends
 * the process ids through a pipe to a shell. When the JVM ends, the pipe closes and the shell ends
 * these processes.
 */
final class Reaper {

  /**
   * The positional parameters are the watched processes: each is a process id, or the folder of a
   * PostgreSQL server with a file that contains its process id. A starting server writes this file
   * late, so the shell looks for it for three seconds. The shell ignores a folder that another JVM
   * owns by now. After twelve seconds the shell kills the processes that still run, with their
   * process groups.
   */
  private static final String SCRIPT =
      """
      trap '' INT QUIT TERM HUP
      while read -r command target; do
        case $command in
          watch) set -- "$@" "$target" ;;
          forget) for one; do shift; [ "$one" = "$target" ] || set -- "$@" "$one"; done ;;
        esac
      done
      [ $# -gt 0 ] || exit 0
      asked=""
      for second in 1 2 3 4 5 6 7 8 9 10 11 12; do
        alive=""
        for one; do
          case $one in
            /*) pid=$(head -n 1 "$one/data/postmaster.pid" 2>/dev/null)
              [ "$(cat "$one/owner")" = "$PPID" ] || continue ;;
            *) pid=$one ;;
          esac
          kill -0 "$pid" 2>/dev/null || continue
          alive="$alive $pid"
          case "$asked " in *" $pid "*) ;; *) kill "$pid" 2>/dev/null; asked="$asked $pid" ;; esac
        done
        [ -n "$alive" ] || [ "$second" -lt 3 ] || exit 0
        sleep 1
      done
      for pid in $alive; do kill -9 -- "-$pid" 2>/dev/null; kill -9 "$pid" 2>/dev/null; done
      """;

  private static PrintStream pipe;

  private Reaper() {}

  static void watch(long pid) throws IOException {
    send("watch " + pid);
  }

  /** Call this when the process has ended: the system may give its id to another process. */
  static void forget(long pid) throws IOException {
    send("forget " + pid);
  }

  /** Watches the PostgreSQL server of this folder. Call this before the server starts. */
  static void watch(Path postgres) throws IOException {
    Files.writeString(postgres.resolve("owner"), "" + ProcessHandle.current().pid());
    send("watch " + postgres.toAbsolutePath());
  }

  static void forget(Path postgres) throws IOException {
    send("forget " + postgres.toAbsolutePath());
  }

  private static synchronized void send(String line) throws IOException {
    if (pipe == null) {
      Process shell =
          new ProcessBuilder("sh", "-c", SCRIPT)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      pipe = new PrintStream(shell.getOutputStream(), true, StandardCharsets.UTF_8);
    }
    pipe.println(line);
  }
}
