package baedal.backing;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Ends the processes that this JVM started, even when the JVM is killed. A shell reads from a pipe
 * what to watch. The pipe closes when the JVM ends; then the shell ends what it watches.
 */
final class Reaper {

  /**
   * Each positional parameter is a process id, or a folder of PostgreSQL. A server of such a folder
   * may be starting, so the shell looks for its process id for three seconds, as long as the folder
   * belongs to this JVM, the shell's parent. After twelve seconds the shell kills what is left,
   * with its process group.
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

  /** To be called when the process has ended: its id may be used again. */
  static void forget(long pid) throws IOException {
    send("forget " + pid);
  }

  /** Watches the PostgreSQL of this folder; to be called before it starts. */
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
