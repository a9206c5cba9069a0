package baedal.dev;

import java.nio.file.FileSystemException;
import java.util.Locale;

/** Why the system cannot start, in one line that says what to do. */
public final class Failure extends RuntimeException {

  public Failure(String message) {
    super(message, null, false, false);
  }

  /** What went wrong in words: many causes have no message, or only the name of a file. */
  public static String words(Throwable e) {
    String message = e.getMessage();
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return spoken(file) + ": " + file.getFile();
    }
    return message == null || message.isBlank() ? spoken(e) : message;
  }

  /** {@code AccessDeniedException} is «access denied». */
  private static String spoken(Throwable e) {
    return e.getClass()
        .getSimpleName()
        .replace("Exception", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
