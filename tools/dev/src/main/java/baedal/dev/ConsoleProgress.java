package baedal.dev;

import java.util.Locale;

/** Prints the steps of a run to the terminal, each with the seconds since the start. */
public final class ConsoleProgress {

  private final long start = System.nanoTime();

  public synchronized void print(String step) {
    System.out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds(), step);
    System.out.flush();
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }
}
