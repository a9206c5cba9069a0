package baedal.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import java.util.Map;

/**
 * Converts the texts in a JSON body to Unicode normalization form C (NFC), and finds the faults
 * that a JSON schema cannot express. {@link BodyRule} normalizes a body before it applies the
 * schema of the contract.
 */
final class JsonNormalizer {

  /** No contract allows more items in an array. */
  private static final int MAX_ITEMS = 100;

  /** A body with this fault is not validated: the validator would check every item. */
  private static final String TOO_MANY = "must have at most " + MAX_ITEMS + " items";

  /** A body with this fault is not validated: the validator cannot compare infinite numbers. */
  private static final String TOO_LARGE = "must be a smaller number";

  /** A body with this fault is not validated: no JSON pointer could name the field. */
  private static final String BAD_NAME = "has a field with an invalid name: the name ";

  private JsonNormalizer() {}

  /**
   * Converts the texts in {@code body} to NFC. Adds a fault for each text or field name that a
   * database cannot keep unchanged, for each number that is too large for a {@code double}, and for
   * each array that is too long. Stops after {@link RequestValidation#MAX_FAULTS} faults. Returns
   * true if a text was changed.
   */
  static boolean normalize(JsonNode body, List<Refusal.Fault> faults) {
    return normalize("", body, faults);
  }

  /** Whether the validator cannot check a body with this fault. */
  static boolean preventsValidation(Refusal.Fault fault) {
    String detail = fault.detail();
    return detail.equals(TOO_MANY) || detail.equals(TOO_LARGE) || detail.startsWith(BAD_NAME);
  }

  private static boolean normalize(String pointer, JsonNode node, List<Refusal.Fault> faults) {
    if (faults.size() > RequestValidation.MAX_FAULTS) {
      return false;
    }
    if (node.isObject()) {
      return normalizeFields(pointer, node, faults);
    }
    if (node instanceof ArrayNode array) {
      return normalizeItems(pointer, array, faults);
    }
    if (node.isTextual() && Text.fault(node.textValue()) != null) {
      faults.add(new Refusal.Fault(pointer, Text.fault(node.textValue())));
    } else if (node.isDouble() && Double.isInfinite(node.doubleValue())) {
      faults.add(new Refusal.Fault(pointer, TOO_LARGE));
    }
    return false;
  }

  private static boolean normalizeFields(
      String pointer, JsonNode object, List<Refusal.Fault> faults) {
    boolean changed = false;
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String nameFault = Text.fault(field.getKey());
      if (nameFault != null) {
        faults.add(new Refusal.Fault(pointer, BAD_NAME + nameFault));
      } else {
        String normalized = inFormC(field.getValue());
        if (normalized != null) {
          field.setValue(Json.mapper().getNodeFactory().textNode(normalized));
          changed = true;
        }
        changed |=
            normalize(pointer + "/" + Contract.escape(field.getKey()), field.getValue(), faults);
      }
    }
    return changed;
  }

  private static boolean normalizeItems(
      String pointer, ArrayNode array, List<Refusal.Fault> faults) {
    if (array.size() > MAX_ITEMS) {
      faults.add(new Refusal.Fault(pointer, TOO_MANY));
      return false;
    }
    boolean changed = false;
    for (int i = 0; i < array.size(); i++) {
      String normalized = inFormC(array.get(i));
      if (normalized != null) {
        array.set(i, normalized);
        changed = true;
      }
      changed |= normalize(pointer + "/" + i, array.get(i), faults);
    }
    return changed;
  }

  /** The node's text in NFC, or null if the node needs no change. */
  private static String inFormC(JsonNode node) {
    if (!node.isTextual()) {
      return null;
    }
    String normalized = Text.nfc(node.textValue());
    return normalized.equals(node.textValue()) ? null : normalized;
  }
}
