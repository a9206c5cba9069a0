package baedal.runtime;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import java.util.HashSet;
import java.util.Set;

/** Reads the caller from the claims of a verified token. */
final class CallerClaims {

  /** The maximum length of a subject (OpenID Connect Core 1.0, section 2). */
  private static final int MAX_SUBJECT_CHARS = 255;

  private CallerClaims() {}

  /**
   * {@code rolesClaim} is the name of the claim that lists the roles, or a JSON pointer to it.
   * Throws {@link IllegalArgumentException} if the subject is missing, blank, too long or not plain
   * text.
   */
  static Caller read(JsonObject claims, String rolesClaim) {
    if (!(claims.getValue("sub") instanceof String sub)
        || Text.isBlank(sub)
        || sub.length() > MAX_SUBJECT_CHARS
        || !isPlain(sub)) {
      throw new IllegalArgumentException("the subject is missing, too long or not plain text");
    }
    Object roles =
        rolesClaim.startsWith("/")
            ? JsonPointer.from(rolesClaim).queryJson(claims)
            : claims.getValue(rolesClaim);
    return new Caller(sub, plainTexts(roles), plainTexts(claims.getValue("stores")));
  }

  /**
   * Whether the text has no control character and no lone surrogate, and is in normalization form
   * C. Every database keeps such a text unchanged. Texts in requests have the same form, so a claim
   * can be compared with them.
   */
  private static boolean isPlain(String text) {
    return Text.nfc(text).equals(text)
        && text.codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  /** The plain texts in a claim; other values are ignored. */
  private static Set<String> plainTexts(Object claim) {
    Set<String> texts = new HashSet<>();
    if (claim instanceof JsonArray array) {
      array.forEach(
          value -> {
            if (value instanceof String text && isPlain(text)) {
              texts.add(text);
            }
          });
    }
    return texts;
  }
}
