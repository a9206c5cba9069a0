package baedal.dev;

import java.nio.file.FileSystemException;
import java.util.Locale;

/**
 * Ends a program under {@code tools}. The message is one line for the terminal; it says what is
 * wrong and, where possible, what to do.
 */
public final class Failure extends RuntimeException {

  public Failure(String message) {
    super(message, null, false, false);
  }

  /**
   * Describes an error for the terminal. If an exception has no message, or only the name of a
   * file, the description contains the words of the exception's class name.
   */
  public static String describe(Throwable e) {
    String message = e.getMessage();
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return classWords(file) + ": " + file.getFile();
    }
    return message == null || message.isBlank() ? classWords(e) : message;
  }

  /** {@code AccessDeniedException} becomes «access denied». */
  private static String classWords(Throwable e) {
    return e.getClass()
        .getSimpleName()
        .replace("Exception", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
