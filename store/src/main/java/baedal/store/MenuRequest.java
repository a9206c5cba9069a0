package baedal.store;

import baedal.events.StoreEvent.MenuOption;
import baedal.runtime.Json;
import baedal.runtime.Refusal;
import baedal.runtime.Text;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A request that puts or changes a menu. {@code body} has only the fields that the client sent.
 * They are in a fixed order, because the idempotency key contains a hash of {@code body}.
 */
final class MenuRequest {

  private static final String STOCK = "stock";
  private static final String OPTIONS = "options";

  /** MongoDB reserves field names that begin with a dollar sign. */
  private static final Pattern ATTRIBUTE = Pattern.compile("[^$\\s\\p{Cc}][^\\p{Cc}]{0,49}");

  /** The fields of the body; a field that the client left out is null. */
  private record Fields(
      String name,
      Long price,
      Integer stock,
      List<MenuOption> options,
      Boolean nightly,
      Integer maxGuests,
      Map<String, String> attributes,
      Map<String, Long> prices) {}

  private final MenuForm form;
  private final JsonObject body;

  private MenuRequest(MenuForm form, JsonObject body) {
    this.form = form;
    this.body = body;
  }

  MenuForm form() {
    return form;
  }

  JsonObject body() {
    return body;
  }

  /** A menu without {@code options} in {@code sent} has no options afterwards. */
  static MenuRequest put(JsonObject sent) {
    if (!sent.containsKey(OPTIONS)) {
      sent.putNull(OPTIONS);
    }
    return patch(sent);
  }

  static MenuRequest patch(JsonObject sent) {
    Fields fields = Json.toObject(sent, Fields.class);
    List<MenuOption> options = fields.options() == null ? List.of() : fields.options();
    if (options.stream().map(MenuOption::name).distinct().count() < options.size()) {
      throw Refusal.invalid("/options", "must not have two options with the same name");
    }
    Map<String, String> attributes = normalized(fields.attributes());
    JsonObject body = new JsonObject();
    copy("name", fields.name(), sent, body);
    copy("price", fields.price(), sent, body);
    copy(STOCK, fields.stock(), sent, body);
    copy(OPTIONS, fields.options(), sent, body);
    copy("nightly", fields.nightly(), sent, body);
    copy("maxGuests", fields.maxGuests(), sent, body);
    copy("attributes", attributes, sent, body);
    copy("prices", sorted(fields.prices()), sent, body);
    return new MenuRequest(
        new MenuForm(
            fields.name(),
            fields.price(),
            sent.containsKey(STOCK) ? new MenuForm.Stock(fields.stock()) : null,
            sent.containsKey(OPTIONS) ? options : null,
            new RoomForm(
                fields.nightly(), fields.maxGuests(), attributes, byDate(fields.prices()))),
        body);
  }

  private static void copy(String field, Object value, JsonObject sent, JsonObject body) {
    if (sent.containsKey(field)) {
      body.put(field, value);
    }
  }

  private static <V> Map<String, V> sorted(Map<String, V> fields) {
    return fields == null ? null : new TreeMap<>(fields);
  }

  /** The attributes with their names in Unicode normalization form C, sorted by name. */
  private static Map<String, String> normalized(Map<String, String> attributes) {
    if (attributes == null) {
      return null;
    }
    checkNames(attributes.keySet());
    Map<String, String> normalized = new TreeMap<>();
    attributes.forEach((name, value) -> normalized.put(Text.nfc(name), value));
    if (normalized.size() < attributes.size()) {
      throw Refusal.invalid("/attributes", "must not have two attributes with the same name");
    }
    return normalized;
  }

  private static void checkNames(Collection<String> names) {
    List<Refusal.Fault> faults = new ArrayList<>();
    for (String name : names) {
      if (!ATTRIBUTE.matcher(name).matches() || Text.isBlank(name)) {
        faults.add(
            new Refusal.Fault(
                "/attributes",
                "must have visible names of 1 to 50 characters that begin with no space and no"
                    + " dollar sign"));
      }
    }
    if (!faults.isEmpty()) {
      throw Refusal.invalid(faults);
    }
  }

  private static Map<LocalDate, Long> byDate(Map<String, Long> prices) {
    if (prices == null) {
      return null;
    }
    Map<LocalDate, Long> byDate = new TreeMap<>();
    prices.forEach(
        (date, price) -> {
          try {
            byDate.put(LocalDate.parse(date), price);
          } catch (DateTimeParseException e) {
            throw Refusal.invalid("/prices", "must have dates such as 2026-12-24 as names");
          }
        });
    return byDate;
  }
}
