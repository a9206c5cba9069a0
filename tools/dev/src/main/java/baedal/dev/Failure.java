package baedal.dev;

import java.nio.file.FileSystemException;
import java.util.Locale;

/**
 * Why a program under {@code tools} ends: one line for the terminal that says what is wrong and
 * what to do.
 */
public final class Failure extends RuntimeException {

  public Failure(String message) {
    super(message, null, false, false);
  }

  /**
   * Describes an error for the terminal. Many exceptions have no message, or only the name of a
   * file: then the words of the class name say what is wrong.
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
