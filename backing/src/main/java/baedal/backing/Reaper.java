package baedal.backing;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Ends what this JVM started even when the JVM itself is killed: a shell that reads process ids
 * from a pipe, and ends them when the pipe closes, as it does with its writer.
 */
final class Reaper {

  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      pids=""
      while read -r pid; do pids="$pids $pid"; done
      [ -n "$pids" ] || exit 0
      kill $pids 2>/dev/null
      for i in 1 2 3 4 5 6 7 8 9 10; do
        alive=""
        for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive="$alive $pid"; done
        [ -n "$alive" ] || exit 0
        sleep 1
      done
      kill -9 $alive 2>/dev/null
      """;

  private static PrintStream pipe;

  private Reaper() {}

  static synchronized void watch(long pid) throws IOException {
    if (pipe == null) {
      Process shell =
          new ProcessBuilder("sh", "-c", SCRIPT)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      pipe = new PrintStream(shell.getOutputStream(), true, StandardCharsets.UTF_8);
    }
    pipe.println(pid);
  }
}
