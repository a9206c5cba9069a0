package baedal.dev;

import java.util.Locale;

/**
 * Tells the person at the terminal what is being done: a line a step, with seconds since the start.
 */
public final class ConsoleProgress {

  private final long start = System.nanoTime();

  public synchronized void say(String what) {
    System.out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds(), what);
    System.out.flush();
  }

  public double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }
}
