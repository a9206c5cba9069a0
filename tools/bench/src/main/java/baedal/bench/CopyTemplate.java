package baedal.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text of one order from which {@link OrderCopies} makes the texts of other orders. A copy has
 * other ids. One of {@link #KEPT} copies belongs to the customer, the store and the rider of the
 * original; the others belong to further ones.
 */
final class CopyTemplate {

  /** Every copy whose number is a multiple of this keeps the users and the store. */
  static final int KEPT = 10;

  /** Consecutive copies belong to one customer, so that the indexes are written in order. */
  static final int ORDERS_PER_CUSTOMER = 40;

  static final int ORDERS_PER_STORE = 400;

  /** The last part of a UUID becomes the number of the copy. */
  static final String ID = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)[0-9a-f]{12}";

  /** The users of {@code ./run demo}. */
  static final String USER = "demo-(customer|rider)-[0-9a-f]{8}";

  private static final Pattern REPLACED = Pattern.compile(ID + "|" + USER);

  private interface Part {
    String of(int number);
  }

  private final List<Part> parts = new ArrayList<>();

  CopyTemplate(String original, String storeId) {
    Matcher matcher = REPLACED.matcher(original);
    int end = 0;
    while (matcher.find()) {
      String before = original.substring(end, matcher.start());
      parts.add(number -> before);
      parts.add(part(matcher.group(), matcher.group(1), matcher.group(2), storeId));
      end = matcher.end();
    }
    String rest = original.substring(end);
    parts.add(number -> rest);
  }

  private static Part part(String found, String idStart, String user, String storeId) {
    if (found.equals(storeId)) {
      return number ->
          isKept(number) ? found : idStart + "%012x".formatted(number / ORDERS_PER_STORE);
    }
    if (idStart != null) {
      return number -> idStart + "%012x".formatted(number);
    }
    int orders = user.equals("rider") ? ORDERS_PER_STORE : ORDERS_PER_CUSTOMER;
    return number -> isKept(number) ? found : user + "-" + number / orders;
  }

  private static boolean isKept(int number) {
    return number % KEPT == 0;
  }

  /** The text of the copy with this number. */
  String copy(int number) {
    StringBuilder copy = new StringBuilder();
    parts.forEach(part -> copy.append(part.of(number)));
    return copy.toString();
  }
}
