package baedal.runtime;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.regex.Pattern;

/**
 * The rules for texts in all services. Texts of requests are converted to Unicode normalization
 * form C (NFC): the same letters are then the same characters, whichever system the client typed
 * them on.
 */
public final class Text {

  /**
   * A visible character: not a separator, control or format character, combining mark, Hangul
   * filler, or empty Braille pattern. The contracts have the same pattern.
   */
  private static final Pattern VISIBLE =
      Pattern.compile("[^\\p{Z}\\p{Cc}\\p{Cf}\\p{M}\\u115F\\u1160\\u3164\\uFFA0\\u2800]");

  private Text() {}

  /** The text in normalization form C (NFC); the same object if it is in that form already. */
  public static String nfc(String text) {
    return in(Form.NFC, text);
  }

  /**
   * The text in normalization form D (NFD). Data of earlier versions may be stored in that form.
   */
  public static String nfd(String text) {
    return in(Form.NFD, text);
  }

  private static String in(Form form, String text) {
    if (isAscii(text) || Normalizer.isNormalized(text, form)) {
      return text;
    }
    return Normalizer.normalize(text, form);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > '\u007f') {
        return false;
      }
    }
    return true;
  }

  /** Whether the text has no visible character; true for null. */
  public static boolean isBlank(String text) {
    return text == null || !VISIBLE.matcher(text).find();
  }

  /** The value that is stored for an optional text: null if the text is blank. */
  public static String orNull(String text) {
    return isBlank(text) ? null : text;
  }

  /** The reason why a database cannot keep this text unchanged. Null if it can. */
  static String fault(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\0') {
        return "must not contain NUL";
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return "must not contain half of a surrogate pair";
        }
        i++;
      }
    }
    return null;
  }
}
