package baedal.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The sizes of large test suites: small in each build, full with {@code -Dbaedal.full=true}, which
 * {@code tools/bench/again} sets. Each suite also has a system property that sets its size.
 */
public final class SuiteSize {

  /** A file with one line for each size that was used; {@code tools/bench/again} prints it. */
  private static final Path USED = Path.of("target", "suite-sizes");

  private SuiteSize() {}

  /**
   * Returns the size of one suite in this build.
   *
   * @param property the system property that sets this size, such as {@code baedal.races}
   */
  public static int of(String property, int small, int full) {
    int size = Integer.getInteger(property, Boolean.getBoolean("baedal.full") ? full : small);
    try {
      Files.createDirectories(USED.getParent());
      Files.writeString(
          USED,
          "%s=%d%n".formatted(property, size),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return size;
  }
}
