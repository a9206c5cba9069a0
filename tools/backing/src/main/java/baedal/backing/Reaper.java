package baedal.backing;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Ends what this JVM started even when the JVM itself is killed: a shell that is told through a
 * pipe what to watch, and ends it when the pipe closes, as it does with its writer.
 */
final class Reaper {

  /**
   * Each argument is a process id, or a folder of PostgreSQL: such a server may just be starting,
   * so it is looked for a little longer, as long as the folder belongs to this JVM, which is the
   * shell's parent at its start. What does not end when asked is killed with its process group.
   */
  private static final String SCRIPT =
      """
      trap '' INT QUIT TERM HUP
      while read -r word what; do
        case $word in
          watch) set -- "$@" "$what" ;;
          forget) for one; do shift; [ "$one" = "$what" ] || set -- "$@" "$one"; done ;;
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
    tell("watch " + pid);
  }

  /** It has ended: its id may be another's by now. */
  static void forget(long pid) throws IOException {
    tell("forget " + pid);
  }

  /** The PostgreSQL of this folder, from before its start; its process is none of ours. */
  static void watch(Path postgres) throws IOException {
    Files.writeString(postgres.resolve("owner"), "" + ProcessHandle.current().pid());
    tell("watch " + postgres.toAbsolutePath());
  }

  static void forget(Path postgres) throws IOException {
    tell("forget " + postgres.toAbsolutePath());
  }

  private static synchronized void tell(String line) throws IOException {
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
