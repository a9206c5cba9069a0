package baedal.runtime;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.regex.Pattern;

/**
 * The rules for texts in all services. Texts from outside are converted to normalization form C, so
 * that equal letters are equal characters, whichever system they were typed on.
 */
public final class Text {

  /**
   * A visible character: no separator, control, format, mark without a letter, Hangul filler, or
   * empty Braille pattern. The contracts have the same pattern.
   */
  private static final Pattern VISIBLE =
      Pattern.compile("[^\\p{Z}\\p{Cc}\\p{Cf}\\p{M}\\u115F\\u1160\\u3164\\uFFA0\\u2800]");

  private Text() {}

  /** In normalization form C (NFC); the same object when it is in that form already. */
  public static String nfc(String text) {
    return in(Form.NFC, text);
  }

  /** In normalization form D (NFD), in which older data may be stored. */
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

  /** The form in which an optional text is stored: null when it is blank. */
  public static String orNull(String text) {
    return isBlank(text) ? null : text;
  }

  /** Why a store could not keep this text unchanged; null when it can. */
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
